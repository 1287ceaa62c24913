-- The categories of the lines, each with its first line.
-- params:
-- returns: category VARCHAR, place BIGINT
SELECT category, min(place) AS place
FROM line_tail
WHERE category <> ''
GROUP BY category
ORDER BY place
