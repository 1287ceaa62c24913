"""A small town with pledges: eight units that the public knows, and as many of the three tables as a test asks for."""

from data.store import ImportOptions, Store
from tests.support.stores import RULES, table

UNITS = [f"单位{number}" for number in range(1, 9)]
PLEDGES = table("""
    承诺编号 | 单位  | 承诺人职务 | 承诺事项 | 重点 | 目标值 | 基期值 | 计量单位 | 方向     | 完成时限
    A1       | 单位1 | 党组书记   | 修路     | 是   | 10     | 5      | 公里     | 越高越好 | 2025-06-30
    A2       | 单位1 | 党组书记   | 植树     | 否   | 100    | 100    | 棵       | 越高越好 | 2025-12-31
    B1       | 单位2 | 党组书记   | 修路     | 是   | 8      | 2      | 公里     | 越高越好 | 2025-06-30
""")
PROGRESS = table("""
    承诺编号 | 核查日期   | 自报值 | 核实值 | 完成状态 | 佐证     | 核验人
    A1       | 2025-06-30 | 10     | 9      | 已完成   | 现场测量 | 督查室
    A2       | 2025-12-20 | 110    |        | 已完成   | 台账     |
    B1       | 2025-12-20 | 8      | 8      | 已完成   | 验收单   | 督查室
""")
VOTES = "单位,职务,测评主体,等次,票数\n" + "".join(
    f"{unit},党组书记,{group},{grade},{count}\n"
    for unit in UNITS
    for group in ("党员", "群众代表")
    for grade, count in (("好", 20), ("较好", 6), ("一般", 3), ("差", 1))
)


def town(path, kinds=("pledges", "progress", "votes"), trial=False, scores=True):
    """A published store; kinds: which of the three tables are there."""
    store = Store(path, threads=2)
    store.add_rules(RULES)
    if scores:
        lines = [
            f"{unit},{group},{40 + number},20,{12 - number}"
            for number, unit in enumerate(UNITS)
            for group in ("普通群众", "服务对象", "两代表一委员")
        ]
        counts = "参评单位,评议主体,满意,基本满意,不满意\n" + "\n".join(lines) + "\n"
        taken = store.import_files(
            "counts", [("票数.csv", counts.encode())], "2025", ImportOptions(rules="demo-2025", trial=trial)
        )
        assert taken.stored
    for kind, content in (("pledges", PLEDGES), ("progress", PROGRESS), ("votes", VOTES)):
        if kind in kinds:
            report = store.import_files(kind, [(f"{kind}.csv", content.encode())], "2025", ImportOptions(trial=trial))
            assert report.stored, [problem.message("zh") for problem in report.problems]
    store.publish()
    return store
