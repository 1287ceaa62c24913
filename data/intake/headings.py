"""Texts that survey tools and forms put around a name: question numbers, the question itself, option letters, points.

`2、请评价下列单位—市公安局`, `Q3_1. Please rate [市公安局]` and `A.满意` name a unit and a grade. Here a printed text
is cut down to what it may name; whether that is a unit or a grade is decided by whoever asks.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from data.model.names import match_key, tidy

_NUMBER = re.compile(
    r"^[(（]?\s*(?:第\s*)?(?:[A-Z]{1,3}\d{1,3}(?=\s*[.．、:：])|Q\s*\d+(?:[_.-]\d+)*(?:\[\w+\])?|\d{1,3}(?:[._-]\d{1,3})*|[一二三四五六七八九十]{1,3})"
    r"\s*(?:题)?\s*"
    r"[)）]?\s*(?:[、.．:：)）*—_-]|(?<=\s))\s*|^[①-⑳]\s*",
    re.IGNORECASE,
)
NARROW = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | {0x3000: 0x20}
"""Full-width signs, as a Chinese keyboard types them: Ｑ４．服务态度."""
# LimeSurvey: Q1[SQ001]. 题干 [单位], G01Q01. 题干, id. Response ID
_CODE = re.compile(r"^[A-Za-z]\w{0,15}(?:\[\w{1,20}\][.:：]?\s*|[.:：]\s+(?=\S))")
_TAIL = re.compile(
    r"^(?P<stem>.*?)\s*[(（\[【〔](?P<name>[^()（）\[\]【】〔〕]+(?:[(（][^()（）]*[)）])?)[)）\]】〕]\s*$", re.DOTALL
)
_CUT = re.compile(r"\s*(?:——|—|–|--|\s-\s|-|－|:|：|\||｜|>|＞|/|／|_|\n|(?<=[一-鿿])[.．。](?=[一-鿿]))\s*")
_UNIT_END = re.compile(
    r"(?:[局委办院会处厅署部社行站所队科室校园]|公司|中心|集团|街道|[乡镇村区县市]|大队|支队|机关|协会|银行|医院|学校|单位|政府)$"
)
# Where a name inside a question may begin and end: 请您对市财政局2025年度工作进行评价. Words that names contain as well
# end it only where no office follows, as in 市公安局服务中心.
_BEGINS = re.compile(r"^|(?<=[对给为请于向“\"‘「『《])|(?<=[a-z] )")
_ENDS = re.compile(
    r"$|(?=[的在,，。:：?？！!”\"’」』》]|[(（\[【]?20\d\d|进行|是否|总体|整体|作风|满意|表现|履职|打分|评分|怎么?样|如何|以下|下列)"
    r"|(?=(?:工作|服务|综合|评价|评议|测评)(?!中心|大厅|[站所队组处部室局委办科]|窗口|公司|领导|执法|行政|服务))"
)
# A question about one unit, where no register tells which part of it is the name: 您对市第1局的总体评价.
_ABOUT = re.compile(
    r"(?:请问?|[您你])(?:如何|怎样|怎么|认为|觉得|看待|评价|为|给|对){0,3}(?P<name>.{2,60}?)"
    r"(?:的?(?:总体|整体|综合|工作|服务)*(?:评价|评分|打分|满意度|满意程度|印象|看法)(?:是|如何|怎样|怎么样)?|打分|评分)?[?？:：]?"
)
_OPTION = re.compile(r"^(?:[(（]?(?:[A-Ja-j]|\d{1,2}(?=\D\s*[^\d\s]))[)）.、．:：]|[①-⑳])\s*(?=\S)")
_AROUND_ANSWER = "“”\"'‘’。．;；┋ "
_POINTS = re.compile(r"\s*[(（\[]\s*-?\d{1,3}(?:\.\d+)?\s*分?\s*[)）\]]$|(?<=[^\d.])\s*-?\d{1,3}(?:\.\d+)?\s*分$")
_SCORE = re.compile(r"^(\d{1,3}(?:\.\d+)?)\s*分$")
_COUNTED = re.compile(
    r"[\s:：/／—–-]*[(（\[]?(?:得?票数?量?|数量|人数|人次|张数?|份数?|人|张|份|数)[)）\]]?$|[\s:：/／—–-]+$"
)
_CAST = re.compile(r"^(?:得|获|投|选)(?=.)")
# What a form prints behind a question: how it is to be answered.
_HOW = re.compile(
    r"\s*[(（\[【〔]\s*(?:单选|多选|必选|选填|必填|必答|得分|分值?|打分|评分|评价|等级|矩阵|量表)题?\s*[)）\]】〕]\s*[*＊]?$"
)

# The scale behind the name of a unit or an indicator: (0-10分), (满分10分).
_SCALE_BEHIND = re.compile(
    r"\s*[(（\[【〔]\s*(?:满分|分值?|范围|评分)?\s*[:：]?\s*\d{1,3}\s*分?(?:\s*[-~—–～至到]\s*\d{1,4}\s*分?)?(?:制|满分)?\s*[)）\]】〕]\s*$"
)

SKIPPED = frozenset(
    match_key(word)
    for word in (
        *("(跳过)", "跳过", "[跳过]", "【跳过】", "〖跳过〗", "(空)", "未填写", "(未填写)", "未作答", "(未作答)"),
        *("skipped", "not shown", "未显示", "N/A"),
    )
)

# Headings over the columns of grades that name the scale and not what is graded.
_GENERIC = re.compile(
    r"(?:群众)?(?:评议|测评|评价|考评|打分|投票|满意度?|民主测评|总体)?(?:等级|等次|档次|意见|选项|结果|情况|票数|得票|统计|票|数|评价|评议|测评|分布|度)"
    r"(?:情况|结果|票数|统计|分布)?(?:[(（].*[)）])?|grades?|ratings?|votes?|counts?|options?|scale"
)
# A heading over all grades with such a word names the scale or the form, unless it also names a part of the votes.
_OF_FORM = re.compile(
    r"等[级次]|档次|票|选项|打[√勾]|评[价议分]|测评|满意|情况|结果|统计|内容|项目|意见|选择|[打得]分|分布|20\d\d|vote|grade"
)
_OF_PART = re.compile(
    r"男|女|季度|半年|月份|代表|对象|委员|监督员|企业|居民|村民|职工|干部|党员|领导|窗口|上级|下级|同级"
)
# Columns that describe the evaluator; their codes look like scores.
_DESCRIBES = re.compile(
    r"(?:请?问?[您你]的|本人|受访[者人]|填[写答表][者人]|评[价议]人员?)?(?:性别|年龄.*|.*年龄|学历|文化程度|受教育.*|教育程度|职业.*|从事.*职业|民族|政治面貌|婚姻.*|.*收入.*|户籍.*|户口.*"
    r"|居住.*|籍贯|所在(?:区县?|县区?|街道|乡镇|社区|地区|区域|行业|单位性质)"
    r"|(?:区县|街道|乡镇|社区|行业|地区|区域)(?:代码|编码|编号)?|工作年限|从业年限|党龄|工龄|职级|职务|职称"
    r"|.*(?:代码|编码|编号|序号|号码)|sex|gender|age(?:_?group|_?band)?|education|occupation|income|region|district"
    r"|marital.*|ethnic.*|job.*|.*_?(?:code|id|no)"
    r"|单位(?:性质|类型|类别)|(?:人员)?(?:类型|类别|身份)|家庭.*[数口]|子女.*|问卷(?:版本|来源|类型)"
    r"|(?:督导|访问|访|调查|录入)员?|所属.*|样本.+|.+次数|.*(?:耗时|时长).*|(?:问卷|样本|抽样)?批次)(?:是|为)?(?:[(（\[].*[)）\]])?[?？:：*]*"
)
_VOTES = re.compile(
    r"(?:得|获|投)?(?:票数?|人数|人次|数量?|张数?|份数?|频数|计数|个数|人)(?:[(](?:票|人|张|份|个|人次)[)])?|votes?|counts?|n"
)
_OF_SHARE = re.compile(
    r"(?:得票|所占|所?占|票数|人数)?(?:比[例重率]?|率|百分[比率数]|份额)(?:[(][%‰]?[)])?|[(]?[%‰][)]?|占[%‰]?|percent(?:age)?|share|pct"
)
_MEASURED = re.compile(
    r"(?P<name>.+?)\s*[(\[【]?\s*(?P<measure>[%‰]|(?<=[(\[【])百分[比率]|(?<=[(\[【])[十百千万亿]+(?:票|张|人次?|份|个|户)?)\s*[)\]】]?"
)
# What survey tools add to every answer: nothing of it is a vote.
_TOOL = re.compile(
    r"序号|(?:提交|开始|结束|填写|答题|完成)(?:答卷|问卷)?的?(?:时间|用时|日期).*|所用时间.*|答题时[长间].*|用时.*"
    r"|来源|来源详情|时间戳记?|总分|得分|提交来源|填写设备|操作系统|浏览器|答卷状态|审核状态|标签|备注"
    r"|timestamp|start ?date|end ?date|recorded ?date|submit ?date|date submitted|date started|date last action"
    r"|status|progress|duration.*|finished|distribution ?channel|user ?language|start ?language|last ?page|seed"
    r"|response ?type|total ?time.*"
)


def names_in(text: str) -> Iterator[str]:
    """Yield what a heading may name, the most literal first: itself, without its number, the part in brackets or after
    a separator, and what the question is about (对…的评价).
    """
    plain = tidy(text)
    yield plain
    bare = without_number(_HOW.sub("", plain))
    if bare != plain:
        yield bare
    plain_name = _SCALE_BEHIND.sub("", bare)
    if plain_name not in (bare, ""):
        yield plain_name
        bare = plain_name
    found = _TAIL.match(bare)
    if found:
        yield tidy(found["name"])
    pieces = [piece for piece in _CUT.split(bare) if piece.strip()]
    for start in range(1, len(pieces)):
        yield without_number(pieces[-start])
    if len(pieces) > 1:
        yield pieces[0]


def question_of(text: str) -> str:
    """Return a heading without the number of its question and without how it is to be answered."""
    return without_number(_HOW.sub("", tidy(text)))


def without_number(text: str) -> str:
    """Return a heading without the number of its question: 3、, Q2_1., (4), 二、, Q1[SQ001]."""
    plain = text.translate(NARROW)  # sign by sign, so that what is cut off has the same length in both
    place = code.end() if (code := _CODE.match(plain)) else 0
    while (number := _NUMBER.match(plain[place:])) and number.end() < len(plain) - place:
        place += number.end()
    return text[place:]


def unit_named(text: str, codes: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the name and code of the only registered unit that a heading names, or None.

    codes: match key of each spelling -> unit code. Inside a question (您对市公安局的评价) only a complete
    name counts: 市公安局交警支队 does not name 市公安局.
    """
    for name in names_in(text):
        code = codes.get(match_key(name))
        if code is not None:
            return name, code
    plain = without_number(tidy(text))
    ends = [found.start() for found in _ENDS.finditer(plain)]
    about = [plain[found.start() : end] for found in _BEGINS.finditer(plain) for end in ends if end > found.start()]
    inside = {(name, codes[match_key(name)]) for name in about if match_key(name) in codes}
    named = max(inside, key=lambda pair: len(pair[0]), default=("", ""))
    return named if inside and all(name in named[0] for name, _ in inside) else None


