-- Every spelling of an indicator in the lines.
-- params:
-- returns: value VARCHAR, lines BIGINT
SELECT
    coalesce(indicator, '') AS value,
    sum(lines)::BIGINT AS lines
FROM line_tail
GROUP BY ALL
ORDER BY ALL
