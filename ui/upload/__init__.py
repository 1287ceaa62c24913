"""Parts of the upload page: files, column mapping, unknown units, corrections and stored uploads."""
