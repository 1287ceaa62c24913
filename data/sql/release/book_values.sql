-- Values that a field of a book had in the files up to a day, for some keys, oldest file first; unknown ones left out.
-- params: $kind, $path, $field, $keys, $day
-- returns: key VARCHAR, as_of VARCHAR, value VARCHAR
WITH known AS (
    SELECT
        json_extract_string(content, $path) AS key,
        json_extract_string(content, '$.as_of') AS as_of,
        json_extract_string(content, $field) AS value
    FROM record
    WHERE kind = $kind
)
SELECT key, as_of, value
FROM known
WHERE as_of <= $day AND value IS NOT NULL AND key IN (SELECT unnest($keys::VARCHAR[]))
ORDER BY key, as_of, value
