"""Suggestions in free text: refused with persons, grouped by unit and theme, never public, never fewer than five."""

import io
import random
import zipfile
from contextlib import closing

import pytest

from data.intake.free_text import sorts_in_text
from data.store import ImportOptions, Store
from data.store.uploads import read_upload
from results.evidence.suggestions import shown_themes, suggestions
from tests.data.store.test_frozen_parts import UNITS, ballots, put
from tests.support.stores import SMALL

HEAD = "票号,单位,意见建议"
QUEUE = "窗口排队时间太长{}", "办事窗口排队太久了{}", "窗口少，排队时间长{}", "排队时间太长，希望多开窗口{}"
GUIDE = "办事指南看不懂{}", "办事指南和材料清单不一致{}", "希望更新办事指南和材料清单{}"
MORE = "", "，请改进", "，反映过没有改", "，年年如此"
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静强磊军洋勇艳杰娟涛明超霞平刚桂"


def planted(seed, kind, rng):
    name = rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.choice((1, 2))))
    mobile = "1" + rng.choice("3578") + "".join(rng.choice("0123456789") for _ in range(9))
    line = f"0{rng.choice(('28-6', '813-2', '839-3'))}{rng.randint(100000, 999999)}"
    born = f"19{rng.randint(50, 99)}0{rng.randint(1, 9)}{rng.randint(10, 28)}"
    identity = f"5101{rng.randint(10, 99)}{born}{rng.randint(1000, 9999)}"
    home = f"{rng.randint(1, 40)}栋{rng.randint(1, 6)}单元{rng.randint(101, 999)}"
    account, parts = f"zhang{mobile[3:9]}", f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}"
    number = rng.randint(2, 300)
    sentences = {
        "name": (
            f"工作人员{name}态度差",
            f"我叫{name}，排队太久",
            f"{name}科长从来不在",
            f"经办人{name}让跑了三趟",
            f"{name}女士说材料不全",
            f"{name}态度很差",
            f"窗口{name}让我跑了三趟",
            f"建议换掉{name}",
            f"{name}家占用消防通道",
            f"就是{name}不给办",
        ),
        "number": (
            f"请打{mobile}联系我",
            f"电话{line}没人接",
            f"身份证{identity}办不了",
            f"微信号{account}，请加",
            f"打了{parts}没人接",
        ),
        "address": (
            f"我住幸福小区{home}室，楼下太吵",
            f"家住解放路{number}号，路灯坏了",
            f"{home}号漏水没人管",
            f"住在和平街{number}号",
            f"现住人民路{number}号，停车难",
        ),
    }
    secrets = {"name": (name,), "number": (mobile, line, identity, account, parts), "address": (home, f"路{number}号")}
    return sentences[kind][seed % len(sentences[kind])], secrets[kind]


@pytest.fixture
def store(store_path, made_once):
    def make():
        made = Store(store_path, threads=1)
        made.add_rules(SMALL)
        put(made, "units", UNITS)
        put(made, "ballots", ballots(), accept_warnings="小样")
        made.publish()

    made_once(make)
    return Store(store_path, threads=1)


def rows(theme, unit, first, count):
    return [f"S{n:03d},{unit},{theme[n % len(theme)].format(MORE[n % len(MORE)])}" for n in range(first, first + count)]


def give(store, *lines, replace=False):
    content = "\n".join([HEAD, *lines]) + "\n"
    return store.import_files("suggestion", [("意见.csv", content.encode())], "2025", ImportOptions(replace=replace))


def unit_codes(store):
    with closing(store.release()) as release:
        return release.round("2025").units["unit_code"].tolist()


