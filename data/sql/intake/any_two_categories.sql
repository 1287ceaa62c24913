-- Whether lines give any unit two categories.
-- params:
-- returns: any_two_categories BOOLEAN
SELECT count(*) > 0 AS any_two_categories
FROM (
    SELECT u.name
    FROM line_tail AS t
    INNER JOIN unit_map AS u ON u.value = t.unit
    INNER JOIN category_map AS c ON c.value = t.category
    GROUP BY u.name
    HAVING min(c.name) <> max(c.name)
)
