-- Groups of the combined lines; all are known, because each upload was judged before.
-- params:
-- returns: value VARCHAR, name VARCHAR, known BOOLEAN
SELECT DISTINCT group_name AS value, group_name AS name, TRUE AS known
FROM line_text
