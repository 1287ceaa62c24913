-- Whether any ballot number occurs in two evaluator groups.
-- params:
-- returns: any_two_groups BOOLEAN
SELECT bool_or(two_groups) OR count(DISTINCT ballot_id) < count(DISTINCT code) AS any_two_groups
FROM ballot_map
