-- Lines whose group is not the group of most lines of the same ballot (of the earliest where equal).
-- params:
-- returns: place BIGINT, ballot_id VARCHAR, group_name VARCHAR, usual VARCHAR
WITH lines AS (
    SELECT l.place, b.code, b.ballot_id, g.name AS group_name
    FROM line_text AS l
    INNER JOIN ballot_map AS b ON b.value = coalesce(l.ballot_id, '') AND b.ballot_id <> ''
    INNER JOIN group_map AS g ON g.known AND g.value = coalesce(l.group_name, '')
),

per_group AS (
    SELECT ballot_id, group_name, count(*) AS lines, min(place) AS first_place
    FROM lines
    GROUP BY ballot_id, group_name
),

usual AS (
    SELECT ballot_id, first(group_name ORDER BY lines DESC, first_place) AS usual
    FROM per_group
    GROUP BY ballot_id
    HAVING count(*) > 1
)

SELECT l.place, l.ballot_id, l.group_name, u.usual
FROM lines AS l
INNER JOIN usual AS u ON l.ballot_id = u.ballot_id
WHERE l.group_name <> u.usual
ORDER BY l.place
