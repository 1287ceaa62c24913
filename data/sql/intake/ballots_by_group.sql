-- Number of ballots of each group, in the order of the ballots' codes.
-- params:
-- returns: group_name VARCHAR, ballots BIGINT
SELECT
    group_name,
    count(*) AS ballots
FROM ballot
GROUP BY group_name
ORDER BY min(ballot)
