-- Lines in more than one upload of the round: the ballot and the position of the first upload in the list.
-- params:
-- returns: ballot_id VARCHAR, unit VARCHAR, indicator VARCHAR, part INTEGER
SELECT m.ballot_id, u.name AS unit, i.name AS indicator, min(l.part) AS part
FROM part_line AS l
INNER JOIN part_ballot AS b ON l.part = b.part AND l.ballot = b.ballot
INNER JOIN ballot_map AS m ON m.value = b.ballot_id
INNER JOIN part_unit AS u ON l.part = u.part AND l.unit = u.code
INNER JOIN part_indicator AS i ON l.part = i.part AND l.indicator = i.code
GROUP BY m.ballot_id, u.name, i.name
HAVING count(*) > 1
ORDER BY m.ballot_id, u.name, i.name
