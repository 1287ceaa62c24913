-- Ballot numbers that may be spellings of another: alike without spaces and case, or with characters other than
-- plain ASCII and Chinese, which may have another width.
-- params:
-- returns: ballot_id VARCHAR, spellings BIGINT
WITH numbers AS (
    SELECT
        ballot_id,
        lower(replace(ballot_id, ' ', '')) AS plain,
        regexp_matches(ballot_id, '[^\x00-\x7f\x{4e00}-\x{9fff}]') AS is_wide
    FROM ballot_map
),

wide AS (
    SELECT coalesce(bool_or(is_wide), FALSE) AS any_wide FROM numbers
),

alike AS (
    SELECT plain FROM numbers GROUP BY plain HAVING count(DISTINCT ballot_id) > 1
)

SELECT ballot_id, count(*) AS spellings
FROM numbers
WHERE (SELECT any_wide FROM wide) OR plain IN (SELECT plain FROM alike)
GROUP BY ballot_id
ORDER BY ballot_id
