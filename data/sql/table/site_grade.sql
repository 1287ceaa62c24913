-- Grades by site of a release, whole, in one order: what a replay compares.
-- params:
-- returns: round_id VARCHAR, group_name VARCHAR, site VARCHAR, grade VARCHAR, lines BIGINT
SELECT *
FROM site_grade
ORDER BY round_id, group_name, site, grade
