"""Bytes of spreadsheets, PDF, Word and ZIP files, from plain tables and documents. Nothing here knows the domain."""
