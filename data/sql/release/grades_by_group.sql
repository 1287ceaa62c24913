-- Scored lines of one round by group and grade, all units and indicators together.
-- params: $round_id
-- returns: group_name VARCHAR, grade VARCHAR, lines HUGEINT
SELECT group_name, grade, sum(lines) AS lines
FROM grade_count
WHERE round_id = $round_id AND kind = 'scored' AND lines > 0
GROUP BY group_name, grade
ORDER BY group_name, grade
