"""The verification kit: its script agrees with the product under every rule, and finds a number that was changed."""

import ast
import json
import random
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from scipy import stats

from cli.main import run as call
from data.store import ImportOptions, Store
from reports.documents import bulletin, round_results
from reports.verification_kit import kit_content, kits_digest
from reports.verify_kit import TEXTS, compare, family_digest, leaf, main
from results.ranking.family import families
from tests.support.stores import RULES
from tests.support.town import TOWN_RULES

ROUND = ("--round", "2025")
GROUPS = ("普通群众", "服务对象", "两代表一委员")
GRADES = ("满意", "基本满意", "不满意")
NUMBERS = {"n", "score", "se", "score_low", "score_high", "rank", "rank_best", "rank_worst"}
NUMBERS |= {"confirm_p", "clear_p", "verdict"}


def rules_with(bottom, minimum="per_unit = 5\nper_group = 3", order="group", name="tried"):
    text = RULES[: RULES.index("[minimum]")].replace('name = "demo-2025"', f'name = "{name}"')
    text = text.replace('order = "group"', f'order = "{order}"')
    return f"{text}[minimum]\n{minimum}\n[bottom]\n{bottom}\n[uncertainty]\ndraws = 2000\n"


def ballots(seed=1, units=7, people=60, without=None, sites=1):
    """Everybody grades a few units; the last units are liked less. `without`: a unit and group that never meet. sites:
    places of voting, of which every third likes all units more and every third less.
    """
    draw, lines = random.Random(seed), ["票号,评议主体,参评单位,评价,会场或点位"]
    for person in range(people):
        group, site = GROUPS[person % 3], person // 3 % sites
        for unit in draw.sample(range(units), 4):
            if without != (unit, group):
                liked = 0.95 - 0.13 * unit + (0.2 * (site % 3 - 1) if sites > 1 else 0)
                grade = GRADES[0] if draw.random() < liked else draw.choice(GRADES[1:])
                lines.append(f"{person},{group},单位{unit},{grade},{f'点位{site}' if sites > 1 else ''}")
    return "\n".join(lines) + "\n"


def every_line_agrees(store, round_id="2025"):
    """Every unit of a round through the script; how many were ranked, and the verdicts seen."""
    release = Store(store).release()
    verdicts = []
    for family in families(release.round(round_id)):
        for code in family.members["unit_code"]:
            lines = compare(json.loads(json.dumps(kit_content(release.round(family.round), family, code))))
            assert {name for name, *_ in lines} >= NUMBERS
            assert all(equal for *_, equal in lines), (code, [line for line in lines if not line[3]])
            verdicts.append(dict((name, value) for name, value, *_ in lines)["verdict"])
    release.close()
    return verdicts


LAST = 'rule = "last"\nk = 2'
FEW = "per_unit = 5\nper_group = 3"
RULED = {
    "last": (LAST, {}),
    "all": ('rule = "last"\nk = 7', {}),
    "share": ('rule = "share"\nshare = 0.3', {}),
    "below": ('rule = "below"\nline = 70', {}),
    "both": ('rule = "last_and_below"\nk = 3\nline = 60', {}),
    "grade": ('rule = "dissatisfied_over"\nlimit = 0.15', {}),
    "pooled": (LAST, {"order": "pooled"}),
    "small groups": (LAST, {"minimum": "per_unit = 5\nper_group = 12"}),
}
SITED = {
    "sites": (LAST, "group"),
    "sites below a line": ('rule = "below"\nline = 70', "pooled"),
    "sites and a grade": ('rule = "dissatisfied_over"\nlimit = 0.15', "group"),
}
MISSING = ("not_ranked", "renormalise")
ALIKE = {"no spread at all": (3, 0, 0), "tied": (2, 1, 0)}


def counts(votes):
    lines = ["参评单位,评议主体,满意,基本满意,不满意"]
    lines += [f"单位{unit},{group},{','.join(map(str, votes))}" for unit in range(5) for group in GROUPS]
    lines += [f"单位9,{group},1,1,1" for group in GROUPS]
    return "\n".join(lines) + "\n"


