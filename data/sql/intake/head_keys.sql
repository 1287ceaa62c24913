-- The part of a line's key that its head gives, as `encode` packs it.
-- params: $ballot_shift
-- returns: head INTEGER, key BIGINT
SELECT h.head, b.code << $ballot_shift AS key
FROM line_head AS h
INNER JOIN ballot_map AS b ON b.value = coalesce(h.ballot_id, '')
