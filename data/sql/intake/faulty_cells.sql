-- Cells with refused spellings, one row per cell: at most so many, the first places of every spelling before the second.
-- params: $most
-- returns: place BIGINT, field VARCHAR, value VARCHAR, number BIGINT, total BIGINT
WITH cells AS (
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'unit_code' AND b.value = coalesce(l.unit, '')
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'group_code' AND b.value = coalesce(l.group_name, '')
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'indicator_code' AND b.value = coalesce(l.indicator, '')
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l
    INNER JOIN bad_value AS b
        ON b.field IN ('grade_code', 'score', 'validity') AND b.value = coalesce(l.grade, '')
        AND b.score = coalesce(l.score, '') AND b.validity = coalesce(l.validity, '')
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'round_id' AND b.value = l.round
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'cast_date' AND b.value = l.cast_date
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'ballot_id' AND b.value = coalesce(l.ballot_id, '')
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'channel' AND b.value = l.channel
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'site' AND b.value = l.site
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'invalid_reason' AND b.value = l.invalid_reason
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'row_no' AND b.value = l.row_no
    UNION ALL
    SELECT l.place, b.field, b.value, b.number
    FROM line_text AS l INNER JOIN bad_value AS b ON b.field = 'file_id' AND b.value = l.file_id
),

listed AS (
    SELECT place, field, value, number, count(*) OVER () AS total
    FROM cells
    ORDER BY row_number() OVER (PARTITION BY number ORDER BY place), place
    LIMIT $most
)

SELECT place, field, value, number, total
FROM listed
ORDER BY place, field
