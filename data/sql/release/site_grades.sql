-- Scored lines of one round by group, site and grade, where ballots name their site.
-- params: $round_id
-- returns: group_name VARCHAR, site VARCHAR, grade VARCHAR, lines BIGINT
SELECT group_name, site, grade, lines
FROM site_grade
WHERE round_id = $round_id
ORDER BY group_name, site, grade
