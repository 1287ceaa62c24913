-- Rows of an upload with these keys.
-- params: $file, $keys
-- returns: key VARCHAR, content VARCHAR
SELECT key, content
FROM read_parquet($file)
WHERE list_contains($keys, key)
