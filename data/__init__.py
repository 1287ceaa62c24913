"""All that touches files and DuckDB; knows no method."""
