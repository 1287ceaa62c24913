"""Names of the sheet of notes in a template; a workbook that is filled in is read as if it had a single sheet."""

NOTES_TITLES = {"zh": "填写说明", "en": "Notes on filling in"}
