-- Keys of earlier uploads of a book that a new upload lacks.
-- params: $new, $files
-- returns: filename VARCHAR, key VARCHAR
SELECT other.filename, other.key
FROM read_parquet($files, filename = true) AS other
WHERE NOT EXISTS (SELECT 1 FROM read_parquet($new) AS recent WHERE recent.key = other.key)
