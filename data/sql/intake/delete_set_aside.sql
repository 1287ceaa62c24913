-- Take the lines out that `set_aside` names.
-- params:
-- returns: Count BIGINT
DELETE FROM line_raw
WHERE rowid IN (SELECT place FROM aside)
