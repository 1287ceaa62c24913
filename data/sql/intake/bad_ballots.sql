-- Invalid ballot numbers: empty, too long, with a character that does not print, or shaped like an identity number
-- (the check digit is tested afterwards).
-- params:
-- returns: value VARCHAR, code VARCHAR
SELECT
    value,
    CASE
        WHEN ballot_id = '' THEN 'missing_value'
        WHEN length(ballot_id) > 100 THEN 'name_too_long'
        WHEN regexp_full_match(ballot_id, '[1-9][0-9]{16}[0-9Xx]') THEN 'personal_ballot_id'
        ELSE 'control_character'
    END AS code
FROM ballot_map
WHERE ballot_id = '' OR length(ballot_id) > 100 OR regexp_matches(ballot_id, '[\x00-\x1f\x7f]')
    OR regexp_full_match(ballot_id, '[1-9][0-9]{16}[0-9Xx]')
ORDER BY ALL
