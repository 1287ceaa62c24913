-- The first line of each unit that has no category in any line, where other units have a category.
-- params:
-- returns: place BIGINT
SELECT min(l.place) AS place
FROM line_tail AS l
INNER JOIN unit_map AS u ON u.value = l.unit
LEFT JOIN category_map AS c ON c.value = l.category
WHERE EXISTS (SELECT 1 FROM category_map)
GROUP BY u.name
HAVING count(c.name) = 0
ORDER BY place
