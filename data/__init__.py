"""Files, the store and DuckDB. No method is known here: scores are made in `analytics`."""
