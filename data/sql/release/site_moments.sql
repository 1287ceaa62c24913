-- Votes of one round by group, site and unit, sums in steps of the round's score_step; empty where sites are not given.
-- A ballot without a site has the site '' and a separate part.
-- params: $round_id
-- returns: group_name VARCHAR, site VARCHAR, part BIGINT, unit_code VARCHAR, votes BIGINT, total BIGINT
SELECT group_name, site, part, unit_code, votes, total
FROM site_moment
WHERE round_id = $round_id
ORDER BY group_name, site, part, unit_code
