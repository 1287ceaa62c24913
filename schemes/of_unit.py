"""What every scheme says of a unit, for its dossier: rows, events, and the first day of a scheme that says nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.model.contract import TABLE_OF
from results.unit_dossier import EVENTS, Contribution, Dossier, Line, Span, dossier, first_day, name_spans
from schemes.chosen import Chosen
from schemes.dossier import dossier_rows
from schemes.frame import ALL, Asked, Period, days
from schemes.kept_rules import rules_of_release, rules_on
from schemes.registers import Registers, day_field, latest_day
from schemes.scheme import Scheme

if TYPE_CHECKING:
    from data.store.release import Release


def unit_dossier(
    release: "Release",
    code: str,
    rounds: Sequence[Mapping[str, object]],
    schemes: Sequence[Scheme],
    as_of: date | None = None,
) -> Dossier:
    """Return the dossier of a unit over the evaluation and all schemes.

    rounds : its ranking rows, newest first. as_of : by default the newest day that a scheme speaks of.
    """
    day = as_of or newest_day(release, schemes)
    return dossier(release, code, rounds, contributions(release, code, schemes, day), day)


def in_register(release: "Release", code: str) -> bool:
    """Return whether a register of units has the code, whether it was ever voted on or not."""
    return any((release.round(name).units["unit_code"] == code).any() for name in release.rounds())


def newest_day(release: "Release", schemes: Iterable[Scheme]) -> date:
    """Return the newest day that a scheme speaks of, else the last day of the year of the newest round."""
    days_known = [latest_day(scheme, release) for scheme in schemes]
    years = [int(name[:4]) for name in release.rounds() if name[:4].isdecimal()]
    return max((day for day in days_known if day is not None), default=date(max(years, default=2025), 12, 31))


def contributions(release: "Release", code: str, schemes: Sequence[Scheme], as_of: date) -> list[Contribution]:
    """Return what each scheme says of a unit in the three years up to a day, in the order of the schemes."""
    spans = name_spans(release, code, first_day(as_of), as_of)
    return [_contribution(release, scheme, spans, as_of) for scheme in schemes]


def _contribution(release: "Release", scheme: Scheme, spans: Sequence[Span], as_of: date) -> Contribution:
    dated = rules_of_release(release, scheme)
    rules = rules_on(dated, as_of)
    registers = Registers(scheme, release, as_of, rules.settings, dated)
    lines: list[Line] = []
    events: list[pd.DataFrame] = []
    counts = {measure.name: measure.counts for measure in scheme.measures}
    for span in spans:
        asked = Asked(Period(span.first, span.last), as_of, ALL, rules.name, release.id)
        chosen = Chosen(scheme, registers, asked, span.code)
        former = span.name if span.name != spans[-1].name else ""
        found = _rows(chosen, span.code).to_dict("records")
        lines += [
            Line(scheme.title, {str(k): v for k, v in row.items()}, counts[row["measure"]], scheme.word, former)
            for row in found
        ]
        events.append(_events(chosen, span))
    known = [part for part in events if len(part)]
    shown = pd.concat(known, ignore_index=True) if known else pd.DataFrame(columns=list(EVENTS))
    return Contribution(scheme.name, scheme.title, tuple(lines), shown, since(scheme, registers))


def _rows(chosen: Chosen, code: str) -> pd.DataFrame:
    """Return the rows that a scheme gives; of a scheme that chooses none, every measure by unit."""
    given = chosen.scheme.dossier
    if given is not None:
        return given(chosen, code)
    return dossier_rows(chosen, code, [measure.name for measure in chosen.scheme.measures if "unit" in measure.by])


def _events(chosen: Chosen, span: Span) -> pd.DataFrame:
    """Return the events of a span of days, with their words."""
    given = chosen.scheme.timeline
    if given is None:
        return pd.DataFrame(columns=list(EVENTS))
    found = given(chosen, span.code)
    day = days(found, "day")
    inside = found[(day >= pd.Timestamp(span.first)) & (day <= pd.Timestamp(span.last))]
    words = [chosen.scheme.word(str(word)) for word in inside["words"]]
    return inside.assign(lane=chosen.scheme.name, words=words).reindex(columns=list(EVENTS))


def since(scheme: Scheme, registers: Registers) -> date | None:
    """Return the first day that the tables of a scheme speak of; None if there are none."""
    found: list[Any] = []
    for name in scheme.tables:
        field = day_field(TABLE_OF[name])
        if name in registers.plain and field is not None and len(registers.plain[name]):
            found.append(days(registers.plain[name], field).min())
    known = [day for day in found if not pd.isna(day)]
    return min(known).date() if known else None
