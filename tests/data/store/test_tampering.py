"""Tampering with a store, a case each: what was done by hand, and which tool shows it to a stranger.

`check` finds whatever does not agree with the log. A log that was written anew in full agrees with itself: a head on a
paper that left the office shows it (`audit verify --head`), and so does the key outside the store (`--key`).
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from cli.main import run
from data.store import ImportOptions, Store
from data.store.audit_chain import FIRST, Entry, entry_of
from data.store.audit_log import log_export, read_log
from data.store.backup import backup, restore
from data.store.checkpoints import make_key, sign
from data.store.heads import live_head
from data.store.public_sets import keep_set
from data.store.seals import file_sha256, sealed_files
from data.store.verify import check
from tests.support.stores import BALLOTS, SMALL

ANNOUNCED, NEW = "2024", "2025"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Two rounds, the elder announced; a correction, a going back, a mapping, an export. Backup and key lie outside."""
    folder = tmp_path_factory.mktemp("office")
    store = Store(folder / "var", threads=2, signing_key=folder / "key.pem")
    make_key(folder / "key.pem")
    store.add_rules(SMALL)
    store.import_files("ballots", [("甲.csv", BALLOTS.encode())], ANNOUNCED)
    store.publish("首次")
    for status in ("final", "announced"):
        store.set_status(ANNOUNCED, status, "会议决定")
    backup(store, folder / "old.zip")
    other = BALLOTS.replace("不满意", "满意")
    store.import_files("ballots", [("乙.csv", BALLOTS.encode())], NEW)
    store.publish("二次")
    corrected = ImportOptions(replace=True)
    store.import_files("ballots", [("丙.csv", other.encode())], NEW, corrected)
    store.publish("更正")
    store.rollback(store.releases()[1], "复核")
    store.remember_mapping("ballots", ("票", "单位"), {"票": "ballot", "单位": "unit"})
    log_export(store.path, "ranking.csv", release=store.in_force() or "", round_id=NEW, sha256="ab" * 32)
    keep_set(store.path, NEW, json.dumps({"round": NEW, "earlier": []}))
    sign(store.path, folder / "key.pem")
    return folder


@pytest.fixture
def tampered(office, tmp_path):
    """A copy of the office for the case at hand."""
    shutil.copytree(office, tmp_path / "office")
    return tmp_path / "office"


# --- the hand of the tamperer ------------------------------------------------------------------------------------


def log_of(store: Path) -> Path:
    return store / "audit" / "log.jsonl"


def lines_of(store: Path) -> list[str]:
    return log_of(store).read_text("utf-8").splitlines(keepends=True)


def put_lines(store: Path, lines: list[str]) -> None:
    log_of(store).write_text("".join(lines), "utf-8")


def in_log(change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    return lambda store: put_lines(store, change(lines_of(store)))


def field(name: str, number: int = 3) -> Callable[[Path], None]:
    """Change a field of a line of the log."""

    def change(lines: list[str]) -> list[str]:
        entry = json.loads(lines[number])
        entry[name] = f"{entry[name]}x" if isinstance(entry[name], str) else {**entry[name], "uploads": 9}
        return [*lines[:number], json.dumps(entry, ensure_ascii=False) + "\n", *lines[number + 1 :]]

    return in_log(change)


def rewritten(store: Path, keep: Callable[[Entry], Entry | None], *, seal: bool = True) -> None:
    """Write the log anew so that it agrees with itself and with the files as they are now."""
    made, before = [], FIRST
    for line in lines_of(store):
        entry = entry_of(line.encode())
        entry = keep(entry) if entry else None
        if entry is None:
            continue
        files = {place: file_sha256(store / place) for place in entry.files if (store / place).is_file()}
        files = files if seal else {}
        told = replace(entry.told)
        entry = replace(entry, number=len(made) + 1, before=before, files=files, told=told, hash="").sealed()
        made.append(entry.line().decode() + "\n")
        before = entry.hash
    put_lines(store, made)


def in_json(place: str, **values: object) -> Callable[[Path], None]:
    """Change fields of a JSON file. place: the first file that fits the pattern."""

    def change(store: Path) -> None:
        path = sorted(store.glob(place))[0]
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values, ensure_ascii=False), "utf-8")

    return change


def in_text(place: str, old: str, new: str) -> Callable[[Path], None]:
    def change(store: Path) -> None:
        path = sorted(store.glob(place))[0]
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return change


def gone(place: str, at: int = 0) -> Callable[[Path], None]:
    def change(store: Path) -> None:
        path = sorted(store.glob(place))[at]
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


def other_release_in_force(store: Path) -> None:
    """Add an entry of the history by hand, which puts the other release in force."""
    last = sorted((store / "history").iterdir())[-1]
    event = json.loads(last.read_text("utf-8"))
    number = event["number"] + 1
    event |= {"number": number, "release": event["previous"], "previous": event["release"], "action": "publish"}
    (store / "history" / f"{number:06d}.json").write_text(json.dumps(event), "utf-8")


