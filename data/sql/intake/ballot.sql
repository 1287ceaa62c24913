-- Ballots of an upload, one row per ballot, as the facts keep them.
-- params:
-- returns: ballot INTEGER, ballot_id VARCHAR, group_name VARCHAR, channel VARCHAR, site VARCHAR
SELECT
    code::INTEGER AS ballot,
    min(ballot_id) AS ballot_id,
    min(group_name) AS group_name,
    min(channel) AS channel,
    min(site) AS site
FROM ballot_map
GROUP BY code
ORDER BY code
