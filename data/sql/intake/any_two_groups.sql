-- Whether any ballot number occurs in two evaluator groups.
-- params:
-- returns: found BOOLEAN
SELECT bool_or(two_groups) OR count(DISTINCT ballot_id) < count(DISTINCT code) AS found
FROM ballot_map
