-- Lines that are no lines of ballots: sums (their unit or ballot column says so) and records without content.
-- params:
-- returns: place BIGINT, value VARCHAR
SELECT
    place,
    coalesce(unit, ballot_id) AS value
FROM line_text
WHERE
    unit IN (SELECT value FROM totals_word)
    OR (unit IS NULL AND ballot_id IN (SELECT value FROM totals_word))
    OR coalesce(ballot_id, group_name, unit, category, grade, score) IS NULL
ORDER BY place
