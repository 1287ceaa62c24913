"""A store driven through the real command line, and small files as staff would write them."""

import hashlib
import json
from pathlib import Path

from cli.main import run
from data.sample.load import RULES_FILE

RULES = RULES_FILE.read_text(encoding="utf-8")
LISTED = RULES.replace("[averaging]", '[indicators]\n"总体评价" = 1.0\n\n[averaging]')
SMALL = RULES.replace("per_unit = 30", "per_unit = 1").replace("per_group = 10", "per_group = 1")


class Biaochi:
    """Calls of `biaochi --store DIR --lang LANG`, in this process."""

    def __init__(self, store: Path, capture, lang: str = "zh") -> None:
        self.store, self.capture, self.lang = store, capture, lang
        self.err = ""

    def __call__(self, *words: object, code: int | None = 0, lang: str | None = None) -> bytes:
        self.capture.readouterr()
        head = ["--store", str(self.store), "--lang", lang or self.lang]
        found = run([*head, *map(str, words)])
        out, err = self.capture.readouterr()
        self.err = err.decode()
        assert code is None or found == code, f"exit {found}: {self.err}"
        return out

    def json(self, *words: object, code: int | None = 0, lang: str | None = None) -> dict:
        return json.loads(self(*words, "--format", "json", code=code, lang=lang))

    def confirmed(self, *words: object, code: int | None = 0) -> dict:
        """Import, and confirm what the columns are taken for as a person would who has read it."""
        digest = self.json("import", *words, "--explain", code=None)["digest"]
        return self.json("import", *words, "--confirm", digest, code=code)

    def rules(self, folder: Path, text: str = RULES) -> None:
        path = folder / "rules-to-add.toml"
        path.write_text(text, encoding="utf-8")
        self("rules", "add", path)

    def publish(self) -> str:
        return self("publish").decode().splitlines()[-1]


def table(drawing: str) -> str:
    """A table drawn with | as CSV; a line of dashes is left out."""
    lines = [line.strip() for line in drawing.strip().splitlines()]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if "---" not in line]
    return "".join(",".join(row) + "\n" for row in rows)


def leave_note(store: Path, *places: str) -> None:
    """What a writer that was killed leaves: the places and checksums that it noted before it stored anything."""
    folder = store / "staging" / "left"
    folder.mkdir(parents=True)
    noted = [f"{hashlib.sha256((store / place).read_bytes()).hexdigest()}  {place}\n" for place in places]
    (folder / "planned.txt").write_text("".join(noted), "utf-8")


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of a store but its lock."""
    paths = [p for p in folder.rglob("*") if p.is_file() and p.name != "lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


BALLOTS = table("""
    票号 | 评议主体     | 参评单位 | 评价
    1    | 普通群众     | 市公安局 | 满意
    1    | 普通群众     | 市财政局 | 不满意
    2    | 普通群众     | 市公安局 | 基本满意
    2    | 普通群众     | 市财政局 | 不了解
    3    | 服务对象     | 市公安局 | 满意
    3    | 服务对象     | 市财政局 |
    4    | 服务对象     | 市财政局 | 满意
    5    | 两代表一委员 | 市公安局 | 不满意
    5    | 两代表一委员 | 市财政局 | 基本满意
    6    | 两代表一委员 | 市公安局 | 弃权
    7    | 两代表一委员 | 市公安局 | 无效
""")
"""Eleven lines of seven ballots, two units and three groups, with every kind of answer."""
