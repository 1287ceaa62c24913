"""From votes to exact integer sums. NumPy only: no database, no files."""
