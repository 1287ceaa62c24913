"""Problems of files and rule sets: a code, a place and facts; the words are in the catalogues.

A sentence states what should hold and what the file has; a suggestion states what to do next. Problems are
detected in data/intake and data/model/rule_sets.py, not here.
"""

import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from i18n import N_, PUNCTUATION, join, translate

LONGEST_SHOWN = 100
PLACES_OF_A_PROBLEM = ("file", "sheet", "row", "column", "value")


class Term(str):
    """Fact that is a word of ours and is translated with the sentence, such as Term(N_("a PDF"))."""

    __slots__ = ()


class Proposal(str):
    """Name proposed instead of the name in the file.

    `reason` is a sentence of ours that names it as {unit}, `code` the unit's code, which may be written instead of the
    name ('' where the register has names only).
    """

    __slots__ = ("code", "reason")
    reason: str
    code: str

    def __new__(cls, name: str, reason: str, code: str = "") -> "Proposal":
        """Create the name itself, so that a page may offer it as a value."""
        made = super().__new__(cls, name)
        made.reason, made.code = reason, "" if code == name else code
        return made


class Place(NamedTuple):
    """Fact that is a place in a file: its name, and the row as Excel counts, if known.

    Several rows are given as people write them, such as ("3", "5-8").
    """

    file: str
    row: int | None = None
    rows: tuple[str, ...] = ()


