"""Statistical methods on arrays. No files, no database, no interface, no texts."""
