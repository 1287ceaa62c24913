"""Documents of inquiries, all internal: circular of a month, review of a quarter, the year, rewards and penalties.

Units are in the order of the roster, never by number. Persons are posts; their codes are in no document.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from analytics.event_counts import equal_rates
from data.model.books import past_fields
from data.model.contract import header_of
from formats.document import Document, Form, Row, Section, plain
from formats.table_kinds import BASE, INTERVAL, NAME, VERDICT, Column, declared
from i18n import N_, PUNCTUATION, translate
from reports import measure_words
from reports.documents import scheme as parts
from reports.documents.common import BARE, table
from results import number_format
from results.contributions import names_of
from schemes.chosen import Chosen, attention, rows
from schemes.frame import Period, days, records, texts
from schemes.inquiry import ladder, rewards
from schemes.inquiry.measures import DECISION, INQUIRY, MENDED, PETITION
from schemes.inquiry.words import DOCUMENT_TITLES, SECTION_WORDS, SENTENCES

MARKED = ("repeated", "skip_level", "group")
RATES = ("received", "accepted_in_time", "handled_in_time", "repeated", "skip_level", "group", "against")
OF_QUARTER = (*RATES, "opened", "found", "decisions")
OF_YEAR = (*OF_QUARTER, "persons", "in_effect")
THREE_LINES = ("incidents", "talks", "admonitions", "talks_and_admonitions", "decisions", "persons")
ANNEX = ("acceptance_overdue", "handling_overdue", "extension_void", "no_inquiry", "inquiry_open", "not_heard")
ENOUGH = 0.05

BY_UNIT = declared(
    "inquiry_by_unit",
    (
        Column("unit", 36, True, (NAME,), N_("Unit")),
        Column("repeated", 22, header=N_("Repeated: counts / does not")),
        Column("skip_level", 22, header=N_("Level skipped: counts / does not")),
        Column("group", 22, header=N_("Collective: counts / does not")),
        Column("base", 22, says=(BASE,), header=N_("Petitions received")),
        Column("evidence", 32, True, (INTERVAL, VERDICT), N_("Interval and verdict")),
    ),
)
FINDINGS = declared(
    "inquiry_findings",
    (
        Column("number", 26, True, header=N_("Number of the inquiry")),
        Column("unit", 32, True, (NAME,), N_("Unit")),
        Column("finding", 18, True, header=N_("Finding")),
        Column("day", 22, header=N_("Day of the finding")),
        Column("decided", 58, True, header=N_("Decisions and their numbers")),
    ),
    listed=True,
)
TO_MEND = declared(
    "inquiry_to_mend",
    (
        Column("number", 28, True, header=N_("Number of the decision")),
        Column("unit", 40, True, (NAME,), N_("Unit")),
        Column("doc", 38, True, header=N_("Document number")),
        Column("decided", 25, header=N_("Decided on")),
        Column("due", 25, header=N_("To be mended by")),
    ),
    listed=True,
)
CORRECTED = declared(
    "inquiry_corrected",
    (
        Column("number", 38, True, header=N_("Number of the entry")),
        Column("field", 38, True, header=N_("Entry")),
        Column("old", 40, True, header=N_("As it was")),
        Column("new", 40, True, header=N_("As it is now")),
    ),
)
REVIEWS = declared(
    "inquiry_reviews",
    (
        Column("unit", 30, True, (NAME,), N_("Unit")),
        Column("numbers", 24, says=(BASE,), header=N_("Counts / received")),
        Column("found", 18, header=N_("Upheld / findings")),
        Column("grade", 15, header=N_("Grade")),
        Column("reason", 43, True, header=N_("Reason")),
        Column("evidence", 26, True, (INTERVAL, VERDICT), N_("Interval and verdict")),
    ),
)
YEARS = declared(
    "inquiry_years",
    (
        Column("what", 40, True, header=N_("What is counted")),
        Column("before_last", 17, header=N_("Two years before")),
        Column("before", 17, header=N_("Year before")),
        Column("now", 17, header=N_("This year")),
        Column("all", 21, header=N_("Three years together")),
        Column("test", 44, True, header=N_("Against the year before")),
    ),
)
REWARDS = declared(
    "inquiry_rewards",
    (
        Column("unit", 28, True, (NAME,), N_("Unit")),
        Column("what", 27, True, header=N_("Reward or penalty")),
        Column("basis", 33, True, header=N_("Basis and its number")),
        Column("base", 24, True, (BASE,), N_("Base and of what")),
        Column("state", 20, True, header=N_("State")),
        Column("evidence", 24, True, (INTERVAL, VERDICT), N_("Supported by")),
    ),
)
ALLOWED = declared(
    "inquiry_allowed",
    (
        Column("unit", 34, True, (NAME,), N_("Unit")),
        Column("basis", 22, True, header=N_("Basis")),
        Column("what", 44, True, header=N_("What it rests on")),
        Column("base", 26, True, (BASE,), N_("Base and of what")),
        Column("evidence", 30, True, (INTERVAL, VERDICT), N_("Interval and verdict")),
    ),
)


def month(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the circular of a month: figures, units, findings with their decisions, what to mend, corrections."""
    own = chosen.over(_part(chosen, "month"))
    figures, period = rows(own), own.asked.period
    sections = [
        _general(own, figures, RATES, language),
        _marked_by_unit(own, language),
        _findings(own, language),
        _to_mend(own, language),
        _corrections(own, language),
        *_annex(own, figures, language),
    ]
    title = translate(DOCUMENT_TITLES["month"], language).format(year=period.first.year, number=period.first.month)
    return parts.scheme_document(own, "inquiry-month", title, sections, language, form)


