"""What a scheme reads of a release on a day, as frames that are loaded when they are first read.

Books come as their state on the day, facts up to the day, the registers of places and units as they are valid on it.
Days are datetime64; where terms run, the scheme's due days are set (`due_days.py` of its folder).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.model.books import AS_OF, is_book
from data.model.contract import FACT, MONTH, TABLE_OF, UPLOAD_KINDS, Table
from data.model.record_keys import year_of
from data.model.working_days import SHIPPED_YEARS, Calendar, work_calendar
from schemes.frame import BEGUN, Earlier, days
from schemes.kept_rules import DatedRules
from schemes.scheme import Scheme

if TYPE_CHECKING:
    from data.store.release import Release

UNIT, PLACE, PERSON, CALENDAR, RULES = "unit", "place", "person", "calendar", "rules"
EVERYWHERE = (UNIT, CALENDAR, RULES)
"""Frames that every release has: its newest register of units, the calendar, and the settings of the scheme by their
first day (`valid_from`, missing for those that it comes with; `settings`).
"""
YEAR = "year"
DAY_TYPES = ("date", "timestamp")


class LazyFrames(Mapping[str, pd.DataFrame]):
    """Frames by name, each loaded when it is first read and then kept."""

    def __init__(self, names: Collection[str], load: Callable[[str], pd.DataFrame]) -> None:
        self._names, self._load = tuple(names), load
        self._kept: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._kept:
            self._kept[name] = self._load(name)
        return self._kept[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Registers:
    """The registers of a release on a day, as a scheme reads them under its settings."""

    def __init__(
        self, scheme: Scheme, release: "Release", as_of: date, settings: Any, dated: Sequence[DatedRules] = ()
    ) -> None:
        self.scheme, self.release, self.as_of, self.settings, self.dated = scheme, release, as_of, settings, dated

    @cached_property
    def calendar(self) -> Calendar:
        """The working days that the release knows."""
        return work_calendar(self.release.records("work_calendar"))

    @cached_property
    def plain(self) -> LazyFrames:
        """The frames without due days. A table that was never delivered is not among them."""
        known = [kind for kind in delivered(self.release, self.scheme.tables) if self._known(kind)]
        earlier = [name for name, own in self._earlier.items() if own.kind in known]
        return LazyFrames([*known, *earlier, *EVERYWHERE], self._load)

    @property
    def _earlier(self) -> Mapping[str, Earlier]:
        """The earlier values that the due days of the scheme need, by the name of their frame."""
        found: Mapping[str, Earlier] = getattr(self.scheme.due_days, "EARLIER", {})
        return found

    @cached_property
    def frames(self) -> LazyFrames:
        """The frames that measures read."""
        return LazyFrames(tuple(self.plain), self._with_due_days)

    @cached_property
    def _due(self) -> Mapping[str, pd.DataFrame]:
        module = self.scheme.due_days
        assert module is not None
        frames: Mapping[str, pd.DataFrame] = module.with_due_days(self.plain, self.calendar, self.as_of, self.settings)
        return frames

    def _with_due_days(self, name: str) -> pd.DataFrame:
        module = self.scheme.due_days
        if module is None or name not in getattr(module, "TABLES", self.scheme.tables):
            return self.plain[name]
        return self._due[name]

    def _known(self, kind: str) -> bool:
        """Return whether a book had been delivered by then; of facts it is not known which day they reach to."""
        return not is_book(kind) or bool(as_of_days(self.release, kind, self.as_of))

    def _load(self, name: str) -> pd.DataFrame:
        if name == CALENDAR:
            return calendar_frame(self.calendar, self.as_of.year + 1)
        if name == RULES:
            first = pd.Series([item.first for item in self.dated], dtype="datetime64[s]")
            return pd.DataFrame({"valid_from": first, "settings": [item.rules.settings for item in self.dated]})
        given = getattr(self.scheme.due_days, "FRAMES", {})
        if name in given:
            rows: pd.DataFrame = given[name](self.release, self.as_of, self.settings)
            return rows
        if name in self._earlier:
            own = self._earlier[name]
            return self.release.book_values(own.kind, own.field, own.keys(self.plain), self.as_of.isoformat())
        if name == UNIT:
            return units_on(self.release, self.as_of)
        if name in (PLACE, PERSON):
            return register_on(self.release, name, self.as_of)
        if is_book(name):
            return begun(name, with_days(name, self.release.book(name, self.as_of.isoformat())))
        return begun(name, up_to(TABLE_OF[name], with_days(name, self.release.records(name)), self.as_of))


def delivered(release: "Release", own: Collection[str] = ()) -> list[str]:
    """Return the kinds of tables that close by month, and of `own`, which the release has."""
    kinds = set(release.query("uploads")["kind"])
    return [kind for kind in UPLOAD_KINDS if kind in kinds and (kind in own or TABLE_OF[kind].lock == MONTH)]


def as_of_days(release: "Release", kind: str, day: date | None = None) -> list[str]:
    """Return the as-of days of the uploads of a book, oldest first; not those after a day."""
    days = release.query("book_days", kind=kind)["as_of"]
    return [str(found) for found in days if day is None or str(found) <= day.isoformat()]


def latest_day(scheme: Scheme, release: "Release") -> date | None:
    """Return the newest day that the scheme's tables speak of: the as-of day of a book, else the day of a fact."""
    given = getattr(scheme.due_days, "latest_day", None)
    if given is not None:
        last: date | None = given(release)
        return last
    kinds = [kind for kind in delivered(release) if kind in scheme.tables]
    books = [as_of_days(release, kind)[-1] for kind in kinds if is_book(kind)]
    if books:
        return date.fromisoformat(max(books))
    facts = [_last(kind, release) for kind in kinds if day_field(TABLE_OF[kind])]
    return max((day for day in facts if day is not None), default=None)


