-- Every spelling of a site of the ballots.
-- params:
-- returns: value VARCHAR, ballots BIGINT
SELECT site AS value, count(*) AS ballots
FROM ballot_map
WHERE site IS NOT NULL
GROUP BY site
ORDER BY site