def cases():
    """Name -> kind, content and rules of a round."""
    for name, (bottom, options) in RULED.items():
        yield name, ("ballots", ballots(people=240), rules_with(bottom, name=name.replace(" ", "-"), **options))
    for name, (bottom, order) in SITED.items():
        rules = rules_with(bottom, order=order, name=name.replace(" ", "-"))
        yield name, ("ballots", ballots(people=240, sites=12), rules)
    for name, bottom in {"population": LAST, "population and a line": RULED["below"][0]}.items():
        people = "".join(f'"{group}" = {many}\n' for group, many in zip(GROUPS, (300, 80, 100), strict=True))
        rules = rules_with(bottom, name=name.replace(" ", "-")) + f"[uncertainty.population.ROUND]\n{people}"
        yield name, ("ballots", ballots(people=240), rules)
    for missing in MISSING:
        rules = rules_with(LAST, f'{FEW}\nmissing_group = "{missing}"', name=missing)
        yield missing, ("ballots", ballots(people=240, without=(6, GROUPS[1])), rules)
    for name, votes in ALIKE.items():
        yield name, ("counts", counts(votes), rules_with(LAST))


def published(path, names):
    """agreeing(case): `every_line_agrees` for its round; the rounds of these cases stand in one release."""
    store, known = Store(path, threads=1), dict(cases())
    with store.batch():
        for year, name in enumerate(names, 2001):
            kind, content, rules = known[name]
            options = ImportOptions(rules=store.add_rules(rules.replace("ROUND", str(year))).name)
            assert store.import_files(kind, [("b.csv", content.encode())], str(year), options).stored
    store.publish()
    return lambda name: every_line_agrees(store.path, str(2001 + names.index(name)))


@pytest.fixture(scope="module")
def agreeing(tmp_path_factory):
    """The cases that the sweeps try."""
    return published(tmp_path_factory.mktemp("kits") / "var", [name for name, _ in cases() if name not in MISSING])


@pytest.fixture(scope="module")
def agreeing_where_a_group_is_missing(tmp_path_factory):
    return published(tmp_path_factory.mktemp("missing") / "var", MISSING)


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["population", "population and a line"])
def test_the_script_agrees_where_a_group_is_nearly_or_wholly_counted(agreeing, name):
    assert len(agreeing(name)) == 7


@pytest.mark.sweep
@pytest.mark.parametrize("name", SITED)
def test_the_script_agrees_where_votes_are_counted_by_site(agreeing, name):
    assert len(agreeing(name)) == 7


@pytest.mark.sweep
@pytest.mark.parametrize("name", RULED)
def test_the_script_agrees_under_every_rule(agreeing, name):
    assert len(agreeing(name)) == 7


@pytest.mark.parametrize("missing", MISSING)
def test_the_script_agrees_where_a_group_is_missing(agreeing_where_a_group_is_missing, missing):
    assert ("not_ranked" in agreeing_where_a_group_is_missing(missing)) == (missing == "not_ranked")


@pytest.mark.sweep
@pytest.mark.parametrize("name", ALIKE)
def test_the_script_agrees_on_ties_and_without_spread(agreeing, name):
    assert len(agreeing(name)) == 6


def test_the_script_agrees_on_the_town(town_path):
    first_middle_and_last_agree(town_path)


@pytest.mark.sweep
def test_the_script_agrees_on_the_demonstration(demo_path):
    first_middle_and_last_agree(demo_path)


def first_middle_and_last_agree(path):
    release = Store(path).release()
    for family in families(release.round("2025")):
        codes = list(family.members["unit_code"])
        for code in (codes[0], codes[len(codes) // 2], codes[-1]):
            lines = compare(kit_content(release.round(family.round), family, code))
            assert all(equal for *_, equal in lines), (code, lines)
    release.close()


# --- the file ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kit_file(town_path, tmp_path_factory):
    """The kit of one unit of the town, as the command writes it."""
    path = tmp_path_factory.mktemp("kit") / "kit.zip"
    assert call(["--store", str(town_path), "kit", "ZY001", *ROUND, "-o", str(path)]) == 0
    return path


@pytest.fixture
def kit(kit_file, tmp_path):
    """The kit, unpacked for this test."""
    folder = tmp_path / "kit"
    with zipfile.ZipFile(kit_file) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    return folder


FILES = ["README.txt", "director.txt", "kit.json", "kits.txt", "rules.toml", "verify.py"]


def run(kit, *digest):
    words = [sys.executable, "-I", str(kit / "verify.py"), *digest]
    return subprocess.run(words, capture_output=True, encoding="utf-8", env={"PYTHONUTF8": "1"})


@pytest.mark.sweep
def test_the_kit_says_what_it_is_in_both_languages(kit):
    assert sorted(path.name for path in kit.iterdir()) == FILES
    readme = (kit / "README.txt").read_text("utf-8")
    assert readme.splitlines()[:2] == ["演示数据", "内部资料：仅供本单位及其统计人员核验使用，不得外传或公布"]
    assert "INTERNAL" in readme and "python verify.py" in readme
    assert (kit / "rules.toml").read_text("utf-8") == TOWN_RULES
    done = run(kit)
    assert done.returncode == 0 and done.stdout.startswith("内部资料")
    assert "一致 / equal" in done.stdout and "不一致" not in done.stdout.replace("不一致，", "")


@pytest.mark.sweep
def test_the_kit_is_the_same_bytes_each_time(town):
    assert town("kit", "ZY001", *ROUND, lang="zh") == town("kit", "ZY001", *ROUND, lang="en")


@pytest.mark.sample
@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("published", "score"), 71.339406),
        (("published", "rank_worst"), 19),
        (("published", "verdict"), "confirmed"),
        (("own", "cells", 0, "total"), 1),
        (("family", "score", 0), 99.0),
    ],
)
def test_a_changed_number_is_found(kit, place, value, capsysbinary):
    path = kit / "kit.json"
    content = json.loads(path.read_text("utf-8"))
    at = content
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    path.write_text(json.dumps(content), "utf-8")
    assert main([str(path)]) == 1 and b"DIFFERENT" in capsysbinary.readouterr().out


