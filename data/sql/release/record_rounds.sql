-- Rounds that hold records of one kind, also rounds without votes.
-- params: $kind
-- returns: round_id VARCHAR
SELECT DISTINCT round_id
FROM record
WHERE kind = $kind
ORDER BY round_id
