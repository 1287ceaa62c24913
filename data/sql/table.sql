-- All rows of a table in a fixed order, compared by a replay.
-- params: $table
-- returns:
SELECT *
FROM query_table($table)
ORDER BY ALL
