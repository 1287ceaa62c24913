-- Records of one kind, of one round or of all ('*'), as canonical JSON; those of a book say which day's state they are.
-- params: $round_id, $kind
-- returns: content VARCHAR, as_of VARCHAR
SELECT content, json_extract_string(content, '$.as_of') AS as_of
FROM record
WHERE kind = $kind AND $round_id IN (round_id, '*')
ORDER BY round_id, number
