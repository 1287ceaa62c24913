"""The schemes are the folders that hold a table; a part is loaded when it is asked for."""

import json
import os
import subprocess
import sys

import pytest

import schemes
from i18n import ROOT
from schemes import SCHEMES, UnknownSchemeError, scheme_of

ASKED = """
import json, sys
import schemes
from data.model.contract import KINDS, TABLES
toy = schemes.scheme_of("toy")
print(json.dumps({
    "names": [scheme.name for scheme in schemes.SCHEMES], "tables": toy.tables, "kinds": [*KINDS],
    "loaded": [name for name in ("streamlit", "pandas", "plotly") if name in sys.modules],
    "word": toy.word("n", "counts"), "unknown": toy.word("nowhere", "counts"),
}))
"""
HEAD = (ROOT / "schemes/echo/tables.csv").read_text(encoding="utf-8").splitlines()[0]


def answered(script, folder):
    env = {**os.environ, "BIAOCHI_SCHEMES": str(folder)}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True)
    return done.stdout, done.stderr


def test_a_folder_elsewhere_is_a_scheme_with_its_tables_and_nothing_heavy_is_loaded_for_it(tmp_path):
    toy = tmp_path / "toy"
    toy.mkdir()
    (toy / "tables.csv").write_text(
        f"{HEAD}\nhut,小屋,Huts,hut,fact,month,hut_no,hut_no,小屋编号,text,yes" + "," * 12 + "\n"
    )
    (toy / "words.py").write_text('TITLE = "Huts"\nORDER = 1\nCOUNT_WORDS = {"n": "number"}\n')
    out, _ = answered(ASKED, tmp_path)
    found = json.loads(out)
    assert found["names"] == ["toy", *(scheme.name for scheme in SCHEMES)]
    assert found["tables"] == ["hut"] and "hut" in found["kinds"] and "opinion" in found["kinds"]
    assert (found["word"], found["unknown"], found["loaded"]) == ("number", "nowhere", [])


def test_a_folder_that_there_is_not_is_refused_by_name(tmp_path):
    _, err = answered("import settings; settings.load()", tmp_path / "gone")
    assert "InvalidSettingError: BIAOCHI_SCHEMES must name folders" in err and "gone" in err


def test_the_command_refuses_such_a_folder_in_a_sentence(tmp_path):
    env = {**os.environ, "BIAOCHI_SCHEMES": str(tmp_path / "gone")}
    for language, sentence in {"zh": "BIAOCHI_SCHEMES 应为文件夹", "en": "BIAOCHI_SCHEMES must name folders"}.items():
        call = [sys.executable, "-m", "cli", "--lang", language, "releases"]
        ended = subprocess.run(call, cwd=ROOT, env=env, capture_output=True, encoding="utf-8")
        assert ended.returncode == 2 and ended.stderr.startswith(sentence) and "Traceback" not in ended.stderr


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_every_scheme_gives_what_the_shape_asks(scheme):
    assert scheme_of(scheme.name) is scheme and scheme.title and scheme.tables
    assert scheme.default_rules.name and type(scheme.default_rules.settings) is type(scheme.settings)
    unworded = {measure.name for measure in scheme.measures} - set(scheme.words("MEASURE_WORDS"))
    unworded |= {word for m in scheme.measures for word in (m.counts, m.of_what)} - set(scheme.words("COUNT_WORDS"))
    assert unworded == set()
    for measure in scheme.measures:
        assert all(table in (*scheme.tables, "person", "place", "unit", "calendar") for table in measure.tables)


def test_an_unknown_scheme_is_an_error():
    with pytest.raises(UnknownSchemeError):
        scheme_of("nothing")
    assert [scheme.order for scheme in schemes.SCHEMES] == sorted(scheme.order for scheme in schemes.SCHEMES)
