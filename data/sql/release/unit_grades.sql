-- Every count of one unit in one round.
-- params: $round_id, $unit_code
-- returns: group_name VARCHAR, indicator VARCHAR, grade VARCHAR, kind VARCHAR, points BIGINT, scored BOOLEAN, lines BIGINT
SELECT group_name, indicator, grade, kind, points, scored, lines
FROM grade_count
WHERE round_id = $round_id AND unit_code = $unit_code
ORDER BY indicator, group_name, points DESC NULLS LAST, grade
