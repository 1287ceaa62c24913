-- Records of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, kind VARCHAR, number BIGINT, content VARCHAR
SELECT *
FROM record
ORDER BY round_id, kind, number
