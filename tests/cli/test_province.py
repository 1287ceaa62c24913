"""Three cities publish their facts; the province builds one release, and names the city whose facts it cannot use."""

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from data.store import Store
from data.store.city_facts import export_facts
from errors import UsageError
from results.province.published import published_results
from tests.cluster.cities import write_city
from tests.support.stores import SMALL, Biaochi

RULES = SMALL.replace("draws = 20000", "draws = 200")
CITIES = {"甲市": 0, "乙市": 2, "丙市": 4}


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """A folder to which three cities have published, and the stores of the cities."""
    folder = tmp_path_factory.mktemp("province")
    for city, seed in CITIES.items():
        store = Store(folder / "stores" / city, threads=2)
        store.add_rules(RULES)
        assert store.import_files("ballots", [write_city(folder / f"{city}.csv", seed, 1_500)], "2025").stored
        store.publish()
        publish_facts(store, city, folder / "shared")
    return folder


def publish_facts(store, city, shared, county="", time="2026-01-10T00:00:00+00:00"):
    release = store.release()
    round_ = release.round("2025")
    try:
        return export_facts(round_, city, shared, time, published_results(round_), county)
    finally:
        release.close()


def test_a_city_publishes_codes_and_no_sheet_numbers(published):
    (folder,) = (published / "shared" / "甲市").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        *("facts.json", "rules.toml", "units.json", "dictionaries.json", "lines.parquet", "ballots.parquet"),
        *("published.json", "public.json"),
    }
    columns = duckdb.connect().read_parquet(str(folder / "ballots.parquet")).columns
    assert columns == ["ballot", "group_name", "channel", "site"]
    assert "00-0000000" not in (folder / "ballots.parquet").read_bytes().decode("latin-1")


@pytest.mark.sweep
def test_the_province_ranks_the_units_of_all_cities_as_each_city_scored_them(published, biaochi, tmp_path):
    where = ("--from", published / "shared", "--round", "2025")
    folder = biaochi("province", "build", *where, "--to", tmp_path / "province").decode().splitlines()[-1]
    found = {row["unit_code"]: row for row in biaochi.json("province", "ranking", folder, "--round", "2025")["rows"]}
    for city in CITIES:
        of_city = Biaochi(published / "stores" / city, biaochi.capture)
        for row in of_city.json("ranking", "--round", "2025")["rows"]:
            again = found.pop(f"{city}／{row['unit_code']}")  # its interval and places are those of the larger family
            assert (again["score"], again["n"]) == (pytest.approx(row["score"], abs=1e-9), row["n"])
    assert not found


