-- Tables of a release.
-- params:
-- returns: name VARCHAR
SELECT table_name AS name FROM duckdb_tables() ORDER BY name
