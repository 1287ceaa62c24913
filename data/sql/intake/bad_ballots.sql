-- Invalid ballot numbers: empty, too long, or with a character that does not print.
-- params:
-- returns: value VARCHAR, code VARCHAR
SELECT
    value,
    CASE
        WHEN ballot_id = '' THEN 'missing_value'
        WHEN length(ballot_id) > 100 THEN 'name_too_long'
        ELSE 'control_character'
    END AS code
FROM ballot_map
WHERE ballot_id = '' OR length(ballot_id) > 100 OR regexp_matches(ballot_id, '[\x00-\x1f\x7f]')
ORDER BY ALL
