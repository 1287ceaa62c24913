"""Rounds of counts with a register: as many categories and units as a test needs, some with a clear last unit."""

from pathlib import Path

from data.model.rule_sets import parse_rules
from data.sample.city import GROUPS
from data.store import ImportOptions, Store
from tests.support.stores import RULES


def name_of(category: int, unit: int) -> str:
    """The name of a unit: 1类第2局."""
    return f"{category + 1}类第{unit + 1}局"


def load_categories(path: Path, categories: int, units: int, settled: int = 0) -> Path:
    """A published round of so many categories; in the first `settled` the first unit is clearly the last one."""
    store = Store(path, threads=2)
    store.add_rules(RULES)
    register, counts = ["单位编码,单位全称,建制序号,类别"], ["参评单位,评议主体,满意,基本满意,不满意"]
    for category in range(categories):
        for unit in range(units):
            name = name_of(category, unit)
            register.append(f"U{category:02d}{unit:02d},{name},{100 * category + unit + 1},第{category + 1}类")
            satisfied = 10 if category < settled and unit < 2 else 66 + 2 * unit
            counts += [f"{name},{group},{satisfied},20,{90 - satisfied}" for group in GROUPS]
    for kind, lines in (("units", register), ("counts", counts)):
        options = ImportOptions(rules=parse_rules(RULES).name if kind == "counts" else None)
        text = "\n".join(lines) + "\n"
        report = store.import_files(kind, [(f"{kind}.csv", text.encode())], "2025", options)
        assert report.stored, [problem.message("en") for problem in report.problems]
    store.publish()
    return path