def _last(kind: str, release: "Release") -> date | None:
    name = day_field(TABLE_OF[kind])
    last = days(release.records(kind), name or "").max()
    return None if pd.isna(last) else last.date()


def day_field(table: Table) -> str | None:
    """Return the field that says when a fact happened: the first day that is required, else the first day."""
    found = [field for field in table.fields if field.type in DAY_TYPES]
    required = [field for field in found if field.required]
    return next((field.name for field in (*required, *found)), None)


def begun(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the first day of their table as an attribute, which a choice among the rows keeps."""
    name, yearly = day_field(TABLE_OF[kind]), YEAR in rows and len(rows)
    first = days(rows, name).min() if name else pd.NaT
    if yearly:  # what is decided on a year in the next January is of that year
        first = pd.Timestamp(int(rows[YEAR].min()), 1, 1)
    if not pd.isna(first):
        rows.attrs[BEGUN] = first
    return rows


def up_to(table: Table, rows: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the facts up to a day; those that have no day, or only a month, by that."""
    name = day_field(table)
    if table.mode == FACT and name is not None:
        return rows[~(rows[name] >= pd.Timestamp(day) + pd.Timedelta(days=1))]
    months = next((field.name for field in table.fields if field.has("month")), None)
    if table.mode == FACT and months is not None:
        return rows[~(rows[months] > day.isoformat()[:7])]
    return rows


def with_days(kind: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their days as datetime64."""
    names = [field.name for field in TABLE_OF[kind].fields if field.type in DAY_TYPES]
    names += [AS_OF] if AS_OF in rows else []
    read = {name: pd.to_datetime(rows[name], format="ISO8601").astype("datetime64[s]") for name in names}
    return rows.assign(**read)


def register_on(release: "Release", kind: str, day: date) -> pd.DataFrame:
    """Return the last row of each key of a register.

    A person's posts are spans, and all that have begun stay. Places come from the rounds up to the year of the day (of
    the first round if all are later), without those that are not valid on the day.
    """
    rounds = [str(name) for name in release.query("record_rounds", kind=kind)["round_id"]]
    if kind == PLACE:
        rounds = [name for name in rounds if (year_of(name) or 0) <= day.year] or rounds[:1]
    rows = with_days(kind, pd.concat([release.round(name).records(kind) for name in rounds], ignore_index=True))
    rows = rows.drop_duplicates(list(TABLE_OF[kind].key), keep="last")
    begun = ~(rows["valid_from"] > pd.Timestamp(day))
    if kind == PLACE:
        begun &= ~(rows["valid_to"] <= pd.Timestamp(day))
    return rows[begun].sort_values(list(TABLE_OF[kind].key), ignore_index=True)


def units_on(release: "Release", day: date) -> pd.DataFrame:
    """Return the newest register of units up to the year of the day, in roster order; the first if all are later."""
    rounds = release.rounds()
    found = [name for name in rounds if (year_of(name) or 0) <= day.year] or rounds[-1:]
    return release.round(found[0] if found else "").units


def names(release: "Release", day: date) -> dict[str, str]:
    """Return code -> name of the units and places on a day."""
    units = units_on(release, day)
    found = dict(zip(units["unit_code"], units["unit_name"], strict=True))
    if PLACE in delivered(release):
        places = register_on(release, PLACE, day)
        found |= dict(zip(places["place_code"], places["name"], strict=True))
    return found


def calendar_frame(calendar: Calendar, year: int) -> pd.DataFrame:
    """Return date, worked and provisional of every day up to the end of a year."""
    return _calendar_frame(_Known(calendar), year)


class _Known:
    """A calendar by its version, so that its frame is kept: 8,400 days take 20 ms."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def __hash__(self) -> int:
        return hash(self.calendar.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and other.calendar.version == self.calendar.version


@lru_cache(maxsize=4)
def _calendar_frame(known: _Known, year: int) -> pd.DataFrame:
    every = pd.date_range(f"{SHIPPED_YEARS[0]}-01-01", f"{max(year, SHIPPED_YEARS[0])}-12-31", unit="s")
    plain = [day.date() for day in every]
    calendar = known.calendar
    return pd.DataFrame(
        {
            "date": every,
            "worked": [calendar.is_working_day(day) for day in plain],
            "provisional": [calendar.is_provisional(day) for day in plain],
        }
    )
