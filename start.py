"""Install everything, load the demonstration into an empty store, serve the dashboard.

`make run` and `start.bat` both end here. The file is standard library only and keeps to the
syntax of Python 3.8, so that an old Python can still say which version is needed.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Mapping, TextIO

NEEDED = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
# Not resolve(): start.bat maps \\server\share to a drive letter, and resolve() would undo that.
ROOT = Path(os.path.abspath(__file__)).parent
HOST = "127.0.0.1"
# What is installed: the file of pins, what the first installation downloads, and what it takes on disk. MB on Linux,
# from `pip download` and `du` on 2026-11-29; the download for Windows is 50 MB less.
PINS = {"run": ("requirements.txt", 240, 950), "dev": ("requirements-dev.txt", 340, 1300)}
INTERRUPTED = 130  # what shells use for Ctrl+C


class StartError(Exception):
    """A step did not succeed; its text is for the person who started us."""


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Do what the arguments ask for and return the exit code."""
    options = parse(arguments)
    try:
        if too_old(sys.version_info[:3]):
            return with_newer_python(sys.argv[1:] if arguments is None else arguments)
        if options.stage:
            return STAGES[options.stage]()
        install(root, "dev" if options.dev else "run")
        return 0 if options.setup else run(root)
    except StartError as failure:
        say(str(failure), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        if not options.stage:  # what the first stage prints is enough
            say("\n已中断。Interrupted.", file=sys.stderr)
        return INTERRUPTED


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--setup", action="store_true", help="install only, do not serve")
    parser.add_argument("--dev", action="store_true", help="also install what tests and checks need")
    parser.add_argument("--stage", choices=sorted(STAGES), help=argparse.SUPPRESS)  # run by ourselves inside .venv
    return parser.parse_args(arguments)


def say(text: str, file: TextIO | None = None) -> None:
    """Print a line at once, also where the terminal lacks a character."""
    stream = file or sys.stdout
    encoding = stream.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding), file=stream, flush=True)


# Which Python


def too_old(version: tuple[int, ...]) -> bool:
    """Whether a Python of this version cannot run the product."""
    return version[:2] < NEEDED


def newer_python(path: str | None = None) -> str | None:
    """The newest suitable Python on the search path, None if there is none."""
    return next((found for found in (shutil.which(name, path=path) for name in NEWER) if found), None)


def with_newer_python(arguments: list[str], path: str | None = None) -> int:
    """Start again under a suitable Python; say what is needed if there is none."""
    python = newer_python(path)
    if python is None:
        this = ".".join(map(str, sys.version_info[:3]))
        raise StartError(
            f"需要 Python 3.11 或更新的版本，本机为 {this}。请安装后再启动。\n"
            f"Python 3.11 or newer is needed, this one is {this}. Install it, then start again."
        )
    return subprocess.call([python, os.path.abspath(__file__), *arguments])


# Installing


def install(root: Path, kind: str = "run") -> None:
    """Make .venv hold exactly what the pins say; at once where it already does."""
    venv = root / ".venv"
    if not starts(python_of(venv)):
        make_venv(root)
    if is_installed(root, kind):
        return
    install_packages(root, kind)
    # requirements-dev.txt contains requirements.txt, so installing it earns both stamps.
    for earned in {"run", kind}:
        stamp(root, earned).write_text(fingerprint(root, earned), encoding="utf-8")


def is_installed(root: Path, kind: str) -> bool:
    """Whether the stamp of the last installation is that of now."""
    path = stamp(root, kind)
    return path.is_file() and path.read_text(encoding="utf-8") == fingerprint(root, kind)


def stamp(root: Path, kind: str) -> Path:
    """The file that remembers what was installed."""
    return root / ".venv" / f"installed-{kind}"