def topic_of(text: str) -> str:
    """Return what a heading is about, its last part: 市公安局 of `2、请评价—市公安局`, 服务态度 of `Q1. 服务态度`."""
    bare = without_number(tidy(text))
    tail = _TAIL.match(bare)
    if tail and tail["stem"]:
        return tidy(tail["name"])
    pieces = [piece for piece in _CUT.split(bare) if piece.strip()]
    return without_number(tidy(pieces[-1])) if pieces else bare


def subject_of(text: str) -> str:
    """Return what a question is about, 市第1局 of `3、您对市第1局的评价`; the topic of any other heading."""
    topic = topic_of(text)
    about = _ABOUT.fullmatch(topic)
    return tidy(about["name"]) if about else topic


def parts_of(text: str) -> tuple[str, str]:
    """Return the parts that a dash or colon joins, 市财政局 and 服务态度; the second is '' of any other heading."""
    pieces = [tidy(piece) for piece in _CUT.split(without_number(tidy(text))) if piece.strip()]
    return (pieces[0], pieces[1]) if len(pieces) == 2 else (tidy(text), "")


def named_first(texts: Iterable[str]) -> bool:
    """Return whether headings of two parts name a unit first and what is graded after it: 市财政局—服务态度.

    Without a register the ends of the names tell; a question or several topics may as well come first.
    """
    pairs = [parts_of(text) for text in texts]
    firsts, lasts = {first for first, _ in pairs}, {last for _, last in pairs}
    is_unit = [sum(_UNIT_END.search(match_key(name)) is not None for name in names) for names in (firsts, lasts)]
    return "" not in lasts and is_unit[0] * len(lasts) > is_unit[1] * len(firsts)