SENTENCES: dict[str, str] = {
    # --- the file -------------------------------------------------------------------------------
    "empty_file": N_("The file should contain a table; it is empty."),
    "header_only": N_("There should be rows below the header; there are none."),
    "not_a_table": N_("The file should be a table; its content is {kind}, whatever its name says."),
    "html_as_excel": N_("The file should be a workbook; it is a web page saved with an Excel file name."),
    "workbook_locked": N_("The workbook should open without a password; it is password-protected."),
    "wps_table": N_("The file should be an Excel workbook or CSV; it is a WPS table (.et)."),
    "macro_workbook": N_("The workbook should contain data only; it contains macros."),
    "workbook_too_large": N_("Unpacked, the workbook should stay below {limit}; it is larger."),
    "more_faults": N_(
        "More cells have faults than are listed: {limit} are, among them the first places of every kind of fault."
    ),
    "too_many_sheets": N_("A workbook should have at most {limit} sheets; this workbook has more."),
    "workbook_bad_path": N_(
        "The workbook contains a part that points outside the file; Excel and WPS never write such a part."
    ),
    "workbook_unreadable": N_("The workbook should open; it is damaged or incomplete."),
    "rows_lost": N_("The sheet is damaged: its records list {expected} rows; only {found} can be read."),
    "workbook_cell_far_away": N_(
        "The table should start at the top left; a cell far below or far to the right of it is filled in."
    ),
    "hidden_sheet": N_("Hidden sheets are not read: {sheets}."),
    "hidden_rows": N_("{count} hidden rows are read like all others: {rows}."),
    "hidden_columns": N_("{count} hidden columns are read like all others: {columns}."),
    "several_sheets": N_("The workbook has several sheets: {sheets}. Only {sheet} is read."),
    "sheet_not_found": N_("The workbook should have a sheet {sheet}; it has: {sheets}."),
    "confirm_sheets": N_("Units named by sheets, titles or file names and not in a column ({count}): {shown}."),
    "sheets_aside": N_("Sheets that are no table of a unit are not read: {sheets}."),
    "sheet_header_differs": N_(
        "Sheets of one unit each should have the same columns; sheet {sheet} has: {found}. Sheet {other} has: {expected}."
    ),
    "unit_named_twice": N_(
        "A table should be about one unit; the sheet is named {first}, and its title names {second}."
    ),
    "formula_without_value": N_("The cell should contain a value; it contains a formula whose result was never saved."),
    "csv_in_zip": N_("The file should be a table; it is a zip archive with other files inside."),
    "gz_broken": N_("The compressed file should unpack; it is damaged or cut short."),
    "file_too_large": N_("Unpacked, the file should stay below {limit}; it is larger."),
    "unknown_encoding": N_("The text should be UTF-8 or GB18030; byte {position} fits neither."),
    "big5_unproven": N_(
        "Text in Big5 (traditional Chinese) is read only where a register of units confirms that its characters "
        "are correct; here no register does."
    ),
    "mixed_encoding": N_("The file should use a single encoding throughout; it changes at row {row}."),
    "truncated_character": N_("The file is incomplete: it ends in the middle of a character."),
    "utf16_without_mark": N_("The text looks like UTF-16, but lacks the byte-order mark that says how to read it."),
    "nul_character": N_("The text should contain no NUL characters; it does."),
    "fullwidth_delimiter": N_("Columns should be separated by commas; this file uses {delimiter}."),
    "too_many_columns": N_("There should be at most {limit} columns; there are {found}."),
    "too_many_rows": N_("There should be at most {limit} rows; there are more."),
    # --- the header -----------------------------------------------------------------------------
    "missing_columns": N_("Columns are missing: {missing}. The file has: {found}."),
    "duplicate_header": N_("Each column needs a different name; {column} appears more than once."),
    "same_meaning": N_("The columns {other} and {column} both mean {meaning}; only one column may."),
    "no_header": N_(
        "One of the first rows should name the columns, for instance: {expected}. None of them contains a known name."
    ),
    "unknown_column": N_("The column {column} is not recognised and is left out."),
    "confirm_units": N_("Columns read as units ({count}): {shown}; votes in them: {votes}."),
    "confirm_indicators": N_("Columns read as indicators ({count}): {shown}; votes in them: {votes}."),
    "confirm_ignored": N_("The column {shown} is not read, although {votes} of its cells hold grades or numbers."),
    "confirm_void": N_(
        "The column {shown} marks {votes} answers as invalid or unfinished ({words}); it is not read, and these answers "
        "would be scored."
    ),
    "scale_differs": N_("The column {column} names the scale “{found}”; the rules score from {low} to {high}."),
    "confirm_category": N_(
        "Categories that may be one under two names ({count}): {shown}. Each would be ranked separately."
    ),
    "confirm_registered_category": N_(
        "The file gives {count} units another category than the register, which counts: {shown}."
    ),
    "confirm_register_column": N_(
        "The column {column} is not used (filled cells: {cells}), although it looks like {what}."
    ),
    "field_not_used": N_("The column {column} is checked and not used in any result (filled cells: {cells})."),
    "confirm_direction": N_(
        "Pledges without a direction and with a target below the baseline are read as lower is better ({count}): {shown}."
    ),
    "direction_by_default": N_(
        "Pledges without a direction, whose target and baseline do not tell it, are read as higher is better "
        "({count}): {shown}."
    ),
    "confirm_title": N_("“{value}” says {says}; the file is read without regard to it, for round {round}."),
    "confirm_heading": N_(
        "There is a single heading over all grades: {shown}. It is not read: its {votes} votes are those of the line's "
        "unit and group."
    ),
    "confirm_points": N_("Points that are printed with a grade and differ from the rules ({count}): {shown}."),
    "confirm_sums": N_(
        "Lines that are exactly the sums of the lines next to them are read as further units or groups ({count}): {shown}."
    ),
    "confirm_empty": N_("Lines without any count are read as units without votes ({count}): {shown}."),
    "confirm_names": N_(
        "Names with a number or a footnote mark, and texts that may be no names, are read as further units ({count}): "
        "{shown}."
    ),
    "confirm_groups": N_(
        "Evaluator groups named by sheets, titles or names of files and not in a column ({count}): {shown}."
    ),
    "confirm_group_headings": N_(
        "Evaluator groups named by headings over the grades and not in a column ({count}): {shown}."
    ),
    "confirm_struck": N_("Rows with text that is struck through are read like all others ({count}): {shown}."),
    "confirm_notes": N_(
        "Notes on cells below the header may change what is counted and are not read ({count}): {shown}."
    ),
    "notes_not_read": N_("Notes on cells below the header are not read ({count}): {shown}."),
    "no_number": N_("{value} under {column} is no number; the line is kept without it."),
    "measure_differs": N_("Votes are counted one by one; the column {column} is in {found}."),
    "two_marks": N_(
        "One sign marks the choice; both {marks} stand under the grades, and {value} may mean chosen or not chosen."
    ),
    "votes_not_read": N_("The column {column} is not read, and with it {votes} votes would be lost."),
    "figure_differs": N_("{column} prints {printed}; the counts of the row give {found}."),
    "personal_column": N_("A file must not identify a person; the column {column} does."),
    "header_width": N_("The header has {expected} cells; each of the {count} rows below has {found}."),
    "header_repeated": N_("The header appears again in the middle of the table."),
    # --- the rows -------------------------------------------------------------------------------
    "short_row": N_("The row should have {expected} cells; it has only {found}."),
    "long_row": N_("The row should have {expected} cells; it has {found}."),
    "unclosed_quote": N_("A quotation mark is opened here and never closed."),
    "swallowed_rows": N_(
        "A pair of quotation marks encloses several rows: rows {row} to {last} are read as a single row."
    ),
    "title_row": N_("There are title rows above the table; row {header_row} is read as the header."),
    "glued_units": N_("Each row should contain one unit; this cell contains several: {value}"),
    "note_row": N_("The row below the table is a remark and is not imported: “{value}”"),
    "totals_row": N_("The row looks like a total (“{value}”) and is not counted."),
    "merged_cells": N_("Merged cells: the area {area} has one value, which is read in all its rows."),
    "merged_number": N_("Merged cells: the number {value} covers the area {area}; it is not read in all its cells."),
    "blank_rows": N_("Rows {row} to {last} are blank, and the table goes on below them."),
    "cut_last_row": N_(
        "The last row has no line break and an empty last cell, which no row above it has: the file may be cut short."
    ),
    "equal_rows": N_(
        "Without ballot numbers, each of the {lines} rows counts as a separate ballot. {count} of them are "
        "identical to an earlier row; about {expected} would be by chance."
    ),
    # --- the values -----------------------------------------------------------------------------
    "missing_value": N_("{column} must be filled in; it is empty."),
    "unknown_unit": N_("The unit should be in the register; {value} is not."),
    "unit_alias_used": N_("{value} is read as {unit}."),
    "ambiguous_unit": N_("{value} should identify one unit; it may mean any of: {units}."),
    "quotes_in_name": N_("The name has quotation marks; it is read as {unit}."),
    "unknown_group": N_("The evaluator group should be one of: {known}. This row has {value}."),
    "unknown_indicator": N_("The indicator should be one of: {known}. This row has {value}."),
    "unknown_grade": N_("The grade should be one of: {known}. This cell has {value}."),
    "unknown_choice": N_("{column} should be one of: {known}. This cell has {value}."),
    "edit_does_not_fit": N_("A correction expects {old} in this cell; the cell contains {found}."),
    "score_not_a_number": N_("The score should be a plain number, not {value}."),
    "score_out_of_range": N_("The score should be between {low} and {high}, not {value}."),
    "score_off_step": N_("Scores should go up in steps of {step} from {low}; {value} does not."),
    "score_too_precise": N_("A score has at most {decimals} decimal places; {value} has more."),
    "not_a_number": N_("{column} should be a plain number, not {value}."),
    "not_a_date": N_("{column} should be a date such as 2025-11-30, not {value}."),
    "serial_date": N_("{value} is read as the date {date}."),
    "count_not_whole": N_("A count of votes should be a whole number, not {value}."),
    "count_negative": N_("A count of votes cannot be negative; this cell has {value}."),
    "name_too_long": N_("A name has at most {limit} characters; this name has {length}."),
    "control_character": N_("The text should contain no invisible control characters; it contains {character}."),
    "ballot_in_two_groups": N_(
        "A ballot number belongs to one evaluator group; {value} is in {group} here and in {other_group} elsewhere."
    ),
    "duplicate_line": N_("A ballot grades a unit once on each indicator; the same line is already in {earlier}."),
    "duplicate_count": N_("Each count is given once for a unit, group and indicator; it is already in {earlier}."),
    "upload_overlaps": N_(
        "Each line is imported once; {count} of the {lines} lines of this import ({percent}%) are already in "
        "{earlier} (upload {upload})."
    ),
    "already_imported_line": N_("Each line is imported once; this line is already in {earlier} (upload {upload})."),
    "record_in_other_upload": N_("Each record is imported once; {value} is already in {earlier} (upload {upload})."),
    "reserved_category": N_("{value} cannot be the name of a category: it means all categories of a round together."),
    "unit_in_two_categories": N_("A unit belongs to one category in a round; {value} is in: {categories}."),
    "duplicate_unit": N_("Each unit appears once; {value} is already in {earlier}."),
    "duplicate_roster_no": N_("Each roster number is used once; {value} is already in {earlier}."),
    "duplicate_key": N_("{value} should appear once; it is already in {earlier}."),
    "not_whole": N_("{column} should be a whole number, not {value}."),
    "out_of_range": N_("{column} should be between {low} and {high}, not {value}."),
    "below_lowest": N_("{column} should be at least {low}, not {value}."),
    "before_start": N_("{column} should not be earlier than {start}; this cell has {value}."),
    "more_than_whole": N_("{column} should be at most {most}, the number under {whole}; this cell has {value}."),
    "parts_differ": N_("Valid and invalid ballots should add up to the {value} returned; they add up to {sum}."),
    "missing_because": N_("{column} must be filled in, because {because} is {given}; it is empty."),
    "not_alone": N_("{column} should be in one entry at a time; {value} is in {key} and {other} on {day}."),
    "twice_paired": N_("{value} has two pairings at the same time, {key} and {other}; both run on {day}."),
    "not_announced": N_("{column} should not be later than {limit}, the day it announces; this cell has {value}."),
    "must_be_empty": N_("{column} must be empty where {because} is {given}; this cell has {value}."),
    "sum_exceeds": N_("{parts} should add up to at most {most}, the number under {whole}; they add up to {sum}."),
    "too_precise": N_("{column} has at most {decimals} decimal places; {value} has more."),
    "short_notice": N_("An assembly is announced {days} days ahead, so by {latest}; this cell has {value}."),
    "part_and_whole": N_(
        "An assembly is a single row or a row for each part; {key} has both, and its people would count twice."
    ),
    "no_quorum": N_("The rule {rule} needs {needed}; {present} were counted. Without a quorum nothing is decided."),
    "result_differs": N_(
        "The announced result is {value}; it does not follow from {yes} of the {needed} votes needed."
    ),
    "no_minutes": N_("Every motion needs minutes; this motion has none."),
    "unknown_motion": N_("The motion on a project should be on record; assembly {meeting} has no motion {value}."),
    "levy_over_cap": N_("A levy stays within the cap of {cap} yuan per person and year; this share is {share} yuan."),
    "not_passed": N_("A share rests on a motion that was passed; motion {item} of assembly {meeting} was not."),
    "few_signatures": N_("Every household signs before a levy; {signed} of {households} did."),
    "no_receipt": N_("Every entry needs a receipt; {count} have none: {shown}."),
    "several_shares": N_("{count} payments are larger than a single share: {shown}."),
    "needs_rows": N_("{column} needs entries in the table “{table}” that refer to this row; there are none."),
    "base_too_small": N_(
        "More people were to be asked than are concerned: {value} under {column}, {limit} under {other}."
    ),
    "decided_without_survey": N_(
        "An ordinary procedure asks people before it decides; the decision is {value}, and the table “{table}” has no "
        "entry for this assessment."
    ),
    "decided_without_proof": N_(
        "The decision is {value}, but only meetings, notices or volunteers were asked: nobody was drawn at random, and "
        "not everybody was asked."
    ),
    "decided_too_early": N_("The decision should follow the consultation, which ends on {limit}; {column} is {value}."),
    "unknown_reference": N_("{column} should be in the table “{table}”; {value} is not."),
    "unknown_place": N_("The place should be in the register of places; {value} is not."),
    "after_term": N_("{column} should be within {days} days of {start}, so by {last}; this cell has {value}."),
    "referred_differs": N_("{header} of {value} should be one of these: {known}. It is {given}."),
    "measure_without_finding": N_(
        "A decision rests on an inquiry that was concluded against the unit; {header} of {value} is {given}, not one of "
        "these: {known}."
    ),
    "other_unit": N_("On {day}, {person} is in post in another unit, {units}; this cell has {value}."),
    "registered_twice": N_("{value} and {other} are the same entry, registered twice; both are kept and counted once."),
    "not_confirmed": N_("A penalty that rests on the evaluation needs a unit confirmed at the bottom. {why}"),
    "cycle": N_("A place belongs to a larger place; {place} and {other} contain each other."),
    "not_a_code": N_("{column} should be a code of 1 to {limit} letters, digits and hyphens, not {value}."),
    "not_a_quarter": N_("{column} should be a quarter such as 2026Q1, not {value}."),
    "not_a_month": N_("{column} should be a month such as 2026-03, not {value}."),
    "not_spans": N_(
        "{column} should be spans of days such as 2026-03-04至2026-03-06, with a semicolon between two, not {value}."
    ),
    "date_in_future": N_("{column} should not be later than {day}, the as-of day of the file; this cell has {value}."),
    "past_changed": N_(
        "{column} of {key} should not change any more; as of {since} it was {old}, this file has {new}."
    ),
    "event_order": N_("{event} on {day} does not hold: {why}."),
    "without_effect": N_(
        "{event} on {day} has no effect: it came after the due day, is longer than {longest} working days, or is more than {most}."
    ),
    "post_unmatched": N_(
        "{column} should be written as in the other table of the year; this cell has {value}, and of the same unit {posts} has no match here."
    ),
    "day_off": N_("{count} answers were given on days that are not worked: {shown}. They count like any."),
    "excused_by_events": N_(
        "By these events, {count} entries that were late as of the day of their file are late no more: {shown}."
    ),
    "due_days_moved": N_("With these days, {count} open entries have another due day: {shown}."),
    "outside_service": N_("The visit on {day} should be within the service of {person}; it is outside."),
    "too_many": N_("A person should have at most {most} visits on a day; {person} has {count} on {day}."),
    "all_on_last_day": N_(
        "Visits should be spread over the month; all {count} of {place} in {month} are on its last day."
    ),
    "row_vanished": N_(
        "The file should hold every entry of the register; {count} earlier entries are missing: {shown}."
    ),
    "snapshot_older": N_(
        "The as-of day {day} is before {newest}, the newest already imported; the present state does not change."
    ),
    "as_of_differs": N_("The title names the day {titled}; the file is imported as of {day}."),
    "deduction_positive": N_("A deduction should be a negative number, not {value}."),
    "alias_taken": N_("A name means one unit at a time; {value} already means {unit}."),
    "register_same_names": N_(
        "Names must still differ when spaces, letter case and full width are ignored; {value} is the same as {earlier}."
    ),
    "unknown_participation": N_("Participation should be one of: {known}. This cell has {value}."),
    "wrong_round": N_("The file is imported for round {round}; the row says {value}."),
    "two_rounds": N_("A file belongs to one round; it names several: {rounds}."),
    "excel_error": N_("The cell should contain a value; it contains the Excel error {value}."),
    "grade_and_score": N_("A line has either a grade or a score; this line has both."),
    "share_without_base": N_("A share can be converted to votes only if the number of votes is given; it is missing."),
    "share_not_whole": N_("The share times the votes should be a whole number of votes; {value} of {base} is not."),
    "weight_not_one": N_("The weights should add up to 1; they add up to {sum}."),
    "counts_need_overall": N_(
        "Counted votes can only be scored on the overall indicator; this rule set combines several: {indicators}."
    ),
    "formula_text": N_("A cell should not begin like a formula; this cell has {value}."),
    "line_break_in_name": N_("The name had a line break in the middle; it is read as {unit}."),
    "personal_value": N_(
        "A file must not identify a person; the column {column} contains {what} (cells: {count}; rows: {rows})."
    ),
    "personal_text": N_(
        "A file must not identify a person; the text under {column} contains {what} (cells: {count}; rows: {rows})."
    ),
    "personal_elsewhere": N_("A file must not identify a person; the name of this file contains {what}."),
    "personal_ballot_id": N_("A ballot number must not identify a person; the number in this cell does: {what}."),
    "damaged_identifier": N_("{column} should be as it was issued; a spreadsheet has changed {value}: {cause}."),
    "sampling_weight": N_(
        "The column {column} weights the ballots; {value} is not 1. It is refused, because no rule set can use such "
        "weights yet, and without them the result would differ."
    ),
    "group_gives_one_score": N_("All {count} ballots of the group {value} give every unit the same: {grade}."),
    "two_rule_sets": N_("A round has one rule set; this round already uses {used}, not {value}."),
    # --- rule sets ------------------------------------------------------------------------------
    "rules_not_toml": N_(
        "The rule set should be valid TOML; there is an error at line {line}, character {column_number}."
    ),
    "rules_unknown_key": N_("The setting {key} is not recognised."),
    "rules_out_of_scope": N_("The setting {key} is left out on purpose: {reason}."),
    "rules_other_name": N_("The setting {key} is written {name} in a rule set."),
    "rules_nothing_set": N_("The setting {key} says nothing; it should give one of: {keys}."),
    "rules_one_of": N_("These settings exclude each other in {key}: {keys}."),
    "rules_needs_section": N_("The setting {key} needs the section {section}, which is missing."),
    "rules_lines_rise": N_("The first numbers of the pairs of {key} should rise from pair to pair."),
    "rules_lines_fall": N_("The lines of {key} should fall from the best class to the worst."),
    "rules_ballots_once": N_(
        "A single component of the score should be without source: the score of the ballots. There are {found}."
    ),
    "rules_ballots_plain": N_("The component {key} is the score of the ballots and has a weight only."),
    "rules_two_classes": N_("At least two classes should be named, the best first."),
    "rules_last_class": N_("The last class takes all that are left; {key} cannot be given."),
    "rules_apart_weight": N_("The group {value} is kept apart (section apart) and has a weight as well."),
    "rules_reserved_word": N_("{value} cannot be a name in {key}: it means all categories, or all groups, together."),
    "rules_missing": N_("The setting {key} must be given."),
    "rules_wrong_type": N_("The setting {key} should be {expected}, not {value}."),
    "rules_empty_text": N_("The setting {key} must not be empty."),
    "rules_bad_name": N_(
        "A rule set's name has 1 to {limit} letters, digits, dots, hyphens or underscores; {value} does not."
    ),
    "rules_no_scale": N_(
        "Either the points of each grade (section points) or a range of scores (section numeric) must be given."
    ),
    "rules_two_scales": N_(
        "Points of grades (section points) and a range of scores (section numeric) cannot both be given."
    ),
    "rules_no_points": N_("At least two grades should have points (section points); the rule set names {found}."),
    "rules_points_too_precise": N_("Points have at most two decimals; {key} has {value}."),
    "rules_grade_twice": N_("A grade has one meaning; {value} is named in: {sections}."),
    "rules_numeric_order": N_("low should be smaller than high; they are {low} and {high}."),
    "rules_numeric_step": N_("The step should divide the range from {low} to {high} evenly; {value} does not."),
    "rules_not_one_of": N_("The setting {key} should be one of: {known}. It is {value}."),
    "rules_out_of_range": N_("The setting {key} should be between {low} and {high}, not {value}."),
    "rules_not_positive": N_("The setting {key} should be more than 0, not {value}."),
    "rules_weights_sum": N_("The weights of {key} should add up to 1; they add up to {sum}."),
    "rules_weights_missing": N_(
        'The weights of the groups (section weights) must be given, unless averaging.order is "pooled".'
    ),
    "rules_bottom_incomplete": N_('The bottom rule "{rule}" needs {key}; it is missing.'),
    "rules_name_taken": N_("The name {value} is already used by a different rule set."),
    # --- settings of a scheme -------------------------------------------------------------------
    "rules_settings_not_toml": N_(
        "The settings should be valid TOML; there is an error at line {line}, character {column_number}."
    ),
    "rules_setting_missing": N_("{key} must be given."),
    "rules_setting_type": N_("The setting {key} should be {expected}, not {value}."),
}