def swapped_history(store: Path) -> None:
    first, second = sorted((store / "history").iterdir())[:2]
    one, two = (json.loads(path.read_text("utf-8")) for path in (first, second))
    first.write_text(json.dumps(two | {"number": one["number"]}), "utf-8")
    second.write_text(json.dumps(one | {"number": two["number"]}), "utf-8")


def with_checksums(place: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """Change a file of an upload, and make its manifest agree."""

    def act(store: Path) -> None:
        path = sorted(store.glob(place))[0]
        path.write_bytes(change(path.read_bytes()))
        manifest = path.parent / "upload.json"
        content = json.loads(manifest.read_text("utf-8"))
        content["checksums"][path.name] = file_sha256(path)
        for number, file in enumerate(content["files"]):
            if path.name == f"evidence-{number}":
                file["sha256"] = file_sha256(path)
        manifest.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")

    return act


def other_results(store: Path) -> None:
    """Put the results of another release under the id of the release in force, and make its checksum agree."""
    one, two = sorted((store / "releases").iterdir())[:2]
    shutil.copy(two / "results.duckdb", one / "results.duckdb")
    about = json.loads((one / "release.json").read_text("utf-8"))
    about["results_sha256"] = file_sha256(one / "results.duckdb")
    (one / "release.json").write_text(json.dumps(about), "utf-8")


def upload_by_hand(store: Path) -> None:
    last = sorted((store / "uploads").iterdir())[-1]
    copy = store / "uploads" / f"000009-{last.name.split('-')[1]}"
    shutil.copytree(last, copy)
    path = copy / "upload.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"number": 9}), "utf-8")


def copied(place: str, name: str) -> Callable[[Path], None]:
    def act(store: Path) -> None:
        path = sorted(store.glob(place))[0]
        shutil.copy(path, path.with_name(name))

    return act


def rule_set_by_hand(store: Path) -> None:
    text = SMALL.replace('name = "demo-2025"', 'name = "by-hand"')
    (store / "rules" / "by-hand.toml").write_text(text, "utf-8")


def announced_rules_changed(store: Path) -> None:
    in_text("rules/*.toml", '"满意" = 100', '"满意" = 90')(store)


def log_written_anew(store: Path) -> None:
    """Change who announced, in history and log, and compute every hash again."""
    in_json("history/000003.json", user="他人")(store)
    rewritten(store, lambda entry: replace(entry, user="他人") if entry.note == "会议决定" else entry)


def seals_taken_out(store: Path) -> None:
    """Make the store one of the format without seals, then change a rule set."""
    (store / "format.json").unlink()
    rewritten(store, lambda entry: entry, seal=False)
    announced_rules_changed(store)


def person_taken_out(store: Path) -> None:
    """Take the export of a person out of the log, and compute every hash again."""
    rewritten(store, lambda entry: None if entry.action == "export" else entry)


def old_backup(store: Path) -> None:
    shutil.rmtree(store)
    restore(Store(store), store.parent / "old.zip")


def old_backup_and_more(store: Path) -> None:
    """Restore an old backup, and let as many entries follow as there were."""
    count = len(lines_of(store))
    old_backup(store)
    while len(lines_of(store)) < count + 2:
        log_export(store, "ranking.csv", release="", sha256="cd" * 32)


def cut_before_a_paper(store: Path) -> None:
    """Take back everything after the announcement, files and lines."""
    kept = lines_of(store)[:5]
    places = sealed_files(filter(None, (entry_of(line.encode()) for line in kept)))
    put_lines(store, kept)
    known = {"/".join(place.split("/")[:2]) for place in places}
    for path in [path for part in ("history", "uploads", "mappings", "releases") for path in (store / part).iterdir()]:
        if path.relative_to(store).as_posix() not in known:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (store / "audit" / "checkpoints.jsonl").unlink()


def originals_swapped(store: Path) -> None:
    """Exchange the originals of two rounds, and make both manifests agree."""
    first, *_, second = sorted(store.glob("uploads/*/evidence-0"))
    one, two = first.read_bytes(), second.read_bytes()
    with_checksums(first.relative_to(store).as_posix(), lambda _: two)(store)
    with_checksums(second.relative_to(store).as_posix(), lambda _: one)(store)


def linked(place: str, at: int = 0) -> Callable[[Path], None]:
    """Put a link in place of a file or folder; its content now lies outside the store, where anybody may change it."""

    def act(store: Path) -> None:
        path = sorted(store.glob(place))[at]
        outside = store.parent / f"outside-{path.name}"
        shutil.move(path, outside)
        path.symlink_to(outside, target_is_directory=outside.is_dir())

    return act


def time_moved(store: Path) -> None:
    """Date an announcement earlier in history and log, as if a term had ended, and compute every hash again."""
    early = "2020-01-01T00:00:00+00:00"
    in_json("history/000003.json", time=early)(store)
    rewritten(store, lambda entry: replace(entry, time=early) if entry.note == "会议决定" else entry)


CHECK, HEAD = "check", "audit verify --head"
CASES: dict[str, tuple[str, Callable[[Path], None]]] = {
    **{f"log: {name} of a line": (CHECK, field(name)) for name in ("user", "time", "action", "round", "release")},
    **{f"log: {name} of a line": (CHECK, field(name)) for name in ("what", "note", "sha256", "before", "told")},
    "log: seal of a file": (
        CHECK,
        lambda store: in_text("audit/log.jsonl", '"rules/demo-2025.toml": "', '"x": "')(store),
    ),
    "log: how a person is known": (CHECK, in_text("audit/log.jsonl", '"verified": "system"', '"verified": "account"')),
    "log: a line with its own hash made anew": (
        CHECK,
        in_log(
            lambda lines: [
                *lines[:2],
                replace(entry_of(lines[2].encode()), user="他人").sealed().line().decode() + "\n",
                *lines[3:],
            ]
        ),
    ),
    "log: first line removed": (CHECK, in_log(lambda lines: lines[1:])),
    "log: a line removed": (CHECK, in_log(lambda lines: [*lines[:4], *lines[5:]])),
    "log: two lines swapped": (CHECK, in_log(lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]])),
    "log: a line doubled": (CHECK, in_log(lambda lines: [*lines[:3], lines[2], *lines[3:]])),
    "log: a line put in": (CHECK, in_log(lambda lines: [*lines[:3], "{}\n", *lines[3:]])),
    "log: emptied": (CHECK, in_log(lambda lines: [])),
    "log: removed": (CHECK, lambda store: log_of(store).unlink()),
    "log: end cut off": (CHECK, in_log(lambda lines: lines[:7])),
    "history: who": (CHECK, in_json("history/000003.json", user="他人")),
    "history: why": (CHECK, in_json("history/000003.json", note="别的理由")),
    "history: release in force": (CHECK, in_json("history/000006.json", release="a" * 64)),
    "history: status": (CHECK, in_json("history/000003.json", status="withdrawn")),
    "history: when": (CHECK, in_json("history/000001.json", time="2020-01-01T00:00:00+00:00")),
    "history: last entry removed": (CHECK, gone("history/*", -1)),
    "history: an entry removed": (CHECK, gone("history/*", 2)),
    "history: an entry put in": (CHECK, other_release_in_force),
    "history: two entries swapped": (CHECK, swapped_history),
    "rules: points of an announced round": (CHECK, announced_rules_changed),
    "rules: weights": (CHECK, in_text("rules/*.toml", "= 0.4", "= 0.40")),
    "rules: removed": (CHECK, gone("rules/*")),
    "rules: put in": (CHECK, rule_set_by_hand),
    "upload: reason for accepting": (CHECK, in_json("uploads/*/upload.json", accepted_warnings="同意")),
    "upload: who brought it": (CHECK, in_json("uploads/*/upload.json", imported_by="他人")),
    "upload: its round": (CHECK, in_json("uploads/*/upload.json", round_id="2023")),
    "upload: what its columns mean": (CHECK, in_json("uploads/*/upload.json", mapping={"票号": "site"})),
    "upload: original": (CHECK, in_text("uploads/*/evidence-0", "满意", "不满意")),
    "upload: original and its checksums": (
        CHECK,
        with_checksums("uploads/*/evidence-0", lambda content: content.replace("基本满意".encode(), "满意".encode())),
    ),
    "upload: derived votes and their checksum": (
        CHECK,
        with_checksums("uploads/*/lines.parquet", lambda old: old + b" "),
    ),
    "upload: removed": (CHECK, gone("uploads/*")),
    "upload: put in": (CHECK, upload_by_hand),
    "release: what it is made of": (CHECK, in_json("releases/*/release.json", uploads=[])),
    "release: digests of its rounds": (CHECK, in_json("releases/*/release.json", rounds={ANNOUNCED: "a" * 64})),
    "release: results and their checksum": (CHECK, other_results),
    "release: removed": (CHECK, gone("releases/*")),
    "mapping: changed": (CHECK, in_json("mappings/*/*.json", mapping={"票": "unit", "单位": "ballot"})),
    "mapping: removed": (CHECK, gone("mappings/*/*.json")),
    "mapping: put in": (CHECK, copied("mappings/*/*.json", "000002.json")),
    "log: last line cut in the middle": (HEAD, in_log(lambda lines: [*lines[:-1], lines[-1][:60]])),
    "log: last line doubled": (CHECK, in_log(lambda lines: [*lines, lines[-1]])),
    "log: a link to a file elsewhere": (CHECK, linked("audit/log.jsonl")),
    "history: a link in place of an entry": (CHECK, linked("history/*.json")),
    "history: a link in place of the folder": (CHECK, linked("history")),
    "rules: a link in place of a rule set": (CHECK, linked("rules/*.toml")),
    "upload: a link in place of an upload": (CHECK, linked("uploads/*")),
    "upload: a link in place of the original": (CHECK, linked("uploads/*/evidence-0")),
    "upload: originals of two rounds exchanged": (CHECK, originals_swapped),
    "release: a link in place of the results": (CHECK, linked("releases/*/results.duckdb")),
    "public: a kept set changed": (CHECK, in_json("public/0*.json", groups=[1])),
    "public: a kept set removed": (CHECK, gone("public/0*.json")),
    "format: that of an older store": (CHECK, in_json("format.json", format=1)),
    "whole: an announcement dated earlier": (HEAD, time_moved),
    "whole: log written anew": (HEAD, log_written_anew),
    "whole: seals taken out": (HEAD, seals_taken_out),
    "whole: what a person did taken out": (HEAD, person_taken_out),
    "whole: an old backup restored": (HEAD, old_backup),
    "whole: an old backup restored and continued": (HEAD, old_backup_and_more),
    "whole: cut before a printed head": (HEAD, cut_before_a_paper),
}


