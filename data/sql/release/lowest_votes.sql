-- Votes with the lowest possible score, by unit of a round.
-- params: $round_id
-- returns: unit_code VARCHAR, votes BIGINT
SELECT unit_code, votes
FROM lowest_votes
WHERE round_id = $round_id
ORDER BY unit_code
