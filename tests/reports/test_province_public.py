"""The public table of a province, attacked together with the public pages of its cities."""

import shutil

import pytest

from data.store import ImportOptions, Store
from data.store.city_facts import export_facts
from data.store.province import build_province
from reports.province_public import keep, public_table
from reports.public_export import prepare
from results.province.levels import province_of
from results.province.published import published_results
from tests.reference.attacker import Attacker, Printed, printed, recovered
from tests.reports.test_public_page import GRADES, GROUPS, ballots, truth_of
from tests.support.stores import SMALL

MARK = "／"
CATEGORIES = {f"单位{at}": "甲类" if at < 4 else "乙类" for at in range(8)}


def votes(**others):
    """Eight units in two categories, of which the second has fewer votes and so hides what the first withholds."""
    usual = {name: (20, 6, 5) if kind == "甲类" else (8, 3, 2) for name, kind in CATEGORIES.items()}
    return {name: dict.fromkeys(GROUPS, counts) for name, counts in usual.items()} | others


CITIES = {
    "甲市": votes(单位0={"普通群众": (20, 6, 5), "服务对象": (20, 6, 5), "两代表一委员": (2, 1, 0)}),
    "乙市": {name: {group: (*row[:2], 0) for group, row in own.items()} for name, own in votes().items()}
    | {"单位1": {"普通群众": (22, 6, 3), "服务对象": (25, 6, 0), "两代表一委员": (25, 6, 0)}},
    "丙市": votes(),
}
"""Few votes of a group on a unit in a city, three low grades of a category in another, and nothing small in a third."""


def publish_city(folder, city, own, shared, time="2026-01-10T00:00:00+00:00"):
    """A city publishes its round, its public page, and its facts; the page, and the votes behind it."""
    store = Store(folder / city, threads=1)
    store.add_rules(SMALL)
    content = ballots(own, CATEGORIES).encode()
    report = store.import_files("ballots", [("票.csv", content)], "2025", ImportOptions(rules="demo-2025"))
    assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    release = store.release()
    round_ = release.round("2025")
    export = prepare(store, round_)
    export.keep(store)
    export_facts(round_, city, shared, time, published_results(round_))
    found = export.page(), truth_of(release, "2025")
    release.close()
    return found


@pytest.fixture(scope="module")
def cities(tmp_path_factory):
    """Three cities with their public pages, and the province built from their facts."""
    folder = tmp_path_factory.mktemp("province")
    pages, truth = {}, {}
    for city, own in CITIES.items():
        pages[city], votes_of = publish_city(folder, city, own, folder / "shared")
        truth |= {(f"{city}{MARK}{code}", *rest): n for (code, *rest), n in votes_of.items()}
    build_province(folder / "shared", folder / "province", "2025")
    return folder / "province", pages, truth


def all_pages(pages):
    """What all pages print, the name of the city in front of every unit and category."""
    units, grades = {}, {}
    for city, content in pages.items():
        page = printed(content)
        grades |= {f"{city}{MARK}{category}": numbers for category, numbers in page.grades.items()}
        for code, unit in page.units.items():
            units[f"{city}{MARK}{code}"] = unit | {"category": f"{city}{MARK}{unit['category']}"}
    return Printed(units, grades, page.decimals)


def sums_of(table, pages):
    """The printed numbers of the province as sums over votes by unit, group and grade."""
    for (what, category, *item), n in table.numbers.items():
        inside = {name for name in pages.grades if name.endswith(MARK + category)}
        if what == "votes":
            yield (lambda c, k=category, p=item: c[1].endswith(MARK + k) and (not p or c[1] == p[0] + MARK + k)), n
        elif what == "groups":
            yield (lambda c, k=category, g=item[0]: c[1].endswith(MARK + k) and c[2] == g), n
        else:
            yield (lambda c, inside=inside, g=item[0]: c[1] in inside and c[3] == g), n


