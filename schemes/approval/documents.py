"""Documents of risk assessments: opinion on a matter, filings, refusals, and what may be published.

A percentage is never alone: yes, base and what lacks are in front of it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from analytics.verdicts import CLEARED, CONFIRMED
from formats.document import Document, Form, Row, Section, plain
from formats.table_kinds import BASE, INTERVAL, NAME, VERDICT, Column, declared
from i18n import N_, translate
from reports.documents import scheme as parts
from reports.documents.common import BARE, table
from results import number_format
from results.contributions import names_of
from schemes.approval.measures import DECISIONS, REFUSED
from schemes.approval.surveys import (
    NO_RESULT,
    NOT_MET,
    QUESTIONS,
    SMALLEST_BASE,
    SMALLEST_CELL,
    forest,
    four_bases,
    matters,
    may_leave,
    primary_surveys,
    printed_share,
    questions,
    to_prove,
)
from schemes.approval.words import (
    BASE_WORDS,
    DOCUMENT_TITLES,
    OUTCOME_WORDS,
    PICTURE_WORDS,
    QUESTION_WORDS,
    REASON_WORDS,
    SAY_WORDS,
    SECTION_WORDS,
    STATE_WORDS,
    VERDICT_MARKS,
    forecast_sentence,
)
from schemes.chosen import Chosen, attention, rows
from schemes.frame import NOT_RANDOM, days, records, texts
from schemes.words import REASON_WORDS as SHARED_REASONS

BASES_TABLE = declared(
    "approval_bases",
    (
        Column("question", 26, True, header=N_("Asked about")),
        Column("base", 42, True, header=N_("Base")),
        Column("yes", 20, header=N_("Yes")),
        Column("n", 20, header=N_("Of")),
        Column("share", 22, header=N_("Share")),
        Column("line", 26, True, header=N_("Line")),
    ),
)
FILINGS = declared(
    "approval_filings",
    (
        Column("number", 25, True, header=N_("Assessment")),
        Column("matter", 36, True, header=N_("Matter")),
        Column("unit", 31, True, (NAME,), N_("Unit")),
        Column("decision", 18, True, header=N_("Decision")),
        Column("decided", 22, header=N_("Decided on")),
        Column("filing", 24, True, header=N_("Filing")),
    ),
    listed=True,
)
REFUSALS = declared(
    "approval_refusals",
    (
        Column("number", 25, True, header=N_("Assessment")),
        Column("matter", 32, True, header=N_("Matter")),
        Column("unit", 30, True, (NAME,), N_("Unit")),
        Column("share", 33, True, (BASE,), N_("Yes / base")),
        Column("evidence", 36, True, (INTERVAL, VERDICT), N_("Interval and verdict")),
    ),
)
PUBLISHED = declared(
    "approval_published",
    (
        Column("matter", 40, True, header=N_("Matter")),
        Column("class", 22, True, header=N_("Class")),
        Column("yes", 18, header=N_("Yes")),
        Column("others", 22, header=N_("Other answers")),
        Column("share", 28, True, header=N_("Share")),
        Column("verdict", 26, True, header=N_("Verdict")),
    ),
)
COUNTED_IN = {"人": N_("people"), "户": N_("households")}


def matters_by_number(chosen: Chosen) -> dict[str, str]:
    """Return number and name of the matters that a document can be about: those of the picture."""
    found = forest(chosen.frames, chosen.asked, chosen.settings) if "assessment" in chosen.frames else pd.DataFrame()
    return {str(row["assess_no"]): f"{row['assess_no']} {row['name']}" for row in records(found)}


def opinion(chosen: Chosen, language: str, form: Form = BARE, item: str = "") -> Document:
    """Return the opinion on a matter, or on every matter whose primary survey ended in the period."""
    found = records(matters(chosen.frames, chosen.asked, chosen.settings))
    wanted = {item} if item else set(matters_by_number(chosen))
    listed = [row for row in found if row["assess_no"] in wanted]
    title = parts.titled(chosen, DOCUMENT_TITLES["opinions"], language)
    if item and listed:
        title = _titled("opinion", language).format(name=plain(listed[0]["name"]))
    numbers = _Numbers(
        four_bases(chosen.frames, chosen.settings),
        questions(chosen.frames, chosen.asked, chosen.settings),
        primary_surveys(chosen.frames),
    )
    sections = [section for row in listed for section in _on(chosen, row, numbers, language)]
    return parts.scheme_document(chosen, "approval-opinion", title, sections, language, form)


class _Numbers(NamedTuple):
    """What all opinions read, computed once: bases and questions of every matter, and its primary survey."""

    bases: pd.DataFrame
    asked: pd.DataFrame
    surveys: Mapping[str, list[dict[str, Any]]]


def _on(chosen: Chosen, row: Mapping[str, object], numbers: _Numbers, language: str) -> Iterator[Section]:
    """Yield the sections on a matter: what it is, who was asked, the bases, and what may be claimed."""
    book = chosen.frames["assessment"]
    (entry,) = records(book[book["assess_no"] == row["assess_no"]])
    yield Section(plain(row["name"]), 1, tuple(_about(chosen, entry, language)))
    yield Section(_head("asked", language), 2, tuple(_asked(chosen, entry, language)))
    yield from _numbers(chosen, str(row["assess_no"]), numbers, language)
    survey = numbers.surveys.get(str(row["assess_no"]), [])
    yield Section(_head("claims", language), 2, tuple(_verdict(chosen, row, survey, language)))


def _about(chosen: Chosen, entry: Mapping[str, object], language: str) -> Iterator[str]:
    unit = names_of(chosen).get(str(entry["unit_code"]), entry["unit_code"])
    facts = {"name": plain(entry["name"]), "number": plain(entry["assess_no"]), "unit": plain(unit)}
    level = plain(entry["level"] or _head("unknown", language))
    yield _filled("about", language, **facts, level=level)
    if entry["decision"]:
        yield _filled(
            "decision",
            language,
            decision=decision_words(entry["decision"], language),
            day=_day(entry["decided_on"]),
            document=plain(entry["doc_no"]),
        )
    else:
        yield _filled("no_decision", language)


def _asked(chosen: Chosen, entry: Mapping[str, object], language: str) -> Iterator[str]:
    """Yield a paragraph for each consultation of a matter, the primary survey first."""
    given = chosen.frames.get("consultation")
    held = [] if given is None else records(given[given["assess_no"] == entry["assess_no"]])
    if not any(row["primary"] for row in held):
        yield _filled("nobody", language)
    for row in sorted(held, key=lambda row: not row["primary"]):
        yield _consultation(row, entry, language)


def _consultation(row: Mapping[str, object], entry: Mapping[str, object], language: str) -> str:
    unknown = _head("unknown", language)
    own = {
        **{"number": plain(row["consult_no"]), "method": plain(row["method"]), "design": plain(row["design"])},
        **{"first": _day(row["from"]), "last": _day(row["to"]), "declared": _day(row["declared_on"])},
        **{name: _count(row[name], unknown) for name in ("invited", "returned")},
        "unit": _counted_in(row["unit_of_count"], language),
        "population": _count(entry["population"], unknown),
    }
    words = _filled("primary" if row["primary"] else "other", language, **own)
    if row["stratum"] and row["primary"]:
        words += " " + _filled(
            "stratum", language, name=plain(row["stratum"]), size=_count(row["stratum_size"], unknown)
        )
    return words


def _numbers(chosen: Chosen, number: str, numbers: _Numbers, language: str) -> Iterator[Section]:
    """Yield the four bases of the questions that count as approval, and the three questions on the official base."""
    wanted = QUESTIONS[chosen.settings.approval]
    bases = numbers.bases[(numbers.bases["assess_no"] == number) & numbers.bases["question"].isin(wanted)]
    asked = numbers.asked[numbers.asked["assess_no"] == number].assign(base=_head("official_base", language))
    named = bases.assign(base=[translate(BASE_WORDS[name], language) for name in bases["base"]])
    for heading, found in (("bases", named), ("questions", asked)):
        lines = [_base_line(chosen, row, language) for row in records(found)]
        if lines:
            yield Section(_head(heading, language), 2, (), table(BASES_TABLE, lines, language))


def _base_line(chosen: Chosen, row: Mapping[str, object], language: str) -> Row:
    known = row["n"] is not None
    unknown = _head("unknown", language)
    return Row(
        {
            "question": _questioned(row["question"], language),
            "base": str(row["base"]),
            "yes": _count(row["yes"], unknown),
            "n": _count(row["n"], unknown),
            "share": share_words(chosen, row, language) if known else unknown,
            "line": line_words(row, language) if known else unknown,
        }
    )


def share_words(chosen: Chosen, row: Mapping[str, object], language: str) -> str:
    """Return the share in per cent; a word for an empty base, which is neither 0% nor 100%."""
    if not row["n"]:
        return _pictured("no_base", language)
    return printed_share(int(str(row["yes"])), int(str(row["n"])), chosen.settings.line)


def line_words(row: Mapping[str, object], language: str) -> str:
    """Return whether the line is reached, or how many yes lack."""
    if not row["n"]:
        return _pictured("no_base", language)
    if row["reached"]:
        return _pictured("reached", language)
    return _pictured("short", language).format(short=number_format.count(row["short"]))


def _verdict(chosen: Chosen, row: Mapping[str, object], survey: list[dict[str, Any]], language: str) -> Iterator[str]:
    """Yield official result, verdict with its p-values, outcome, what may be claimed, and the rule."""
    if row["n"]:
        base = _based(row["base"], language)
        facts = {"yes": _count(row["yes"]), "n": _count(row["n"]), "share": share_words(chosen, row, language)}
        yield _filled("official", language, base=base, **facts, short=line_words(row, language))
    yield f"{_marked(row['verdict'], language)}{_reason(row, language)}"
    if row["reaches_p"] is not None:
        chances = {"reaches": f"{row['reaches_p']:.6f}", "misses": f"{row['falls_short_p']:.6f}"}
        ends = {name: number_format.percent(row[name], 2) for name in ("low", "high")}
        yield _filled("p", language, **chances, **ends)
    yield _outcome(row["outcome"], language)
    expected = to_prove(row, survey)
    if expected is not None:
        yield forecast_sentence(expected, language)
    yield claim_of(chosen, row, language)
    cleared = _marked(CLEARED, language)
    yield _filled("rule", language, line=str(chosen.settings.line), cleared=cleared)


def _reason(row: Mapping[str, object], language: str) -> str:
    words = {**SHARED_REASONS, **REASON_WORDS}
    reason = words.get(str(row["reason"]))
    return "" if reason is None else f" · {translate(reason, language)}"


def claim_of(chosen: Chosen, row: Mapping[str, object], language: str) -> str:
    """Return what may be claimed about a matter, and no more."""
    outcome = str(row["outcome"])
    if outcome == NOT_MET and row["verdict"] == CONFIRMED:
        outcome = "missed"
    if row["reason"] == NOT_RANDOM and outcome != NO_RESULT:
        outcome = "volunteers"
    return translate(SAY_WORDS[outcome], language).format(line=str(chosen.settings.line))


def quarter(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the decisions of a period with their filings, and those that should have been filed."""
    decided, listed = _decided(chosen), attention(chosen)
    base = parts.ListBase(len(decided), "decided_matters")
    lines = [_filing(chosen, row, language) for row in records(decided)]
    overdue = listed[listed["what"] == "not_filed"]
    sections = [
        parts.measures_section(chosen, _head("glance", language), rows(chosen), language),
        parts.register_section(chosen, _head("filed", language), FILINGS, lines, base, language),
        parts.items_section(chosen, _head("not_filed", language), overdue, base, language),
    ]
    title = parts.titled(chosen, DOCUMENT_TITLES["quarter"], language)
    return parts.scheme_document(chosen, "approval-quarter", title, sections, language, form)


