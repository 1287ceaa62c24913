-- First position of each line of table `wanted_line`.
-- params:
-- returns: ballot VARCHAR, unit VARCHAR, indicator VARCHAR, place BIGINT
SELECT w.ballot, w.unit, w.indicator, min(l.place) AS place
FROM line_text AS l
INNER JOIN unit_map AS u ON u.value = coalesce(l.unit, '')
INNER JOIN ballot_map AS b ON b.value = coalesce(l.ballot_id, '')
INNER JOIN indicator_map AS i ON i.value = coalesce(l.indicator, '')
INNER JOIN wanted_line AS w ON w.ballot = b.ballot_id AND w.unit = u.name AND w.indicator = i.name
GROUP BY ALL
