"""The offline archive: what a target needs, packed with checksums, and a sentence where it does not fit."""

import hashlib
import shutil
import subprocess
import zipfile

import pytest

import start
from i18n import ROOT
from tools.offline import EVERY, PINS, Target, contents, pack, pins

TEXT = """# by uv
always==1.0 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via x
onlywin==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:cc
old==3.0 ; python_full_version < '3.12' \\
    --hash=sha256:dd
"""


def test_a_target_gets_what_its_markers_ask_for_with_every_hash():
    assert pins(TEXT, Target("linux", "3.11")) == (
        "always==1.0 --hash=sha256:aa --hash=sha256:bb\nold==3.0 --hash=sha256:dd\n"
    )
    assert "onlywin==2.0 --hash=sha256:cc" in pins(TEXT, Target("windows", "3.13"))
    assert "old" not in pins(TEXT, Target("windows", "3.13"))


@pytest.mark.parametrize("target", EVERY, ids=lambda target: target.name)
def test_the_real_pins_are_read_for_every_target(target):
    lines = pins((ROOT / PINS).read_text("utf-8"), target).splitlines()
    assert all("==" in line and "--hash=sha256:" in line and ";" not in line for line in lines)
    assert len(lines) > 50 and ("colorama" in "".join(lines)) == (target.system == "windows")


def test_the_archive_has_the_project_the_wheels_and_the_checksum_of_each(tmp_path):
    root, wheels = tmp_path / "project", tmp_path / "wheels"
    root.mkdir()
    wheels.mkdir()
    (root / "start.py").write_text("pass", "utf-8")
    (wheels / "a-1.whl").write_bytes(b"wheel")
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=root, check=True)
    digests = {pack(tmp_path / name, "b-1", contents(root, wheels, EVERY[:2])) for name in ("x.zip", "y.zip")}
    assert len(digests) == 1, "the same files, the same archive"
    with zipfile.ZipFile(tmp_path / "x.zip") as file:
        sums = file.read("b-1/SHA256SUMS").decode().splitlines()
        assert file.read("b-1/wheels/targets.txt") == b"linux-3.11\nlinux-3.12\n"
        for line in sums:
            digest, name = line.split("  ")
            assert hashlib.sha256(file.read(f"b-1/{name}")).hexdigest() == digest
    assert [line.split("  ")[1] for line in sums] == ["start.py", "wheels/a-1.whl", "wheels/targets.txt"]


def test_a_python_that_the_archive_is_not_for_gets_a_sentence(tmp_path):
    (tmp_path / "wheels").mkdir()
    listed = tmp_path / "wheels" / "targets.txt"
    listed.write_text("windows-3.1\n", "utf-8")
    with pytest.raises(start.StartError, match=r"for windows-3\.1; this machine is linux-3\."):
        start.refuse_other_target(tmp_path)
    shutil.rmtree(tmp_path / "wheels")
    start.refuse_other_target(tmp_path)
