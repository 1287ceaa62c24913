"""Names of the sheet of notes in a template; a workbook made from it is read as if it had one sheet."""

NOTES_TITLES = {"zh": "填写说明", "en": "Notes on filling in"}
