-- Records of a large table that were read by columns, in canonical order; those that came twice were read by rows.
-- params: $files, $doubled
-- returns: key VARCHAR, content VARCHAR
SELECT key, content
FROM read_parquet($files)
WHERE position NOT IN (SELECT unnest($doubled))
ORDER BY content, key
