"""The first start as a person sees it: in a terminal, at an account that never ran Streamlit before."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from data.store import Store
from tests.start.terminal import Terminal, free_port, run
from tests.support.stores import RULES

ROOT = Path(__file__).resolve().parents[2]
START = str(ROOT / "start.py")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a fresh account with a home and a store that hold nothing."""
    for name in ("home", "store"):
        (tmp_path / name).mkdir()
    return {
        "HOME": str(tmp_path / "home"),
        "BIAOCHI_STORE": str(tmp_path / "store"),
        "PORT": str(free_port()),
        "PATH": os.environ["PATH"],
        "TERM": "xterm",
    }


@pytest.fixture
def filled(environment: dict[str, str]) -> Path:
    """The store of that account, no longer empty: it holds one rule set."""
    Store(Path(environment["BIAOCHI_STORE"])).add_rules(RULES)
    return Path(environment["BIAOCHI_STORE"])


@pytest.fixture
def terminal(environment: dict[str, str]):
    """terminal(*arguments, **more): Python in a terminal, ended with the test."""
    opened = []

    def start(*arguments: str, **more: str) -> Terminal:
        opened.append(Terminal([sys.executable, *arguments], ROOT, environment | more))
        return opened[-1]

    yield start
    for one in opened:
        one.close()


def is_ready(port: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=5)
    try:
        connection.request("GET", "/api/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def files_of(store: Path) -> dict[str, int]:
    return {str(path.relative_to(store)): path.stat().st_size for path in store.rglob("*") if path.is_file()}


def test_streamlit_serves_before_any_key_is_pressed(terminal, environment, filled):
    # As on Windows, where a browser opens: only then does Streamlit ask. PATH without a browser, so that none opens.
    options = ("--server.port", environment["PORT"], "--server.headless", "false")
    session = terminal("-m", "streamlit", "run", "app.py", *options, PATH="")
    session.wait_for(lambda: is_ready(environment["PORT"]))
    assert "mail" not in session.text.lower()


def test_a_start_says_where_and_how_to_stop_and_stops_quietly(terminal, environment, filled):
    before = files_of(filled)
    session = terminal(START)
    session.wait_for(lambda: "Ctrl+C" in session.text)
    assert is_ready(environment["PORT"]), "the address was printed before it answered"
    assert f"http://127.0.0.1:{environment['PORT']}" in session.text
    session.press_ctrl_c()
    assert session.wait_for_end() == 0
    after_key = session.text.partition("^C")[2]
    assert after_key.split() == ["已停止。Stopped."]
    assert files_of(filled) == before, "the demonstration goes into an empty store only"


@pytest.mark.sweep
def test_an_empty_store_gets_the_demonstration_and_ctrl_c_ends_that_quietly(terminal, environment):
    store = Path(environment["BIAOCHI_STORE"])
    session = terminal(START)
    session.wait_for(lambda: files_of(store))
    session.press_ctrl_c()
    assert session.wait_for_end() == 130
    assert "演示数据" in session.text
    assert "Traceback" not in session.text and "leaked" not in session.text


def test_a_taken_port_is_explained(environment):
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        started = run([sys.executable, START], cwd=ROOT, env=environment)
    assert started.returncode == 1
    assert f"端口 {environment['PORT']} 已被占用" in started.stderr
    assert f"Port {environment['PORT']} is in use" in started.stderr


def test_a_wrong_port_is_explained(environment):
    started = run([sys.executable, START], cwd=ROOT, env=environment | {"PORT": "eighty"})
    assert started.returncode == 1
    chinese, english = started.stderr.splitlines()
    assert chinese.startswith("PORT 应为") and english.startswith("PORT must be")


SERVED = """if True:
    import http.server, sys
    with http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.BaseHTTPRequestHandler) as server:
        server.serve_forever()"""
ATTENDED = """if True:
    import subprocess, sys, start
    child = subprocess.Popen([sys.executable, "-c", sys.argv[1], sys.argv[2]], stderr=subprocess.DEVNULL)
    print(child.pid, flush=True)
    sys.exit(start.attend(child, int(sys.argv[2]), "http://127.0.0.1"))"""


def test_a_service_manager_ends_the_server_too():
    command = [sys.executable, "-c", ATTENDED, SERVED, str(free_port())]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8") as parent:
        pid = int(parent.stdout.readline())
        while "Ctrl+C" not in parent.stdout.readline():
            assert parent.poll() is None
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(30) == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
