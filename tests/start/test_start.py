"""start.py without a server: which Python, what is installed when, and what its children get."""

import ast
import hashlib
import shutil
import signal
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import start
from tests.start.terminal import Terminal, free_port, run

# An office folder: spaces, Chinese, and characters that mean something to a shell.
OFFICE = "办公 电脑 (一)/标尺 & 评议"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / OFFICE
    path.mkdir(parents=True)
    return path


def test_a_wrong_setting_is_reported_in_both_languages(monkeypatch):
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(start.StartError) as failure:
        start.chosen_port()
    chinese, english = str(failure.value).splitlines()
    assert chinese == "PORT 应为 1 至 65535 的整数，现为“eighty”。" and english.endswith("not “eighty”.")


# Which Python


@pytest.mark.parametrize(
    ("version", "expected"),
    [((3, 8, 18), True), ((3, 10, 14), True), ((3, 11, 0), False), ((3, 13, 1), False), ((4, 0, 0), False)],
)
def test_versions_before_3_11_are_too_old(version, expected):
    assert start.too_old(version) is expected


def test_an_old_python_can_read_the_file():
    tree = ast.parse(Path(start.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))
    names = {alias.name.partition(".")[0] for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module).partition(".")[0] for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert names <= sys.stdlib_module_names - {"tomllib", "graphlib", "zoneinfo"}


def test_without_a_newer_python_it_says_what_is_needed(folder):
    with pytest.raises(start.StartError) as failure:
        start.with_newer_python([], path=str(folder))
    assert "需要 Python 3.11" in str(failure.value) and "Python 3.11 or newer is needed" in str(failure.value)


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--no-such-option", 2)])
def test_a_newer_python_on_the_path_takes_over_and_its_exit_code_is_passed_on(folder, argument, code):
    (folder / "python3.11").symlink_to(sys.executable)
    assert start.with_newer_python([argument], path=str(folder)) == code


def test_the_newest_python_is_preferred(folder):
    for name in ("python3.11", "python3.13", "python3.9"):
        (folder / name).symlink_to(sys.executable)
    assert start.newer_python(str(folder)) == str(folder / "python3.13")


def test_a_removed_old_or_half_made_interpreter_does_not_start(folder):
    gone = folder / "gone"
    gone.symlink_to(folder / "uninstalled")
    old = folder / "old"
    old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "import sys; sys.version_info = (3, 9)\n${{2}}"\n')
    old.chmod(0o755)
    venv.create(folder / "half made", with_pip=False)
    assert not start.starts(start.python_of(folder / "half made"))
    assert not start.starts(gone)
    assert not start.starts(old)
    assert start.starts(Path(sys.executable))


# Installing

