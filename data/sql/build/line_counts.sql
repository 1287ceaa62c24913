-- Number of lines with each grade, by unit, group and indicator; codes as in the facts.
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
