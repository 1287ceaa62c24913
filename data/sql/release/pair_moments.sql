-- Moments of pairs of units by group of one round, sums in steps of the round's score_step.
-- linked adds 1 / (votes of the ballot) over the common ballots.
-- params: $round_id
-- returns: group_name VARCHAR, unit_a VARCHAR, unit_b VARCHAR, votes BIGINT, total_a BIGINT, total_b BIGINT, product BIGINT, linked DOUBLE
SELECT group_name, unit_a, unit_b, votes, total_a, total_b, product, linked
FROM pair_moment
WHERE round_id = $round_id
ORDER BY group_name, unit_a, unit_b
