"""Every worked example of the line, the verdict and strata as files: imported, published, read back, recomputed."""

from datetime import date

import pytest

from data.store import ImportOptions, Store
from schemes import scheme_of
from schemes.approval.surveys import BASES, Settings, bases, matters, primary_surveys, replies_of
from schemes.chosen import choose
from schemes.frame import Period
from tests.support.schemes import cases, faults, number, word

APPROVAL = scheme_of("approval")
ASSESSMENTS = "评估编号,事项编号,重大事项,类型,责任单位,程序,利益相关人数,人数依据,启动\n"
SURVEYS = "编号,评估编号,方式,抽取方式,计数单位,层,层人数,应调查,收回,起,止,主调查,确定日期\n"
ANSWERS = "编号,问题,赞成,反对,中立,说不清,弃权,空白,无效\n"
WORDS = ("yes", "no", "neutral", "dont_know", "abstain", "blank", "invalid")
DESIGNS = {"census": "全部", "random": "随机", "voluntary": "自愿"}


class Files:
    """Lines of the three files; a survey of a matter may have several strata."""

    def __init__(self):
        self.assessments, self.surveys, self.answers = ASSESSMENTS, SURVEYS, ANSWERS

    def matter(self, name, population):
        basis = "登记" if population else ""
        self.assessments += f"{name},M-{name},事项,项目,A,普通,{population or ''},{basis},2026-01-05\n"

    def survey(self, name, matter, design, invited, returned, answers, stratum="", size=""):
        days = "2026-02-01,2026-03-01,是,2026-01-20"
        sizes = f"{stratum},{size},{invited},{returned}"
        self.surveys += f"{name},{matter},问卷调查,{design},人,{sizes},{days}\n"
        self.answers += f"{name},支持,{','.join(map(str, answers))}\n"


def line_files(files):
    for example in cases("approval", "line"):
        given = [int(example.inputs[name]) for name in WORDS]
        if int(example.inputs["invited"]):  # nobody who was to be asked is no survey: below, on plain numbers
            files.matter(f"L{example.case}", None)
            invited = int(example.inputs["invited"])
            files.survey(f"ZL{example.case}", f"L{example.case}", "随机", invited, sum(given), given)


def verdict_files(files):
    for example in cases("approval", "two_thirds"):
        size, design = number(example.inputs.get("population")), example.inputs["design"]
        drawn, yes, missing = (int(example.inputs[name]) for name in ("drawn", "yes", "missing"))
        files.matter(f"V{example.case}", size)
        answers = (yes, drawn - yes - missing, 0, 0, 0, 0, 0)
        files.survey(f"ZV{example.case}", f"V{example.case}", DESIGNS[design], drawn, drawn - missing, answers)


def strata_files(files):
    for example in cases("approval", "strata"):
        strata = [tuple(map(int, part.split("/"))) for part in example.inputs["strata"].split()]
        files.matter(f"S{example.case}", sum(size for *_, size in strata))
        for at, (yes, drawn, missing, size) in enumerate(strata):
            answers = (yes, drawn - yes - missing, 0, 0, 0, missing, 0)
            name = f"ZS{example.case}-{at}"
            files.survey(name, f"S{example.case}", "分层随机", drawn, drawn, answers, f"层{at}", size)


def make(path):
    store, files = Store(path, threads=2), Files()
    for fill in (line_files, verdict_files, strata_files):
        fill(files)
    day = {"assessment": "2026-03-31"}
    tables = {"assessment": files.assessments, "consultation": files.surveys, "consultation_answer": files.answers}
    assert store.import_files("units", [("单位.csv", "单位编码,单位全称\nA,市住建局\n".encode())], "2026").stored
    for kind, text in tables.items():
        report = store.import_files(
            kind, [(f"{kind}.csv", text.encode())], "2026", ImportOptions(as_of=day.get(kind, ""))
        )
        assert (report.stored, report.problems) == (True, [])
    store.publish()


@pytest.fixture(scope="module")
def chosen(once_a_run):
    release = Store(once_a_run("approval-examples", make), threads=2).release()
    yield choose(APPROVAL, release, Period.of("2026"), date(2026, 3, 31))
    release.close()


def test_every_example_of_the_line(chosen):
    surveys, replies = primary_surveys(chosen.frames), replies_of(chosen.frames)
    wrong, read = [], 0
    for example in cases("approval", "line"):
        for survey in surveys.get(f"L{example.case}", []):
            reply, returned, invited = replies[survey["consult_no"], "支持"], survey["returned"], survey["invited"]
            found = bases(reply, int(returned), int(invited), Settings())
            for name in BASES:
                base = found[name]
                short = base.short if base.reached is False else None
                told = {name: base.n, f"{name}_reached": word(base.reached), f"{name}_short": short}
                wrong += faults(example, **told)
            read += 1
    assert wrong == [] and read == len(cases("approval", "line")) - 1


@pytest.mark.sweep
def test_every_example_of_the_verdict(chosen):
    found = matters(chosen.frames, chosen.asked, chosen.settings).set_index("assess_no")
    wrong = []
    for example in cases("approval", "two_thirds"):
        row = found.loc[f"V{example.case}"]
        wrong += faults(example, verdict=row["verdict"])
        if example.inputs["design"] == "voluntary":
            wrong += faults(example, reason=row["reason"])
            continue
        for name in ("reaches_p", "falls_short_p"):
            if abs(row[name] - float(example.expected[name])) > 5e-7:
                wrong.append((example.case, name, row[name]))
    assert wrong == []


def test_every_example_of_strata(chosen):
    found = matters(chosen.frames, chosen.asked, chosen.settings).set_index("assess_no")
    wrong = []
    for example in cases("approval", "strata"):
        row, size = found.loc[f"S{example.case}"], int(example.expected["population"])
        ends = {"low_sum": round(row["low"] * size), "high_sum": round(row["high"] * size)}
        wrong += faults(example, verdict=row["verdict"], **ends)
    assert wrong == []
