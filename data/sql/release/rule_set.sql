-- The rule set of one round, as it was given.
-- params: $round_id
-- returns: name VARCHAR, content VARCHAR
SELECT s.name, s.content
FROM rule_set AS s
INNER JOIN round AS r ON r.rules_name = s.name
WHERE r.round_id = $round_id
