"""The upload page in its parts: files, columns, unknown units, corrections, uploads that are stored."""
