"""Quota of uploads: how much a session of the browser may hold in the memory of the server at a time.

Streamlit keeps an uploaded file until its session ends, which `disconnectedSessionTTL` sets to a minute after the
window is closed; the blocks of the file go back to the system then (`ui.jobs.keep_memory_whole`).
"""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

UPLOADS = "/_stcore/upload_file/"
LIMIT = 600 << 20  # bytes: two of the largest files that a page takes
REFUSED = b"This window holds as many uploaded bytes as it may. Remove a file, or reload the page."


def held_by(session: str) -> int:
    """Return the bytes of the files that a session holds."""
    manager = get_instance().uploaded_file_mgr
    files = manager.file_storage.get(session, {}) if isinstance(manager, MemoryUploadedFileManager) else {}
    return sum(len(file.data) for file in list(files.values()))


class UploadQuota:
    """ASGI middleware that refuses an upload beyond the quota of its session, while it arrives at the latest."""

    def __init__(self, app: ASGIApp, *, held: Callable[[str], int] = held_by, limit: int = LIMIT) -> None:
        self.app, self.held, self.limit = app, held, limit
        self._arriving: dict[str, int] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or not scope["path"].startswith(UPLOADS):
            return await self.app(scope, receive, send)
        session = scope["path"].removeprefix(UPLOADS).partition("/")[0]
        if self._beyond(session, _announced(scope)):
            return await _refuse(send)
        await self._counted(session, scope, receive, send)

    def _beyond(self, session: str, more: int) -> bool:
        return self.held(session) + self._arriving.get(session, 0) + more > self.limit

    async def _counted(self, session: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an upload on and count its bytes: it may announce fewer than it has, or none."""
        arrived = 0

        async def counting() -> Message:
            nonlocal arrived
            message = await receive()
            size = len(message.get("body", b""))
            if self._beyond(session, size):
                return {"type": "http.disconnect"}
            arrived += size
            self._arriving[session] = self._arriving.get(session, 0) + size
            return message

        try:
            await self.app(scope, counting, send)
        finally:
            self._arriving[session] = self._arriving.get(session, 0) - arrived
            if self._arriving[session] <= 0:
                del self._arriving[session]


def _announced(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


async def _refuse(send: Send) -> None:
    head = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 413, "headers": head})
    await send({"type": "http.response.body", "body": REFUSED})