SUGGESTIONS: dict[str, str] = {
    "empty_file": N_("Check that the right file was chosen, and save it again."),
    "header_only": N_("Check that the rows were saved, and that the right sheet comes first."),
    "not_a_table": N_("Open it in the program it came from and save it as .xlsx or as CSV UTF-8."),
    "html_as_excel": N_("Open it in Excel or WPS, choose Save As, and save it as an Excel workbook (.xlsx)."),
    "wps_table": N_("Open it in WPS, choose File, Save As, the type Microsoft Excel (*.xlsx), and import that file."),
    "workbook_locked": N_(
        "Open it with its password, remove the password (File, Info, Protect Workbook), and save it as .xlsx."
    ),
    "macro_workbook": N_("Choose Save As and the type Excel workbook (.xlsx), without macros."),
    "workbook_too_large": N_(
        "Delete unused sheets, pictures and empty formatted rows, or save the sheet as CSV UTF-8."
    ),
    "more_faults": N_("Correct these where the file comes from and export it again; what is left is listed then."),
    "too_many_sheets": N_("Copy the sheets with the records into a new workbook, or save one sheet as CSV UTF-8."),
    "workbook_bad_path": N_(
        "Do not use this file. Ask its sender for it again and export it from the original system."
    ),
    "workbook_unreadable": N_(
        "Open it in Excel or WPS. If it opens, save it again as .xlsx; otherwise ask for the file again."
    ),
    "rows_lost": N_(
        "Ask for the file again, or open it in Excel or WPS, compare its rows with the original, and save it as .xlsx."
    ),
    "workbook_cell_far_away": N_("Copy only the table into a new workbook and save that."),
    "hidden_sheet": N_("If the data are on a hidden sheet, unhide it and import again; otherwise confirm."),
    "hidden_rows": N_("Delete the hidden rows if they should not count; otherwise confirm."),
    "hidden_columns": N_("Delete the hidden columns if they should not count; otherwise confirm."),
    "several_sheets": N_(
        "If that is the right sheet, confirm; otherwise choose another: from the list on the page, or with "
        "--sheet NAME on the command line."
    ),
    "sheet_not_found": N_("Choose one of the sheets named."),
    "confirm_sheets": N_(
        "If each table holds the votes on that unit, confirm; otherwise add a column with the unit to each table."
    ),
    "sheets_aside": N_("If none of them holds votes, confirm; otherwise give it the columns and the name of its unit."),
    "sheet_header_differs": N_(
        "Give all sheets the same columns, or hide a sheet that is not to be read: hidden sheets are left out and named."
    ),
    "unit_named_twice": N_("Correct whichever of the two is wrong, then import the workbook again."),
    "formula_without_value": N_(
        "Open the file in Excel or WPS, let it calculate, paste the results as values, and save."
    ),
    "csv_in_zip": N_(
        "Right-click the archive, choose Extract All, and import the file inside; large CSV files may be packed as .csv.gz."
    ),
    "gz_broken": N_("Pack or download the file again and compare its size."),
    "file_too_large": N_("Split the file and import the parts one after another."),
    "unknown_encoding": N_("Open it in Excel or WPS and save it as CSV UTF-8 or as .xlsx."),
    "big5_unproven": N_("Open it in Excel or WPS, look at the characters, and save it as “CSV UTF-8” or .xlsx."),
    "mixed_encoding": N_(
        "Two files were probably joined as text. Import them one by one, or join them in Excel and save as .xlsx."
    ),
    "truncated_character": N_("Copy or download the file again; the transfer was probably interrupted."),
    "utf16_without_mark": N_("Open it in Excel or WPS and save it as CSV UTF-8."),
    "nul_character": N_("Export the file again from the original system; the copy is damaged."),
    "fullwidth_delimiter": N_(
        "Put half-width commas between the columns, or open the file in Excel or WPS, divide it into columns and save it as .xlsx."
    ),
    "too_many_columns": N_("Delete the columns that do not belong to the table, also empty ones that are formatted."),
    "too_many_rows": N_("Split the file, or import it with the command line."),
    "missing_columns": N_("Add the names to the header row and save again, or choose which column holds them."),
    "duplicate_header": N_("Rename or delete one of the columns."),
    "no_header": N_(
        "If a row names them differently, choose once what each means: on the page under “Columns of the file”, "
        "on the command line with --map. Otherwise insert a first row as in the template: the button on the upload page, "
        "or “biaochi template” on the command line."
    ),
    "unknown_column": N_(
        "If it is not needed, confirm; otherwise rename it as in the template: the button on the upload page, or "
        "“biaochi template” on the command line."
    ),
    "personal_column": N_(
        "Nothing was stored. Delete the column and save again, or take a copy of the file without personal data: with "
        "the button on the upload page, or with --clean-copy FILE on the command line."
    ),
    "confirm_units": N_(
        "If each of them is a unit, confirm; otherwise choose what the column is: on the upload page, or with --map "
        "on the command line."
    ),
    "confirm_indicators": N_(
        "If each of them was put to the evaluators, confirm; otherwise choose which are not read: on the upload page, "
        "or with --map COLUMN=ignored on the command line."
    ),
    "confirm_ignored": N_(
        "If it holds no votes, confirm; otherwise choose what it is: on the upload page, or with --map "
        "COLUMN=indicator on the command line."
    ),
    "confirm_void": N_("If they should be scored, confirm; otherwise delete these rows and import the file again."),
    "scale_differs": N_(
        "Choose the rules with this scale; if the header is wrong, correct it in the file and import again."
    ),
    "confirm_category": N_("If they are different categories, confirm; otherwise write one name in all files."),
    "confirm_registered_category": N_(
        "If the register is right, confirm; otherwise correct the register or the file, then import again."
    ),
    "confirm_register_column": N_(
        "If no result depends on it, confirm; otherwise choose what it is: on the upload page, or with --map "
        "on the command line."
    ),
    "field_not_used": N_("Nothing needs to be done."),
    "confirm_direction": N_(
        "If lower is better for each of them, confirm; otherwise add the column 方向 with 越高越好 or 越低越好."
    ),
    "direction_by_default": N_("If lower is better for any of them, add the column 方向 with 越低越好 for it."),
    "confirm_title": N_(
        "If the file is right as it is read, confirm; otherwise choose the other round or rules, or write plain counts, "
        "and import it again."
    ),
    "confirm_heading": N_(
        "If these are all votes of the line, confirm; otherwise give the file a column for what the heading names, such "
        "as 评议主体, or import the file that has all votes."
    ),
    "confirm_points": N_("If the points of the rules count, confirm; otherwise choose or add the rules of this form."),
    "confirm_sums": N_("If none of them is a sum, confirm; otherwise delete these rows and import again."),
    "confirm_empty": N_(
        "If each of them is a unit, confirm; otherwise, as with the heading of a section, delete the row."
    ),
    "confirm_names": N_(
        "If each of them is another unit, confirm; otherwise delete numbers and marks, so that a unit has one name, and "
        "the rows that are no units."
    ),
    "confirm_groups": N_(
        "If each of these tables holds the votes of that group, confirm; otherwise add a column with the group to it."
    ),
    "confirm_group_headings": N_(
        "If each heading holds the votes of that group, confirm; otherwise import a line for each group, with a column for "
        "the group."
    ),
    "confirm_struck": N_("If they count, confirm; otherwise delete these rows and import the file again."),
    "confirm_notes": N_("Read them. If none of them changes a number, confirm; otherwise correct the cells first."),
    "notes_not_read": N_("Nothing needs to be done if none of them changes a number."),
    "no_number": N_("Nothing needs to be done if no number was published there."),
    "measure_differs": N_("Write the votes themselves, and nothing in brackets behind the grade."),
    "two_marks": N_("Empty the cells that were not chosen, or replace the sign of the chosen ones by √ throughout."),
    "votes_not_read": N_(
        "If it is a grade, rename it to one of {known}, or read it as one with --value WORD=GRADE; if it holds no "
        "votes, leave it out with --map COLUMN=ignored. The upload page offers both."
    ),
    "figure_differs": N_("Find out which of the two was copied wrongly; the counts are what is imported."),
    "header_width": N_(
        "Look at the end of the header: delete a delimiter too many, or add the name of the column that is missing."
    ),
    "header_repeated": N_("Delete the repeated header rows."),
    "short_row": N_("Compare the row with the ones above and fill in what is missing."),
    "long_row": N_('Put straight quotation marks (") around text that contains a comma, or save as .xlsx.'),
    "unclosed_quote": N_("Add the closing quotation mark or delete the opening mark."),
    "swallowed_rows": N_(
        "Open the file in a text editor, delete the stray quotation marks in rows {row} and {last}, or export "
        "the table again from the original system."
    ),
    "same_meaning": N_("Delete one of them, or rename the column that means something else."),
    "title_row": N_("If that row is the header, confirm; otherwise delete the rows above the header."),
    "glued_units": N_("Give each unit a separate row, with its name and its figures in separate columns."),
    "note_row": N_("If it is a remark, confirm; else fill in the other cells of the row."),
    "totals_row": N_("If it is a total, confirm; otherwise give the row its proper name."),
    "merged_cells": N_(
        "Confirm if every row of the area has that value; otherwise unmerge the cells and fill them in."
    ),
    "merged_number": N_("Unmerge the cells and write into each the number that belongs there."),
    "blank_rows": N_(
        "Confirm if no row is missing there and the rows below belong to the same table; otherwise correct the file."
    ),
    "cut_last_row": N_(
        "Compare the row with the original. Confirm if it is complete; otherwise copy or export the file again."
    ),
    "equal_rows": N_(
        "Confirm if every row is one evaluator's ballot and no ballot was entered twice; otherwise add the "
        "ballot numbers."
    ),
    "missing_value": N_("Look it up on the paper form and fill it in."),
    "unknown_unit": N_(
        "Correct the name. If it is another name of a registered unit, confirm it once as an alias; add a new "
        "unit to the register first."
    ),
    "unit_alias_used": N_("Confirm if both are the same unit; otherwise correct the register."),
    "ambiguous_unit": N_("Write the full name of the unit."),
    "quotes_in_name": N_("Confirm if this is the unit meant."),
    "unknown_group": N_("Correct the name, or add the group and its weight to a new rule set."),
    "unknown_indicator": N_("Correct the name, or add the indicator to a new rule set."),
    "unknown_grade": N_(
        "Correct the grade, or add it to a new rule set: with its points, or among the words that are not scored."
    ),
    "unknown_choice": N_("Choose one of the words listed."),
    "edit_does_not_fit": N_("Undo the correction and look at the cell again."),
    "score_not_a_number": N_("Write digits only, without a unit or percent sign, as on the paper form."),
    "score_out_of_range": N_("Check the paper form and correct it."),
    "score_off_step": N_("Check the paper form and correct it."),
    "score_too_precise": N_("Check the paper form and correct it; do not paste computed averages."),
    "not_a_number": N_("Write digits only, without a unit or percent sign."),
    "not_a_date": N_("Write the date as year-month-day."),
    "serial_date": N_("If this is the date meant, confirm; otherwise format the column as a date."),
    "count_not_whole": N_("Enter the number of votes, not a share."),
    "count_negative": N_("Check the original count and correct it."),
    "name_too_long": N_("Probably two cells ran together; check the row."),
    "control_character": N_("Type the text again instead of pasting it."),
    "ballot_in_two_groups": N_("Check the ballot: correct its group, or give one of the two another number."),
    "duplicate_count": N_("Compare both rows with the record of the count and delete the duplicate."),
    "duplicate_line": N_("Compare both rows with the paper form and delete the duplicate."),
    "upload_overlaps": N_(
        "If this file corrects the earlier file, let it replace that file: on the upload page, or with --replace "
        "on the command line. Otherwise delete the lines already imported."
    ),
    "already_imported_line": N_(
        "Leave the row out, or import a complete correction that replaces the earlier uploads: on the upload "
        "page, or with --replace on the command line."
    ),
    "record_in_other_upload": N_(
        "Leave the row out, or import a complete correction that replaces the earlier uploads: on the upload "
        "page, or with --replace on the command line."
    ),
    "reserved_category": N_("Give the category another name, such as 全体单位."),
    "unit_in_two_categories": N_("Decide on the unit's category for this round and correct the other rows."),
    "duplicate_unit": N_("Delete one of the two rows."),
    "duplicate_roster_no": N_("Give one of the two units another roster number."),
    "duplicate_key": N_("Delete or correct one of the two rows."),
    "not_whole": N_("Check the original and write digits only."),
    "out_of_range": N_("Check the original and correct the number."),
    "below_lowest": N_("Check the original and correct the number."),
    "before_start": N_("Check both dates; they may have been swapped."),
    "more_than_whole": N_("Check both numbers; they may have been swapped."),
    "parts_differ": N_("Check the three numbers against the record of the count."),
    "missing_because": N_("Look it up on the original and fill it in."),
    "not_alone": N_("Correct the days of one of them, or leave one out."),
    "twice_paired": N_("Give the earlier pairing its end, or accept the warning with a reason."),
    "not_announced": N_("Check both dates; if they are right, accept the warning with a reason."),
    "must_be_empty": N_("Clear the cell, or correct {because}."),
    "sum_exceeds": N_("Check these numbers against the record of the count."),
    "too_precise": N_("Check the original and correct the number."),
    "short_notice": N_("Correct the date if it is wrong; otherwise give the reason."),
    "part_and_whole": N_("Delete the row of the entire assembly, or its parts."),
    "no_quorum": N_("Nothing needs to be done; the motion counts as not passed."),
    "result_differs": N_("Check the votes against the minutes; the result by the votes is used."),
    "no_minutes": N_("Correct the cell if there are minutes; otherwise give the reason."),
    "unknown_motion": N_("Correct the number, or import the table of motions first."),
    "levy_over_cap": N_("Correct the share or the cap if they are wrong; otherwise give the reason, which is kept."),
    "not_passed": N_("Check the number of the motion and its votes; otherwise give the reason."),
    "few_signatures": N_("Correct the number of signatures if it is wrong; otherwise give the reason."),
    "no_receipt": N_("Fill in the column if there are receipts; otherwise give the reason."),
    "several_shares": N_("Nothing needs to be done if several persons paid together, or gave more than asked."),
    "needs_rows": N_("Import the table “{table}” first, or correct the entry."),
    "base_too_small": N_("Check both numbers; confirm, with the reason, if both are right."),
    "decided_without_survey": N_("Import the table “{table}” first, or correct the decision or the procedure."),
    "decided_without_proof": N_("Import the survey first, or confirm, with the reason, that there was none."),
    "decided_too_early": N_("Check both dates."),
    "unknown_reference": N_("Correct it, or import the table “{table}” first."),
    "unknown_place": N_("Correct it, or add the place to the register of places first."),
    "after_term": N_("Correct the date; what was approved later has no effect and is left empty."),
    "referred_differs": N_("Correct the number, or import the other table first."),
    "measure_without_finding": N_("Correct the number, or import the register with the finding first."),
    "other_unit": N_("Confirm, with the reason, if the decision names the earlier unit; otherwise correct the unit."),
    "registered_twice": N_("Confirm, with the reason; if they are two entries, correct what differs."),
    "not_confirmed": N_("Take the penalty out of the file, or give the basis that it rests on."),
    "cycle": N_("Correct the place above one of the two."),
    "not_a_code": N_("Give it a random code; the office keeps the list of codes."),
    "not_a_quarter": N_("Write the quarter as year and number."),
    "not_a_month": N_("Write the month as year-month."),
    "not_spans": N_("Write the first and the last day of each span; a span begins after the span before it."),
    "date_in_future": N_("Correct the date, or the as-of day of the file."),
    "past_changed": N_("Confirm, with the reason, if the earlier entry was wrong; otherwise correct the file."),
    "event_order": N_("Correct the day or the kind of the event."),
    "without_effect": N_("Nothing needs to be done; the due day stays as it was."),
    "post_unmatched": N_(
        "If it is the same post, write it alike in this file. If it is another post, confirm with the reason: then both stay apart."
    ),
    "day_off": N_("Nothing needs to be done."),
    "excused_by_events": N_("Check that each event took place on its day; what was printed before is not changed."),
    "due_days_moved": N_("Nothing needs to be done; tell those who answer."),
    "outside_service": N_(
        "Confirm, with the reason: such visits are not counted. Otherwise correct the visit or the table of posts."
    ),
    "too_many": N_("Confirm, with the reason, if the visits took place; otherwise correct the file."),
    "all_on_last_day": N_(
        "Confirm, with the reason, if the visits took place on that day; otherwise correct the days."
    ),
    "row_vanished": N_(
        "Confirm, with the reason, if they were taken off the register: they keep their last state. Otherwise import the file without marking it as complete."
    ),
    "snapshot_older": N_("Nothing needs to be done."),
    "as_of_differs": N_("Confirm if {day} is right; otherwise choose the other day."),
    "deduction_positive": N_("Write it with a minus sign, such as -2."),
    "alias_taken": N_("If the name belonged to one unit first and to another later, give the dates for both."),
    "register_same_names": N_("Give the two units names that readers can distinguish."),
    "unknown_participation": N_("Choose one of the words listed."),
    "wrong_round": N_("Choose the other round, or delete these rows from the file."),
    "two_rounds": N_("Split the file into one file for each round."),
    "excel_error": N_("Correct the formula in Excel or type the value itself."),
    "grade_and_score": N_("Keep the value on the paper form and clear the other cell."),
    "share_without_base": N_("Add a column with the number of votes."),
    "share_not_whole": N_("Take the counts themselves from the source."),
    "weight_not_one": N_("Correct the weights so that they add up to exactly 1."),
    "counts_need_overall": N_("Import the ballots themselves, or use a rule set with one indicator."),
    "formula_text": N_("Delete the character at the beginning (= + - @), or type the text again."),
    "line_break_in_name": N_("Confirm if the name is right as shown."),
    "personal_value": N_(
        "Nothing was stored. Delete them and save again, or take a copy of the file without personal data: with the "
        "button on the upload page, or with --clean-copy FILE on the command line."
    ),
    "personal_text": N_(
        "Nothing was stored. Delete these parts of the text and save again, or take a copy of the file without them: with "
        "the button on the upload page, or with --clean-copy FILE on the command line."
    ),
    "personal_elsewhere": N_("Nothing was stored. Remove it from the file, save it again and import that file."),
    "damaged_identifier": N_(
        "Format the column {column} as text in the file where the numbers are still right, export it again, and import "
        "that file."
    ),
    "sampling_weight": N_(
        "If every ballot counts the same, delete the column {column}; otherwise ask the office that set the weights."
    ),
    "group_gives_one_score": N_("Nothing is removed. Confirm, and find out how these ballots were collected."),
    "personal_ballot_id": N_(
        "Nothing was stored. Give the ballots new random numbers, or take a copy of the file in which they have new "
        "numbers: with the button on the upload page, or with --clean-copy FILE on the command line."
    ),
    "two_rule_sets": N_("Import with the rule set already in use, or replace all uploads of the round."),
    "rules_not_toml": N_('Compare it with the example rules/demo-2025.toml; texts need straight quotation marks (").'),
    "rules_unknown_key": N_("Correct the spelling or delete it."),
    "rules_out_of_scope": N_("Delete the setting."),
    "rules_other_name": N_("Correct the name; the examples in the folder rules show each setting."),
    "rules_nothing_set": N_("Give one of them, or delete the section."),
    "rules_one_of": N_("Keep whichever the scoring document names."),
    "rules_needs_section": N_("Add the section, or choose another word."),
    "rules_lines_rise": N_("Put the pairs in order; each first number once."),
    "rules_lines_fall": N_("Put the classes in order, the best first."),
    "rules_ballots_once": N_("Delete the source of the component that is the ballots, and give the others theirs."),
    "rules_ballots_plain": N_("Delete the other settings, or give the component a source."),
    "rules_two_classes": N_("Name every class of the scoring document."),
    "rules_last_class": N_("Delete it; the line of the class above is where the last begins."),
    "rules_apart_weight": N_("Keep it in one place only."),
    "rules_reserved_word": N_("Choose another name, also in the files of the round."),
    "rules_missing": N_("Add it; the example rules/demo-2025.toml shows how."),
    "rules_wrong_type": N_("Correct it as in the example rules/demo-2025.toml."),
    "rules_empty_text": N_("Fill it in: it is printed with every result."),
    "rules_bad_name": N_("Choose a short name such as 2025."),
    "rules_no_scale": N_(
        "Give the section points if the forms have grades, or the section numeric if they have scores."
    ),
    "rules_two_scales": N_("Keep whichever the forms use."),
    "rules_no_points": N_("List every grade of the form with its points."),
    "rules_points_too_precise": N_("Round the points to two decimals, as the scoring document says."),
    "rules_grade_twice": N_("Keep it in one place only."),
    "rules_numeric_order": N_("Swap or correct them."),
    "rules_numeric_step": N_("Correct the step or leave it out."),
    "rules_not_one_of": N_("Choose one of the words listed."),
    "rules_out_of_range": N_("Correct the number; shares, weights and levels are fractions: 0.15 for 15%."),
    "rules_not_positive": N_("Correct the number, or delete the line if it should not count."),
    "rules_weights_sum": N_("Correct the weights so that they add up to exactly 1."),
    "rules_weights_missing": N_("List every evaluator group with its weight."),
    "rules_bottom_incomplete": N_("Add it to the section of the rule, or choose another rule."),
    "rules_name_taken": N_(
        "Rules that have been used are never overwritten. Choose a new name, such as the old name with -2."
    ),
    "rules_settings_not_toml": N_(
        'Compare it with the rules.toml of the scheme; texts need straight quotation marks (").'
    ),
    "rules_setting_missing": N_(
        "Add it as in the rules.toml of the scheme; each setting has a value, a why and a source."
    ),
    "rules_setting_type": N_("Correct it as in the rules.toml of the scheme."),
}

