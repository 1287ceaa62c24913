"""A community in March: the registers of units, places and people, and the files that its clerk brings."""

from data.sample.community import City, registers_of_the_city, shared_files
from data.sample.load import load_files
from data.store import Store

HEAD = "意见编号,收到时间,来源渠道,转达人代码,网格,性质,类别,承办单位,答复时间,办理结果,上墙日期\n"
LATE_ONES = ("HY-2026-0001", "HY-2026-0002")
IN_TIME = "HY-2026-0003"


def registers(path, *, people: bool = True) -> Store:
    """A published store with units, places and people; no opinion and no visit yet."""
    store = Store(path, threads=2)
    units = [file for file in registers_of_the_city() if file.kind == "units"]
    shared = [file for file in shared_files(City()) if people or file.kind != "person"]
    load_files(store, [*units, *shared])
    store.publish()
    return store


def people() -> bytes:
    """Two grid workers of the first grid."""
    rows = ("G001,KZ-1,网格员,无,2026-01-01", "G002,KZ-1,网格员,无,2026-01-01")
    return ("人员代码,地点,身份,级别,起\n" + "\n".join(rows) + "\n").encode("utf-8-sig")


def opinions(day: str, answered: dict[str, str]) -> bytes:
    """The register on a day: two opinions received on 2 March and one on 3 March, due a week of working days later."""
    rows = (
        ("HY-2026-0001", "2026-03-02 09:00", "回音墙", "", "KZ-1", "投诉", "市容/路灯", "市城市管理局"),
        ("HY-2026-0002", "2026-03-02 10:00", "民情信使", "R001", "KZ-1", "求助", "供水/水压", "市供水公司"),
        ("HY-2026-0003", "2026-03-03 10:00", "茶馆", "", "KZ-2", "建议", "交通/公交", "市公交公司"),
    )
    year, month, date = day.split("-")
    lines = [f"群众意见（截至{year}年{int(month)}月{int(date)}日）\n", HEAD]
    for row in rows:
        answer = answered.get(row[0], "")
        posted = answer if answer and row[2] == "回音墙" else ""
        result = "已解决" if answer else ""
        lines.append(",".join([*row, f"{answer} 15:00" if answer else "", result, posted]) + "\n")
    return "".join(lines).encode("utf-8-sig")


def visits(*later: str) -> bytes:
    """Visits of the first grid in the week of 9 March, of a person on three days and another on one; or later ones."""
    head = "走访编号,走访日期,走访人代码,网格,户代码,户类型,结果\n"
    days = [("G001", "2026-03-09"), ("G001", "2026-03-11"), ("G001", "2026-03-12"), ("G002", "2026-03-10")]
    numbered = enumerate((("G001", day) for day in later), start=5) if later else enumerate(days, start=1)
    rows = (f"V-{at},{day},{code},KZ-1,H100{at},普通,见面\n" for at, (code, day) in numbered)
    return (head + "".join(rows)).encode("utf-8-sig")