# --- what binds it to the bulletin -------------------------------------------------------------------------------


def digest_in_bulletin(store, status=None):
    """The digest as the bulletin prints it, in both languages."""
    release = Store(store).release()
    found = round_results(release.round("2025"))
    lines = {line for language in ("zh", "en") for line in bulletin(found, language).about}
    release.close()
    digests = {match.group() for line in lines if (match := re.search(r"(?:[0-9a-f]{4} ){7}[0-9a-f]{4}", line))}
    assert len(digests) == 1, lines
    return digests.pop()


def changed(*place, value):
    """A function that changes one value of kit.json."""

    def change(folder):
        path = folder / "kit.json"
        content = at = json.loads(path.read_text("utf-8"))
        for name in place[:-1]:
            at = at[name]
        assert at[place[-1]] != value
        at[place[-1]] = value
        path.write_text(json.dumps(content), "utf-8")

    return change


def replaced(name, old, new):
    """A function that replaces a text in a file of the kit."""

    def change(folder):
        text = (folder / name).read_text("utf-8")
        assert old in text, (name, old)
        (folder / name).write_text(text.replace(old, new), "utf-8")

    return change


def forged(folder):
    """Everything changed together, as somebody would who reads the script: votes, results, texts and the list."""
    replaced("director.txt", "INTERNAL", "Public")(folder)
    kit = json.loads((folder / "kit.json").read_text("utf-8"))
    value, own, cell = kit["law"]["value"], kit["law"]["own"][0], kit["own"]["cells"][0]
    best, worst = (round(value[at] * 10_000) for at in (-1, 0))
    own[0], own[-1] = own[0] - 1, own[-1] + 1
    cell["total"], cell["squares"] = cell["total"] + best - worst, cell["squares"] + best**2 - worst**2
    at = kit["family"]["units"].index(kit["own"]["code"])
    for _ in range(2):  # places follow from the table of all units
        ours = {name: value for name, value, *_ in compare(kit)}
        kit["family"]["score"][at], kit["family"]["se"][at] = ours.pop("own_score"), ours.pop("own_se")
        kit["published"] |= ours
    (folder / "kit.json").write_text(json.dumps(kit), "utf-8")
    texts = {name: (folder / name).read_text("utf-8") for name in TEXTS}
    digest = leaf(kit, family_digest(kit["family"]), texts)
    lines = (folder / "kits.txt").read_text("utf-8").splitlines()
    code = kit["own"]["code"]
    lines = [f"{code}\t{digest}" if line.startswith(f"{code}\t") else line for line in lines]
    (folder / "kits.txt").write_text("\n".join(lines) + "\n", "utf-8")


