-- Ballots of each evaluator group.
-- params:
-- returns: group_name VARCHAR, evaluators BIGINT
SELECT group_name, count(*) AS evaluators
FROM ballot
GROUP BY group_name
ORDER BY group_name
