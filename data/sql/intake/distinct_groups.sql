-- Every spelling of an evaluator group in the lines.
-- params:
-- returns: value VARCHAR, lines BIGINT
SELECT
    coalesce(group_name, '') AS value,
    sum(lines)::BIGINT AS lines
FROM line_side
GROUP BY ALL
ORDER BY ALL
