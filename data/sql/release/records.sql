-- Records of one kind, of one round or of all ('*'), as canonical JSON.
-- params: $round_id, $kind
-- returns: content VARCHAR
SELECT content
FROM record
WHERE kind = $kind AND $round_id IN (round_id, '*')
ORDER BY round_id, number
