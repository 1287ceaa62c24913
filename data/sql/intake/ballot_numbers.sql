-- What all ballot numbers have in common, as `identifiers.Numbers`.
-- params: $kept, $fewest, $surely, $dashed, $iso
-- returns: padded BIGINT, rounded BOOLEAN, dashed BOOLEAN, counted BOOLEAN
WITH numbers AS (
    SELECT
        ballot_id,
        length(ballot_id) AS digits,
        ballot_id NOT SIMILAR TO '[0-9]+' AS is_text
    FROM ballot_map
)

SELECT
    coalesce(min(digits) FILTER (NOT is_text AND ballot_id LIKE '0_%'), 0) AS padded,
    coalesce(
        bool_and(ltrim(substr(ballot_id, $kept + 1), '0') = '') FILTER (NOT is_text AND digits > $kept), FALSE
    ) AND (
        count(DISTINCT ballot_id) FILTER (NOT is_text AND digits > $kept) >= $fewest
        OR max(digits) FILTER (NOT is_text) >= $surely
    ) AS rounded,
    coalesce(bool_or(is_text AND regexp_full_match(ballot_id, $dashed)), FALSE) AS dashed,
    coalesce(
        bool_or(is_text AND regexp_full_match(ballot_id, $iso) AND try_cast(ballot_id AS DATE) IS NULL), FALSE
    ) AS counted
FROM numbers
