"""(l) Latency of pages under load: sessions over the WebSocket with think time, next to a bare Streamlit page.

Use: `python -m bench.load [--sessions 20 100 200] [--seconds 60] [--think 30] [--upload MB]`. The driver speaks the
protocol of the browser, so a session costs it next to nothing. Bars on an idle machine: p95 at most 0.3 s for 100
sessions and 0.5 s for 200. With `--upload 280` a file of so many MB is sent to the upload page and read there, again
and again, while the same sessions work: their p95 may rise by half.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench.upload_while_loaded import Uploaded, large_file, upload
from i18n import ROOT

PAGES = ("", "ranking", "bottom", "unit")
BARE = "import streamlit as st\nst.title('bare')\nst.dataframe({'a': [1, 2, 3]})\n"
LONGEST = 180  # seconds that a page may take before the run is given up
SUCCEEDED = ForwardMsg.FINISHED_SUCCESSFULLY


@dataclass
class Times:
    """Seconds of first pages and of later pages, and how many runs did not succeed."""

    first: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)
    failed: int = 0


async def run_page(socket_: ClientConnection, page: str) -> float:
    """Ask for a page and return the seconds until its run has finished. Raises RuntimeError if it fails."""
    asked = BackMsg()
    asked.rerun_script.page_name = page
    asked.rerun_script.query_string = "round=2025"
    began = time.perf_counter()
    await socket_.send(asked.SerializeToString())
    while True:
        content = await asyncio.wait_for(socket_.recv(), LONGEST)
        message = ForwardMsg()
        message.ParseFromString(content if isinstance(content, bytes) else content.encode())
        if message.WhichOneof("type") == "script_finished":
            if message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                continue  # the page changed its address and runs again
            if message.script_finished != SUCCEEDED:
                raise RuntimeError(f"the page {page or 'home'} did not finish")
            return time.perf_counter() - began


async def session(port: int, number: int, pages: Sequence[str], think: float, until: float, times: Times) -> None:
    """One person: arrives within the think time, opens a page, reads, opens the next."""
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, think))
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    order = itertools.islice(itertools.cycle(pages), number % len(pages), None)
    try:
        async with connect(
            address, origin=f"http://127.0.0.1:{port}", max_size=None, subprotocols=["streamlit"]
        ) as open_:
            times.first.append(await run_page(open_, next(order)))
            while time.monotonic() < until:
                await asyncio.sleep(chance.uniform(0.5, 1.5) * think)
                times.later.append(await run_page(open_, next(order)))
    except (OSError, RuntimeError, TimeoutError) as error:
        times.failed += 1
        print(f"session {number}: {error!r}", file=sys.stderr)


async def load(port: int, sessions: int, pages: Sequence[str], think: float, seconds: float) -> Times:
    """Return the times of so many sessions at once."""
    times, until = Times(), time.monotonic() + think + seconds
    await asyncio.gather(*(session(port, number, pages, think, until, times) for number in range(sessions)))
    return times


async def load_and_upload(
    port: int, sessions: int, pages: Sequence[str], think: float, seconds: float, file: Path
) -> tuple[Times, list[Uploaded]]:
    """Return the times of so many sessions at once while a file is uploaded again and again, and those of the file."""
    sent: list[Uploaded] = []

    async def uploads() -> None:
        while True:
            sent.append(await upload(port, file))

    meanwhile = asyncio.create_task(uploads())
    times = await load(port, sessions, pages, think, seconds)
    meanwhile.cancel()
    await asyncio.wait([meanwhile])
    if not meanwhile.cancelled() and (error := meanwhile.exception()):
        raise error
    return times, sent


async def warm(port: int, pages: Sequence[str], server: subprocess.Popen[bytes], runs: int = 20) -> str:
    """Run every page until it is warm, then so many times; return the processor time of a run of each.

    That figure hardly depends on what else the machine does, unlike seconds.
    """
    address, found = f"ws://127.0.0.1:{port}/_stcore/stream", []
    async with connect(address, origin=f"http://127.0.0.1:{port}", max_size=None, subprotocols=["streamlit"]) as open_:
        for page in (*pages, *pages):
            await run_page(open_, page)
        for page in pages:
            before = cpu_seconds(server)
            for _ in range(runs):
                await run_page(open_, page)
            found.append(f"{page or 'first page'} {1000 * (cpu_seconds(server) - before) / runs:.0f} ms")
    return ", ".join(found)


@contextlib.contextmanager
def served(script: Path, store: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve a script on a free port of this machine until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, "BIAOCHI_STORE": str(store), "PORT": str(port), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.headless", "true"]
    server = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port, server
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the server does not answer")


def cpu_seconds(server: subprocess.Popen[bytes]) -> float:
    """Return the processor seconds of a server so far."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def line(name: str, sessions: int, times: Times, cpu: float) -> str:
    """Return a line of the table."""
    every = sorted(times.later) or [float("nan")]
    p95 = every[min(len(every) - 1, int(0.95 * len(every)))]
    runs = len(times.first) + len(times.later)
    return (
        f"{name:8} {sessions:4} sessions  first p50 {statistics.median(times.first or [float('nan')]):6.3f} s  "
        f"later p50 {statistics.median(every):6.3f} p95 {p95:6.3f} s  n {len(times.later):4}  "
        f"CPU {1000 * cpu / max(1, runs):4.0f} ms a run  failed {times.failed}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table: our pages and a bare page, by number of sessions."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sessions", type=int, nargs="+", default=[20, 100, 200])
    parser.add_argument("--seconds", type=float, default=60, help="after everybody has come")
    parser.add_argument("--think", type=float, default=30)
    parser.add_argument("--upload", type=int, default=0, metavar="MB", help="send a file of so many MB meanwhile")
    parser.add_argument("--store", type=Path, default=None, help="a published store; else the demonstration")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        store = options.store or _demonstration(Path(folder) / "var")
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE, encoding="utf-8")
        for name, script, pages in (("bare", bare, ("",)), ("biaochi", ROOT / "app.py", PAGES)):
            with served(script, store) as (port, server):
                print(f"{name:8} CPU of a warm run: {asyncio.run(warm(port, pages, server))}", flush=True)
                for sessions in options.sessions:
                    before = cpu_seconds(server)
                    times = asyncio.run(load(port, sessions, pages, options.think, options.seconds))
                    print(line(name, sessions, times, cpu_seconds(server) - before), flush=True)
                    if options.upload and script != bare:
                        file = large_file(folder, options.upload)
                        before = cpu_seconds(server)
                        times, sent = asyncio.run(
                            load_and_upload(port, sessions, pages, options.think, options.seconds, file)
                        )
                        print(line("upload", sessions, times, cpu_seconds(server) - before), flush=True)
                        print("\n".join(f"{'':8} {one}" for one in sent), flush=True)


def _demonstration(path: Path) -> Path:
    from data.sample.load import load_demo
    from data.store import Store

    load_demo(Store(path, threads=2))
    return path


if __name__ == "__main__":
    main()
