"""Every due day of three years through files, release and registers, against a loop that walks the calendar."""

from contextlib import closing
from datetime import date, timedelta

from data.store import ImportOptions, Store
from schemes import scheme_of
from schemes.chosen import choose
from schemes.echo.due_days import with_due_days
from schemes.echo.measures import Settings
from schemes.frame import Period
from tests.reference import plain_clock as plain

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
FILES = {
    "units": "单位编码,单位全称\nA,市公安局\n",
    "place": "地点编码,名称,类型\nKZ,康庄社区,村社区\n",
    "opinion": "意见编号,收到时间,来源渠道,网格,承办单位\n"
    + "".join(f"HY-{day:%Y%m%d},{day} 17:30,热线,KZ,A\n" for day in DAYS),
}


def test_due_days_of_every_day_for_one_to_fifteen_working_days(store_path):
    store = Store(store_path, threads=2)
    for kind, text in FILES.items():
        options = ImportOptions(as_of=LAST.isoformat() if kind == "opinion" else "")
        assert store.import_files(kind, [(f"{kind}.csv", text.encode())], "2026", options).stored, kind
    store.publish()
    wrong = []
    with closing(store.release()) as release:
        registers = choose(scheme_of("echo"), release, Period.of("2026"), LAST).registers
        for term in range(1, 16):
            found = with_due_days(registers.plain, registers.calendar, LAST, Settings(days=term))["opinion"]
            due = dict(zip(found["opinion_no"], found["due"].dt.date, strict=True))
            wrong += [(day, term) for day in DAYS if due[f"HY-{day:%Y%m%d}"] != plain.due(day, term)]
            ahead = found.loc[found["provisional"], "received_at"].dt.date.min()
            assert plain.due(ahead, term).year == 2027, "the notice of 2027 is not out: only those due then may move"
    assert wrong == []
