-- Lines by group and kind: scored, dont_know, abstain, blank, invalid are counted apart.
-- params: $round_id
-- returns: group_name VARCHAR, kind VARCHAR, lines HUGEINT
SELECT group_name, kind, sum(lines) AS lines
FROM grade_count
WHERE round_id = $round_id
GROUP BY group_name, kind
ORDER BY group_name, kind
