-- Counts of all units of a category in a round, for comparison with a single unit.
-- params: $round_id, $category
-- returns: unit_code VARCHAR, group_name VARCHAR, indicator VARCHAR, grade VARCHAR, kind VARCHAR, points BIGINT, scored BOOLEAN, lines BIGINT
SELECT g.unit_code, g.group_name, g.indicator, g.grade, g.kind, g.points, g.scored, g.lines
FROM grade_count AS g
INNER JOIN unit AS u ON u.round_id = g.round_id AND u.unit_code = g.unit_code
WHERE g.round_id = $round_id AND u.category = $category
ORDER BY g.indicator, g.unit_code, g.group_name, g.points DESC NULLS LAST, g.grade
