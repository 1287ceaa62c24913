-- Ballots of coded lines with what their lines say of them.
-- params:
-- returns: ballot_id VARCHAR, group_name VARCHAR, channel VARCHAR, site VARCHAR
SELECT h.ballot_id, s.group_name, s.channel, s.site
FROM line_head AS h
INNER JOIN line_side AS s ON h.side = s.side
