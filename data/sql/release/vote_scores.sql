-- Votes of one round by unit, group and score, scores in steps of the round's score_step.
-- params: $round_id
-- returns: unit_code VARCHAR, group_name VARCHAR, score BIGINT, votes BIGINT
SELECT unit_code, group_name, score, votes
FROM vote_score
WHERE round_id = $round_id
ORDER BY unit_code, group_name, score
