-- Records of an upload as lines of JSON, in their order as text, each after a line break: there is none inside a line.
-- params: $file
-- returns: line VARCHAR
SELECT concat(chr(10), '["', shown, '","', replace(replace(content, '\', '\\'), '"', '\"'), '"]') AS line
FROM (SELECT content, replace(replace(key, '\', '\\'), '"', '\"') AS shown FROM read_parquet($file))
ORDER BY shown
