-- Groups and grades in use in one round.
-- params: $round_id
-- returns: group_name VARCHAR, grade VARCHAR
SELECT DISTINCT group_name, grade
FROM grade_count
WHERE round_id = $round_id
ORDER BY group_name, grade
