"""A sixth scheme is a folder: whatever lists schemes has it, and no other file knows it (fixtures/toy_scheme)."""

import json
import os
import shutil
import subprocess
import sys

import pytest

import i18n
from i18n import ROOT
from tests.support.paths import FIXTURES

TOY = FIXTURES / "toy_scheme"
SCRIPT = """
import contextlib, io, json, sys, zipfile
from pathlib import Path

from cli.main import run
from data.model.contract import UPLOAD_KINDS
from data.sample.community import City, registers_of_the_city, shared_files
from data.sample.load import load_files
from data.store import Store
from schemes import scheme_of
from schemes.demonstration import scheme_files
from tests.support.schemes import guard_faults

folder = Path(sys.argv[1])
found = {"kinds": list(UPLOAD_KINDS), "demo": [file.kind for file in scheme_files()]}
store = Store(folder / "var", threads=2)
city, toy = City(), scheme_of("huts")
load_files(store, [*registers_of_the_city(), *shared_files(city), *toy.demo(city)])
store.publish()


def call(*words):
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()) as err:
        code = run(["--store", str(store.path), *words])
        out.flush()
    assert code == 0, (words, code, err.getvalue())
    return out.buffer.getvalue()


release = store.release()
found["guard"] = guard_faults(toy, release)
release.close()
found["rows"] = json.loads(call("scheme", "huts", "--by", "unit", "--format", "json"))["rows"]
found["read"] = call("scheme", "huts").decode()
found["attention"] = json.loads(call("scheme", "huts", "attention", "--format", "json"))["rows"]
found["public"] = json.loads(call("scheme", "huts", "public", "--year", "2026", "--format", "json"))["rows"]
found["help"] = call("scheme", "--help").decode()
found["export"] = call("export", "hut", "--round", "2026").decode("utf-8-sig")
call("scheme", "huts", "template", "hut_repair", "-o", str(folder / "t.xlsx"))
call("bulletin", "--kind", "huts-month", "--period", "2026-02", "-o", str(folder / "huts.docx"))
call("bundle", "--round", "2026", "-o", str(folder / "b.zip"))
found["bundle"] = zipfile.ZipFile(folder / "b.zip").namelist()
found["document"] = len((folder / "huts.docx").read_bytes())
unit = found["rows"][0]["key"]
found["dossier"] = call("unit", unit, "--format", "json").decode()
found["audit"] = call("audit").decode()
Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")
"""
PAGE = """
import json, sys
from pathlib import Path
from streamlit.testing.v1 import AppTest

from i18n import ROOT

page = AppTest.from_file(str(ROOT / "pages" / "entry" / "main.py"), default_timeout=120)
page.query_params.update({"lang": "en", "scheme": "huts"})
page.switch_page("../schemes/scheme.py")
page.run()
assert not page.exception, page.exception
found = {"title": [item.value for item in page.title], "figures": [item.label for item in page.metric]}
from schemes import OTHER_SCHEMES
from ui import layout

menu = layout.menu_with({scheme.name: scheme.title for scheme in OTHER_SCHEMES})
found["menu"] = [entry.title for entries in menu.values() for entry in entries]
Path(sys.argv[1]).write_text(json.dumps(found), encoding="utf-8")
"""


def told(script, answer, *words, **more):
    env = {**os.environ, "BIAOCHI_SCHEMES": str(TOY), **more}
    call = [sys.executable, "-c", script, *map(str, words), str(answer)]
    done = subprocess.run(call, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(answer.read_text("utf-8"))


@pytest.fixture(scope="module")
def folder(once_a_run):
    return once_a_run("sixth_scheme", lambda folder: told(SCRIPT, folder / "told.json", folder))


def test_a_folder_is_a_scheme_in_uploads_commands_exports_documents_bundle_dossier_and_log(folder):
    found = json.loads((folder / "told.json").read_text("utf-8"))
    assert {"hut", "hut_repair"} <= set(found["kinds"]) and {"hut", "hut_repair"} <= set(found["demo"])
    (row,) = found["rows"]
    assert (row["value"], row["n"], row["measure"], row["rules"]) == (0.6, 20, "sound", "huts-default")
    assert "Huts in good order" in found["read"] and "12 / 20 = 60.00%" in found["read"]
    assert [item["key"] for item in found["attention"]] == [f"H-{at}" for at in range(13, 21)]
    assert "Huts of the toy" in found["help"]
    assert found["export"].splitlines()[0].startswith('"小屋编号"') and "H-1" in found["export"]
    assert {"schemes/huts.xlsx", "tables/hut.csv", "tables/hut_repair.csv"} <= set(found["bundle"])
    assert found["document"] > 1000
    assert '"sound"' in found["dossier"]
    assert all(name in found["audit"] for name in ("scheme-huts.json", "scheme-huts-attention.json", "hut.csv"))


def test_its_public_measure_is_judged_and_its_rows_pass_the_names_guard(folder):
    found = json.loads((folder / "told.json").read_text("utf-8"))
    public = {(row["by"], row["key"]): (row["value"], row["n"]) for row in found["public"]}
    assert public["all", ""] == (0.6, 20) and {by for by, _ in public} == {"all", "unit"}  # nothing below the community
    assert found["guard"] == {"faults": [], "rows": 6}  # in total, by unit, by place, three months


@pytest.mark.sweep
def test_it_has_a_page_and_an_entry_of_the_menu(folder, tmp_path):
    found = told(PAGE, tmp_path / "page.json", BIAOCHI_STORE=str(folder / "var"))
    assert found["title"] == ["Huts of the toy"] and found["figures"]
    assert "Huts of the toy" in found["menu"]


def test_its_words_and_headers_go_into_the_catalogues(tmp_path, monkeypatch):
    """In a folder of the product its messages are extracted with all others; one that is not translated is found."""
    shutil.copytree(TOY, tmp_path / "schemes")
    monkeypatch.setattr(i18n, "ROOT", tmp_path)
    messages = {message.id for message in i18n.extract_messages() if message.id}
    assert {"Huts of the toy", "Broken hut", "Days until a repair", "Huts", "Repairs of huts"} <= messages


def test_no_other_file_knows_the_toy_and_none_names_a_scheme_outside_its_folder():
    """A word of a folder's name is allowed in its folder, in tests, catalogues, reference and the history."""
    found = subprocess.run(["git", "grep", "-lw", "huts"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert all(path.startswith("tests/") for path in found)
