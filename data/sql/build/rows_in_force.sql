-- Rows of a table by their keys, of a book those of the latest as-of day that is not after a day; '' for other tables.
-- given: path of a value that must be there; the path '$' asks for nothing.
-- params: $files, $days, $day, $given
-- returns: key VARCHAR, as_of VARCHAR, content VARCHAR
SELECT facts.key, upload.as_of, facts.content
FROM read_parquet($files, filename = true) AS facts
JOIN (SELECT unnest($files) AS filename, unnest($days) AS as_of) AS upload USING (filename)
WHERE upload.as_of <= $day
QUALIFY row_number() OVER (PARTITION BY facts.key ORDER BY upload.as_of DESC, facts.filename DESC) = 1
    AND json_extract(facts.content, $given) IS NOT NULL
ORDER BY facts.key
