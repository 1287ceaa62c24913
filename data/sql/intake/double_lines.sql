-- Lines whose ballot, unit and indicator stood on an earlier line already, with that line.
-- params:
-- returns: place BIGINT, unit VARCHAR, earlier BIGINT
WITH lines AS (
    SELECT
        l.place,
        l.unit,
        min(l.place) OVER (PARTITION BY b.ballot_id, u.code, i.code) AS earlier
    FROM line_text AS l
    INNER JOIN unit_map AS u ON u.value = coalesce(l.unit, '')
    INNER JOIN ballot_map AS b ON b.value = coalesce(l.ballot_id, '') AND b.ballot_id <> ''
    INNER JOIN indicator_map AS i ON i.value = coalesce(l.indicator, '')
)

SELECT place, unit, earlier
FROM lines
WHERE place > earlier
ORDER BY place
