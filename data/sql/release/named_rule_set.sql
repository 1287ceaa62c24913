-- The rule set that the uploads of one round name, whether it has ballots or not.
-- params: $round_id
-- returns: name VARCHAR, content VARCHAR
SELECT s.name, s.content
FROM rule_set AS s
WHERE s.name IN (SELECT u.rules_name FROM upload AS u WHERE u.round_id = $round_id)
ORDER BY s.name
