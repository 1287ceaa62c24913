"""The bundle of a round: what is in it, what the public one leaves out, and no name without its figures."""

import contextlib
import csv
import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from cli.main import run
from formats.pdf import fonts_here
from i18n import ROOT
from tests.reference.attacker import HIDDEN, printed

ROUND = ("--round", "2025")
FORMULAS = ["=HYPERLINK('x')", "+cmd|' /C calc'!A0", "@SUM(A1)", "-1+1"]
HOSTILE = ["<script>x</script>", "#set text(red)", "{{ 7*7 }}", "{% for %}", "*粗* _斜_ $x$", "a & b"]


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture(scope="module")
def made(town_path, tmp_path_factory):
    """The bundles of the demonstration year, the public one in both languages; of a copy, since exports are logged."""
    folder = tmp_path_factory.mktemp("bundles")
    shutil.copytree(town_path, folder / "var")
    files = {}
    for language, public in (("zh", []), ("zh", ["--public"]), ("en", ["--public"])):
        path = folder / f"{language}{''.join(public)}.zip"
        words = ["--store", str(folder / "var"), "--lang", language, "bundle", *ROUND, *public, "-o", str(path)]
        with contextlib.redirect_stderr(io.StringIO()) as errors:
            assert run(words) == 0
        files[language, bool(public)] = path.read_bytes()
        if (language, public) == ("zh", []):
            files["warning"] = errors.getvalue().strip()
    return files


@pytest.fixture(scope="module")
def elsewhere(town_path, tmp_path_factory):
    """The same bundles made by one process in another time zone and locale, with other hashes and one thread."""
    folder = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(town_path, folder / "var")
    other = {"TZ": "Pacific/Auckland", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "2"}
    threads = {"BIAOCHI_THREADS": "1", "OMP_NUM_THREADS": "1"}
    calls = [
        ["--store", str(folder / "var"), "--lang", "zh", "bundle", *ROUND, *public, "-o", str(folder / name)]
        for name, public in (("internal.zip", []), ("public.zip", ["--public"]))
    ]
    program = "import sys\nfrom cli.main import run\nsys.exit(max(run(call) for call in {}))"
    command = [sys.executable, "-c", program.format(calls)]
    subprocess.run(command, cwd=ROOT, env=os.environ | other | threads, check=True)
    return {public: (folder / name).read_bytes() for name, public in (("internal.zip", False), ("public.zip", True))}


