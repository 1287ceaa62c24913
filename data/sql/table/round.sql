-- Rounds of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, rules_name VARCHAR, registered BOOLEAN, counts_only BOOLEAN, has_counts BOOLEAN, evaluators BIGINT, lines BIGINT, votes BIGINT, score_step BIGINT, facts_digest VARCHAR
SELECT *
FROM round
ORDER BY round_id
