-- Moments of pairs of units by group of one round, sums in steps of the round's score_step.
-- params: $round_id
-- returns: group_name VARCHAR, unit_a VARCHAR, unit_b VARCHAR, votes BIGINT, total_a BIGINT, total_b BIGINT, product BIGINT
SELECT group_name, unit_a, unit_b, votes, total_a, total_b, product
FROM pair_moment
WHERE round_id = $round_id
ORDER BY group_name, unit_a, unit_b
