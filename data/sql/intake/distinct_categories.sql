-- Every spelling of a category in the lines.
-- params:
-- returns: value VARCHAR, lines BIGINT
SELECT category AS value, count(*) AS lines
FROM line_text
WHERE trim(coalesce(category, '')) <> ''
GROUP BY category
ORDER BY category
