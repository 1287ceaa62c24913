"""Every action that writes, each from the same store, carried out in a process that can be killed.

A process is forked from a server that has read the program already, so that one action costs no start of Python.
"""

import contextlib
import io
import multiprocessing
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.main import run
from data.store import ImportOptions, Store, people
from data.store.objections import Claim, Ruling, give_preview, object_to, rule
from data.store.requests import STATUS, ask
from data.store.seals import file_sha256, seals_now
from data.store.verify import check
from results.comparison.reviewed_figures import previewed
from tests.support.stores import SMALL

NAMES = "甲乙丙丁戊己"
GRADES = ("满意", "基本满意", "不满意")
GROUPS = ("普通群众", "服务对象", "两代表一委员")
UNITS = "单位编码,单位全称,类别\n" + "".join(
    f"{code},{name}局,部门\n" for code, name in zip("ABCDEF", NAMES, strict=True)
)
OTHER_RULES = SMALL.replace('name = "demo-2025"', 'name = "other"')


def ballots(count: int) -> str:
    """Ballots of three groups on six units."""
    lines = ["票号,评议主体,参评单位,评价"]
    for number in range(1, count + 1):
        graded = [(name, GRADES[(number * (at + 2) // 3 + at) % 3]) for at, name in enumerate(NAMES)]
        lines += [f"{number},{GROUPS[number % 3]},{name}局,{grade}" for name, grade in graded]
    return "\n".join(lines) + "\n"


ACTIONS = {
    "rules": ("rules", "add", "{files}/other.toml"),
    "import": ("import", "ballots", "{files}/more.csv", "--round", "2026", "--accept-warnings", "小样"),
    "replace": ("import", "ballots", "{files}/more.csv", "--round", "2025", "--replace", "--accept-warnings", "小样"),
    "alias": ("alias", "甲", "A", "--round", "2025"),
    "publish": ("publish", "--accept-warnings", "小样"),
    "rollback": ("rollback", "{first}", "--reason", "复核"),
    "final": ("status", "2025", "final", "--reason", "审定"),
    "announced": ("status", "2023", "announced", "--reason", "公布", "--although", "各单位均已答复"),
    "clear": ("clear", "2025试", "--reason", "试算结束"),
    "withdraw": ("withdraw", "{last}", "--reason", "错发"),
    "preview": ("objection", "preview", "--round", "2023"),
    "objection": (
        *("objection", "add", "--round", "2024", "--unit", "B", "--figure", "data", "--text", "有误", "--by", "办公室"),
        *("--file", "{files}/more.csv"),
    ),
    "ruling": (*("objection", "rule", "1", "--reason", "复核", "--by", "甲", "--second", "乙", "--outcome", "lifted"),),
    "correct": ("objection", "correct", "--round", "2022", "--accept-warnings", "更正"),
    "confirm": ("requests", "confirm", "1"),
    "decline": ("requests", "decline", "1", "--reason", "不一致"),
    "rebuild": ("rebuild",),
    "backup": ("backup", "{out}/store.backup"),
    "public": ("public", "--round", "2025", "-o", "{out}/public.html"),
    "export": ("export", "ballots", "--round", "2025", "-o", "{out}/ballots.csv"),
    "bundle": ("bundle", "--round", "2025", "-o", "{out}/bundle.zip"),
    "user": ("user", "add", "li", "--role", "clerk"),
}
"""Name -> the words of its command. {files}: folder of its input. {out}: where it writes outside the store."""
FIRST = {"correct": (*ACTIONS["replace"][:4], "2022", *ACTIONS["replace"][5:])}
"""What has to be done before an action is possible."""
OUTSIDE = ("backup", "public", "export", "bundle", "user")
"""Actions whose effect lies outside the truth files of the store."""


@dataclass(frozen=True)
class Office:
    """A store from which every action is possible, with the files that they read."""

    folder: Path
    first: str
    last: str

    @property
    def store(self) -> Path:
        """Return the folder of the store."""
        return self.folder / "var"

    def words(self, action: str, out: Path) -> list[str]:
        """Return the words of an action; what is not in the store goes to a folder."""
        return self._filled(ACTIONS[action], out)

    def prepare(self, action: str) -> None:
        """Do what has to be done before an action is possible."""
        if action in FIRST:
            assert here(self.store, self._filled(FIRST[action], self.folder))[0] == 0
        if action == "rebuild":
            next((self.store / "uploads").glob("*/lines.parquet")).write_bytes(b"damaged")

    def _filled(self, words: tuple[str, ...], out: Path) -> list[str]:
        facts = {"files": self.folder / "files", "first": self.first, "last": self.last, "out": out}
        return [word.format(**facts) for word in words]


def _put(store: Store, kind: str, text: str, round_id: str, **options: object) -> None:
    choices = ImportOptions(accept_warnings="小样", **options)
    assert store.import_files(kind, [(f"{kind}.csv", text.encode())], round_id, choices).stored


def make_office(folder: Path) -> Office:
    """Make the store: rounds in every state, objections, a request that waits, a damaged file to rebuild."""
    store = Store(folder / "var", threads=1)
    store.add_rules(SMALL)
    for count, round_id in enumerate(("2022", "2023", "2024", "2025"), start=10):
        _put(store, "units", UNITS, round_id)
        _put(store, "ballots", ballots(count), round_id)
    first = store.publish().release
    _put(store, "ballots", ballots(15), "2025", replace=True)
    store.publish()
    for round_id in ("2022", "2023", "2024"):
        store.set_status(round_id, "final", "审定")
    for round_id in ("2022", "2024"):
        release = store.release()
        give_preview(store, round_id, previewed(release.round(round_id)), release.id, 5)
        release.close()
    object_to(store, "2024", Claim(("B", "乙局"), "data", "有误", "办公室"), 5)
    corrected = object_to(store, "2022", Claim(("B", "乙局"), "data", "有误", "办公室"), 5).step.objection
    rule(store, corrected, Ruling("upheld", "属实", "乙", corrects=True, public="更正", by="甲"))
    _put(store, "ballots", ballots(12), "2025试", trial=True)
    with people.acting(people.Person("zhao", people.ACCOUNT)):
        ask(store, STATUS, "审定", round_id="2025", status="final")
    last = store.uploads()[-1].upload_id
    (folder / "files").mkdir()
    (folder / "files" / "more.csv").write_text(ballots(20), encoding="utf-8")
    (folder / "files" / "other.toml").write_text(OTHER_RULES, encoding="utf-8")
    return Office(folder, first, last)


def copied(office: Office, target: Path) -> Office:
    """Copy an office."""
    shutil.copytree(office.folder, target)
    return Office(target, office.first, office.last)


SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["tests.slow.actions", "tests.slow.all_read"])


def call(store: Path, words: list[str], answer: Path) -> multiprocessing.Process:
    """Start a command in a process of its kind; its exit code and what it printed come into a file."""
    process = SERVER.Process(target=_carry_out, args=(store, words, answer))
    process.start()
    return process


def _carry_out(store: Path, words: list[str], answer: Path) -> None:
    said = io.StringIO()
    said.buffer = io.BytesIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(["--store", str(store), "--lang", "en", *words])
    answer.write_text(f"{code}\n{said.getvalue()}", encoding="utf-8")
    sys.exit(code)


def here(store: Path, words: list[str]) -> tuple[int, str]:
    """Carry out a command in this process; return its exit code and what it printed to stderr."""
    said, out = io.StringIO(), io.StringIO()
    out.buffer = io.BytesIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        code = run(["--store", str(store), "--lang", "en", *words])
    return code, said.getvalue()


NO_EFFECT = ("releases/", "objections/", "public/", "closed/")
"""Places of the store that are no effect by themselves: a release or a content waits for its entry of the history."""


def effects(office: Office, out: Path) -> set[tuple[str, str]]:
    """Return what took effect: places of the store with their SHA-256, requests, accounts, finished files outside."""
    found = {(place, sha) for place, sha in seals_now(office.store).items() if not place.startswith(NO_EFFECT)}
    found |= {(path.name, "") for path in (office.store / "requests").glob("*.json")}
    found |= {(path.name, "") for path in out.iterdir() if not path.name.startswith(".")}
    found |= {(path.parent.name, file_sha256(path)) for path in office.store.glob("uploads/*/lines.parquet")}
    accounts = office.folder / "var-accounts" / "accounts.json"
    return found | ({("account", accounts.read_text("utf-8"))} if accounts.is_file() else set())


def sound(store: Path) -> list[str]:
    """Return the findings of a check as sentences."""
    return [finding.sentence("en") for finding in check(Store(store, threads=1))]