SIGNED_OTHERWISE = (log_written_anew, seals_taken_out, person_taken_out, cut_before_a_paper)


def verify(folder: Path, *words: str) -> int:
    return run(["--store", str(folder / "var"), "audit", "verify", *words])


@pytest.mark.parametrize("case", CASES)
def test_it_is_found(case, tampered, office, capsys):
    """By the tool that is named; what only a head shows, `check` does not see, and the test says so."""
    found_by, tamper = CASES[case]
    noted = live_head(office / "var")
    tamper(tampered / "var")
    findings = [finding.sentence("zh") for finding in check(Store(tampered / "var"))]
    assert bool(findings) == (found_by == CHECK), findings
    assert found_by == CHECK or verify(tampered, "--head", str(noted)) == 1


@pytest.mark.parametrize("case", [name for name, (_, act) in CASES.items() if act in SIGNED_OTHERWISE])
def test_the_key_outside_the_store_shows_it_too(case, tampered, capsys):
    """Who cannot sign cannot hide it, even where no paper reaches; only an older log was signed in its time too."""
    assert verify(tampered, "--key", str(tampered / "key.pem.pub")) == 0
    CASES[case][1](tampered / "var")
    assert verify(tampered, "--key", str(tampered / "key.pem.pub")) == 1


def test_an_untouched_store_holds_every_head_that_was_printed(office, capsys):
    log = read_log(office / "var")
    assert check(Store(office / "var")) == [] and len(CASES) >= 46
    for entry in log:
        assert verify(office, "--head", f"{entry.number}:{entry.hash[:16]}") == 0
    assert verify(office, "--head", f"{len(log) + 1}:{'0' * 16}") == 1
    assert verify(office, "--head", f"3:{'0' * 16}") == 1
    assert verify(office, "--head", "3") == 2


