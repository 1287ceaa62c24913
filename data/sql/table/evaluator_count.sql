-- Ballots by group of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, group_name VARCHAR, evaluators BIGINT
SELECT *
FROM evaluator_count
ORDER BY ALL
