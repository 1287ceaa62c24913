-- Records of an upload as lines of JSON, in their order as text: keys and contents hold no control characters.
-- params: $file
-- returns: line VARCHAR
SELECT concat('["', shown, '","', replace(replace(content, '\', '\\'), '"', '\"'), '"]') AS line
FROM (SELECT content, replace(replace(key, '\', '\\'), '"', '\"') AS shown FROM read_parquet($file))
ORDER BY shown
