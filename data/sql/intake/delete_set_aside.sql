-- Take the lines out that `set_aside` names.
-- params:
-- returns: Count BIGINT
DELETE FROM line_raw
WHERE
    unit IN (SELECT value FROM totals_word)
    OR (unit IS NULL AND ballot_id IN (SELECT value FROM totals_word))
    OR rowid IN (
        SELECT place FROM line_text
        WHERE coalesce(ballot_id, group_name, unit, category, grade, score) IS NULL
    )
