-- Lines with the ballot, unit and indicator of an earlier line, with that line and the grades of both.
-- params:
-- returns: place BIGINT, unit VARCHAR, earlier BIGINT, grade VARCHAR, earlier_grade VARCHAR
WITH graded AS (
    SELECT
        l.place,
        l.unit,
        b.ballot_id,
        u.code AS unit_code,
        i.code AS indicator_code,
        coalesce(g.name, l.grade, l.score, '') AS grade
    FROM line_text AS l
    INNER JOIN unit_map AS u ON u.value = coalesce(l.unit, '')
    INNER JOIN ballot_map AS b ON b.value = coalesce(l.ballot_id, '') AND b.ballot_id <> ''
    INNER JOIN indicator_map AS i ON i.value = coalesce(l.indicator, '')
    LEFT JOIN grade_map AS g
        ON g.value = coalesce(l.grade, '') AND g.score = coalesce(l.score, '') AND g.validity = coalesce(l.validity, '')
),

lines AS (
    SELECT
        place,
        unit,
        grade,
        min(place) OVER (PARTITION BY ballot_id, unit_code, indicator_code) AS earlier,
        arg_min(grade, place) OVER (PARTITION BY ballot_id, unit_code, indicator_code) AS earlier_grade
    FROM graded
)

SELECT place, unit, earlier, grade, earlier_grade
FROM lines
WHERE place > earlier
ORDER BY place
