-- Last row of every key of a book on a day, over all rounds, with whether the complete files of its round still list it.
-- params: $kind, $path, $day
-- returns: round_id VARCHAR, as_of VARCHAR, listed BOOLEAN, content VARCHAR
WITH snapshot AS (
    SELECT
        round_id,
        content,
        json_extract_string(content, $path) AS key,
        json_extract_string(content, '$.as_of') AS as_of,
        json_extract_string(content, '$.complete') IS NOT NULL AS complete
    FROM record
    WHERE kind = $kind
),
known AS (
    SELECT * FROM snapshot WHERE as_of <= $day
),
whole AS (
    SELECT round_id, max(as_of) AS as_of FROM known WHERE complete GROUP BY round_id
)
SELECT known.round_id, known.as_of, coalesce(known.as_of >= whole.as_of, true) AS listed, known.content
FROM known LEFT JOIN whole USING (round_id)
QUALIFY row_number() OVER (PARTITION BY known.key ORDER BY known.as_of DESC, known.round_id DESC) = 1
ORDER BY known.key
