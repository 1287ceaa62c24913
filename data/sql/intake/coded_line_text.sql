-- Coded lines as text; the same columns as of lines that were loaded as text.
-- params:
-- returns: place BIGINT, ballot_id VARCHAR, group_name VARCHAR, channel VARCHAR, site VARCHAR, round VARCHAR, cast_date VARCHAR, file_id VARCHAR, invalid_reason VARCHAR, unit VARCHAR, category VARCHAR, indicator VARCHAR, grade VARCHAR, score VARCHAR, validity VARCHAR, weight VARCHAR, row_no VARCHAR, named VARCHAR, lead VARCHAR
SELECT
    l.rowid AS place,
    h.ballot_id,
    s.* EXCLUDE (side, lines, place),
    t.* EXCLUDE (tail, lines, place),
    t.unit AS named,
    NULL::VARCHAR AS lead
FROM line_raw AS l
INNER JOIN line_head AS h ON l.head = h.head
INNER JOIN line_side AS s ON h.side = s.side
INNER JOIN line_tail AS t ON l.tail = t.tail