# More specific words for a code: code -> the fact that the problem then has -> (sentence, suggestion).
WORDINGS: dict[str, dict[str, tuple[str, str]]] = {
    "duplicate_line": {
        "other_grade": (
            N_(
                "A ballot grades a unit once on each indicator; this line gives {value} “{grade}”, but {earlier} gives "
                "“{other_grade}”: the two contradict each other."
            ),
            N_("Do not delete either line yet. Check the paper ballot, then keep the line that agrees with it."),
        ),
    },
    "equal_rows": {
        "records": (
            N_(
                "Without numbers, each of the {lines} rows counts as a separate entry; {count} of them are identical to an "
                "earlier row."
            ),
            N_("Confirm if every row is a separate entry; otherwise add the numbers."),
        ),
    },
    "figure_differs": {
        "figures": (
            N_("{column} prints {printed}; the other figures of the table give {found}."),
            SUGGESTIONS["figure_differs"],
        ),
        "receipts": (
            N_("{column} says {printed} yuan; the receipts on record add up to {found}."),
            N_("Find out which of the two is wrong; the receipts are what counts."),
        ),
        "rows": (
            N_("The line of totals prints {printed} under {column}; the {rows} rows above give {found}."),
            SUGGESTIONS["figure_differs"],
        ),
    },
    "past_changed": {
        "due": (
            N_(
                "{column} of {key} was put back: as of {since} it was {old} and overdue since {due}, this file has {new}."
            ),
            SUGGESTIONS["past_changed"],
        ),
        "overdue": (
            N_(
                "{key} was late as of {since}, as it was due on {overdue}; with {new} under {column} it is in no share any more."
            ),
            SUGGESTIONS["past_changed"],
        ),
    },
    "measure_without_finding": {
        "decisions": (
            N_("{decisions} rest on {value}, whose finding is now {given}, not one of these: {known}."),
            N_("Confirm, with the reason, if the finding was lifted; otherwise correct it."),
        ),
    },
    "unknown_reference": {
        "first": (
            N_("{column} should name the first entry, which is {first}; {value} is itself a repetition."),
            N_("Write {first} in its place."),
        ),
        "repeated_by": (
            N_("Other entries repeat this entry, {repeated_by}; it cannot be a repetition of {value} as well."),
            N_("Let the others name {value} first."),
        ),
        "later": (
            N_("{column} should name the entry that came in first; {value} came in later, on {later}."),
            N_("Let the later entry name the earlier entry."),
        ),
    },
    "personal_elsewhere": {
        "sheet_name": (
            N_("A file must not identify a person; the name of a sheet contains {what}."),
            SUGGESTIONS["personal_elsewhere"],
        ),
        "cells": (
            N_("A file must not identify a person; sheet {sheet} contains {what} (cells: {count}): {cells}."),
            SUGGESTIONS["personal_elsewhere"],
        ),
        "notes": (
            N_("A file must not identify a person; notes on cells of sheet {sheet} contain {what} ({count}): {notes}."),
            SUGGESTIONS["personal_elsewhere"],
        ),
    },
    "before_start": {
        "after": (
            N_("{column} should be later than {start}; this cell has {value}."),
            SUGGESTIONS["before_start"],
        ),
    },
    "missing_because": {
        "instead": (
            N_("{column} must be filled in where {instead} is not; both are empty."),
            SUGGESTIONS["missing_because"],
        ),
    },
    "below_lowest": {
        "by": (
            N_("{column} should be more than {low}, not {value}."),
            N_("Write the number without a sign, and say under {by} which way it goes: {words}."),
        ),
    },
    "more_than_whole": {
        "spent": (
            N_(
                "A project spends what it has; by {day}, {project} had received {raised} yuan and spent {spent}, and no "
                "loan is on record."
            ),
            N_("Check amounts and dates; import the receipts first, and a loan as an entry of its source."),
        ),
    },
    "parts_differ": {
        "parts": (
            N_("{parts} should add up to {value}, the number under {whole}; they add up to {sum}."),
            SUGGESTIONS["sum_exceeds"],
        ),
    },
    "personal_column": {
        "instead": (
            N_("A file must not identify a person; the column {column} does. {instead} takes a code in its place."),
            SUGGESTIONS["personal_column"],
        ),
    },
    "unknown_column": {
        "cells": (
            N_("The column {column} is not recognised and is left out (filled cells: {cells})."),
            SUGGESTIONS["unknown_column"],
        ),
    },
    "record_in_other_upload": {
        "as_of": (
            N_("The register as of {as_of} has {value} already, in {earlier} (upload {upload})."),
            N_(
                "Give the file another as-of day, or let it replace the earlier file of that day: on the upload "
                "page, or with --replace on the command line."
            ),
        ),
        "many": (  # several lines reported together
            N_(
                "Each record is imported once; {many} records of this import are already in {earlier} (upload "
                "{upload})."
            ),
            N_(
                "Leave these rows out, or import a complete correction that replaces the earlier uploads: on the "
                "upload page, or with --replace on the command line."
            ),
        ),
    },
    "duplicate_unit": {
        "second": (
            N_("A code belongs to one unit; {value} has two names: “{other}” in {earlier} and “{second}” here."),
            N_("Give one of the two units another code, or delete the row that is wrong."),
        ),
        "other": (
            N_("Each unit appears once; {value} is already in {earlier} as {other}."),
            N_("Delete one of the two rows."),
        ),
    },
}

