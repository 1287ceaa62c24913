"""The history of a store as a sheet with translated text, or as JSON with codes."""

from collections.abc import Sequence

from data.store.history import ACTIONS, Event, local_time
from data.store.round_status import STATUSES
from formats.spreadsheet import Cell, Sheet
from i18n import N_, translate
from results.fields import columns
from results.labels import person


def as_json(events: Sequence[Event]) -> dict[str, object]:
    """Return every entry with codes; times are in UTC."""
    return {"rows": [{name: getattr(event, name) for name in columns("releases")} for event in events]}


def as_sheet(events: Sequence[Event], language: str) -> Sheet:
    """Return every entry as translated text; times are local."""
    headers = [column.title(language) for column in columns("releases").values()]
    facts: list[tuple[str, Cell]] = [(translate(N_("Rows"), language), len(events))]
    about = translate(N_("About"), language)
    return Sheet(translate(N_("Releases"), language), headers, [_row(e, language) for e in events], facts, about)


def _row(event: Event, language: str) -> list[Cell]:
    words: dict[str, Cell] = {
        "action": translate(ACTIONS.get(event.action, event.action), language),
        "status": translate(STATUSES.get(event.status, ""), language),
        "time": local_time(event.time),
        "user": person(event.user, language),
    }
    return [words.get(name, getattr(event, name)) for name in columns("releases")]