def _decided(chosen: Chosen) -> pd.DataFrame:
    """Return the decisions of the period, by their day."""
    book = chosen.frames["assessment"]
    inside = chosen.asked.period.holds(days(book, "decided_on")) & (texts(book, "decision") != "")
    return book[inside].sort_values(["decided_on", "assess_no"])


def _filing(chosen: Chosen, row: Mapping[str, object], language: str) -> dict[str, str]:
    filed = f"{row['filing_no']} {_day(row['filed_on'])}" if row["filing_no"] else ""
    return {
        "number": str(row["assess_no"]),
        "matter": str(row["name"]),
        "unit": str(names_of(chosen).get(str(row["unit_code"]), row["unit_code"])),
        "decision": decision_words(row["decision"], language),
        "decided": _day(row["decided_on"]),
        "filing": filed or _head("none", language),
    }


def year(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the matters refused in a period, by class and one by one with the evidence."""
    by_class = rows(chosen.by("class"), ("vetoed",))
    by_class = by_class[by_class["n"] > 0]
    decided = _decided(chosen)
    found = matters(
        {**chosen.frames, "assessment": decided[decided["decision"] == REFUSED]}, chosen.asked, chosen.settings
    )
    lines = [_refusal(chosen, row, language) for row in records(found)]
    base = parts.ListBase(len(decided), "decided_matters")
    sections = [
        parts.measures_section(chosen, _head("glance", language), rows(chosen), language),
        parts.divided_section(chosen, _head("by_class", language), by_class, language),
        parts.register_section(chosen, _head("refused", language), REFUSALS, lines, base, language),
    ]
    title = parts.titled(chosen, DOCUMENT_TITLES["year"], language)
    return parts.scheme_document(chosen, "approval-year", title, sections, language, form)


def _refusal(chosen: Chosen, row: Mapping[str, object], language: str) -> dict[str, str]:
    return {
        "number": str(row["assess_no"]),
        "matter": str(row["name"]),
        "unit": str(names_of(chosen).get(str(row["unit_code"]), row["unit_code"])),
        "share": base_words(chosen, row, language),
        "evidence": evidence_words(row, language),
    }


def base_words(chosen: Chosen, row: Mapping[str, object], language: str) -> str:
    """Return yes and base, the share, and what lacks; never the percentage alone."""
    if not row["n"]:
        return _pictured("no_base", language)
    counts = f"{_count(row['yes'])} / {_count(row['n'])}"
    return f"{counts} = {share_words(chosen, row, language)}, {line_words(row, language)}"


def evidence_words(row: Mapping[str, object], language: str) -> str:
    """Return interval and verdict, or the verdict with the reason why there is no interval."""
    verdict = _marked(row["verdict"], language)
    if row["low"] is None:
        return f"{verdict}{_reason(row, language)}"
    return f"{interval_words(row)}; {verdict}"


def interval_words(row: Mapping[str, object]) -> str:
    """Return the interval of the share of the people concerned."""
    return " – ".join(number_format.percent(row[name], 1) for name in ("low", "high"))


def published(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the official numbers that may be published: no unit, no small base, no small number."""
    found = forest(chosen.frames, chosen.asked, chosen.settings)
    kept = may_leave(found[found["n"].notna()])
    lines = [_public(chosen, row, language) for row in records(kept)]
    base = parts.ListBase(len(found), "surveyed_matters")
    section = parts.register_section(chosen, _head("published", language), PUBLISHED, lines, base, language)
    left = _filled("withheld", language, count=len(found) - len(kept), base=SMALLEST_BASE, cell=SMALLEST_CELL)
    section = Section(section.heading, section.level, (*section.paragraphs, left), section.table)
    title = parts.titled(chosen, DOCUMENT_TITLES["published"], language)
    return parts.scheme_document(chosen, "approval-published", title, [section], language, form, internal=False)


def _public(chosen: Chosen, row: Mapping[str, object], language: str) -> dict[str, str]:
    yes, n = int(str(row["yes"])), int(str(row["n"]))
    return {
        "matter": str(row["name"]),
        "class": str(row["class"] or number_format.NONE),
        "yes": number_format.count(yes),
        "others": number_format.count(n - yes),
        "share": f"{share_words(chosen, row, language)}, {line_words(row, language)}",
        "verdict": _pictured("volunteers", language)
        if row["reason"] == NOT_RANDOM
        else _marked(row["verdict"], language),
    }


def _verdict_mark(row: Mapping[str, object], language: str) -> str:
    return _pictured("volunteers", language) if row["reason"] == NOT_RANDOM else _marked(row["verdict"], language)


def _head(code: str, language: str) -> str:
    return translate(SECTION_WORDS[code], language)


def _filled(code: str, language: str, **facts: object) -> str:
    return translate(SECTION_WORDS[code], language).format(**facts)


def _pictured(code: str, language: str) -> str:
    return translate(PICTURE_WORDS[code], language)


def _titled(code: str, language: str) -> str:
    return translate(DOCUMENT_TITLES[code], language)


def _marked(verdict: object, language: str) -> str:
    return translate(VERDICT_MARKS[str(verdict)], language)


def _based(base: object, language: str) -> str:
    return translate(BASE_WORDS[str(base)], language)


def _questioned(question: object, language: str) -> str:
    return translate(QUESTION_WORDS[str(question)], language)


def _outcome(outcome: object, language: str) -> str:
    return translate(OUTCOME_WORDS[str(outcome)], language)


def _counted_in(unit: object, language: str) -> str:
    return translate(COUNTED_IN[str(unit)], language)


def decision_words(word: object, language: str) -> str:
    """Return a decision in the reader's language."""
    return translate(STATE_WORDS[DECISIONS[str(word)]], language)


def _day(value: object) -> str:
    return number_format.NONE if value is None else pd.Timestamp(str(value)).date().isoformat()


def _count(value: object, unknown: str = "") -> str:
    return unknown if value is None else number_format.count(value)


DOCUMENTS = {"opinion": opinion, "quarter": quarter, "year": year, "published": published}
ITEMS = {"opinion": matters_by_number}
"""Documents that may be about a single item: the items of a question, number -> name."""
