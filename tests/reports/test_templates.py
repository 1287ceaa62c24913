"""Templates: what they ask for, what they list, and that a filled one imports without a problem."""

import csv
import io

import openpyxl
import pytest

from data.intake.personal import names_person
from data.intake.personal_values import sorts_in
from data.model.books import is_book
from data.model.contract import REQUIRED, UPLOAD_KINDS, fields
from data.model.field_meanings import meanings
from reports.templates import Choices, choices_of, example_rows, template, template_fields
from tests.support.referred import referred_by
from tests.support.stores import SMALL, Biaochi, table

REGISTER = table("""
    单位编码 | 单位全称 | 单位简称 | 建制序号 | 类别
    0001     | 市公安局 | 公安局   | 1        | 政府部门
    0002     | 市财政局 | 财政局   | 2        | 政府部门
    0003     | 市图书馆 | 图书馆   | 3        | 服务单位
""")


@pytest.fixture
def office(biaochi, tmp_path):
    """A store with a rule set and the register of 2025."""
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "名录.csv"
    path.write_text(REGISTER, encoding="utf-8")
    biaochi("import", "units", path, "--round", "2025")
    return biaochi


def filled(path, rows):
    """Fill in a template as a person does and save it; texts stay texts."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=2):
        for column, cell in enumerate(row, start=1):
            sheet.cell(number, column).value = cell or None
    book.save(path)


def lists(content: bytes) -> dict[str, list[str]]:
    """The drop-down lists by the header of their column."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    data = book.worksheets[0]
    found = {}
    for rule in data.data_validations.dataValidation:
        if rule.type == "list":
            sheet, cells = rule.formula1.strip("=").split("!")
            words = [cell.value for (cell,) in book[sheet.strip("'")][cells.replace("$", "")]]
            found[data.cell(1, min(cells.min_col for cells in rule.sqref.ranges)).value] = words
    return found


def day_of(kind):
    return ("--as-of", "2026-03-31") if is_book(kind) else ()


def import_examples(kind, office, tmp_path):
    """Import the examples of a table that others refer to."""
    path = tmp_path / f"{kind}.csv"
    headers = [field.name for field in template_fields(kind)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headers, *example_rows(kind, Choices(), "en")])
    office("import", kind, path, "--round", "2025", *day_of(kind))


@pytest.mark.sweep
@pytest.mark.parametrize("kind", UPLOAD_KINDS)
def test_a_filled_template_imports_without_a_problem(kind, office: Biaochi, tmp_path):
    from data.store import Store

    lang = "en" if len(kind) % 2 else "zh"
    for referred in referred_by(kind):
        import_examples(referred, office, tmp_path)
    path = tmp_path / f"{kind}.xlsx"
    listed = ("--round", "2025", "--rules", "demo-2025")
    office("template", kind, *listed, "-o", path, lang=lang)
    assert path.read_bytes() == template(kind, choices_of(Store(office.store), "2025", "demo-2025"), lang)
    rows = example_rows(kind, choices_of(Store(office.store), "2025", "demo-2025"), lang)
    filled(path, rows)
    replaces = ("--replace",) if kind == "units" else ()
    report = office.json("import", kind, path, "--round", "2025", "--dry-run", *replaces, *day_of(kind))
    assert report == {"problems": [], "rows": len(rows), "stored": False}


def test_codes_keep_their_zeros_and_long_numbers_their_digits(biaochi, tmp_path):
    path = tmp_path / "units.xlsx"
    biaochi("template", "units", "-o", path)
    book = openpyxl.load_workbook(path)
    headers = [cell.value for cell in book.worksheets[0][1]]
    styles = {headers[at]: book.worksheets[0].column_dimensions[chr(65 + at)] for at in range(len(headers))}
    assert styles["单位编码"].number_format == "@" and styles["建制序号"].number_format == "General"
    assert book.worksheets[0].freeze_panes == "A2" and book.worksheets[0].print_title_rows == "$1:$1"


def test_lists_are_those_of_the_round_and_of_the_rule_set(office: Biaochi, tmp_path):
    from data.store import Store

    found = lists(template("ballots", choices_of(Store(office.store), "2025", "demo-2025"), "zh"))
    assert found["单位"] == ["市公安局", "市财政局", "市图书馆"] and found["类别"] == ["政府部门", "服务单位"]
    assert found["主体"] == ["普通群众", "服务对象", "两代表一委员"] and "满意" in found["等级"]
    assert found["有效性"] == ["有效", "不了解", "空白", "无效"]
    plain = lists(template("ballots", Choices(), "en"))
    assert set(plain) == {"channel", "validity"}, "nothing is listed that nobody gave"


def test_the_examples_of_a_ballot_have_a_grade_and_no_score():
    head = [field.name for field in template_fields("ballots")]
    assert {"grade_code", "score"} <= set(head)
    rows = [dict(zip(head, row, strict=True)) for row in example_rows("ballots", Choices(), "zh")]
    assert all(row["grade_code"] and not row["score"] for row in rows)


def test_the_only_rule_set_is_that_of_a_template(office: Biaochi):
    from data.store import Store

    assert choices_of(Store(office.store)).rules.name == "demo-2025"


def test_every_field_has_a_meaning_in_both_languages_and_an_example_that_names_nobody():
    for kind in UPLOAD_KINDS:
        known = meanings(kind)
        assert {field.name for field in template_fields(kind)} == set(known)
        assert set(REQUIRED[kind]) <= set(known)
        for name, meaning in known.items():
            assert meaning.zh and meaning.en, (kind, name)
            assert not any(sorts_in(text) for text in meaning.examples)
        assert not any(names_person(field.header, kind) for field in fields(kind) if field.name in known)


def test_the_notes_say_what_each_column_means_and_which_is_required():
    content = template("pledges", Choices(), "en")
    notes = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    rows = [[cell for cell in row if cell is not None] for row in notes.iter_rows(values_only=True)]
    assert any("invented" in str(row) for row in rows)
    (item,) = [row for row in rows if row[:1] == ["item"]]
    assert item[1] == "yes" and "promised" in " ".join(item)


def test_no_kind_no_template(biaochi):
    biaochi("template", "nicknames", "-o", "x.xlsx", code=2)
    assert "ballots" in biaochi.err
    biaochi("template", "units", "--rules", "none", "-o", "x.xlsx", code=2)
    assert "none" in biaochi.err


def test_a_round_without_a_register_is_told(biaochi, tmp_path):
    biaochi("template", "ballots", "--round", "2031", "-o", tmp_path / "x.xlsx", lang="en")
    assert "has no register of units yet" in biaochi.err
