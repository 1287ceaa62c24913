-- Every spelling of an evaluator group in the lines.
-- params:
-- returns: value VARCHAR, lines BIGINT
SELECT
    coalesce(group_name, '') AS value,
    count(*) AS lines
FROM line_text
GROUP BY ALL
ORDER BY ALL
