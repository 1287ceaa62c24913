-- Every spelling of a category in the lines.
-- params:
-- returns: value VARCHAR, lines BIGINT
SELECT category AS value, sum(lines)::BIGINT AS lines
FROM line_tail
WHERE trim(coalesce(category, '')) <> ''
GROUP BY category
ORDER BY category