@pytest.mark.parametrize(
    "case",
    ["rules: points of an announced round", "history: an entry put in", "upload: derived votes and their checksum"],
)
def test_nothing_is_published_on_tampered_files(case, tampered, capsys):
    """One edit put another release in force, another changed verdicts of an announced round: both are refused now."""
    store = Store(tampered / "var")
    CASES[case][1](store.path)
    before = sorted(path.name for path in (store.path / "history").iterdir())
    assert run(["--store", str(store.path), "publish"]) == 1
    assert run(["--store", str(store.path), "status", NEW, "final", "--reason", "会议决定"]) == 1
    assert sorted(path.name for path in (store.path / "history").iterdir()) == before


def test_a_program_started_under_another_name_does_not_get_it(store_path, monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "mayor")
    log_export(store_path, "ranking.csv", release="", sha256="ab")
    (entry,) = read_log(store_path)
    assert entry.user != "mayor" and entry.verified == "system"
    assert asdict(entry)["files"] == {}


def test_the_head_of_a_paper_stays_until_the_state_of_the_release_changes(tampered):
    """Exports and views add entries, and a second export has the same bytes; a change of state gives another head."""
    store = Store(tampered / "var", threads=2)
    release = store.release()
    before = release.head(NEW)
    log_export(store.path, "ranking.csv", release=release.id, round_id=NEW, sha256="ef" * 32)
    assert release.head(NEW) == before and str(live_head(store.path)) != before
    store.set_status(NEW, "final", "会议决定")
    assert release.head(NEW) != before and release.head(ANNOUNCED) == before
    release.close()
