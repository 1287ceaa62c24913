-- How many lines carry each grade, by unit, group and indicator; codes as the facts hold them.
-- params:
-- returns: unit INTEGER, group_name VARCHAR, indicator INTEGER, grade INTEGER, lines BIGINT
SELECT
    l.unit,
    b.group_name,
    l.indicator,
    l.grade,
    count(*) AS lines
FROM line AS l
INNER JOIN ballot AS b ON l.ballot = b.ballot
GROUP BY ALL
ORDER BY ALL