def test_cities_whose_facts_cannot_be_used_are_named_and_the_rest_goes_on(published, biaochi, tmp_path):
    shared = shutil.copytree(published / "shared", tmp_path / "shared")
    (damaged,), (older,) = (list((shared / city).iterdir()) for city in ("乙市", "丙市"))
    content = bytearray((damaged / "lines.parquet").read_bytes())
    content[len(content) // 2] ^= 1
    (damaged / "lines.parquet").write_bytes(content)
    about = json.loads((older / "facts.json").read_text("utf-8"))
    (older / "facts.json").write_text(json.dumps(about | {"format": 0}), "utf-8")
    late = shutil.copytree(shared / "甲市", shared / "晚市") / next((shared / "甲市").iterdir()).name
    about = json.loads((late / "facts.json").read_text("utf-8"))
    (late / "facts.json").write_text(json.dumps(about | {"exported_at": "2026-02-01T00:00:00+00:00"}), "utf-8")
    where = ("--from", shared, "--round", "2025", "--city", "丁市", "--until", "2026-01-20")
    states = {row["city"]: row["state"] for row in biaochi.json("province", "list", *where, lang="en")["rows"]}
    assert states.pop("甲市") == "usable"
    reasons = {"乙市": "lines.parquet is damaged", "丙市": "format 0", "丁市": "nothing was published", "晚市": "late"}
    assert states.keys() == reasons.keys() and all(reasons[city] in state for city, state in states.items())
    folder = Path(biaochi("province", "build", *where, "--to", tmp_path / "province").decode().splitlines()[-1])
    assert all(city in biaochi.err for city in reasons) and "lines.parquet 已损坏或缺失" in biaochi.err
    assert list(json.loads((folder / "cities.json").read_text("utf-8"))["cities"]) == ["甲市"]
    assert sorted(path.name for path in (tmp_path / "province").iterdir()) == ["releases", "rounds"]
    levels = biaochi.json("province", "levels", tmp_path / "province", "--round", "2025", lang="en")
    left_out = {gone["city"]: (gone["state"], gone["advice"]) for gone in levels["left_out"]}
    states = {"乙市": "damaged", "丙市": "earlier", "丁市": "missing", "晚市": "late"}
    assert {city: state for city, (state, _) in left_out.items()} == states and all(
        advice for _, advice in left_out.values()
    )
    assert {row["city"]: row["state"] for row in levels["rows"] if row["state"] != "in"} == states
    lines = biaochi("province", "levels", tmp_path / "province", "--round", "2025", lang="en").decode().splitlines()
    assert lines[2].startswith('"City","甲市","","in the release",60,58,52,1469,')


def with_rules(shared, city, rules):
    """Let the newest facts of a city name another rule set, as if the city had counted by it."""
    (folder,) = (shared / city).iterdir()
    about = json.loads((folder / "facts.json").read_text("utf-8"))
    (folder / "rules.toml").write_text(rules, "utf-8")
    about["checksums"]["rules.toml"] = hashlib.sha256(rules.encode()).hexdigest()
    (folder / "facts.json").write_text(json.dumps(about), "utf-8")


@pytest.mark.sweep
def test_cities_of_other_points_are_refused_by_name_and_their_lists_stay(published, biaochi, tmp_path, files):
    """A rule set that differs in what makes no score, the last five for the last two, is ranked with the others."""
    shared, province = shutil.copytree(published / "shared", tmp_path / "shared"), tmp_path / "province"
    other = RULES.replace('"基本满意" = 60', '"基本满意" = 70')
    with_rules(shared, "丙市", other)
    with_rules(shared, "乙市", RULES.replace('rule = "last"\nk = 2', 'rule = "last"\nk = 5'))
    where = ("--from", shared, "--round", "2025", "--to", province)
    biaochi("province", "build", *where, lang="en")
    assert "Not ranked with the other cities: 丙市. The points of the grades differ." in biaochi.err
    assert "Cities in the release: 3" in biaochi.err
    answer = biaochi.json("province", "ranking", province, "--round", "2025", lang="en")
    assert {row["unit_code"][:2] for row in answer["rows"]} == {"甲市", "乙市"}
    assert answer["refused"] == [{"city": "丙市", "why": "The points of the grades differ."}]
    lists = biaochi.json("province", "bottom", province, "--round", "2025")["rows"]
    assert {row["city"] for row in lists} == set(CITIES)
    biaochi("province", "build", *where, "--rules", files("one.toml", other.encode()), lang="en")
    assert "Not ranked" not in biaochi.err
    answer = biaochi.json("province", "ranking", province, "--round", "2025")
    assert {row["unit_code"][:2] for row in answer["rows"]} == set(CITIES) and answer["refused"] == []


def test_a_manifest_that_is_none_leaves_its_city_out_and_without_cities_nothing_is_built(published, biaochi, tmp_path):
    shared = shutil.copytree(published / "shared", tmp_path / "shared")
    where = ("--from", shared, "--round", "2025")
    for at, city in enumerate(CITIES):
        (manifest,) = (shared / city).glob("*/facts.json")
        content = json.loads(manifest.read_text("utf-8"))
        del content["release"]
        manifest.write_text("[]" if at else json.dumps(content), "utf-8")
    listed = biaochi.json("province", "list", *where, "--until", "9999-12-31")["rows"]
    assert len(listed) == len(CITIES) and all("facts.json" in str(row) for row in listed)
    biaochi("province", "build", *where, "--to", tmp_path / "province", code=2)
    biaochi("province", "build", "--from", shared, "--round", "2031", "--to", tmp_path / "province", code=2)


@pytest.mark.sweep
def test_a_blank_at_the_end_makes_no_second_city(published, tmp_path):
    city = next(iter(CITIES))
    store = Store(published / "stores" / city, threads=2)
    for name in (f"{city} ", f" {city}", f"{city}\n市"):
        with pytest.raises(UsageError):
            publish_facts(store, name, tmp_path / "shared")
    with pytest.raises(UsageError):
        publish_facts(store, city, Path("/dev/null/shared"))
