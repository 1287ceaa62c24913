"""Three cities publish their facts; the province builds one release, and names the city whose facts it cannot use."""

import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.cluster.cities import write_city
from tests.support.stores import SMALL, Biaochi

CITIES = {"甲市": 0, "乙市": 2, "丙市": 4}


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> Path:
    """A folder to which three cities have published, and the stores of the cities."""
    from data.store import Store
    from data.store.city_facts import export_facts

    folder = tmp_path_factory.mktemp("province")
    for city, seed in CITIES.items():
        store = Store(folder / "stores" / city, threads=2)
        store.add_rules(SMALL)
        assert store.import_files("ballots", [write_city(folder / f"{city}.csv", seed, 1_500)], "2025").stored
        store.publish()
        release = store.release()
        export_facts(release.round("2025"), city, folder / "shared", "2026-01-10T00:00:00+00:00")
        release.close()
    return folder


def test_a_city_publishes_codes_and_no_sheet_numbers(published):
    (folder,) = (published / "shared" / "甲市").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        *("facts.json", "rules.toml", "units.json", "dictionaries.json", "lines.parquet", "ballots.parquet"),
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
    listed = json.loads((folder / "cities.json").read_text("utf-8"))
    assert list(listed["cities"]) == ["甲市"] and set(listed["left_out"]) == set(reasons)
    assert [path.name for path in (tmp_path / "province").iterdir()] == [folder.name]


def test_a_city_with_other_rules_needs_one_rule_set_for_all(published, biaochi, tmp_path, files):
    shared = shutil.copytree(published / "shared", tmp_path / "shared")
    (folder,) = (shared / "丙市").iterdir()
    other = SMALL.replace('"基本满意" = 60', '"基本满意" = 70')
    about = json.loads((folder / "facts.json").read_text("utf-8"))
    (folder / "rules.toml").write_text(other, "utf-8")
    about["checksums"]["rules.toml"] = hashlib.sha256(other.encode()).hexdigest()
    (folder / "facts.json").write_text(json.dumps(about), "utf-8")
    where = ("--from", shared, "--round", "2025", "--to", tmp_path / "province")
    biaochi("province", "build", *where, lang="en")
    assert "Left out: 丙市: its rule set is demo-2025" in biaochi.err
    biaochi("province", "build", *where, "--rules", files("one.toml", other.encode()), lang="en")
    assert "Cities in the release: 3" in biaochi.err
