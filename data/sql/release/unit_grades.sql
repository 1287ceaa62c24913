-- Grades of every unit by group and indicator in one round.
-- params: $round_id
-- returns: unit_code VARCHAR, group_name VARCHAR, indicator VARCHAR, grade VARCHAR, lines BIGINT
SELECT unit_code, group_name, indicator, grade, lines
FROM grade_count
WHERE round_id = $round_id
ORDER BY unit_code, group_name, indicator, grade
