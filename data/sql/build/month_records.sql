-- Records of the tables that close by month, numbered by kind in canonical order. heads: what is put in front of a
-- record in place of its first brace, such as the as-of day of its book.
-- params: $files, $kinds, $heads
-- returns: kind VARCHAR, number BIGINT, content VARCHAR
SELECT kind, row_number() OVER (PARTITION BY kind ORDER BY content) AS number, content
FROM (
    SELECT upload.kind, concat(upload.head, substr(facts.content, 2)) AS content
    FROM read_parquet($files, filename = true) AS facts
    JOIN (SELECT unnest($files) AS filename, unnest($kinds) AS kind, unnest($heads) AS head) AS upload
        USING (filename)
)
ORDER BY kind, number
