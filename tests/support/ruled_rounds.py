"""Rounds of a store under many rule sets: a few ballots of each group and channel, and the other scores they name."""

import random
import tomllib

from data.store import ImportOptions, Store

UNITS = ("甲局", "乙局", "丙局", "丁局")
HEADER = "票号,评议主体,渠道,参评单位,测评指标,评价,打分\n"


def lines_of(rules, seed: str, each: int = 3, units=UNITS, lack: float = 0.15):
    """Lines of a few ballots of each group and channel; some lack a line, some answer "don't know"."""
    draw = random.Random(seed)
    groups = list(rules.get("weights", {"公众": 1}))
    for own in rules.get("weights_by_category", {}).values():
        groups += [group for group in own if group not in groups]
    groups += rules.get("apart", {}).get("groups", [])
    channels = ["现场纸票", *rules.get("apart", {}).get("channels", [])]
    names = list(rules.get("indicators", {"总体评价": 1}))
    found, number = [], 0
    for group in groups:
        for channel in channels:
            for _ in range(each):
                number += 1
                for unit in units:
                    for name in names:
                        if len(names) == 1 or draw.random() > lack:
                            found.append((f"b{number}", group, channel, unit, name, _grade(rules, draw)))
    return found


def _grade(rules, draw):
    if "numeric" in rules:
        low, high = int(rules["numeric"]["low"]), int(rules["numeric"]["high"])
        return str(draw.randint(low, high))
    unknown = rules.get("unscored", {}).get("dont_know", [])
    return unknown[0] if unknown and draw.random() < 0.05 else draw.choice(list(rules["points"]))


def others_of(rules, seed: str, units=UNITS):
    """Other scores (unit, component, points, max_points) for all that the rules name, with whole and broken points."""
    draw = random.Random(seed + "others")
    found = []
    for name, own in rules.get("components", {}).items():
        if own.get("source", "").startswith("component_score"):
            word = own["source"].partition(":")[2] or name
            found += [(unit, word, f"{draw.randint(40, 99)}.5", 120) for unit in units]
    for section, low, high in (("deductions", -9, -1), ("bonus", 1, 5), ("volume", 0, 2000)):
        if section in rules:
            word = rules[section]["source"].partition(":")[2]
            chosen = units if section == "volume" else units[:2]
            found += [(unit, word, str(draw.randint(low, high)), None) for unit in chosen]
    return found


def read(text: str):
    return tomllib.loads(text, parse_float=str)


def import_round(store: Store, text: str, lines, others=(), round_id: str = "2025", register=()) -> None:
    """Bring in ballots and other scores under the rules of a text; register : (unit, category)."""
    rules = store.add_rules(text)
    if register:
        rows = "".join(f"{unit},{unit},{category},{at}\n" for at, (unit, category) in enumerate(register, 1))
        _import(store, "units", "单位编码,单位名称,类别,序号\n" + rows, round_id)
    numeric = rules.numeric is not None
    rows = "".join(
        f"{ballot},{group},{channel},{unit},{name},{'' if numeric else grade},{grade if numeric else ''}\n"
        for ballot, group, channel, unit, name, grade in lines
    )
    _import(store, "ballots", HEADER + rows, round_id, rules.name)
    if others:
        rows = "".join(
            f"{unit},{name},{points},{'' if most is None else most},{round_id}号文件\n"
            for unit, name, points, most in others
        )
        _import(store, "component_score", "单位,项目,得分,满分,依据\n" + rows, round_id)


def _import(store: Store, kind: str, text: str, round_id: str, rules: str | None = None) -> None:
    files = [(f"{kind}.csv", text.encode())]
    report = store.import_files(kind, files, round_id, ImportOptions(rules=rules, accept_warnings="测试"))
    if not report.stored and report.meaning is not None:  # a question on the columns, which a person confirms
        options = ImportOptions(rules=rules, confirm=report.meaning.digest, accept_warnings="测试")
        report = store.import_files(kind, files, round_id, options)
    assert report.stored, [problem.message("en") for problem in report.problems][:5]
