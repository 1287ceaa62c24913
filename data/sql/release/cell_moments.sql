-- Moments by unit and group of one round, sums in steps of the round's score_step.
-- own_minus_ballot adds each vote minus the mean of its ballot.
-- params: $round_id
-- returns: unit_code VARCHAR, group_name VARCHAR, votes BIGINT, total BIGINT, squares BIGINT, own_minus_ballot DOUBLE
SELECT unit_code, group_name, votes, total, squares, own_minus_ballot
FROM cell_moment
WHERE round_id = $round_id
ORDER BY unit_code, group_name
