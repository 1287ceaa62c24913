-- Lines that belong to no ballot: totals (by a word instead of the unit or the group, or before them), a repeated
-- header, and records without content (no value). `named` is the unit that the record names, not its heading.
-- params:
-- returns: place BIGINT, value VARCHAR
WITH words AS (
    SELECT
        place,
        coalesce(ballot_id, group_name, named, category, grade, score) IS NULL AND lead IS NULL AS is_blank,
        CASE
            WHEN unit IN (SELECT value FROM totals_word WHERE field = 'unit') THEN unit
            WHEN group_name IN (SELECT value FROM totals_word WHERE field = 'group') THEN group_name
            WHEN named IS NOT NULL THEN NULL
            WHEN ballot_id IN (SELECT value FROM totals_word WHERE field = 'lead') THEN ballot_id
            WHEN category IN (SELECT value FROM totals_word WHERE field = 'lead') THEN category
            WHEN lead IN (SELECT value FROM totals_word WHERE field = 'lead') THEN lead
        END AS value
    FROM line_text
)

SELECT place, value FROM words
WHERE is_blank OR value IS NOT NULL
ORDER BY place
