"""Writers of spreadsheets, PDF, Word and ZIP files from plain tables and documents, independent of the domain."""