def fingerprint(root: Path, kind: str) -> str:
    """What an installation depends on: the pins, the project's entry points, and its place."""
    digest = hashlib.sha256(os.fsencode(root))
    for name in (PINS[kind][0], "pyproject.toml"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def python_of(venv: Path, windows: bool = os.name == "nt") -> Path:
    """The interpreter of a virtual environment."""
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def starts(python: Path) -> bool:
    """Return whether an interpreter works, is new enough and has pip: its Python may be gone, its .venv incomplete."""
    question = f"import sys, importlib.util as u; sys.exit(sys.version_info[:2] < {NEEDED} or not u.find_spec('pip'))"
    try:
        return subprocess.call([str(python), "-c", question], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_venv(root: Path) -> None:
    """Create the virtual environment afresh."""
    import venv  # in this process: `python -m venv` prints a traceback on Ctrl+C

    say("正在建立运行环境 .venv … Creating the environment .venv …")
    try:
        venv.create(root / ".venv", clear=True, symlinks=os.name != "nt", with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "output", None) or error
        raise StartError(f"未能建立 .venv。The environment .venv was not created: {reason}") from error


def install_packages(root: Path, kind: str) -> None:
    """Install the pinned packages, then the project itself, which stays where it is."""
    began = time.monotonic()
    refuse_other_target(root)
    name, download, disk = PINS[kind]
    count = count_packages((root / name).read_text(encoding="utf-8"))
    local = local_wheels(root)
    source_zh = "来自本安装包，无需下载" if local else f"首次下载约 {download} MB"
    source_en = "from this archive, nothing to download" if local else f"at first about {download} MB to download"
    say(
        f"正在安装 {count} 个软件包：{source_zh}，占用磁盘约 {disk} MB，需要一至数分钟 …\n"
        f"Installing {count} packages: {source_en}, {disk} MB on disk, a few minutes …"
    )
    pip(root, "--require-hashes", *local, "-r", str(root / name))
    pip(root, "--no-deps", "--no-build-isolation", "--editable", str(root))
    seconds = time.monotonic() - began
    say(f"安装完成，用时 {seconds:.0f} 秒。Installed in {seconds:.0f} s.")


def pip(root: Path, *arguments: str) -> None:
    """Run `pip install` of .venv; what it complains about appears as it is."""
    python = str(python_of(root / ".venv"))
    if call(root, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments) != 0:
        raise StartError(
            "安装未完成（原因见上）。本机不能上网时，请使用离线安装包（docs/how-to/install-offline.zh.md）。\n"
            "Installation did not finish; the reason is above. Without internet, use the offline archive "
            "(docs/how-to/install-offline.en.md)."
        )


def call(root: Path, *command: str) -> int:
    """Run a command in the project's folder and return its exit code."""
    return subprocess.call(command, cwd=str(root), env=environment(root, os.environ))


def environment(root: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment of every child: UTF-8, and a home for service accounts that have none."""
    result = dict(inherited, PYTHONUTF8="1")
    if os.name != "nt" and not result.get("HOME", "").strip():
        result["HOME"] = str(root / ".venv")  # pip and Streamlit need a home folder
    return result


def local_wheels(root: Path) -> list[str]:
    """Return the options of pip for a machine without internet: the folder wheels/, if it is filled."""
    folder = root / "wheels"
    return ["--no-index", "--find-links", str(folder)] if folder.is_dir() else []


def refuse_other_target(root: Path) -> None:
    """Say what the offline archive holds if it holds nothing for this system and Python; pip would name a package."""
    listed = root / "wheels" / "targets.txt"
    if not listed.is_file():
        return
    held = listed.read_text(encoding="utf-8").split()
    this = f"{'windows' if os.name == 'nt' else sys.platform}-{sys.version_info[0]}.{sys.version_info[1]}"
    if this not in held:
        raise StartError(
            f"离线安装包适用于 {'、'.join(held)}，本机为 {this}。请换用相应版本的 Python，或另行制作安装包。\n"
            f"The offline archive is for {', '.join(held)}; this machine is {this}. Install one of these Pythons, or "
            "build an archive for this one."
        )


def count_packages(requirements: str) -> int:
    """How many packages the text of a requirements file pins."""
    return len(re.findall(r"^[A-Za-z0-9._-]+==", requirements, re.MULTILINE))


# Serving


def run(root: Path) -> int:
    """Serve in a child of .venv, say where when it answers, and return its exit code."""
    port = chosen_port()
    address = f"http://{HOST}:{port}"
    if is_taken(port):
        raise StartError(
            f"端口 {port} 已被占用。如果标尺已在运行，请直接打开 {address} ；否则请用环境变量 PORT 换一个端口。\n"
            f"Port {port} is in use. If Biaochi is already running, open {address} ; otherwise set PORT to another one."
        )
    say("正在启动 … Starting …")
    command = [str(python_of(root / ".venv")), str(root / "start.py"), "--stage", "serve"]
    child = subprocess.Popen(command, cwd=str(root), env=environment(root, os.environ))
    return attend(child, port, address)


def attend(child: subprocess.Popen, port: int, address: str) -> int:
    """Pass a service manager's SIGTERM on to the server, and its exit code back."""
    before = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    try:
        code, stopped = wait_for_end(child, port, address)
    finally:
        signal.signal(signal.SIGTERM, before)
    if stopped:
        say("已停止。Stopped.")
    return code if code >= 0 else 128 - code  # a signal, counted as shells do


def wait_for_end(child: subprocess.Popen, port: int, address: str) -> tuple[int, bool]:
    """Announce the server when it answers; its exit code, and whether Ctrl+C was pressed."""
    stopped = announced = False
    while True:
        try:
            while not announced and child.poll() is None:
                time.sleep(0.1)
                announced = serves(port) and announce(address)
            return child.wait(), stopped
        except KeyboardInterrupt:
            stopped = announced = True  # the terminal has sent the same to the child, which is closing


def announce(address: str) -> bool:
    """Say where the dashboard is and how to stop it."""
    say(
        f"\n标尺已就绪 Biaochi is ready:  {address}\n"
        "停止：按 Ctrl+C（Windows 也可关闭本窗口）。To stop: press Ctrl+C (or close this window on Windows).\n"
    )
    return True


def chosen_port() -> int:
    """PORT of the environment, else 8501."""
    import settings

    try:
        return settings.load().port
    except settings.InvalidSettingError as error:
        raise StartError(in_both_languages(error.message, error.facts)) from error


def in_both_languages(message: str, facts: Mapping[str, object]) -> str:
    """Translate with the packages of .venv; the first stage may run without them."""
    command = [str(python_of(ROOT / ".venv")), "-c", "import sys, i18n; print(i18n.translate(sys.argv[1], 'zh'))"]
    env = {**environment(ROOT, os.environ), "PYTHONUTF8": "1"}
    asked = subprocess.run([*command, message], cwd=str(ROOT), env=env, stdout=subprocess.PIPE, encoding="utf-8")
    chinese = asked.stdout.strip() or message
    return "\n".join(dict.fromkeys(text.format(**facts) for text in (chinese, message)))


def is_taken(port: int) -> bool:
    """Whether some process listens on a port of this machine."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def serves(port: int) -> bool:
    """Whether the dashboard answers; its port opens about a second before it does."""
    connection = http.client.HTTPConnection(HOST, port, timeout=1)  # urllib would ask a proxy of the environment
    try:
        connection.request("GET", "/api/ready")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def serve() -> int:
    """Fill an empty store, then serve until Ctrl+C; the second stage, run by the interpreter of .venv."""
    port = chosen_port()
    if store_is_empty():
        # In a separate process, which gives its memory back.
        code = subprocess.call([sys.executable, os.path.abspath(__file__), "--stage", "demo"])
        if code != 0:
            return code
    return streamlit(port)


def store_is_empty() -> bool:
    """Whether the store of the settings holds nothing yet."""
    from data.store.store import Store
    from settings import load

    return Store(load().store).is_empty()


def load_demonstration() -> int:
    """Do what `biaochi demo` does."""
    from cli.main import run

    return run(["demo"])


def streamlit(port: int) -> int:
    """Run `streamlit run app.py`, without its word "Aborted!" when Ctrl+C ends it."""
    import click
    from streamlit.web import cli

    headless = "false" if sys.platform == "win32" else "true"  # a browser opens by itself on Windows only
    options = ["--server.port", str(port), "--server.address", HOST, "--server.headless", headless]
    try:
        cli.main(["run", "app.py", *options], standalone_mode=False)
    except click.exceptions.Abort:
        return 0
    return 0


STAGES = {"serve": serve, "demo": load_demonstration}

if __name__ == "__main__":
    sys.exit(main())
