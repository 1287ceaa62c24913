"""Statistics only: arrays in, arrays out. No files, no database, no screen, no words."""
