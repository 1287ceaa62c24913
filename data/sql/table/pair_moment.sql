-- Moments of pairs of units by group of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, group_name VARCHAR, unit_a VARCHAR, unit_b VARCHAR, votes BIGINT, total_a BIGINT, total_b BIGINT, product BIGINT, linked DOUBLE
SELECT *
FROM pair_moment
ORDER BY ALL
