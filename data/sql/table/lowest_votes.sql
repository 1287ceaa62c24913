-- Votes with the lowest score by unit of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, unit_code VARCHAR, votes BIGINT
SELECT *
FROM lowest_votes
ORDER BY ALL
