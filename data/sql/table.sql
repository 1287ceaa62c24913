-- All rows of one table, in one order: what a replay compares.
-- params: $table
-- returns:
SELECT *
FROM query_table($table)
ORDER BY ALL