def test_three_hundred_planted_persons_are_all_found_and_the_copy_holds_none(store):
    rng = random.Random(19)
    unit = unit_codes(store)[0]
    texts, secrets = [], []
    for at in range(300):
        text, hidden = planted(at, ("name", "number", "address")[at // 100], rng)
        texts.append(text)
        secrets += [secret for secret in hidden if secret in text]
    assert [text for text in texts if not sorts_in_text(text)] == []
    report = give(store, *(f"S{at:03d},{unit},{text}" for at, text in enumerate(texts)))
    assert not report.stored and {problem.code for problem in report.problems} == {"personal_text"}
    assert not any(secret in str(problem.message("zh")) for problem in report.problems for secret in secrets)
    copy = report.cleaned.content.decode("utf-8-sig")
    assert [secret for secret in secrets if secret in copy] == []
    again = store.import_files("suggestion", [("改.csv", copy.encode())], "2025", ImportOptions())
    assert again.stored, [problem.message("en") for problem in again.problems]
    kept = [path for path in store.path.rglob("*") if path.is_file()]
    assert not [path for path in kept if any(secret.encode() in path.read_bytes() for secret in secrets[:60])]


def test_free_text_in_another_table_is_not_read(store):
    content = ballots().splitlines()
    lines = [content[0] + ",意见建议", *(f"{line},请改进" for line in content[1:])]
    store.import_files(
        "ballots", [("票.csv", "\n".join(lines).encode())], "2025", ImportOptions(replace=True, accept_warnings="小样")
    )
    for name in store.uploads_in_force():
        upload = read_upload(store.path / "uploads" / name.upload_id)
        facts = [path for path in (store.path / "uploads" / upload.upload_id).rglob("*.parquet")]
        assert not any("请改进".encode() in path.read_bytes() for path in facts)


def test_themes_by_unit_from_five_people(store):
    first, second = unit_codes(store)[:2]
    assert give(store, *rows(QUEUE, first, 0, 12), *rows(GUIDE, first, 20, 4), *rows(GUIDE, second, 40, 7)).stored
    store.publish()
    with closing(store.release()) as release:
        found = suggestions(release.round("2025"))
    assert found.rows["people"].min() >= 5 and found.people == 23 and found.waiting == 0
    by_unit = {(row.unit_code, row.people): row.theme for row in found.rows.itertuples()}
    assert set(by_unit) == {(first, 12), (second, 7)}
    assert "排队" in by_unit[first, 12] and "指南" in by_unit[second, 7]


def test_one_person_on_five_sheets_of_text_is_one_person(store):
    first = unit_codes(store)[0]
    assert give(
        store, *(f"S000,{unit},{QUEUE[0].format('')}" for unit in unit_codes(store)), *rows(QUEUE, first, 1, 3)
    ).stored
    store.publish()
    with closing(store.release()) as release:
        assert suggestions(release.round("2025")).rows.empty


@pytest.mark.sweep
def test_two_releases_together_show_no_theme_of_fewer_than_five(store):
    """Two people more, or one taken back, must not be read off the difference of two releases."""
    first = unit_codes(store)[0]
    seen = []
    for lines in ((0, 12), (0, 14), (0, 17), (1, 17)):
        assert give(store, *rows(QUEUE, first, *lines), replace=bool(seen)).stored
        store.publish()
        with closing(store.release()) as release:
            seen.append([one.sheets for one in shown_themes(release.round("2025"))])
    assert [len(shown[0]) if shown else 0 for shown in seen] == [12, 0, 17, 0]
    shown = [sheets for release in seen for sheets in release]
    for one in shown:
        for two in shown:
            assert len(one - two) in (0, *range(5, 100)) and len(one) >= 5


def test_nothing_of_it_leaves_the_office(store):
    from reports.bundle import internal_bundle
    from reports.public_page import public_page

    first = unit_codes(store)[0]
    give(store, *rows(QUEUE, first, 0, 12))
    store.publish()
    with closing(store.release()) as release:
        round_ = release.round("2025")
        packed = [internal_bundle(round_, "zh")]
        assert "排队" not in public_page(round_).decode()
    for content in packed:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert not [name for name in archive.namelist() if "suggestion" in name]
            assert not any("排队".encode() in archive.read(name) for name in archive.namelist())