def attack(cities, *, joint):
    folder, contents, truth = cities
    province = province_of(folder, "2025")
    try:
        table = public_table(province, folder, joint=joint)
    finally:
        province.close()
    pages = all_pages(contents)
    weights = {
        unit["category"]: {"普通群众": 0.4, "服务对象": 0.3, "两代表一委员": 0.3} for unit in pages.units.values()
    }
    rules = province.cities[0].rules
    weights = {category: rules.weights(category.partition(MARK)[2]) for category in weights}
    points = {grade: rules.points[grade] / 100 for grade in GRADES}
    attacker = Attacker(pages, weights, points, list(sums_of(table, pages)))
    return table, recovered(attacker, truth, rules.presentation.smallest_cell, only=12)


@pytest.mark.sweep
def test_nothing_follows_from_the_province_and_the_pages_of_its_cities(cities):
    table, found = attack(cities, joint=True)
    assert found == []
    printed_numbers = {key: n for key, n in table.numbers.items() if n is not None}
    assert ("votes", "甲类") in printed_numbers and ("votes", "甲类", "丙市") in printed_numbers and not table.without


def test_judged_by_their_size_alone_the_sums_give_votes_away(cities):
    _, found = attack(cities, joint=False)
    assert found


def test_the_table_is_kept_and_the_same_release_prints_it_again(cities, biaochi):
    folder, _, _ = cities
    province = province_of(folder, "2025")
    table = public_table(province, folder)
    digest = keep(table, folder)
    again = biaochi.json("province", "public", folder, "--round", "2025")
    province.close()
    assert again["set"] == digest and again["rows"] == table.rows
    text = biaochi("province", "public", folder, "--round", "2025").decode("utf-8-sig")
    assert text.count("×") == sum(n is None for n in table.numbers.values()) > 0


@pytest.mark.sweep
def test_a_table_of_a_few_corrected_votes_waits_in_its_category(cities, tmp_path):
    """A city corrects a ballot and writes its page anew; the province would give the ballot away by its old table."""
    folder, _, _ = cities
    shared, province = shutil.copytree(folder.parent / "shared", tmp_path / "shared"), tmp_path / "province"
    build_province(shared, province, "2025")
    first = public_table(province_of(province, "2025"), province)
    keep(first, province)
    corrected = CITIES["丙市"] | {"单位5": dict.fromkeys(GROUPS, (8, 3, 2)) | {"普通群众": (9, 2, 2)}}
    publish_city(tmp_path, "丙市", corrected, shared, "2026-02-10T00:00:00+00:00")
    build_province(shared, province, "2025")
    second = public_table(province_of(province, "2025"), province)
    assert second.release != first.release and second.waiting == ("乙类",)
    of_first = {key: n for key, n in first.numbers.items() if key[1] == "甲类"}
    assert second.numbers == of_first


@pytest.mark.sweep
def test_a_city_that_joins_does_not_follow_from_two_tables(cities, tmp_path):
    """The difference of two sums by group would be the city, which its page may withhold."""
    folder, _, _ = cities
    shared, province = shutil.copytree(folder.parent / "shared", tmp_path / "shared"), tmp_path / "province"
    later = shutil.move(shared / "甲市", tmp_path / "甲市")
    build_province(shared, province, "2025")
    first = public_table(province_of(province, "2025"), province)
    keep(first, province)
    shutil.move(later, shared / "甲市")
    build_province(shared, province, "2025")
    second, alone = (public_table(province_of(province, "2025"), province, joint=joint) for joint in (True, False))
    printed = {key for key, n in first.numbers.items() if n is not None and key[0] != "votes"}
    assert printed and printed & {key for key, n in alone.numbers.items() if n is not None}
    assert {n for key, n in second.numbers.items() if key[0] != "votes"} == {None}


def test_a_release_is_shown_under_its_round_only(cities, biaochi):
    folder, _, _ = cities
    (release,) = (folder / "releases").iterdir()
    biaochi("province", "ranking", release, "--round", "2025", "--category", "甲类")
    biaochi("province", "ranking", release, "--round", "2024", "--category", "甲类", code=2)
