-- Rounds of the release with their size.
-- params:
-- returns: round_id VARCHAR, rules_name VARCHAR, registered BOOLEAN, counts_only BOOLEAN, has_counts BOOLEAN, evaluators BIGINT, lines BIGINT, votes BIGINT, score_step BIGINT
SELECT round_id, rules_name, registered, counts_only, has_counts, evaluators, lines, votes, score_step
FROM round
ORDER BY round_id
