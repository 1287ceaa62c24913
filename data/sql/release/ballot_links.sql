-- Ballots of two votes or more by group of one round; within in squared steps of the round's score_step.
-- params: $round_id
-- returns: group_name VARCHAR, ballots BIGINT, votes BIGINT, within DOUBLE
SELECT group_name, ballots, votes, within
FROM ballot_link
WHERE round_id = $round_id
ORDER BY group_name
