-- As-of days of the uploads of a book, oldest first.
-- params: $kind
-- returns: as_of VARCHAR
SELECT DISTINCT json_extract_string(content, '$.as_of') AS as_of
FROM record
WHERE kind = $kind
ORDER BY as_of
