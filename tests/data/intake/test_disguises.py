"""The same votes in another shape give the same facts, or a person is asked; never other facts without a question."""

import csv
import io
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.store import ImportOptions, Store
from tests.support.disguises import DISGUISES, GRADES, SHAPES, WRITERS, Votes, as_csv, long
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
    return made


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


@examples(2000, every_run=50)
@given(seed=st.integers(0, 2**32))
def test_the_facts_are_the_same_or_a_person_is_asked(seed, store):
    votes, worn, name, content = disguised(seed)
    truth = read(store, "long.csv", as_csv(long(votes)))
    report = read(store, name, content)
    asked = bool(report.problems)
    assert asked or report.content == truth.content, worn
    confirmed = read(store, name, content, confirm=report.meaning.digest, accept_warnings="看过")
    assert confirmed.refused or confirmed.content == truth.content, (worn, [p.message("zh") for p in report.problems])


@examples(2000, every_run=50)
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
