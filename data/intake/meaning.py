"""Record of a reading: what each column was taken for, the votes that hang on it, and what a person confirmed.

The columns are judged in `ballot_columns.py`, `count_columns.py` and `register_columns.py`.

Settled are the words of the contract and of the rule set. Everything else is a reading that may be wrong while every
value looks right (code 2 under 年龄段 is no grade), so nothing is stored before a person has confirmed it by name. What
was confirmed holds for every later file with the same header.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from data.model.names import match_key
from i18n import N_, join, translate
from problems import QUESTIONS, Problem

FIELD, INDICATOR, UNIT, GRADE, CONTROL, IGNORED = "field", "indicator", "unit", "grade", "control", "ignored"
ROLES = {
    FIELD: N_("Field"),
    INDICATOR: N_("Indicator"),
    UNIT: N_("Unit"),
    GRADE: N_("Grade"),
    CONTROL: N_("Control figure"),
    IGNORED: N_("Not read"),
}
SUMS = {
    "scored": N_("Indicators that are scored"),
    "shown": N_("Indicators that are shown and not scored"),
    "grades": N_("Votes by grade"),
    "groups": N_("Votes by evaluator group"),
    "categories": N_("Units by category"),
    "cells": N_("Cells by what becomes of them"),
}
CELLS = {
    "votes": N_("scored"),
    "unscored": N_("kept and not scored"),
    "set_aside": N_("set aside"),
    "ignored": N_("in columns that are not read"),
}
# What a person may say of a column that is no field, by the words of --map. A value: the role that it sets.
_ROLE_WORDS = {
    INDICATOR: ("indicator", "作为指标", "指标列"),
    UNIT: ("unit", "作为单位", "单位列"),
    IGNORED: ("ignored", "不读取", "忽略"),
}
# Void answers, struck rows, notes, sums and empty lines of a file say nothing about those of the next.
OF_THIS_FILE = frozenset({"confirm_void", "confirm_struck", "confirm_notes", "confirm_sums", "confirm_empty"})
REMEMBERED = (QUESTIONS - OF_THIS_FILE) | {"unknown_column"}
# Rows without numbers are separate ballots where a row is a respondent: settled for this file, asked again of the next.
SETTLED_BY_CONFIRMING = REMEMBERED | OF_THIS_FILE | {"equal_rows"}
DIGEST_DIGITS = 16
SHOWN = 6  # names in a sentence


@dataclass(frozen=True)
class ColumnMeaning:
    """What a column is taken for. role: one of ROLES; means: the field, indicator, unit or grade; cells: filled cells;
    votes: cells that hold a grade or a number, or the votes that a column of counts adds up to.
    """

    file: str
    column: str
    role: str
    means: str = ""
    cells: int = 0
    votes: int = 0


@dataclass
class Meaning:
    """The reading of an upload's files.

    scored: indicator -> whether its grades enter the score. grades: grade -> lines. groups: evaluator group -> lines.
    categories: category -> units. cells: filled value cells by what became of them (read, votes, unscored, set_aside,
    ignored); the first is the sum of the others. questions: what a person must confirm.
    """

    columns: list[ColumnMeaning] = field(default_factory=list)
    scored: dict[str, bool] = field(default_factory=dict)
    grades: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)
    digest: str = ""

    def as_dict(self) -> dict[str, object]:
        """Return the reading for JSON."""
        return {
            "digest": self.digest,
            "columns": [
                {
                    "file": column.file,
                    "column": column.column,
                    "role": column.role,
                    "means": column.means,
                    "cells": column.cells,
                    "votes": column.votes,
                }
                for column in self.columns
            ],
            "indicators": [{"indicator": name, "scored": scored} for name, scored in self.scored.items()],
            "grades": [{"grade": name, "votes": votes} for name, votes in self.grades.items()],
            "groups": [{"group": name, "votes": votes} for name, votes in self.groups.items()],
            "categories": [{"category": name, "units": units} for name, units in self.categories.items()],
            "cells": self.cells,
        }


def of_fields(file: str, cells: Sequence[str], fields: Mapping[str, int], other: Iterable[str]) -> list[ColumnMeaning]:
    """Return the reading of a table whose columns are fields or not read."""
    read = [ColumnMeaning(file, cells[at], FIELD, name) for name, at in fields.items()]
    return [*read, *(ColumnMeaning(file, text, IGNORED) for text in other)]


def sums_in_words(meaning: "Meaning", language: str) -> list[str]:
    """Return a sentence for each of SUMS that the files have: what is counted, by which words."""
    every: dict[str, Mapping[str, int | None]] = {
        "scored": {name: None for name, scored in meaning.scored.items() if scored},
        "shown": {name: None for name, scored in meaning.scored.items() if not scored},
        "grades": {name or translate(N_("empty"), language): votes for name, votes in meaning.grades.items()},
        "groups": meaning.groups,
        "categories": meaning.categories,
        "cells": {translate(CELLS[name], language): cells for name, cells in meaning.cells.items() if cells},
    }
    sentence = translate(N_("{title}: {words}"), language)
    return [
        sentence.format(title=translate(SUMS[name], language), words=_words(counts, language))
        for name, counts in every.items()
        if counts
    ]


def _words(counts: Mapping[str, int | None], language: str) -> str:
    return join((name if count is None else f"{name} {count:,}" for name, count in counts.items()), language)


def shortened(names: Sequence[str]) -> list[str]:
    """Return the names that a sentence shows; the table of columns lists all of them."""
    return list(names) if len(names) <= SHOWN else [*names[:SHOWN], "…"]


def role_words(kind: str) -> dict[str, str]:
    """Map the match keys of words for a role to the role, for a kind of upload whose columns may hold grades."""
    roles = _ROLE_WORDS if kind == "ballots" else {IGNORED: _ROLE_WORDS[IGNORED]}
    return {match_key(word): role for role, words in roles.items() for word in words}


def columns_left_out(problems: Iterable[Problem]) -> set[str]:
    """Return the columns that are not read, whether a question names them or a warning."""
    found: set[str] = set()
    for problem in problems:
        names = problem.facts.get("columns")
        if problem.code in ("unknown_column", "confirm_register_column", "field_not_used") and problem.column:
            found.add(problem.column)
        elif problem.code in ("confirm_ignored", "confirm_void") and isinstance(names, list):
            found.update(map(str, names))
    return found


def key_of(problem: Problem) -> str:
    """Return the key under which the answer to a question is remembered: what is asked of which columns."""
    names = problem.facts.get("columns")
    named = sorted(map(str, names)) if isinstance(names, list | tuple) else [problem.column or "", problem.value or ""]
    return "\x1f".join((problem.code, *named))


def digest_of(kind: str, rules: str, problems: Iterable[Problem], choices: Mapping[str, Mapping[str, str]]) -> str:
    """Return the digest by which a person confirms: of the questions, and of what was mapped before they were asked."""
    keys = sorted({key_of(problem) for problem in problems if problem.code in SETTLED_BY_CONFIRMING})
    text = json.dumps([kind, rules, keys, {name: dict(sorted(of.items())) for name, of in sorted(choices.items())}])
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_DIGITS]


def still_open(problems: list[Problem], confirmed: Collection[str]) -> list[Problem]:
    """Return the problems without those that a person has answered for files of this shape."""
    return [p for p in problems if p.code not in SETTLED_BY_CONFIRMING or key_of(p) not in confirmed]


def to_remember(confirmed: Iterable[str]) -> tuple[str, ...]:
    """Return the answers that hold for later files of the shape, too."""
    return tuple(sorted(key for key in confirmed if key.split("\x1f")[0] in REMEMBERED))
