-- Rows of earlier uploads of a book in which an entry of the past differs from a new upload, by key.
-- An entry that is given first may not change; files: those with earlier states, later: those with later ones.
-- params: $new, $files, $later, $past
-- returns: filename VARCHAR, key VARCHAR, content VARCHAR, now VARCHAR
WITH other AS (
    SELECT filename, key, content, list_contains($later, filename) AS is_later
    FROM read_parquet($files, filename = true)
),
pair AS (
    SELECT
        other.key,
        CASE WHEN is_later THEN recent.content ELSE other.content END AS first,
        CASE WHEN is_later THEN other.content ELSE recent.content END AS last
    FROM other JOIN read_parquet($new) AS recent USING (key)
    WHERE other.content <> recent.content
),
changed AS (
    SELECT DISTINCT key
    FROM pair
    WHERE len(list_filter(
        list_zip(json_extract(first, $past), json_extract(last, $past)),
        lambda entry: entry[1] IS NOT NULL AND entry[1] IS DISTINCT FROM entry[2]
    )) > 0
)
SELECT other.filename, other.key, other.content, recent.content AS now
FROM other JOIN changed USING (key) JOIN read_parquet($new) AS recent USING (key)
