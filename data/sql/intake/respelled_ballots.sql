-- The map of ballot numbers with one spelling for each number.
-- params:
-- returns: value VARCHAR, code BIGINT, ballot_id VARCHAR, group_name VARCHAR, two_groups BOOLEAN, channel VARCHAR, site VARCHAR
SELECT
    m.value,
    dense_rank() OVER (ORDER BY m.group_name, coalesce(s.usual, m.ballot_id)) - 1 AS code,
    coalesce(s.usual, m.ballot_id) AS ballot_id,
    m.group_name,
    m.two_groups,
    m.channel,
    m.site
FROM ballot_map AS m
LEFT JOIN ballot_spelling AS s ON s.other = m.ballot_id