def stem_of(text: str) -> str:
    """Return the text before the last part of a heading; '' where it has a single part."""
    bare, topic = without_number(tidy(text)), topic_of(text)
    at = bare.rfind(topic)
    return bare[:at].strip(" ([（【〔—–-:：|>/／_") if at > 0 else ""


def grade_texts(text: str) -> Iterator[str]:
    """Yield what an answer may be as a grade: itself, without an option's letter, without the points behind it."""
    plain = tidy(text)
    yield plain
    bare = _OPTION.sub("", plain).strip(_AROUND_ANSWER)
    if bare not in (plain, ""):
        yield bare
    without_points = _POINTS.sub("", bare)
    if without_points and without_points != bare:
        yield without_points


def points_behind(text: str) -> str:
    """Return the points that are printed behind a grade, 70 of `不满意（70分）`; '' without any."""
    found = _POINTS.search(unicodedata.normalize("NFKC", tidy(text)))
    return re.sub(r"[^\d.-]", "", found[0]) if found else ""


def option_scores(values: Iterable[str]) -> dict[str, str]:
    """Map the answers of a scale of points to their numbers: 5分 to 5, where every answer is written like that.

    A single 88分 among plain numbers is a slip of the pen and stays what it is.
    """
    answers = [value for value in values if value.strip() and not is_skipped(value)]
    found = {value: _SCORE.match(_OPTION.sub("", tidy(value))) for value in answers}
    return {value: match[1] for value, match in found.items() if match} if all(found.values()) else {}


