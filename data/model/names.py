"""Normalisation of names in files, and the key they are matched on. Proposals for other names: name_proposals.py."""

import re
import unicodedata
from functools import lru_cache

# Zero-width and direction marks: they hide in pasted names and would split a unit into two.
INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
FORMULA_STARTS = ("=", "+", "@")
NAME_FORMULA_STARTS = (*FORMULA_STARTS, "-")  # no name begins with a minus sign; a grade may
# Signs before which our CSV files put an apostrophe; the reader removes it. formats/spreadsheet.py has the same set,
# since neither package may import the other; tests/data/intake/test_formulas.py compares them.
FORMULA_SIGNS = frozenset("=+-@|%\t\r\n")
EXCEL_ERRORS = frozenset({"#REF!", "#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#VALUE!", "#SPILL!", "#CALC!"})
LONGEST_NAME = 100
# Marks of footnotes: NFKC makes 102 of 10², a count of ten with footnote 2.
RAISED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u209c]")


@lru_cache(maxsize=1 << 14)  # the names of a register and the words of the contract are asked for again and again
def match_key(text: str) -> str:
    """Return the key that spellings of a name share: NFKC, no invisible marks, no white space, one case.

    Kangxi radicals, full-width letters and brackets are unified; look-alikes of other letters
    (巿 for 市, Cyrillic А) are not and stay unknown.
    """
    folded = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    return "".join(folded.split()).casefold()


def tidy(text: str) -> str:
    """Return the text as it is kept: without invisible marks, line breaks or outer white space."""
    return " ".join(INVISIBLE.sub("", text).split())
