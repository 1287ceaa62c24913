-- Ballots of each group in one round.
-- params: $round_id
-- returns: group_name VARCHAR, evaluators BIGINT
SELECT group_name, evaluators
FROM evaluator_count
WHERE round_id = $round_id
ORDER BY group_name
