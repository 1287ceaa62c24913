"""Personal data are refused by column before the original is kept, and no value is repeated anywhere."""

import pytest

from data.intake.personal import is_series, names_person, names_voter
from data.intake.personal_values import sorts_in
from tests.support.stores import BALLOTS, SMALL, snapshot, table

IDENTITY, MOBILE = "510101199001011234", "13912345678"
HEADERS = {
    "internet": ("来自IP", "IP地址", "提交IP", "IPAddress", "登录ip（四川-成都）"),
    "nicknames": ("微信昵称", "昵称", "网名", "您的昵称", "Nick Name"),
    "contacts": ("联系方式", "联系电话", "3、您的手机号码（必填）", "Phone number", "办公电话"),
    "raters": ("姓名", "评议人姓名", "打分人姓名", "评委", "您的名字", "Full name"),
    "petitioners": ("诉求人", "信访人", "反映人", "户主", "投诉人电话", "联系人"),
    "registers": (
        *("来访人", "投诉人", "举报人", "村民姓名", "干部姓名", "责任人姓名", "联系人电话", "住址"),
        *("门牌号", "账号", "车牌号", "出生日期"),
    ),
    "mail": ("邮箱", "电子邮件", "E-mail", "Email address", "RecipientEmail"),
    "wechat": ("openid", "微信OpenID", "微信号", "WeChat ID", "unionid"),
    "papers": ("身份证", "身份证号码", "ID card", "证件号", "护照号", "家庭住址", "银行卡号"),
}
VALUES = {
    "mobile": (
        MOBILE,
        "１３９１２３４５６７８",
        "139-1234-5678",
        "+86 13912345678",
        "139\u200b12345678",
        "139****5678",
    ),
    "fixed line": ("028-12345678", "(0832)2345678", "02882345678", "联系电话：82345678"),
    "identity": (IDENTITY, "510101 19900101 1234", "110101********1234", "51010119900101123x", "130123900101123"),
    "mail": ("zhang.san@example.com", "ｚｓ＠qq.com", "信箱a.b@gov.cn"),
    "internet": ("118.112.3.0(四川-成都)", "10.1.1.1", "2001:db8::8a2e:370:7334", "fe80::1ff:fe23:4567:890a"),
    "wechat": ("o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "wxid_abc123def456", "微信o6_bmjrPTlm6_2sgVt7hMZOPfL2M。"),
}
HARMLESS = (
    *("20251121091100", "2025-11-21 09:11:00", "0.13912345678", "15000000000元", "详见第1.2.3.4条", "2025-001234"),
    *("市信访局(“12345”市长公开电话受理中心)", "400-800-1234", "550e8400-e29b-41d4-a716-446655440000"),
    *("12510000450718123X", "510100202511210001", "2025〔2025〕8号", "2011-2015年", "9.5.3", "a3f13912345678b0"),
)
NOT_PERSONAL = (
    "评议对象名称",
    "您的身份是",
    "反映人民诉求",
    "VIP窗口服务",
    "手机银行服务",
    "投诉处理",
    "来源详情",
    "评议人类别",
)


def wider(header: str, cell: str) -> str:
    """The ballots with one column more."""
    head, *lines = BALLOTS.splitlines()
    return "\n".join([f"{head},{header}", *(f"{line},{cell}" for line in lines)]) + "\n"


@pytest.mark.parametrize("sort", HEADERS)
def test_headers_that_identify_a_person_are_known(sort):
    assert [text for text in HEADERS[sort] if not (names_person(text, "ballots") or names_voter(text))] == []


@pytest.mark.parametrize("sort", VALUES)
def test_values_that_identify_a_person_are_known(sort):
    assert [text for text in VALUES[sort] if not sorts_in(text)] == []


def test_what_only_looks_like_it_is_left_alone():
    assert [text for text in HARMLESS if sorts_in(text)] == []
    assert [text for text in NOT_PERSONAL if names_person(text, "ballots") or names_voter(text)] == []


def test_an_office_may_have_a_telephone_in_the_register_and_a_person_may_not():
    assert [h for h in ("办公电话", "值班电话", "传真", "地址", "单位邮箱", "name") if names_person(h, "units")] == []
    assert all(names_person(h, "units") for h in ("姓名", "联系人", "手机", "联系电话", "微信", "身份证号"))


@pytest.fixture
def refused(biaochi, tmp_path):
    """Import a file that must be refused; what it must not repeat is in no message, nor in the store."""
    biaochi.rules(tmp_path, SMALL)
    spoken: list[str] = []  # the English messages of a test's first file only: the same facts fill them

    def call(kind: str, content: str, *secrets: str, name: str = "文件.csv") -> list[dict]:
        path, before = tmp_path / name, snapshot(biaochi.store)
        path.write_text(content, encoding="utf-8")
        report = biaochi.json("import", kind, path, "--round", "2025", code=3)
        if not spoken:
            biaochi("import", kind, path, "--round", "2025", code=3, lang="en")
            spoken.append(biaochi.err)
        assert snapshot(biaochi.store) == before
        assert [secret for secret in secrets if secret in biaochi.err + str(report) + spoken[0]] == []
        return [problem for problem in report["problems"] if problem["code"].startswith("personal")]

    return call


@pytest.mark.sample
@pytest.mark.parametrize("sort", HEADERS)
def test_the_column_is_named_and_nothing_kept(sort, refused):
    for header in HEADERS[sort]:
        (problem,) = refused("ballots", wider(header, "保密的值"), "保密的值")
        assert problem["code"] == "personal_column" and problem["column"] == header and problem["level"] == "error"


@pytest.mark.sweep
@pytest.mark.sample
@pytest.mark.parametrize("sort", VALUES)
def test_a_value_in_a_column_that_is_not_read_is_named_by_column_and_row(sort, refused):
    for value in VALUES[sort]:
        (problem,) = refused("ballots", wider("备注", value), value)
        assert (problem["code"], problem["column"], problem["row"]) == ("personal_value", "备注", 2)
        assert "2-12" in problem["message"]


KINDS = {
    "counts": ("单位,主体,满意,不满意\n{},普通群众,3,1\n", "单位"),
    "units": ("单位编码,单位全称,类别\nU1,{},政府\n", "单位全称"),
    "results": ("单位,总得分,说明\n市公安局,91.5,{}\n", "说明"),
    "pledges": ("承诺编号,单位,承诺事项\nP1,市公安局,{}\n", "承诺事项"),
    "progress": ("承诺编号,核查日期,佐证\nP1,2025-06-30,{}\n", "佐证"),
    "issue_return": ("主体,会场或点位,发放数\n普通群众,{},10\n", "会场或点位"),
    "component_score": ("单位,项目,得分,依据\n市公安局,信访投诉,-1,{}\n", "依据"),
    "unit_alias": ("别名,单位编码,确认人\n公安局,U1,{}\n", "确认人"),
    "evaluator_group": ("主体编码,主体名称\nG1,{}\n", "主体名称"),
}


@pytest.mark.sample
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_refuses_personal_data_in_any_cell(kind, refused):
    drawing, column = KINDS[kind]
    for value in ("李四" + MOBILE, IDENTITY, "lisi@example.com", "0832-2345678", "118.112.3.10"):
        problems = refused(kind, drawing.format(value), value)
        assert [(p["code"], p["column"], p["row"]) for p in problems] == [("personal_value", column, 2)]
    head, line = drawing.format("市公安局").splitlines()
    (problem,) = refused(kind, f"{head},联系人\n{line},李四\n", "李四")
    assert (problem["code"], problem["column"]) == ("personal_column", "联系人")


def test_numbers_of_ballots_that_are_persons_are_refused_cell_by_cell(refused):
    for value in (IDENTITY, MOBILE, "zs@example.com", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "110101********1234"):
        problems = refused("ballots", BALLOTS.replace("\n2,", f"\n{value},"), value)
        assert [(p["code"], p["column"], p["row"]) for p in problems] == [
            ("personal_ballot_id", "票号", row) for row in (4, 5)
        ]


@pytest.mark.parametrize("note", [f"联系电话：{MOBILE}", "填表人：李四，028-12345678", f"说明：身份证{IDENTITY}"])
@pytest.mark.parametrize("place", ["above", "below"])
def test_titles_and_remarks_are_searched_too(note, place, refused):
    content = f"{note},,,\n{BALLOTS}" if place == "above" else f"{BALLOTS}{note},,,\n"
    problems = refused("ballots", content, MOBILE, "028-12345678", IDENTITY)
    row = 1 if place == "above" else 13
    assert {problem["row"] for problem in problems} == {row}


def test_serial_numbers_of_eleven_digits_are_no_telephones(biaochi, tmp_path):
    """Sheets are numbered one after another; telephones of persons are not."""
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.csv"
    path.write_text(numbered(lambda ballot: f"150100000{ballot:02d}"), encoding="utf-8")
    assert biaochi.json("import", "ballots", path, "--round", "2025", "--dry-run")["problems"] == []
    path.write_text(numbered(lambda ballot: f"1{3 + ballot}{ballot * 97_531_357:09d}"), encoding="utf-8")
    codes = {p["code"] for p in biaochi.json("import", "ballots", path, "--round", "2025", code=3)["problems"]}
    assert codes == {"personal_ballot_id"}


def numbered(number) -> str:
    head, *lines = BALLOTS.splitlines()
    return "\n".join([head, *(f"{number(int(line[0]) - 1)}{line[1:]}" for line in lines)]) + "\n"


def test_a_series_is_told_from_telephones():
    assert is_series([str(15_000_000_000 + 3 * n) for n in range(50)], 50)
    assert is_series([str(15_000_000_000 + 999_983 * n) for n in range(7)], 100), "random numbers of eleven digits"
    assert not is_series([str(13_800_000_000 + 999_983 * n) for n in range(50)], 50)
    assert not is_series(["13912345678", "13912345679"], 2), "two numbers are no series"


def test_a_number_of_yuan_is_no_telephone(biaochi, tmp_path):
    path = tmp_path / "承诺.csv"
    path.write_text("承诺编号,单位,承诺事项,目标值\nP1,市交通局,公路投资,15000000000\n", encoding="utf-8")
    codes = {p["code"] for p in biaochi.json("import", "pledges", path, "--round", "2025", code=None)["problems"]}
    assert not {code for code in codes if code.startswith("personal")}


def test_a_mapping_does_not_make_a_name_a_ballot_number(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path = tmp_path / "票.csv"
    path.write_text(BALLOTS.replace("票号", "姓名"), encoding="utf-8")
    call = ("import", "ballots", path, "--round", "2025", "--map", "姓名=ballot_id")
    assert "personal_column" in {p["code"] for p in biaochi.json(*call, code=3)["problems"]}
    path.write_text(BALLOTS.replace("评议主体", "评委"), encoding="utf-8")
    call = ("import", "ballots", path, "--round", "2025", "--map", "评委=group_code", "--dry-run")
    assert biaochi.json(*call)["problems"] == []


DROPPED = table(f"""
    票号 | 评议主体 | 参评单位 | 评价     | 来自IP    | 备注
    1    | 普通群众 | 市公安局 | 满意     | 10.1.1.1  | 请回电{MOBILE}
    {IDENTITY} | 普通群众 | 市公安局 | 不满意 | 10.1.1.2 |
    {IDENTITY} | 普通群众 | 市财政局 | 满意 | 10.1.1.2 | zs@example.com
""")


def test_the_clean_copy_is_read_without_a_problem(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path, copy = tmp_path / "票.csv", tmp_path / "copy.csv"
    path.write_text(DROPPED, encoding="utf-8")
    call = ("import", "ballots", path, "--round", "2025", "--clean-copy", copy)
    biaochi(*call, code=3, lang="en")
    assert "Left out: 来自IP, 备注." in biaochi.err and "Ballots with a new number: 1." in biaochi.err
    biaochi(*call, code=3, lang="zh")
    assert "来自IP" in biaochi.err and MOBILE not in biaochi.err and "--clean-copy" in biaochi.err
    text = copy.read_bytes().decode("utf-8-sig")
    assert text.splitlines()[0] == "票号,评议主体,参评单位,评价"
    assert [line.split(",")[0] for line in text.splitlines()] == ["票号", "1", "NEW-00001", "NEW-00001"]
    assert biaochi.json("import", "ballots", copy, "--round", "2025")["stored"]


def test_the_clean_copy_keeps_what_a_field_says_around_a_number(biaochi, tmp_path):
    path, copy = tmp_path / "承诺.csv", tmp_path / "copy.csv"
    path.write_text(f"承诺编号,单位,承诺事项,联系人\nP1,市公安局,修路（电话{MOBILE}）,李四\n", encoding="utf-8")
    biaochi("import", "pledges", path, "--round", "2025", "--clean-copy", copy, code=3)
    assert copy.read_text(encoding="utf-8-sig").splitlines()[1:] == ["P1,市公安局,修路(电话***)"]


def test_no_copy_is_made_of_a_file_that_has_nothing_personal(biaochi, tmp_path):
    biaochi.rules(tmp_path, SMALL)
    path, copy = tmp_path / "票.csv", tmp_path / "copy.csv"
    path.write_text(BALLOTS, encoding="utf-8")
    biaochi("import", "ballots", path, "--round", "2025", "--dry-run", "--clean-copy", copy, lang="en")
    assert "No copy was written" in biaochi.err and not copy.exists()
