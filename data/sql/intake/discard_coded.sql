-- Drop coded lines with their views.
-- params:
-- returns:
DROP VIEW line_text;
DROP VIEW ballot_line;
DROP TABLE line_raw;
DROP TABLE line_head;
DROP TABLE line_side;
DROP TABLE line_tail