TAMPERED = {
    "release": changed("release", value="0" * 64),
    "round": changed("round", value="2024"),
    "unit name": changed("own", "name", value="别的单位"),
    "name of the rules": changed("rules", value="other"),
    "text of the rules": replaced("rules.toml", "k = ", "k =  "),
    "draws": changed("draws", value=2001),
    "level": changed("level", value=0.9500001),
    "decimals": changed("decimals", value=1),
    "demonstration as real": changed("demo", value=False),
    "mark of demonstration data": replaced("director.txt", "演示数据\n", ""),
    "votes of the unit": changed("own", "cells", 0, "total", value=1),
    "votes of a group": changed("group_totals", 0, "total", value=5),
    "votes by score": changed("law", "own", 0, 0, value=77.0),
    "score of another unit": changed("family", "score", 2, value=50.0),
    "name of another unit": changed("family", "names", 2, value="别的单位"),
    "covariance of two other units": changed("family", "covariance", 2, 3, value=0.01),
    "published score": changed("published", "score", value=71.339406),
    "published places": changed("published", "rank_worst", value=19),
    "published verdict": changed("published", "verdict", value="confirmed"),
    "published p-value": changed("published", "clear_p", value=0.012345),
    "page for the director": replaced("director.txt", "3. How to contest it", "3. It cannot be contested"),
    "a sentence more": replaced("director.txt", "INTERNAL", "draft; everything is fine\nINTERNAL"),
    "readme": replaced("README.txt", "python verify.py", "python other.py"),
    "words of the script": replaced("verify.py", "不一致 / DIFFERENT", "一致 / equal"),
    "list of kits": replaced("kits.txt", "ZY001\t", "ZY001\t0"),
    "unit taken off the list": replaced("kits.txt", "ZY001", "ZY901"),
}
"""Kinds of tampering that the files of a kit show by themselves."""
BY_THE_BULLETIN = {
    "everything together": forged,
    "another unit in the list": replaced("kits.txt", "ZY002\t", "ZY002\t0"),
    "a unit added to the list": replaced("kits.txt", "ZY001\t", "ZY000\t" + 64 * "0" + "\nZY001\t"),
}
"""Kinds that only the digest on paper shows; the second and third do not concern the unit itself."""


@pytest.mark.sweep
def test_every_kind_of_tampering_is_found(kit, town_path, tmp_path, capsysbinary):
    """By the script as it was handed out; a script that was changed says what its author wants it to say."""
    printed, missed = digest_in_bulletin(town_path), []
    assert main([str(kit / "kit.json"), printed]) == 0
    for name, change in (TAMPERED | BY_THE_BULLETIN).items():
        folder = tmp_path / name
        shutil.copytree(kit, folder)
        change(folder)
        code = main([str(folder / "kit.json"), *printed.split()])
        lines = capsysbinary.readouterr().out.decode().splitlines()
        by_itself = any("DIFFERENT" in line for line in lines if not line.startswith("核验包摘要"))
        if code != 1 or by_itself == (name in BY_THE_BULLETIN):
            missed.append((name, code, lines))
    assert missed == []
    assert len(TAMPERED) >= 14
    for name in FILES:
        folder = tmp_path / f"without {name}"
        shutil.copytree(kit, folder)
        (folder / name).unlink()
        assert main([str(folder / "kit.json"), printed]) == 2, name


@pytest.mark.sweep
def test_the_kit_says_what_to_compare_with_which_paper(kit, town_path):
    printed = digest_in_bulletin(town_path)
    without, with_paper = run(kit), run(kit, printed)
    assert without.returncode == with_paper.returncode == 0
    assert printed in without.stdout and "《通报》末尾" in without.stdout and "尚未与《通报》核对" in without.stdout
    assert "尚未" not in with_paper.stdout and run(kit, "0" * 32).returncode == 1


@pytest.mark.sweep
def test_the_digest_of_the_kits_does_not_depend_on_the_status(store_path):
    """The bulletin of a draft, an announced and a withdrawn round print one digest, and every kit of them agrees."""
    store = Store(store_path, threads=1)
    store.add_rules(rules_with(LAST))
    options = ImportOptions(rules="tried", demo=True)
    assert store.import_files("ballots", [("b.csv", ballots().encode())], "2025", options).stored
    store.publish()
    digests = {digest_in_bulletin(store_path)}
    for status in ("draft", "final", "announced", "withdrawn"):
        store.set_status("2025", status, "理由")
        release = Store(store_path).release()
        round_ = release.round("2025")
        family = families(round_)[0]
        content = kit_content(round_, family, str(family.members["unit_code"][0]))
        mark = content["status"][0].split("；")
        assert mark[0] == "演示数据" and content["status"] != ["", ""]
        digests |= {kits_digest(round_), digest_in_bulletin(store_path)}
        release.close()
    assert len(digests) == 1


@pytest.mark.sweep
def test_a_page_for_the_director_comes_before_the_formulas(kit):
    page = (kit / "director.txt").read_text("utf-8")
    chinese, english = page.split("----")
    for part, headings in ((chinese, ("一、", "二、", "三、")), (english, ("1. ", "2. ", "3. "))):
        assert [line[: len(headings[0])] for line in part.splitlines() if line.startswith(headings)] == list(headings)
    content = json.loads((kit / "kit.json").read_text("utf-8"))
    assert f"{content['published']['score']:.2f}" in chinese and str(content["published"]["n"]) in english
    assert not re.search(r"p 值|p-value|covariance|标准误", page)