@pytest.mark.parametrize(("language", "public"), [("zh", False), ("zh", True), ("en", True)])
def test_every_file_has_its_checksum_and_is_told_of(language, public, made):
    files = opened(made[language, public])
    sums = dict(reversed(line.split("  ", 1)) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    readme = files.pop("README.txt").decode()
    assert all(name in readme for name in files)
    chinese, english = readme.split("----")
    assert ("公开" if public else "内部") in chinese and ("Public" if public else "INTERNAL") in english
    assert "演示数据" in chinese and "demonstration" in english and "replay" in chinese


def test_the_internal_bundle_is_what_the_commands_write(town, made):
    files = opened(made["zh", False])
    assert files["ranking.csv"] == town("ranking", *ROUND)
    assert files["bottom.csv"] == town("bottom", *ROUND)
    assert files["pledges.csv"] == town("pledges", *ROUND)
    assert {"bulletin.pdf", "bulletin.docx", "rules.toml", "release.json", "tables/units.csv"} <= set(files)
    assert not any("ballot" in name for name in files)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_public_tables_say_what_the_page_says_and_no_more(language, made):
    files = opened(made[language, True])
    assert set(files) == {
        *("README.txt", "SHA256SUMS", "public.html", "rules.toml"),
        *("ranking.csv", "ranking.xlsx", "grades.csv", "grades.xlsx", "codebook.csv"),
    }
    columns = [next(iter(row.values())) for row in rows_of(files["codebook.csv"])]
    assert columns == list(rows_of(files["ranking.csv"])[0])
    page = printed(files["public.html"])
    rows = rows_of(files["ranking.csv"])
    code, n, score = {"zh": ("单位编码", "评价数", "得分"), "en": ("unit_code", "n", "score")}[language]
    assert {row[code] for row in rows} == set(page.units)
    for row in rows:
        told = page.units[row[code]]
        assert row[n] == (HIDDEN if told["n"] is None else str(told["n"]))
        assert (float(row[score]) if row[score] else None) == told["score"]
        groups = {name.removeprefix("n:"): value for name, value in row.items() if name.startswith("n:")}
        assert groups == {name: HIDDEN if value is None else str(value) for name, value in told["groups"].items()}
    cells = {
        (row["类别" if language == "zh" else "Category"], list(row.values())[2]): list(row.values())[3]
        for row in rows_of(files["grades.csv"])
    }
    assert cells == {
        (category, grade): HIDDEN if value is None else str(value)
        for category, counts in page.grades.items()
        for grade, value in counts.items()
    }
    book = CalamineWorkbook.from_filelike(io.BytesIO(files["ranking.xlsx"])).get_sheet_by_index(0).to_python()
    assert len(book) == len(rows) + 1


def test_the_fonts_that_are_missing_are_told_for_the_bundle_too(made):
    assert made["warning"] == fonts_here().warning("zh")


NEEDED = (
    *({"评价数", "评价数，较晚批次"}, {"得分下限", "变化下限"}, {"认定", "结论"}),
    *({"计分规则"}, {"发布版"}, {"数据"}),
)


@pytest.mark.parametrize("public", [False, True], ids=["internal", "public"])
def test_no_table_names_a_unit_without_its_figures(public, town, made):
    """Nor without what the line is made of, and that it is demonstration data: lines are copied out of files.

    Tables of results; what was imported goes back under its own headers, and pledges are no grades of units.
    """
    release = town.json("releases")["rows"][0]["release"]
    for name, content in opened(made["zh", public]).items():
        if not name.endswith(".csv") or name.startswith(("tables/", "groups", "grades", "pledges", "codebook")):
            continue
        headers = set(rows_of(content)[0])
        assert "单位" in headers, name
        for asked in NEEDED:
            assert headers & asked, (name, asked)
        for row in rows_of(content):
            assert release.startswith(row["发布版"]) and len(row["发布版"]) == 16
            assert (row["计分规则"], row["数据"]) == ("demo-2025", "演示数据；草稿" if public else "演示数据")


@pytest.mark.sweep
@pytest.mark.parametrize("public", [False, True], ids=["internal", "public"])
def test_the_same_bytes_elsewhere(public, made, elsewhere):
    """Bulletins as PDF and Word file, workbooks and the page are among them."""
    assert opened(elsewhere[public]) == opened(made["zh", public])
    assert elsewhere[public] == made["zh", public]


def ballots_on(names: list[str]) -> str:
    groups, grades = ("普通群众", "服务对象", "两代表一委员"), ("满意", "基本满意", "不满意")
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["票号", "评议主体", "参评单位", "评价"])
    writer.writerows(
        [str(number), groups[number % 3], name, grades[(number // 3 + at) % 3]]
        for number in range(60)
        for at, name in enumerate(names)
    )
    return out.getvalue()


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_that_is_a_formula_does_not_come_in(name, small, files):
    small("import", "ballots", files("1.csv", ballots_on([name, "市公安局"])), *ROUND, code=3)
    assert "公式符号" in small.err or "控制字符" in small.err, small.err


@pytest.mark.sweep
def test_hostile_names_stay_text(small, files, tmp_path):
    small("import", "ballots", files("1.csv", ballots_on(HOSTILE)), *ROUND)
    small.publish()
    for public in ([], ["--public"]):
        small("bundle", *ROUND, *public, "-o", tmp_path / "b.zip")
        inside = opened((tmp_path / "b.zip").read_bytes())
        book = CalamineWorkbook.from_filelike(io.BytesIO(inside["ranking.xlsx"])).get_sheet_by_index(0).to_python()
        assert {row[1] for row in book[1:]} == set(HOSTILE)
        assert {row["单位"] for row in rows_of(inside["ranking.csv"])} == set(HOSTILE)
    assert b"<script>x" not in inside["public.html"]


def test_a_round_with_a_register_alone_has_empty_tables_and_no_bundle(small, files, tmp_path):
    small("import", "units", files("u.csv", "单位编码,单位名称,类别\nA1,甲局,甲类\n"), *ROUND)
    small("publish")
    for words in (("export", "ranking"), ("export", "bottom"), ("ranking",), ("bottom",)):
        assert len(small(*words, *ROUND).decode().splitlines()) == 1, words
    for public in ((), ("--public",)):
        small("bundle", *ROUND, *public, "-o", tmp_path / "b.zip", code=2)
        assert "没有评价数据" in small.err and not (tmp_path / "b.zip").exists()
