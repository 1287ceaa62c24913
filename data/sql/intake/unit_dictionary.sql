-- Units in order of their code, with the category the lines give them.
-- params:
-- returns: name VARCHAR, category VARCHAR
SELECT
    u.name,
    coalesce(min(trim(l.category)), '') AS category
FROM unit_map AS u
LEFT JOIN line_text AS l ON u.value = l.unit AND l.category IS NOT NULL
GROUP BY u.code, u.name
ORDER BY u.code
