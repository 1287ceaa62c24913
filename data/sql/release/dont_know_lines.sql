-- Lines by unit and kind over the indicators that make the score, without groups that are kept apart.
-- params: $round_id, $apart
-- returns: unit_code VARCHAR, scored HUGEINT, dont_know HUGEINT
SELECT
    unit_code,
    coalesce(sum(lines) FILTER (WHERE kind = 'scored'), 0) AS scored,
    coalesce(sum(lines) FILTER (WHERE kind = 'dont_know'), 0) AS dont_know
FROM grade_count
WHERE round_id = $round_id AND indicator IN (
    SELECT DISTINCT indicator FROM grade_count WHERE round_id = $round_id AND scored
) AND NOT list_contains(string_split($apart, chr(31)), group_name)
GROUP BY unit_code
ORDER BY unit_code
