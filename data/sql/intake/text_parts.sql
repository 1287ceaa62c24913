-- The parts of lines that are kept as text, as those of coded lines: every line is there, once.
-- params:
-- returns:
CREATE VIEW line_side AS SELECT *, 1 AS lines FROM line_text;
CREATE VIEW line_tail AS SELECT *, 1 AS lines FROM line_text;
CREATE VIEW ballot_line AS SELECT ballot_id, group_name, channel, site FROM line_text
