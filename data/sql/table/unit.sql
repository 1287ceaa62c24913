-- Units of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, unit_code VARCHAR, unit_name VARCHAR, short_name VARCHAR, roster_no BIGINT, category VARCHAR, participation VARCHAR, provisional BOOLEAN
SELECT *
FROM unit
ORDER BY round_id, roster_no, unit_code
