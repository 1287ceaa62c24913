"""Downloads belong to the session that asked for them: whoever else has the link gets nothing.

Streamlit names a file by its content and gives it to everybody who knows the name. So it is noted here which of its
sessions belongs to which person's session, and which session asked for a file.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

MOST = 20_000  # notes kept; the oldest go first
_HOLDERS: OrderedDict[str, str] = OrderedDict()
"""Streamlit's session -> id of the person's session that opened it."""
_MADE: OrderedDict[tuple[str, str], None] = OrderedDict()
"""File and id of the person's session that asked for it by a click."""
_LOCK = threading.Lock()


def hold(streamlit_session: str, session: str) -> None:
    """Note that a session of Streamlit belongs to the session of a person."""
    _watch()
    with _LOCK:
        _HOLDERS[streamlit_session] = session
        _HOLDERS.move_to_end(streamlit_session)
        _trim(_HOLDERS)


def belongs(path: str, session: str) -> bool:
    """Return whether a file of /media/ was shown or asked for in the session of a person. session: its id."""
    file_id = PurePosixPath(path).name.split(".")[0]
    with _LOCK:
        if (file_id, session) in _MADE:
            return True
        own = {name for name, holder in _HOLDERS.items() if holder == session}
    return any(file_id in files for name, files in _shown().items() if name in own)


def _shown() -> dict[str, set[str]]:
    """Return Streamlit's session -> files that its page shows."""
    from streamlit import runtime

    manager = runtime.get_instance().media_file_mgr
    with manager._lock:
        found = manager._files_by_session_and_coord
        return {name: set(by_place.values()) for name, by_place in found.items()}


def _watch() -> None:
    """Note who asks for a file by a click: Streamlit creates it outside of any session."""
    from streamlit import runtime

    manager = runtime.get_instance().media_file_mgr
    if not isinstance(manager.execute_deferred, _Noted):
        noted = _Noted(manager, manager.execute_deferred)
        vars(manager)["execute_deferred"] = noted


class _Noted:
    """Makes a file by a click, and notes for whom."""

    def __init__(self, manager: Any, make: Callable[[str], str]) -> None:
        self._manager, self._make = manager, make

    def __call__(self, file_id: str) -> str:
        asked = self._manager._deferred_callables.get(file_id)
        url = self._make(file_id)
        if asked is not None:
            with _LOCK:
                made = (PurePosixPath(url).name.split(".")[0], _HOLDERS.get(asked["session_id"], ""))
                _MADE[made] = None
                _trim(_MADE)
        return url


def _trim(notes: OrderedDict[Any, Any]) -> None:
    while len(notes) > MOST:
        notes.popitem(last=False)
