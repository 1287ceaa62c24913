"""The same votes in another shape give the same facts, or a person is asked; never other facts without a question."""

import csv
import io
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store import ImportOptions, Store
from tests.support.disguises import DISGUISES, GRADES, GROUPS, SHAPES, UNITS, WRITERS, Votes, as_csv, long
from tests.support.examples import examples
from tests.support.stores import SMALL

REGISTER = "单位编码,单位全称,单位简称,类别\n" + "".join(
    f"{code},市{name}局,{name}局,政府\n" for code, name in enumerate(["财政", "教育", "水务", "公安"], 1)
)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = Store(tmp_path_factory.mktemp("disguises") / "var", threads=1)
    made.add_rules(SMALL)
    assert made.import_files("units", [("u.csv", REGISTER.encode())], "2025").stored
    with made.batch():  # an import in a batch opens no engine of its own
        yield made


def read(store, name, content, **options):
    return store.import_files("ballots", [(name, content)], "2025", ImportOptions(dry_run=True, **options))


def disguised(seed):
    random = Random(seed)
    votes = Votes.drawn(random)
    sheet = random.choice(SHAPES)(votes)
    worn = random.sample(DISGUISES, random.randint(0, 3))
    for disguise in sorted(worn, key=DISGUISES.index):
        sheet = disguise(sheet, random)
    name, write = random.choice(WRITERS)
    return votes, [disguise.__name__ for disguise in worn], name, write(sheet)


@examples(2000, every_run=8)
@given(seed=st.integers(0, 2**32))
def test_the_facts_are_the_same_or_a_person_is_asked(seed, store):
    votes, worn, name, content = disguised(seed)
    truth = read(store, "long.csv", as_csv(long(votes)))
    report = read(store, name, content)
    asked = bool(report.problems)
    assert asked or report.content == truth.content, worn
    confirmed = read(store, name, content, confirm=report.meaning.digest, accept_warnings="看过")
    assert confirmed.refused or confirmed.content == truth.content, (worn, [p.message("zh") for p in report.problems])


@examples(2000, every_run=10)
@given(seed=st.integers(0, 2**32))
def test_every_filled_cell_is_accounted_for(seed, store):
    """Counted here by the standard library's reader, in the file as it is handed in."""
    random = Random(seed)
    votes = Votes.drawn(random)
    sheet = random.choice(SHAPES[:2] + SHAPES[3:])(votes)
    content = as_csv(sheet)
    report = read(store, "a.csv", content, accept_warnings="看过")
    rows = list(csv.reader(io.StringIO(content.decode())))
    filled = sum(cell in GRADES for row in rows[1:] for cell in row)
    cells = report.meaning.cells
    assert sum(cells.values()) == filled
    scored = sum(cell in GRADES[:3] for row in rows[1:] for cell in row)
    assert cells["votes"] == scored


NUMBER_TEXTS = [str, "{:,}".format, "{}.0".format, "'{}".format]


def drawn_counts(random):
    """A table of counts with a line of sums, a column of remarks, one that a person leaves out, and one of a tool."""
    names = random.sample(GRADES[:4], random.randint(2, 4))
    head = ["序号", "参评单位", "评议主体", *names, "较满意", "合计", "说明"]
    write = random.choice(NUMBER_TEXTS)
    rows = []
    for number, unit in enumerate(random.sample(sorted(UNITS), random.randint(1, 4)), 1):
        votes = [random.randint(0, 3000) for _ in range(len(names) + 1)]
        cells = [write(count) if count or random.random() < 0.5 else "" for count in votes]
        rows.append([str(number), unit, random.choice(GROUPS), *cells, str(sum(votes[:-1])), random.choice(["", "无"])])
    sums = [str(random.randint(1, 9999)) for _ in names]
    rows += [["", random.choice(["合计", "全市", "小计"]), "", *sums, "", "", ""]] * random.randint(0, 1)
    return head, rows, names


@examples(500, every_run=10)
@given(seed=st.integers(0, 2**32))
def test_every_vote_of_a_table_of_counts_is_accounted_for(seed, store):
    """Counted here from the cells as they were written, by the standard library's reader."""
    random = Random(seed)
    head, rows, names = drawn_counts(random)
    content = as_csv([head, *rows])
    mapping = {"较满意": "ignored"}
    report = store.import_files(
        "counts", [("a.csv", content)], "2025", ImportOptions(dry_run=True, accept_warnings="看过", mapping=mapping)
    )
    assert not any(problem.level == "error" for problem in report.problems), [p.message("zh") for p in report.problems]
    read_back = list(csv.DictReader(io.StringIO(content.decode())))
    is_sum = {"合计", "全市", "小计"}

    def added(columns, *, of_sums):
        lines = [row for row in read_back if (row["参评单位"] in is_sum) == of_sums]
        texts = [row[name].lstrip("'").replace(",", "") for row in lines for name in columns]
        return sum(int(float(text)) for text in texts if text)

    assert report.meaning.cells == {
        "votes": added([name for name in names if name != "不了解"], of_sums=False),
        "unscored": added([name for name in names if name == "不了解"], of_sums=False),
        "set_aside": added(names, of_sums=True),
        "ignored": added(["较满意"], of_sums=False),
    }
