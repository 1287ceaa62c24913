-- Newest rows of a register on a day that fit the filters, and how many fit; of a book the last row of every key.
-- params: $kind, $path, $day, $day_path, $text, $unit, $places, $most
-- returns: content VARCHAR, total BIGINT
WITH line AS (
    SELECT
        content,
        json_extract_string(content, $path) AS key,
        json_extract_string(content, '$.as_of') AS as_of,
        json_extract_string(content, $day_path) AS day
    FROM record
    WHERE kind = $kind
),
state AS (
    SELECT *
    FROM line
    WHERE coalesce(as_of, substr(day, 1, 10), '') <= $day
    QUALIFY row_number() OVER (PARTITION BY key ORDER BY as_of DESC) = 1
)
SELECT content, count(*) OVER () AS total
FROM state
WHERE
    ($text = '' OR contains(lower(content), lower($text)))
    AND ($unit = '' OR json_extract_string(content, '$.unit_code') = $unit)
    AND (len($places) = 0 OR list_contains($places, json_extract_string(content, '$.place_code')))
ORDER BY day DESC, key
LIMIT $most
