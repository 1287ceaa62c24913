"""Exact integer sums of votes. NumPy only: no database, no files."""
