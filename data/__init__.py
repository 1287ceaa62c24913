"""Files, the store and DuckDB. No statistical method is here: scores are computed in `analytics`."""
