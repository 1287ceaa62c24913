-- Lines that give a unit another category than most of its lines do.
-- params:
-- returns: place BIGINT, unit VARCHAR, category VARCHAR, usual VARCHAR
WITH per_category AS (
    SELECT u.name, c.name AS category, count(*) AS lines, min(l.place) AS first_place
    FROM line_text AS l
    INNER JOIN unit_map AS u ON u.value = l.unit
    INNER JOIN category_map AS c ON c.value = l.category
    GROUP BY u.name, c.name
),

usual AS (
    SELECT name, first(category ORDER BY lines DESC, first_place) AS usual
    FROM per_category
    GROUP BY name
    HAVING count(*) > 1
)

SELECT l.place, l.unit, c.name AS category, s.usual
FROM line_text AS l
INNER JOIN unit_map AS u ON u.value = l.unit
INNER JOIN category_map AS c ON c.value = l.category
INNER JOIN usual AS s ON s.name = u.name
WHERE c.name <> s.usual
ORDER BY l.place
