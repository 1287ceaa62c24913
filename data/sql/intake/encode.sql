-- Every line as a single integer: unit, ballot, indicator and grade packed together, ready to be sorted.
-- Lines with spellings that were set aside (totals, blank records) are in no map and are dropped here.
-- params: $unit_shift, $ballot_shift, $indicator_shift
-- returns: key BIGINT
SELECT (u.code << $unit_shift) | (b.code << $ballot_shift) | (i.code << $indicator_shift) | g.code AS key
FROM line_text AS l
INNER JOIN unit_map AS u ON u.value = coalesce(l.unit, '')
INNER JOIN ballot_map AS b ON b.value = coalesce(l.ballot_id, '')
INNER JOIN indicator_map AS i ON i.value = coalesce(l.indicator, '')
INNER JOIN grade_map AS g
    ON g.value = coalesce(l.grade, '') AND g.score = coalesce(l.score, '') AND g.validity = coalesce(l.validity, '')
