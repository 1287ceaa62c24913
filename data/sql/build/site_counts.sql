-- Lines of each grade by group and site, for ballots that name their site.
-- params:
-- returns: group_name VARCHAR, site VARCHAR, grade INTEGER, lines BIGINT
SELECT b.group_name, b.site, l.grade, count(*) AS lines
FROM line AS l
INNER JOIN ballot AS b ON b.ballot = l.ballot
WHERE b.site <> ''
GROUP BY b.group_name, b.site, l.grade
ORDER BY b.group_name, b.site, l.grade
