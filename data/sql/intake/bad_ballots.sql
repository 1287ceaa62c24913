-- Invalid ballot numbers: empty, too long, an error of a spreadsheet, or with a character that does not print.
-- params: $errors
-- returns: value VARCHAR, code VARCHAR
SELECT
    value,
    CASE
        WHEN ballot_id = '' THEN 'missing_value'
        WHEN length(ballot_id) > 100 THEN 'name_too_long'
        WHEN list_contains($errors, upper(ballot_id)) THEN 'excel_error'
        ELSE 'control_character'
    END AS code
FROM ballot_map
WHERE
    ballot_id = '' OR length(ballot_id) > 100 OR regexp_matches(ballot_id, '[\x00-\x1f\x7f]')
    OR list_contains($errors, upper(ballot_id))
ORDER BY ALL