def counted_grade(text: str) -> str:
    """Return a heading over counts without what is counted: 不满意票数, 得满意票（张） and 满意人数 name a grade."""
    bare = tidy(text)
    while (shorter := _COUNTED.sub("", bare)) not in (bare, ""):
        bare = shorter
    return _CAST.sub("", bare)


def is_skipped(text: str) -> bool:
    """Return whether a survey tool says that the question was not put."""
    return match_key(text) in SKIPPED or text.strip() in ("-3", "-4")


def is_generic(text: str) -> bool:
    """Return whether a heading over the columns of grades names the scale (评议等级), not an indicator."""
    return _GENERIC.fullmatch(match_key(text)) is not None


def names_part(text: str) -> bool:
    """Return whether the only heading over all grades may name a part of the votes: 男, 一季度, 服务对象评议."""
    key = match_key(text)
    return not is_generic(text) and (_OF_PART.search(key) is not None or _OF_FORM.search(key) is None)


def counts_votes(text: str) -> bool:
    """Return whether a heading below a grade says that the column counts its votes: 票数, 人数."""
    return bool(text.strip()) and _VOTES.fullmatch(match_key(text)) is not None


def is_share(text: str) -> bool:
    """Return whether a heading below a grade says that the column holds its share: 占比, %, 得票率."""
    return bool(text.strip()) and _OF_SHARE.fullmatch(match_key(text)) is not None


def measured_in(text: str) -> tuple[str, str]:
    """Return the name and the unit of measurement of 满意（%） and 满意票数（万票）; both '' for plain numbers."""
    found = _MEASURED.fullmatch(unicodedata.normalize("NFKC", tidy(text)))
    return (found["name"].strip(), found["measure"]) if found else ("", "")


def describes_evaluator(text: str) -> bool:
    """Return whether a column describes the evaluator (性别, 年龄段, 学历), by any part of its heading."""
    return any(_DESCRIBES.fullmatch(match_key(name)) for name in names_in(text))


def is_of_tool(text: str) -> bool:
    """Return whether survey tools add a column, such as the time of the answer."""
    return any(_TOOL.fullmatch(tidy(name).casefold()) for name in names_in(text))
