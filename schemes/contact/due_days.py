"""What points and receptions need from other tables: whose post it was on that day, and the visits to a point.

The join reads every row, so that a page narrowed to a unit still counts the receptions that a leader of another unit
held at the unit's point.
"""

from datetime import date

import pandas as pd

from data.model.working_days import Calendar
from schemes.contact.measures import Settings, Visit
from schemes.frame import Frames, days, numbers, records, texts, with_frames

TABLES = ("contact_point", "reception")
POST = ("unit_code", "rank")


def with_due_days(frames: Frames, calendar: Calendar, as_of: date, settings: Settings) -> Frames:
    """Return the frames with post_unit and rank of the leader at points and receptions, and the `visits` to a point.

    A point keeps the department in charge as its unit_code; where none is given, it is the unit of the leader.
    """
    added: dict[str, pd.DataFrame] = {}
    if "reception" in frames:
        added["reception"] = _with_post(frames["reception"], days(frames["reception"], "date"), frames)
    if "contact_point" in frames:
        points = frames["contact_point"]
        last = pd.Series([min(date(int(year), 12, 31), as_of) for year in points["year"]], index=points.index)
        visits = pd.Series(_visits(points, frames), index=points.index, dtype=object)
        added["contact_point"] = _with_post(points, pd.to_datetime(last), frames).assign(visits=visits)
    return with_frames(frames, added)


def _with_post(rows: pd.DataFrame, day: pd.Series, frames: Frames) -> pd.DataFrame:
    """Return the rows with POST of the leader on a day; a unit that a row names itself is kept."""
    if "person" not in frames:
        return rows.assign(unit_code=texts(rows, "unit_code").replace("", None), post_unit=None, rank=None)
    persons = frames["person"]
    spans = persons.assign(first=days(persons, "valid_from"), after=days(persons, "valid_to"))
    joined = rows[["person_code"]].assign(day=day, row=range(len(rows)))
    joined = joined.merge(spans[["person_code", *POST, "first", "after"]], on="person_code")
    begun = joined["first"].isna() | (joined["first"] <= joined["day"])
    held = joined[begun & (joined["after"].isna() | (joined["day"] < joined["after"]))]
    post = held.drop_duplicates("row").set_index("row").reindex(range(len(rows)))
    of_post = pd.Series(texts(post, "unit_code").to_numpy(), index=rows.index, dtype=object)
    own = texts(rows, "unit_code")
    unit = own.where(own != "", of_post).replace("", None)
    return rows.assign(unit_code=unit, post_unit=of_post.replace("", None), rank=post["rank"].to_numpy())


def _visits(points: pd.DataFrame, frames: Frames) -> list[tuple[Visit, ...]]:
    """Return the visits to each point: outings to it, and receptions at its place by its leader."""
    outings = _by_key(frames, "outing", ("point_no",))
    receptions = _by_key(frames, "reception", ("person_code", "place_code"))
    return [
        (*outings.get((row["point_no"],), ()), *receptions.get((row["person_code"], row.get("place_code")), ()))
        for row in records(points)
    ]


def _by_key(frames: Frames, table: str, key: tuple[str, ...]) -> dict[tuple[object, ...], list[Visit]]:
    found: dict[tuple[object, ...], list[Visit]] = {}
    if table not in frames:
        return found
    rows = frames[table]
    day, raised, solved = days(rows, "date").dt.date, numbers(rows, "raised"), numbers(rows, "solved_there")
    names = [texts(rows, name) for name in key]
    for *own, on, some, there in zip(*names, day, raised, solved, strict=True):
        if all(own):
            found.setdefault(tuple(own), []).append(Visit(on, int(some), int(there)))
    return found
