-- Lines of one round by indicator, group and points, all units together.
-- params: $round_id
-- returns: indicator VARCHAR, group_name VARCHAR, points BIGINT, lines HUGEINT
SELECT indicator, group_name, points, sum(lines) AS lines
FROM grade_count
WHERE round_id = $round_id AND points IS NOT NULL
GROUP BY indicator, group_name, points
ORDER BY indicator, group_name, points
