-- The part of a line's key that its tail gives, as `encode` packs it.
-- params: $unit_shift, $indicator_shift
-- returns: tail INTEGER, key BIGINT
SELECT t.tail, (u.code << $unit_shift) | (i.code << $indicator_shift) | g.code AS key
FROM line_tail AS t
INNER JOIN unit_map AS u ON u.value = coalesce(t.unit, '')
INNER JOIN indicator_map AS i ON i.value = coalesce(t.indicator, '')
INNER JOIN grade_map AS g
    ON g.value = coalesce(t.grade, '') AND g.score = coalesce(t.score, '') AND g.validity = coalesce(t.validity, '')
