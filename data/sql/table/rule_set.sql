-- Rule sets of a release, whole, in one order: what a replay compares.
-- params:
-- returns: name VARCHAR, digest VARCHAR, content VARCHAR
SELECT *
FROM rule_set
ORDER BY name
