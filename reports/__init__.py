"""Everything that goes out of the system as a file, built from results."""