def quarter(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the review of a quarter: numbers, grade and reason by unit; units without findings in one sentence."""
    own = chosen.over(_part(chosen, "quarter"))
    sections = [
        _general(own, rows(own), OF_QUARTER, language),
        *_reviewed(own, language),
        _findings(own, language),
        _corrections(own, language),
    ]
    title = parts.titled(own, DOCUMENT_TITLES["quarter"], language)
    return parts.scheme_document(own, "inquiry-quarter", title, sections, language, form)


def year(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the year: three lines over three years with the exact test, no ranking, and the figures of the year."""
    own = chosen.over(_part(chosen, "year"))
    sections = [_three_years(own, language), _general(own, rows(own), OF_YEAR, language), _corrections(own, language)]
    title = parts.titled(own, DOCUMENT_TITLES["year"], language)
    return parts.scheme_document(own, "inquiry-year", title, sections, language, form)


def year_rewards(chosen: Chosen, language: str, form: Form = BARE) -> Document:
    """Return the rewards and penalties of a year, each with what it rests on, and what the evidence allows."""
    own = chosen.over(_part(chosen, "year"))
    figures = rows(own)
    sections = [
        parts.measures_section(own, _head("carried_out", language), _only(figures, ("carried_out",)), language),
        _reward_lines(own, language),
        _allowed(own, language),
    ]
    title = parts.titled(own, DOCUMENT_TITLES["rewards"], language)
    return parts.scheme_document(own, "inquiry-rewards", title, sections, language, form)


DOCUMENTS = {"month": month, "quarter": quarter, "year": year, "rewards": year_rewards}


def _part(chosen: Chosen, kind: str) -> Period:
    """Return the month, quarter or year in which the period ends, or the as-of day if it is earlier."""
    day = min(chosen.asked.period.last, chosen.asked.as_of)
    names = {
        "month": f"{day.year}-{day.month:02}",
        "quarter": f"{day.year}Q{(day.month + 2) // 3}",
        "year": f"{day.year}",
    }
    return Period.of(names[kind])


def _head(name: str, language: str) -> str:
    return translate(SECTION_WORDS[name], language)


def _say(name: str, language: str, **facts: object) -> str:
    return translate(SENTENCES[name], language).format(**facts)


def _only(figures: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """Return the rows of some measures, in this order."""
    order = {name: at for at, name in enumerate(names)}
    own = figures[figures["measure"].isin(set(order))]
    return own.sort_values("measure", key=lambda names_: names_.map(order), kind="stable")


def _counted(language: str) -> str:
    return translate(measure_words.ALL_COUNTED, language)


def _base(figures: pd.DataFrame, measure: str) -> parts.ListBase:
    return parts.base_of(figures, measure)


def _general(chosen: Chosen, figures: pd.DataFrame, names: tuple[str, ...], language: str) -> Section:
    return parts.measures_section(chosen, _head("general", language), _only(figures, names), language)


def _marked_by_unit(chosen: Chosen, language: str) -> Section:
    """Return the units with petitions that repeat, skip a level or are collective, those that count apart."""
    measured = rows(chosen.by("unit"), (*MARKED, *COUNTS.values(), "received"))
    values = {(row["measure"], row["key"]): row for row in records(measured)}
    names, lines = names_of(chosen), []
    for code in parts.roster(chosen):
        marks = {name: _split(values, name, code) for name in MARKED}
        if any(mark != NOTHING for mark in marks.values()):
            base = number_format.count(values["received", code]["n"])
            about = {"unit": parts.key_words(code, names), "base": base, "evidence": _counted(language)}
            lines.append(Row({**about, **{name: f"{counts} / {rest}" for name, (counts, rest) in marks.items()}}))
    sentence = _say("marked" if lines else "none_marked", language, **_when(chosen, language))
    return Section(_head("marked", language), 1, (sentence,), table(BY_UNIT, lines, language) if lines else None)


NOTHING = (0, 0)
COUNTS = {"repeated": "against", "skip_level": "against_skip_level", "group": "against_group"}


def _split(values: Mapping[tuple[str, str], Mapping[str, Any]], name: str, code: str) -> tuple[int, int]:
    """Return how many petitions with a mark count against the unit, and how many do not."""
    all_of, counting = values.get((name, code)), values.get((COUNTS[name], code))
    total = int(all_of["value"]) if all_of else 0
    counts = int(counting["value"]) if counting else 0
    return counts, total - counts


def _when(chosen: Chosen, language: str) -> dict[str, str]:
    period = chosen.asked.period
    words = measure_words.period_words(period.first, period.last, language)
    return {"period": words, "day": chosen.asked.as_of.isoformat()}


def _findings(chosen: Chosen, language: str) -> Section:
    """Return the inquiries that were upheld against a unit and led to a numbered decision."""
    found, names = ladder.findings(chosen), names_of(chosen)
    lines = [
        {
            "number": str(row["inquiry_no"]),
            "unit": parts.key_words(row["unit_code"], names),
            "finding": str(row["finding"]),
            "day": _day(row["found_on"]),
            "decided": PUNCTUATION[language].listed.join(row["decided"]),
        }
        for row in records(found)
    ]
    base = _base(rows(chosen, ("found",)), "found")
    return parts.register_section(chosen, _head("findings", language), FINDINGS, lines, base, language)


def _to_mend(chosen: Chosen, language: str) -> Section:
    """Return what was to be mended at the end of the period, or by a day in it."""
    decided = chosen.frames[DECISION] if DECISION in chosen.frames else pd.DataFrame(columns=["measure", "unit_code"])
    period, due = chosen.asked.period, days(decided, "effect_until")
    ordered = (texts(decided, "measure") == MENDED) & (days(decided, "decided_on") <= pd.Timestamp(period.last))
    open_ = decided[ordered & (due >= pd.Timestamp(period.first))]
    names = names_of(chosen)
    lines = [
        {
            "number": str(row["measure_no"]),
            "unit": parts.key_words(row["unit_code"], names),
            "doc": str(row["doc_no"]),
            "decided": _day(row["decided_on"]),
            "due": _day(row["effect_until"]),
        }
        for row in records(open_.assign(due=due).sort_values("due", kind="stable"))
    ]
    base = parts.ListBase(int(ordered.sum()), "to_mend_decided")
    return parts.register_section(chosen, _head("to_mend", language), TO_MEND, lines, base, language)


def _corrections(chosen: Chosen, language: str) -> Section:
    """Return the past entries of the registers that changed since the day before the period."""
    lines = [Row(cells) for kind in (PETITION, INQUIRY) for cells in _changed(chosen, kind, language)]
    before = chosen.asked.period.first - timedelta(days=1)
    sentence = _say("corrected" if lines else "not_corrected", language, before=before, day=chosen.asked.as_of)
    return Section(_head("corrections", language), 1, (sentence,), table(CORRECTED, lines, language) if lines else None)


def _changed(chosen: Chosen, kind: str, language: str) -> Iterator[dict[str, str]]:
    """Yield the past entries of a register that were given before the period and have another value now."""
    release, (key,) = chosen.registers.release, _key_of(kind)
    before = release.book(kind, (chosen.asked.period.first - timedelta(days=1)).isoformat())
    now = release.book(kind, chosen.asked.as_of.isoformat())
    if chosen.unit:
        now = now[now["unit_code"] == chosen.unit]
    earlier = {row[key]: row for row in records(before)}
    for row in records(now):
        old = earlier.get(row[key], {})
        for field in past_fields(kind):
            if old.get(field.name) is not None and old[field.name] != row[field.name]:
                name = header_of(kind, field.name) if language == "zh" else field.name
                yield {
                    "number": str(row[key]),
                    "field": name,
                    "old": plain(old[field.name]),
                    "new": _text(row[field.name]),
                }


def _key_of(kind: str) -> tuple[str, ...]:
    return (f"{kind}_no",)


def _text(value: object) -> str:
    return number_format.NONE if value is None else plain(value)


def _annex(chosen: Chosen, figures: pd.DataFrame, language: str) -> Iterator[Section]:
    """Yield the lists of what has to be done, those with anything on them."""
    listed = attention(chosen)
    for what in ANNEX:
        own = listed[listed["what"] == what]
        if len(own):
            heading = _say("annex", language, what=translate(chosen.scheme.word(what), language))
            yield parts.items_section(chosen, heading, own, _base(figures, "received"), language)


def _reviewed(chosen: Chosen, language: str) -> Iterator[Section]:
    """Yield the units with a finding against them, then the others in a sentence for each grade."""
    units = ladder.by_unit(chosen)
    lines, others = [], []
    for row in records(units):
        found = row["found"]
        if found and found[0]:
            lines.append(_review_line(row, language))
        else:
            others.append(row)
    heading, sentence = _head("reviews", language), _others_words(others, language)
    if lines:
        yield Section(heading, 1, (), table(REVIEWS, lines, language))
    yield Section("" if lines else heading, 1, sentence)


def _review_line(row: Mapping[str, Any], language: str) -> Row:
    received, against = row["received"] or (0, 0), row["against"] or (0, 0)
    found = row["found"] or (0, 0)
    return Row(
        {
            "unit": plain(row["name"]),
            "numbers": f"{against[0]} / {received[0]}",
            "found": f"{found[0]} / {found[1]}",
            "grade": row["grade"] or number_format.NONE,
            "reason": row["reason"] or number_format.NONE,
            "evidence": _counted(language),
        }
    )


def _others_words(others: list[Any], language: str) -> tuple[str, ...]:
    """Return a sentence on the units without a finding, those of each grade together."""
    listed = PUNCTUATION[language].listed
    grades: dict[str, list[str]] = {}
    for row in others:
        grades.setdefault(row["grade"] or "", []).append(plain(row["name"]))
    sentences = []
    for grade, names in grades.items():
        word = "without_finding_graded" if grade else "without_finding"
        sentences.append(_say(word, language, units=listed.join(names), count=len(names), grade=grade))
    return tuple(sentences) or (_say("no_unit", language),)


def _three_years(chosen: Chosen, language: str) -> Section:
    """Return the three lines of three years; persons of several years together are different codes, no sum."""
    spans = ladder.years_until(date(chosen.asked.period.first.year, 1, 1))
    together = Period(spans[0].first, spans[-1].last)
    values = [_values(chosen.over(span)) for span in (*spans, together)]
    lines = [Row(_years_line(chosen, name, [value[name] for value in values], language)) for name in THREE_LINES]
    persons = [value["persons"] for value in values]
    sentence = [_say("no_ranking", language), _say("exact_test", language)]
    if persons[-1] is not None and None not in persons[:3] and sum(persons[:3]) != persons[3]:
        sentence.append(_say("persons_differ", language, sum=sum(persons[:3]), persons=persons[3]))
    return Section(_head("three_years", language), 1, tuple(sentence), table(YEARS, lines, language))


def _values(chosen: Chosen) -> dict[str, Any]:
    return {row["measure"]: row["value"] for row in records(rows(chosen))}


def _years_line(chosen: Chosen, name: str, values: list[Any], language: str) -> dict[str, str]:
    before, now = values[1], values[2]
    known = before is not None and now is not None
    return {
        "what": translate(chosen.scheme.word(name), language),
        **dict(zip(("before_last", "before", "now", "all"), map(number_format.exact, values), strict=True)),
        "test": _test_words(int(before), int(now), language) if known else number_format.NONE,
    }


def _test_words(before: int, now: int, language: str) -> str:
    p = equal_rates(before, now)
    shown = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    return _say(
        "differs" if p <= ENOUGH else "within_chance", language, change=number_format.signed(now - before, 0), p=shown
    )


def _reward_lines(chosen: Chosen, language: str) -> Section:
    """Return the rewards and penalties in roster order; the paragraph says how many nothing supports."""
    found, names = rewards.reward_lines(chosen), names_of(chosen)
    order = {code: at for at, code in enumerate(parts.roster(chosen))}
    ordered = sorted(records(found), key=lambda row: (order.get(row["unit_code"], len(order)), row["line"]))
    lines = [Row(_reward_cells(chosen, row, names, language)) for row in ordered]
    lacking = sum(row["ground"] is None for row in ordered)
    sentence = _say(
        "rewards" if lines else "no_rewards", language, count=len(lines), lacking=lacking, **_when(chosen, language)
    )
    return Section(_head("rewards", language), 1, (sentence,), table(REWARDS, lines, language) if lines else None)


def _reward_cells(chosen: Chosen, row: Mapping[str, Any], names: Mapping[str, str], language: str) -> dict[str, str]:
    ground: rewards.Ground | None = row["ground"]
    amount = measure_words.YUAN if row["amount"] is not None else ""
    what = [row["kind"], plain(row["what"])]
    what += [translate(amount, language).format(amount=f"{row['amount']:,.2f}")] if amount else []
    return {
        "unit": parts.key_words(row["unit_code"], names),
        "what": " ".join(what),
        "basis": " ".join(filter(None, (row["basis"], row["basis_ref"]))),
        "base": number_format.NONE if ground is None else _base_words(chosen, ground, language),
        "state": " ".join(filter(None, (row["state"], row["doc_no"]))),
        "evidence": _say("unsupported", language) if ground is None else _evidence_words(ground, language),
    }


def _allowed(chosen: Chosen, language: str) -> Section:
    """Return for each unit what a reward or a penalty may rest on."""
    names, found = names_of(chosen), rewards.grounds(chosen)
    penalties = [ground for ground in found if ground.penalty]
    lines = [
        Row(
            {
                "unit": parts.key_words(ground.unit_code, names),
                "basis": ground.basis,
                "what": plain(ground.what),
                "base": _base_words(chosen, ground, language),
                "evidence": _evidence_words(ground, language),
            }
        )
        for ground in penalties
    ]
    kept = sum(len(ground.refs) for ground in found if not ground.penalty)
    sentence = _say("allowed" if lines else "nothing_allowed", language, kept=kept, **_when(chosen, language))
    return Section(_head("allowed", language), 1, (sentence,), table(ALLOWED, lines, language) if lines else None)


def _base_words(chosen: Chosen, ground: rewards.Ground, language: str) -> str:
    of_what = translate(chosen.scheme.word(ground.of_what), language)
    return translate(measure_words.BASE_OF, language).format(n=number_format.count(ground.n), what=of_what)


def _evidence_words(ground: rewards.Ground, language: str) -> str:
    if ground.low is None:
        return _counted(language)
    return _say("confirmed", language, best=ground.low, worst=ground.high, count=ground.count)


def _day(value: object) -> str:
    return number_format.NONE if value is None else pd.Timestamp(str(value)).date().isoformat()
