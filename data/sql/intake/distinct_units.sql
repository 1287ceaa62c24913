-- Every spelling of a unit in the lines, with its category where the file gives it.
-- params:
-- returns: value VARCHAR, category VARCHAR, lines BIGINT
SELECT
    coalesce(unit, '') AS value,
    coalesce(category, '') AS category,
    count(*) AS lines
FROM line_text
GROUP BY ALL
ORDER BY ALL
