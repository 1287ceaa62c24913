"""An upload of a large file to the page while others work: the file is sent as a browser does, and read by the page."""

import asyncio
import http.client
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench.ballots import write_ballots

LINE_BYTES = 62
LOOK_EVERY = 3.0  # seconds between two looks at the job, each of which runs the page
BLOCK = 1 << 16
COOKIE = "_streamlit_xsrf"


@dataclass
class Uploaded:
    """Seconds that the transfer of a file took, and from then until the page had read and checked it."""

    megabytes: float
    transfer: float
    reading: float

    def __str__(self) -> str:
        return f"{self.megabytes:.0f} MB sent in {self.transfer:.1f} s, read and checked in {self.reading:.1f} s"


def large_file(folder: str, megabytes: int) -> Path:
    """Write a file of ballots of about so many megabytes, unless it is there, and return its path."""
    return write_ballots(Path(folder) / f"large-{megabytes}.csv", megabytes * 1_000_000 // LINE_BYTES)


async def upload(port: int, path: Path) -> Uploaded:
    """Send a file of ballots to the upload page and wait until the page has read it."""
    address, origin = f"ws://127.0.0.1:{port}/_stcore/stream", f"http://127.0.0.1:{port}"
    async with connect(address, origin=origin, max_size=None, subprotocols=["streamlit"]) as page:
        seen = await run(page, {})
        size = path.stat().st_size
        file_id, url = await _place_for(page, path.name)
        begin = time.perf_counter()
        await asyncio.to_thread(_put, port, url, path)
        sent = time.perf_counter()
        widgets = {_key(seen, "upload_round"): "2026", _key(seen, "upload_file_"): (file_id, path.name, size)}
        while any("progress" in one for one in await run(page, widgets)):
            await asyncio.sleep(LOOK_EVERY)
        return Uploaded(size / 1e6, sent - begin, time.perf_counter() - sent)


async def run(page: ClientConnection, widgets: dict[str, object]) -> list[str]:
    """Run the upload page with what was entered; return the ids of its widgets and the kinds of the other elements."""
    asked = BackMsg()
    asked.rerun_script.page_name = "upload"
    for name, value in widgets.items():
        state = asked.rerun_script.widget_states.widgets.add(id=name)
        if isinstance(value, tuple):
            file_id, file_name, size = value
            found = state.file_uploader_state_value.uploaded_file_info.add(file_id=file_id, name=file_name, size=size)
            found.file_urls.file_id = file_id
        else:
            state.string_value = str(value)
    await page.send(asked.SerializeToString())
    seen: list[str] = []
    async for message in _messages(page):
        if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
            seen.extend(_named(message.delta.new_element))
        if message.WhichOneof("type") == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                seen.clear()
                continue
            return seen
    raise RuntimeError("the page closed")


def _named(element: Message) -> Iterator[str]:
    kind = element.WhichOneof("type") or ""
    yield str(getattr(getattr(element, kind, None), "id", "") or kind)


def _key(seen: list[str], name: str) -> str:
    return next(one for one in seen if name in one)


async def _messages(page: ClientConnection) -> AsyncIterator[ForwardMsg]:
    async for content in page:
        message = ForwardMsg()
        message.ParseFromString(content if isinstance(content, bytes) else content.encode())
        yield message


async def _place_for(page: ClientConnection, name: str) -> tuple[str, str]:
    """Ask the server for the id and the address of a file."""
    asked = BackMsg()
    asked.file_urls_request.request_id = "1"
    asked.file_urls_request.file_names.append(name)
    await page.send(asked.SerializeToString())
    async for message in _messages(page):
        if message.WhichOneof("type") == "file_urls_response":
            found = message.file_urls_response.file_urls[0]
            return found.file_id, found.upload_url
    raise RuntimeError("the page closed")


def _blocks(before: bytes, path: Path, after: bytes) -> Iterator[bytes]:
    """Yield the form in blocks, so that the driver holds its interpreter lock for none of it for long."""
    yield before
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block
    yield after


def _put(port: int, url: str, path: Path) -> None:
    """Send a file as a form, as a browser does."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/_stcore/health")
    answer = connection.getresponse()
    answer.read()
    cookie = (answer.getheader("Set-Cookie") or "").split(";")[0]
    edge = "edge-of-the-form"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
    before, after = f"{head}Content-Type: text/csv\r\n\r\n".encode(), f"\r\n--{edge}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={edge}",
        "Cookie": cookie,
        "X-Xsrftoken": cookie.removeprefix(f"{COOKIE}="),
        "Origin": f"http://127.0.0.1:{port}",
        "Content-Length": str(len(before) + path.stat().st_size + len(after)),
    }
    connection.request("PUT", url, _blocks(before, path, after), headers)
    answer = connection.getresponse()
    if answer.status >= 300:
        raise RuntimeError(f"the file was refused: {answer.status} {answer.read()[:200]!r}")
