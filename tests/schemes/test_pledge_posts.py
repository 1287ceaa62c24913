"""Posts of pledges and of hall votes: a post that the other table names otherwise is confirmed by a person."""

import pytest

from data.store import ImportOptions, Store
from schemes import checks
from tests.support.stores import RULES

PLEDGES = "承诺编号,单位,承诺人职务,承诺事项,完成时限\n{}"
HALLS = "单位,职务,测评主体,等次,票数\n{}"


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "var", threads=1)
    made.add_rules(RULES)
    return made


def read(store, kind, text, **options):
    files = [(f"{kind}.csv", text.encode())]
    return store.import_files(kind, files, "2025", ImportOptions(**options), checks=checks(store))


def pledged(store, *posts):
    rows = "".join(f"C{at},市公安局,{post},修路,2025-12-31\n" for at, post in enumerate(posts))
    report = read(store, "pledges", PLEDGES.format(rows))
    assert report.stored and report.problems == []


def halls(*posts):
    return HALLS.format("".join(f"市公安局,{post},党员,{grade},20\n" for post in posts for grade in ("好", "一般")))


def found(report):
    named = [*report.problems, *report.notes]
    assert all(p.message(lang) and p.suggestion(lang) for p in named for lang in ("zh", "en"))
    return [(p.code, p.row, p.column, p.value) for p in named]


def test_a_post_that_pledges_name_otherwise_is_confirmed_with_a_reason(store):
    pledged(store, "党组书记")
    report = read(store, "votes", halls("党组书记、局长"))
    ((code, row, column, value),) = found(report)  # told once of the two rows of the post
    assert not report.stored and row in (2, 3)
    assert (code, column, value) == ("post_unmatched", "职务", "党组书记、局长")
    assert "党组书记" in report.problems[0].message("zh")
    assert read(store, "votes", halls("党组书记、局长"), accept_warnings="另一职务").stored


def test_posts_written_alike_and_posts_of_one_table_only_are_no_finding(store):
    pledged(store, "党组书记")
    report = read(store, "votes", halls("党组书记", "副局长"))
    assert report.stored and found(report) == []


def test_holders_of_one_post_in_a_year_are_the_same_post(store):
    pledged(store, "党组书记")
    rows = "市公安局,党组书记,2025-01-01,2025-06-30,党员,好,20\n市公安局,党组书记,2025-07-01,2025-12-31,党员,好,18\n"
    report = read(store, "votes", "单位,职务,任职起,任职止,测评主体,等次,票数\n" + rows)
    assert report.stored and found(report) == []


def test_pledges_that_come_after_the_halls_are_compared_as_well(store):
    assert read(store, "votes", halls("主任")).stored
    report = read(store, "pledges", PLEDGES.format("C1,市公安局,办公室主任,修路,2025-12-31\n"))
    assert [code for code, *_ in found(report)] == ["post_unmatched"]
