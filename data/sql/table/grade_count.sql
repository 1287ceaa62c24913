-- Counts of grades of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, unit_code VARCHAR, group_name VARCHAR, indicator VARCHAR, grade VARCHAR, kind VARCHAR, points BIGINT, scored BOOLEAN, lines BIGINT
SELECT *
FROM grade_count
ORDER BY ALL
