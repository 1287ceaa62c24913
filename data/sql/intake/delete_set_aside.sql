-- Delete the lines listed in `set_aside`.
-- params:
-- returns: Count BIGINT
DELETE FROM line_raw
WHERE rowid IN (SELECT place FROM aside)