def test_a_slip_in_the_tables_of_all_units_is_found_even_where_it_changes_no_verdict(demo_path):
    """The best unit is so far from the bottom that its p-values do not notice a hundredth of a point."""
    release = Store(demo_path).release()
    family = families(release.round("2025"))[0]
    content = kit_content(release.round(family.round), family, "ZY011")
    release.close()
    at = content["family"]["units"].index("ZY011")
    for table, factor in (("score", 1.0001), ("se", 1.001)):
        kit = json.loads(json.dumps(content))
        kit["family"][table][at] *= factor
        assert not all(equal for *_, equal in compare(kit)), table


def test_a_broken_kit_is_told_apart(tmp_path, capsys):
    (tmp_path / "kit.json").write_text('{"own": 1}', "utf-8")
    assert main([str(tmp_path / "kit.json")]) == 2 and main([str(tmp_path / "none.json")]) == 2
    assert "Error" in capsys.readouterr().err


@pytest.mark.sweep
def test_the_kit_holds_no_votes_of_others(kit):
    content = json.loads((kit / "kit.json").read_text("utf-8"))
    text = json.dumps(content)
    assert "pairs" not in text and "sum_product" not in text
    others = set(content["family"]["units"]) - {"ZY001"}
    assert len(others) == 10
    family = {name: len(values) for name, values in content["family"].items() if name != "name"}
    assert set(family) == {"units", "names", "score", "se", "covariance", "spread", "df"}
    assert {cell["group"] for cell in content["own"]["cells"]} == set(GROUPS)
    assert set(content["own"]) == {"code", "name", "cells", "lowest_votes"}
    listed = dict(line.split("\t") for line in (kit / "kits.txt").read_text("utf-8").splitlines())
    assert set(listed) > others and all(re.fullmatch("[0-9a-f]{64}", digest) for digest in listed.values())
    assert len(content["salt"]) == 64, "without a secret, votes of others could be tried until their digest fits"


def test_the_kit_tells_no_lowest_grades_of_other_units(biaochi, files, tmp_path):
    """A p-value in full is that of one count only: under the rule of the lowest grade it would be the votes."""
    biaochi.rules(tmp_path, rules_with('rule = "dissatisfied_over"\nlimit = 0.15'))
    biaochi("import", "ballots", files("b.csv", ballots(people=240)), *ROUND)
    biaochi.publish()
    release = Store(biaochi.store).release()
    (family,) = families(release.round("2025"))
    telling = {}
    votes = family.moments.n.sum(axis=1)
    for low, n, code in zip(family.members["lowest_votes"], votes, family.members["unit_code"], strict=True):
        telling |= {float(p): code for p in (stats.binom.sf(low - 1, n, 0.15), stats.binom.cdf(low, n, 0.15))}
    for code in family.members["unit_code"]:
        told = {
            float(number)
            for number in re.findall(
                r"\d\.\d+(?:e-\d+)?", json.dumps(kit_content(release.round(family.round), family, code))
            )
        }
        assert {telling[p] for p in told & telling.keys()} <= {code}
    release.close()


@pytest.mark.sweep
def test_the_readme_says_how_the_script_ends_and_what_it_holds(kit):
    readme = (kit / "README.txt").read_text("utf-8")
    assert "2: the kit cannot be read" in readme and "covariance can show that person's grades" in readme


@pytest.mark.sweep
def test_the_script_needs_numpy_and_scipy_only(kit):
    tree = ast.parse((kit / "verify.py").read_text("utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    outside = {name.split(".")[0] for name in names} - sys.stdlib_module_names
    assert outside == {"numpy", "scipy"}


def test_who_is_not_there_has_no_kit(town):
    town("kit", "ZY999", *ROUND, code=2)
    assert "ZY999" in town.err
    town("kit", "ZY001", "--round", "1999", code=2)


@pytest.mark.sweep
def test_every_kit_that_leaves_is_logged(own_town):
    own_town("kit", "ZY001", *ROUND)
    entry = own_town.json("audit")["rows"][-1]
    assert (entry["action"], entry["what"]) == ("export", "kit ZY001 2025")
    assert entry["note"] == f"kits {digest_in_bulletin(own_town.store)}", "the log binds it to the bulletin"