LEVELS = {"error": N_("Error"), "warning": N_("Warning"), "note": N_("Note")}
# Warnings that ask what something means; accepting warnings does not answer them.
QUESTIONS = frozenset(
    {
        "confirm_units",
        "confirm_sheets",
        "confirm_indicators",
        "confirm_ignored",
        "confirm_void",
        "confirm_category",
        "confirm_registered_category",
        "confirm_register_column",
        "confirm_direction",
        "confirm_title",
        "confirm_heading",
        "confirm_points",
        "confirm_sums",
        "confirm_empty",
        "confirm_names",
        "confirm_groups",
        "confirm_group_headings",
        "confirm_struck",
        "confirm_notes",
    }
)


@dataclass(frozen=True)
class Problem:
    """Problem in a file or rule set. Rows count as Excel does: the header of a plain table is row 1."""

    code: str
    level: str = "error"
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Check that all facts are present: a sentence with a gap is a programmer's mistake, never shown to a clerk."""
        if self.code not in SENTENCES or self.level not in LEVELS:
            raise ValueError(f"no such problem: {self.level} {self.code!r}")
        given = set(self.facts) | {n for n in PLACES_OF_A_PROBLEM if getattr(self, n) is not None}
        needed = fields_of(self._words[0]) | fields_of(self._words[1])
        if not needed <= given:
            missing = ", ".join(sorted(needed - given))
            raise ValueError(f"problem {self.code!r} lacks {missing}")

    def message(self, language: str) -> str:
        """Return what should hold and what the file has, in a sentence or two."""
        return self._filled(self._words[0], language)

    def suggestion(self, language: str) -> str:
        """Return what to do next; it begins with the nearest valid words when the fact `close` has any."""
        advice = self._filled(self._words[1], language)
        if not self.facts.get("close"):
            return advice
        question = self._filled(N_("Did you mean {close}?"), language)
        return f"{question}{PUNCTUATION[language].gap}{advice}"

    def place(self, language: str) -> str:
        """Return file, sheet, row and column as far as they are known; empty when none is."""
        parts = [
            translate(N_("sheet {sheet}"), language) if self.sheet is not None else "",
            translate(N_("row {row}"), language) if self.row is not None else "",
            translate(N_("column {column}"), language) if self.column is not None else "",
        ]
        where = [self.file or "", *(part.format_map(self._shown(language)) for part in parts)]
        return PUNCTUATION[language].comma.join(filter(None, where))

    def as_dict(self, language: str) -> dict[str, str | int | None]:
        """Return the fields of `import --format json`."""
        fields = {name: getattr(self, name) for name in ("level", "code", *PLACES_OF_A_PROBLEM)}
        words = {"message": self.message(language), "suggestion": self.suggestion(language)}
        return {**fields, **words}

    @property
    def _words(self) -> tuple[str, str]:
        """Return sentence and suggestion: those of the code, or the wording for a fact that this problem has."""
        for fact, words in WORDINGS.get(self.code, {}).items():
            if fact in self.facts:
                return words
        return SENTENCES[self.code], SUGGESTIONS[self.code]

    def _filled(self, sentence: str, language: str) -> str:
        return translate(sentence, language).format_map(self._shown(language))

    def _shown(self, language: str) -> dict[str, str]:
        place = {name: getattr(self, name) for name in PLACES_OF_A_PROBLEM}
        return {key: _shown(fact, language) for key, fact in {**place, **self.facts}.items()}


