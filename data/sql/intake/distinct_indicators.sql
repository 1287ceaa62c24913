-- Every spelling of an indicator in the lines.
-- params:
-- returns: value VARCHAR, lines BIGINT
SELECT
    coalesce(indicator, '') AS value,
    count(*) AS lines
FROM line_text
GROUP BY ALL
ORDER BY ALL
