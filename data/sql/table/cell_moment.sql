-- Moments by unit and group of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, unit_code VARCHAR, group_name VARCHAR, votes BIGINT, total BIGINT, squares BIGINT, own_minus_ballot DOUBLE
SELECT *
FROM cell_moment
ORDER BY ALL
