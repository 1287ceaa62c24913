"""The wall on the public page: anonymous entries, and a redacted text only after two people released it."""

import pytest

from data.store import ImportOptions, Store
from data.store.archive import PARTS
from data.store.audit_log import read_log
from data.store.released_texts import FOLDER, release_text, released_texts, texts_until
from errors import UsageError
from reports.notice_parts import NoticeParts
from reports.public_export import prepare
from schemes import OTHER_SCHEMES
from tests.reference.attacker import Page
from tests.support.community import opinions, registers
from tests.support.stores import BALLOTS, SMALL

pytestmark = pytest.mark.sweep
WALL, OTHERS = "HY-2026-0001", ("HY-2026-0002", "HY-2026-0003")


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    store = registers(tmp_path_factory.mktemp("wall") / "var")
    store.add_rules(SMALL)
    assert store.import_files("ballots", [("票.csv", BALLOTS.encode())], "2026").stored
    report = store.import_files("opinion", [("意见.csv", opinions("2026-03-31", {WALL: "2026-03-11"}))], "2026")
    assert (
        report.stored
        or store.import_files(
            "opinion",
            [("意见.csv", opinions("2026-03-31", {WALL: "2026-03-11"}))],
            "2026",
            ImportOptions(accept_warnings="演练"),
        ).stored
    )
    store.publish()
    return store.path


def wall_of(path, last):
    store = Store(path, threads=1)
    release = store.release()
    content = prepare(store, release.round("2026"), NoticeParts(wall=last, measures=False), OTHER_SCHEMES).page()
    release.close()
    section = Page(content.decode()).section("zh")
    return [row.text for row in section.all("tr", data_row=True)], content.decode()


def test_an_entry_is_anonymous_and_a_text_needs_two_people(path):
    rows, content = wall_of(path, 0)
    assert len(rows) == 1 and WALL in rows[0] and "已解决" in rows[0]
    assert not any(other in content for other in OTHERS) and "KZ-1" not in content
    store = path
    for second in ("", "张三", " 张 三"):
        with pytest.raises(UsageError):
            release_text(store, "echo", WALL, "路灯不亮", "张三", second)
    for personal in ("李四反映路灯不亮，电话13912345678", "家住3栋2单元401室，路灯不亮"):
        with pytest.raises(UsageError, match="of a person"):
            release_text(store, "echo", WALL, personal, "张三", "李四")
    assert released_texts(store) == []
    first = release_text(store, "echo", WALL, "路灯  不亮", "张三", "李四")
    assert (first.number, first.text) == (1, "路灯 不亮")
    second = release_text(store, "echo", WALL, "路灯不亮，已两周", "张三", "李四")
    assert "路灯 不亮" in wall_of(path, 1)[0][0] and "已两周" in wall_of(path, second.number)[0][0]
    release_text(store, "echo", WALL, "", "张三", "李四")
    assert texts_until(store, "echo", 3) == {} and "已两周" not in wall_of(path, 3)[1]
    assert wall_of(path, 1)[1] == wall_of(path, 1)[1]
    logged = [entry for entry in read_log(store) if entry.action == "second"]
    assert [entry.what for entry in logged] == [f"released text {n} echo {WALL}" for n in (1, 2, 3)]
    assert FOLDER in PARTS


def test_without_the_wall_nothing_of_it_is_printed(path):
    assert WALL not in wall_of(path, None)[1]
