-- Lines that give a unit another category than most of its lines do.
-- params:
-- returns: place BIGINT, unit VARCHAR, category VARCHAR, usual VARCHAR
WITH per_category AS (
    SELECT u.name, trim(l.category) AS category, count(*) AS lines, min(l.place) AS first_place
    FROM line_text AS l
    INNER JOIN unit_map AS u ON u.value = l.unit
    WHERE trim(coalesce(l.category, '')) <> ''
    GROUP BY u.name, trim(l.category)
),

usual AS (
    SELECT name, first(category ORDER BY lines DESC, first_place) AS usual
    FROM per_category
    GROUP BY name
    HAVING count(*) > 1
)

SELECT l.place, l.unit, trim(l.category) AS category, s.usual
FROM line_text AS l
INNER JOIN unit_map AS u ON u.value = l.unit
INNER JOIN usual AS s ON s.name = u.name
WHERE trim(coalesce(l.category, '')) <> '' AND trim(l.category) <> s.usual
ORDER BY l.place
