"""Worked examples of the schemes and checks that hold for the rows of every measure."""

import re
from datetime import date

import pandas as pd

from data.sample.city import ROUNDS, demo_register
from data.sample.community import City, shared_files
from data.store import ImportOptions, Store
from schemes.frame import COUNTED, NOT_TESTED, ROW, Asked, Period
from schemes.worked_examples import worked_examples


def cases(scheme, section):
    """Examples of a section, each with its name for a report of faults."""
    found = [example for example in worked_examples(scheme) if example.section == section]
    assert found, f"{scheme}/spec.csv has no section {section}"
    return found


def yes(text):
    return {"yes": True, "no": False, "none": None, None: None}[text]


def number(text):
    return None if text is None else int(text)


def faults(example, **answered):
    """What differs between an answer and the example, one line each; only what is answered is compared."""
    told = {name: "" if value is None else str(value) for name, value in answered.items()}
    wanted = {name: example.expected.get(name, "") for name in answered}
    return [
        f"{example.section} {example.case} {name}: {told[name]!r}, expected {wanted[name]!r}"
        for name in answered
        if told[name] != wanted[name]
    ]


def word(flag):
    return {True: "yes", False: "no", None: "none"}[flag]


def asked(period="2026", as_of="2026-12-31", by="all"):
    return Asked(Period.of(period), date.fromisoformat(as_of), by, "test", "release-1")


def complete(rows):
    """Every row says what, of how many, of which days, why there is no interval, and under which settings."""
    assert list(rows.columns) == list(ROW)
    for column in (
        "scheme",
        "measure",
        "by",
        "period_from",
        "period_to",
        "as_of",
        "n",
        "of_what",
        "verdict",
        "rules",
        "release",
    ):
        assert rows[column].notna().all(), column
    assert (rows["low"].notna() | rows["why_no_interval"].notna()).all()
    assert rows.loc[rows["value"].isna(), "verdict"].isin([NOT_TESTED, "undecided"]).all()
    assert rows.loc[rows["verdict"].isin([NOT_TESTED, "undecided"]) & rows["value"].isna(), "reason"].notna().all()
    assert rows.loc[rows["verdict"] == COUNTED, "value"].notna().all()
    return rows


def value(rows, measure, key=""):
    """The value of one row."""
    (found,) = rows.loc[(rows["measure"] == measure) & (rows["key"] == key), "value"]
    return found


def frame(header, *lines):
    """A frame from lines with commas; an empty cell is missing."""
    names = header.split(",")
    rows = [[cell or None for cell in line.split(",")] for line in lines]
    return pd.DataFrame(rows, columns=names, dtype=object)


def load_schemes(path):
    """Fill a store with the register of units and the demonstration of every scheme, and publish it: no ballots."""
    from data.sample.community import registers_of_the_city
    from data.sample.load import load_files
    from data.store import Store
    from schemes.demonstration import scheme_files

    store = Store(path, threads=2)
    load_files(store, [*registers_of_the_city(), *scheme_files()])
    store.publish()


def load_scheme(path, scheme):
    """Load and publish the demonstration of a scheme with the registers that it needs, through the real import.

    The evaluation's ballots would cost most of the time, and a scheme reads none of them.
    """
    city, store = City(), Store(path, threads=2)
    with store.batch():
        for file in (*map(demo_register, ROUNDS), *shared_files(city), *scheme.demo(city)):
            reason = "demonstration" if file.as_of else None
            options = ImportOptions(demo=True, as_of=file.as_of, accept_warnings=reason)
            report = store.import_files(file.kind, [(file.name, file.content)], file.round_id, options)
            assert report.stored, (file.name, [problem.code for problem in report.problems[:9]])
    store.publish()


CODE = re.compile("[a-z0-9_.]+")


def _empty_cells(sheet, language):
    """What the rows of a sheet do not say, read by the header of each column as a reader does."""
    from results.fields import columns

    title = {column.title(language): name for name, column in columns("measures").items()}
    for row in sheet.rows:
        told = {title[head]: cell for head, cell in zip(sheet.headers, row, strict=True)}
        told["value_or_reason"] = told["reason"] if told["value"] is None else told["shown"]
        told["interval_or_why"] = told["why_no_interval"] if told["low"] is None else told["high"]
        lacks = [name for name in (*MUST, "measure", "interval_or_why") if told[name] in (None, "")]
        worded = ("measure", "of_what", "verdict") if language == "zh" else ()
        codes = [name for name in worded if CODE.fullmatch(str(told[name]))]
        if lacks or codes:
            yield told["measure"], told["key"], lacks, codes


MUST = ("value_or_reason", "n", "of_what", "period_from", "period_to", "as_of", "verdict", "rules", "release")


def guard_faults(scheme, release, period="", **narrowed):
    """Walk over every row that a scheme writes of a period, in every way to divide, as JSON and as sheet in both
    languages, cell by cell: `faults` of rows that do not say all that they must, and the number of `rows`.

    period : the year of the newest day if none is named. narrowed : `unit` or `place`, as the page and command narrow.
    """
    from reports import measure_table
    from schemes.chosen import choose, rows, ways

    day = scheme.latest_day(release)
    whole = choose(scheme, release, Period.of(period or str(day.year)), day, **narrowed)
    names, wrong, seen = scheme.names(release, day), [], 0
    for by in ("all", *ways(scheme.measures)):
        found = rows(whole.by(by))
        for row in measure_table.as_json(found, scheme, names, release)["rows"]:
            seen += 1
            told = {**row, "value_or_reason": "value" if row["value"] is not None else row["reason"]}
            lacks = [name for name in MUST if told[name] is None or told[name] == ""]
            lacks += ["interval or why none"] if row["low"] is None and not row["why_no_interval"] else []
            wrong += [(scheme.name, row["measure"], by, row["key"], lacks)] if lacks else []
        for language in ("zh", "en"):
            sheet = measure_table.as_sheet(found, scheme, names, release, language)
            short = [row for row in sheet.rows if len(row) != len(sheet.headers)]
            wrong += [(scheme.name, language, by, "cells", short)] if short or len(sheet.rows) != len(found) else []
            wrong += [(scheme.name, language, by, *lacks) for lacks in _empty_cells(sheet, language)]
    return {"faults": wrong, "rows": seen}
