-- Units in order of their code, with the category the lines give them.
-- params:
-- returns: name VARCHAR, category VARCHAR
SELECT
    u.name,
    coalesce(min(c.name), '') AS category
FROM unit_map AS u
LEFT JOIN line_tail AS l ON u.value = l.unit AND l.category IS NOT NULL
LEFT JOIN category_map AS c ON c.value = l.category
GROUP BY u.code, u.name
ORDER BY u.code
