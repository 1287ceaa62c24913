-- Every spelling of a ballot number with the number as it is kept, its group and its code.
-- Codes follow (group, number), so that facts sorted by unit and ballot are sorted by group as well.
-- params:
-- returns: value VARCHAR, code BIGINT, ballot_id VARCHAR, group_name VARCHAR, two_groups BOOLEAN, channel VARCHAR, site VARCHAR
WITH ballots AS (
    SELECT
        coalesce(l.ballot_id, '') AS value,
        min(g.name) AS group_name,
        coalesce(min(g.name) <> max(g.name), FALSE) AS two_groups,
        min(l.channel) AS channel,
        min(l.site) AS site
    FROM ballot_line AS l
    INNER JOIN group_map AS g ON g.value = coalesce(l.group_name, '')
    GROUP BY coalesce(l.ballot_id, '')
),

tidy AS (
    SELECT
        *,
        trim(regexp_replace(value, '[\x{200b}-\x{200f}\x{2060}\x{feff}\s]+', ' ', 'g'), ' ''') AS ballot_id
    FROM ballots
)

SELECT
    value,
    dense_rank() OVER (ORDER BY group_name, ballot_id) - 1 AS code,
    ballot_id,
    group_name,
    two_groups,
    channel,
    site
FROM tidy
