-- Lines with what a piece needs to know of their ballot. Ballots with the same `together` belong in one piece.
-- params:
-- returns: unit INTEGER, ballot INTEGER, indicator INTEGER, grade INTEGER, group_at INTEGER, cluster INTEGER, together INTEGER
SELECT l.unit, l.ballot, l.indicator, l.grade, b.group_at, b.cluster, b.together
FROM line AS l
INNER JOIN ballot AS b ON l.ballot = b.ballot
