"""Files of a village as an office writes them, and the frames of a release that measures read."""

from datetime import date

from data.model.working_days import work_calendar
from data.store import ImportOptions, Store
from schemes import checks
from schemes.assembly.due_days import with_due_days
from schemes.assembly.measures import Settings
from tests.support.stores import table

PLACES = """
    地点编码 | 名称   | 类型   | 户数
    FS       | 方山村 | 村社区 | 300
    LH       | 柳河村 | 村社区 | 120
"""
MEETINGS = """
    会议编号   | 村社区 | 日期       | 通知日期   | 主持身份 | 到会规则       | 应到户 | 实到户
    BB-2024-03 | 方山村 | 2024-03-09 | 2024-02-26 | 群众代表 | 户代表三分之二 | 300    | 214
"""
MOTIONS = """
    会议编号   | 议题序号 | 议题             | 通过规则 | 赞成 | 反对 | 弃权 | 是否有记录
    BB-2024-03 | 1        | 通村公路集资方案 | 到会过半 | 187  | 12   | 15   | 是
    BB-2024-03 | 2        | 修建文化室       | 到会过半 | 90   | 100  | 24   | 是
"""
PROJECTS = (
    "项目编号|事项编号|会议编号|议题序号|村社区|项目名称|类型|长度(米)|直接受益人数|直接受益标准(元)|筹资性质|监督人数\n"
    "FS-L1|M-0501|BB-2024-03|1|方山村|通村公路|水泥路|6200|300|500|自愿捐资|5\n"
)
ENTRIES = """
    凭证号  | 项目编号 | 日期       | 收支 | 来源 | 金额(元) | 缴款人代码 | 是否开具凭证
    PZ-0001 | FS-L1    | 2024-03-09 | 收入 | 集资 | 1500.00  | H0012      | 是
    PZ-0002 | FS-L1    | 2024-03-20 | 收入 | 捐款 | 2000     |            | 是
"""
IN_ORDER = {"place": PLACES, "meeting": MEETINGS, "motion": MOTIONS, "project": PROJECTS, "fund_entry": ENTRIES}
TABLES = ("meeting", "motion", "project", "fund_entry")


def read(store, kind, drawing, round_id="2024", **options):
    """Import a drawn table as the command would; a register of projects as of the end of its year."""
    if kind == "project":
        options = {"as_of": f"{round_id}-12-31", **options}
    name = options.pop("name", "表.csv")
    content = table(drawing).encode()
    return store.import_files(kind, [(name, content)], round_id, ImportOptions(**options), checks=checks(store))


def village(path, *until):
    """A store with the tables of the village, those up to and including `until`."""
    made = Store(path, threads=2)
    for kind, drawing in IN_ORDER.items():
        assert read(made, kind, drawing).stored, kind
        if kind in until:
            break
    return made


def frames_of(store, as_of="2024-12-31", settings=None):
    """The frames of a newly published release, with the terms of levies."""
    store.publish()
    release = store.release()
    settings = settings or Settings()
    found = {
        name: release.book(name, as_of) if name == "project" else release.records(name) for name in (*TABLES, "place")
    }
    return with_due_days(found, work_calendar(), date.fromisoformat(as_of), settings)
