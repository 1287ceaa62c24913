-- Every spelling of a unit in the lines, with its category where the file gives it.
-- params:
-- returns: value VARCHAR, category VARCHAR, lines BIGINT
SELECT
    coalesce(unit, '') AS value,
    coalesce(category, '') AS category,
    sum(lines)::BIGINT AS lines
FROM line_tail
GROUP BY ALL
ORDER BY ALL
