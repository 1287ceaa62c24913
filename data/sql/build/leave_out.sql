-- Ballots left out of a recount; their lines are joined with the ballots that stay.
-- params: $ballots
-- returns: Count BIGINT
DELETE FROM ballot
WHERE ballot IN (SELECT unnest($ballots))