@cache
def places(code: str) -> frozenset[str]:
    """Return the facts that the sentence and the suggestion of a code need."""
    return fields_of(SENTENCES[code]) | fields_of(SUGGESTIONS[code])


def fields_of(sentence: str) -> frozenset[str]:
    """Return the names in braces of a sentence."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def has_errors(problems: list[Problem]) -> bool:
    """Return whether any problem prevents the import, rather than asking for a confirmation."""
    return any(problem.level == "error" for problem in problems)


def _shown(fact: object, language: str) -> str:
    """Return a fact as text: lists joined, our words translated, invisible characters escaped.

    A mapping holds a sentence of ours in each language.
    """
    if isinstance(fact, Term):
        return translate(str(fact), language)
    if isinstance(fact, Proposal):
        unit = f"{fact}[{fact.code}]" if fact.code else str(fact)
        return translate(fact.reason, language).format(unit=_visible(unit))
    if isinstance(fact, Place):
        sentence = N_("{file}") if fact.row is None else N_("row {row} of {file}")
        sentence = N_("rows {rows} of {file}") if fact.rows else sentence
        return translate(sentence, language).format(
            file=_visible(fact.file), row=fact.row, rows=_shown([*fact.rows], language)
        )
    if isinstance(fact, list | tuple | set | frozenset):
        items = sorted(fact, key=str) if isinstance(fact, set | frozenset) else fact
        return join((_shown(item, language) for item in items), language)
    if isinstance(fact, Mapping):
        return str(fact[language])
    if isinstance(fact, float):
        return f"{fact:.10g}"
    return _visible("" if fact is None else str(fact))


def joined(texts: list[str], language: str) -> str:
    """Join texts of a file as a readable list."""
    return _shown(texts, language)


def _visible(text: str) -> str:
    """Return at most LONGEST_SHOWN characters, with control and format characters as code points."""
    short = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    return "".join(
        f"<U+{ord(c):04X}>" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn") else c for c in short
    )
