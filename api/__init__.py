"""The read-only API: results as JSON and CSV for spreadsheets, reporting tools and other platforms."""
