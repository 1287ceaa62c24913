"""A program in a terminal of its own, as a person starts it: read what it prints, press keys, see how it ends."""

import contextlib
import os
import pty
import select
import signal
import socket
import subprocess
import time
from pathlib import Path

LIMIT = 120  # seconds before a test gives up; nothing below waits that long on a healthy machine


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Terminal:
    """One process with a pseudo-terminal as its controlling terminal."""

    def __init__(self, command: list[str], cwd: Path, env: dict[str, str]) -> None:
        self.printed = b""
        self.pid, self._keyboard = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execve(command[0], command, env)
        self.code: int | None = None

    @property
    def text(self) -> str:
        """Everything printed so far."""
        return self.printed.decode("utf-8", "replace").replace("\r\n", "\n")

    def read(self, seconds: float) -> bool:
        """Take in what is printed within some seconds; false once the terminal is closed."""
        if not select.select([self._keyboard], [], [], seconds)[0]:
            return True
        try:
            fresh = os.read(self._keyboard, 65536)
        except OSError:  # Linux: every process has closed it
            fresh = b""
        self.printed += fresh
        return bool(fresh)

    def wait_for(self, condition) -> None:
        """Read until a condition holds."""
        deadline = time.monotonic() + LIMIT
        while not condition():
            assert self.read(0.1), f"ended early:\n{self.text}"
            assert time.monotonic() < deadline, f"still waiting:\n{self.text}"

    def press_ctrl_c(self) -> None:
        """What the key does: the terminal sends SIGINT to every process in front."""
        os.write(self._keyboard, b"\x03")

    def wait_for_end(self) -> int:
        """Read to the end and return the exit code."""
        deadline = time.monotonic() + LIMIT
        while self.read(0.1):
            assert time.monotonic() < deadline, f"still running:\n{self.text}"
        self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def close(self) -> None:
        """End what is still running: the process and its children, which share its group."""
        if self.code is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._keyboard)


def run(command: list[str], **options) -> subprocess.CompletedProcess[str]:
    """A short command without a terminal."""
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=LIMIT, **options)
