-- Ballot numbers that a spreadsheet may have damaged.
-- params: $suspect, $padded, $kept
-- returns: value VARCHAR
SELECT value
FROM ballot_map
WHERE regexp_full_match(ballot_id, $suspect)
    OR (length(ballot_id) < $padded AND regexp_full_match(ballot_id, '[1-9][0-9]*'))
    OR ($kept > 0 AND length(ballot_id) > $kept AND regexp_full_match(ballot_id, '[0-9]+'))
ORDER BY value
