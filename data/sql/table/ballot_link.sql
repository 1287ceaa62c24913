-- Ballots of two votes or more by group of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, group_name VARCHAR, ballots BIGINT, votes BIGINT, within DOUBLE
SELECT *
FROM ballot_link
ORDER BY ALL