BACKEND = """
import pathlib, zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    info = "office-1.dist-info/"
    with zipfile.ZipFile(pathlib.Path(folder) / "office-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("office.pth", str(pathlib.Path.cwd()))
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: office\\nVersion: 1\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return "office-1-py3-none-any.whl"
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def tiny_wheel(folder: Path, version: str) -> str:
    """A package `greeting` of one module in a wheel; its pin with the hash."""
    path = folder / f"greeting-{version}-py3-none-any.whl"
    info = f"greeting-{version}.dist-info/"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("greeting.py", f"version = {version!r}\n")
        wheel.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: greeting\nVersion: {version}\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(info + "RECORD", "")
    return f"greeting=={version} \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture
def project(folder: Path) -> Path:
    """A project with one pinned package, which is at hand in wheels/: an office without internet."""
    (folder / "wheels").mkdir()
    (folder / "requirements.txt").write_text(tiny_wheel(folder / "wheels", "1.0"), encoding="utf-8")
    (folder / "requirements-dev.txt").write_text("", encoding="utf-8")
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (folder / "backend.py").write_text(BACKEND, encoding="utf-8")
    (folder / "office.py").write_text("", encoding="utf-8")
    return folder


def version_installed(project: Path) -> str:
    python = str(start.python_of(project / ".venv"))
    code = "import greeting, office; print(greeting.version)"
    return run([python, "-c", code], cwd="/", check=True).stdout.strip()


@pytest.mark.sweep
def test_the_first_start_installs_the_second_does_not_and_new_pins_do(project, capfd):
    start.install(project)
    assert version_installed(project) == "1.0"
    assert "Installing 1 packages: from this archive, nothing to download" in capfd.readouterr().out

    shutil.move(project / "wheels", project / "elsewhere")  # whatever is asked of pip now fails
    start.install(project)
    assert capfd.readouterr().out == ""

    shutil.move(project / "elsewhere", project / "wheels")
    (project / "requirements.txt").write_text(tiny_wheel(project / "wheels", "2.0"), encoding="utf-8")
    start.install(project)
    assert version_installed(project) == "2.0"

    pin = tiny_wheel(project / "wheels", "3.0")
    (project / "requirements.txt").write_text(pin.replace("sha256:", "sha256:0")[:-2] + "\n", encoding="utf-8")
    with pytest.raises(start.StartError, match="Installation did not finish"):
        start.install(project)
    assert version_installed(project) == "2.0", "a package with another hash is not installed"
    assert not start.is_installed(project, "run"), "a failed installation is tried again"


def test_ctrl_c_while_installing_leaves_no_traceback(project):
    code = f"import sys, pathlib, start; sys.exit(start.main(['--setup'], pathlib.Path({str(project)!r})))"
    session = Terminal([sys.executable, "-c", code], start.ROOT, {"PATH": ""})
    try:
        session.wait_for(lambda: "Creating the environment" in session.text)
        session.press_ctrl_c()
        assert session.wait_for_end() == 130
    finally:
        session.close()
    assert session.text.partition("^C")[2].split() == ["已中断。Interrupted."]


def stamped(project: Path, kind: str) -> None:
    start.stamp(project, kind).parent.mkdir(exist_ok=True)
    start.stamp(project, kind).write_text(start.fingerprint(project, kind), encoding="utf-8")


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_a_stamp_expires_with_the_files_it_was_made_for(project, name):
    assert not start.is_installed(project, "run")
    stamped(project, "run")
    assert start.is_installed(project, "run") and not start.is_installed(project, "dev")
    (project / name).write_text((project / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert not start.is_installed(project, "run")


def test_a_stamp_expires_when_the_folder_moves(project):
    stamped(project, "run")
    moved = project.parent / "搬到这里"
    shutil.copytree(project, moved)
    assert not start.is_installed(moved, "run"), "scripts of .venv name the old folder"


def test_packages_are_counted_by_their_pins():
    text = (
        "# made by\na==1.0 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\n    # via b\nb-c==2 ; sys_platform == 'x'\n"
    )
    assert start.count_packages(text) == 2


# Children


def test_a_service_account_without_home_gets_one(folder):
    assert start.environment(folder, {})["HOME"] == str(folder / ".venv")
    assert start.environment(folder, {"HOME": ""})["HOME"] == str(folder / ".venv")
    assert start.environment(folder, {"HOME": "/home/clerk"})["HOME"] == "/home/clerk"
    assert start.environment(folder, {"PYTHONUTF8": "0"})["PYTHONUTF8"] == "1"


def test_the_exit_code_of_the_server_is_passed_on():
    before = signal.getsignal(signal.SIGTERM)
    child = subprocess.Popen([sys.executable, "-c", "raise SystemExit(7)"])
    assert start.attend(child, free_port(), "http://nowhere") == 7
    assert signal.getsignal(signal.SIGTERM) is before


def test_windows_has_its_interpreter_elsewhere():
    assert start.python_of(Path("v"), windows=True) == Path("v/Scripts/python.exe")
    assert start.python_of(Path("v"), windows=False) == Path("v/bin/python")


def test_the_batch_file_has_the_line_ends_of_windows():
    content = (start.ROOT / "start.bat").read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") > 0
