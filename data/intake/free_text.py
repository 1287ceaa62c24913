"""What free text says of persons beyond numbers and accounts: addresses, names, bank cards, plates, fixed lines.

In a column of free text a clerk writes down what a resident reports, and with it who reports it and who lives where.
Numbers are recognised in any context, addresses and names only where the words around them point to a person; a name
that no word announces is the matter of `bare_names`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from data.intake.bare_names import LIKELY, bare_names
from data.intake.personal_values import HIDDEN, PROVINCE, sorts_in
from data.model.names import INVISIBLE
from i18n import N_

LINE, CARD, PLATE = N_("telephone numbers"), N_("bank card numbers"), N_("number plates")
ACCOUNT, HOME, NAME = N_("account names"), N_("home addresses"), N_("names of persons")
IDENTITY = N_("identity numbers")

# The surnames of 99 % of the population; two-sign surnames that are not also words.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟"
    "殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤"
    "阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲"
    "虞敖巩明佘池查麻苑迟邝"
)
_NAME = rf"(?:(?:欧阳|上官|司马|诸葛|皇甫|夏侯|令狐)[一-鿿]{{1,2}}|[{_SURNAMES}][一-鿿]{{1,2}})"
_END = r"(?=[\s,。.;:、!()\]】]|$|(?:住|家住|现住|电话|手机|身份证|反映|系|是|男|女)|\d)"
_BEFORE, _AFTER = r"(?<![0-9A-Za-z.\-])", r"(?![0-9A-Za-z])"
# Words that make digits an amount, a number of a paper or a measure.
_NO_LINE_BEFORE = re.compile(
    "(?:编号|工单|单号|文号|票号|批次|案号|流水|订单|序号|人口|人数|户数|金额|资金|面积|总数|数量|合计|投资|费用|预算|[第共约达价]"
    r"|[Nn][Oo]\.?|[#¥〔\[])[号码为是: ]{0,3}$"
)
_NO_LINE_AFTER = re.compile(r"\s*(?:[元万亿吨米平公㎡%‰人次户件票张个亩度瓦千方斤年]|号(?!码)|\.\d)")
_YEARS = re.compile(r"((?:19|20)\d\d){2}")
_SAID = r"(?:电话|手机|座机|联系方式|联系号码|(?<![单编])号码|[Tt][Ee][Ll])"
_NUMERAL = "[零〇一二三四五六七八九幺]"
_FLOOR = r"(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})"
_NO_HOME = "(?!电梯|门|岗|楼|线|机|井|窗口|车|公告|文)"
_HOUSE = "(?:号楼|栋|幢|座)"
_LIVES = "(?:家住|住在|现住|居住在|住址|家庭地址|本人住|我住|户籍地|户籍地址)"
# A surname with a title or an address: 王科长, 老张, 李女士. Left out: surnames that end other words (任, 向, 程, 周).
_SURE = "王李张刘陈杨黄赵吴徐孙马朱胡郭梁宋韩冯邓曹肖董袁潘蔡杜吕沈姚卢姜崔谭汪廖贾邹熊秦邱薛闫雷侯陶贺郝龚邵覃孔"
_TITLE = (
    "[正副]?(?:科长|局长|处长|主任|书记|所长|股长|队长|院长|校长|站长|厂长|经理|主席|镇长|乡长|村长|县长|市长|科员|警官|法官|医生"
    "|大夫|护士|师傅|先生|女士|小姐|老师|同志|大爷|大妈|大叔|阿姨|大哥|大姐|会计|律师|工程师)"
)
_STAFF = (
    "(?:工作人员|办事员|经办人|科员|民警|城管|干部|服务员|负责人|窗口|科长|局长|处长|主任|书记|所长|股长|队长|院长|校长|站长"
    "|经理|医生|护士|老师|会计)"
)
_KIN = "[姐哥叔姨嫂]"
_DOES = r"(?=人|态度|服务|业务|办事|工作|对|不|很|太|让|叫|说|把|给|经常|从来|总是|非常|十分|多次|同志|[\s,。;!、]|$)"
_WHO = "联系人|户主|当事人|反映人|诉求人|投诉人|举报人|信访人|来访人|申请人"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (CARD, rf"{_BEFORE}([3-69][0-9]{{3}}(?:[ -]?[0-9]{{4}}){{2,3}}[ -]?[0-9]{{1,4}}){_AFTER}"),
    (IDENTITY, rf"{_BEFORE}({PROVINCE}(?:[ -]?[0-9]){{15}}[ -]?[0-9Xx]|{PROVINCE}(?:[ -]?[0-9]){{13}}){_AFTER}"),
    (LINE, rf"{_SAID}[^0-9]{{0,6}}((?:[0-9][ -]?){{6,12}}[0-9])(?![0-9])"),
    (LINE, rf"({_NUMERAL}{{11}})|{_SAID}[是为: ]{{0,3}}({_NUMERAL}{{7,}})"),
    (LINE, r"(?<![0-9])(1[3-9][0-9][ .-]?[0-9]{4}[ .-]?[0-9]{4})(?![0-9])"),
    (LINE, r"(?<![0-9A-Za-z.\-])([2-8][0-9]{2,3}[ -]?[0-9]{4})(?![0-9A-Za-z])"),
    (PLATE, r"([京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{5,6})(?![A-Z0-9])"),
    (ACCOUNT, r"(?:[Qq][Qq]|扣扣) ?号?码?[:是为 ]{0,3}([1-9][0-9]{4,10})"),
    (ACCOUNT, r"(?:微信|抖音|快手)(?:号[:是为 ]{0,3}|[:是为 ]{1,3})([A-Za-z][0-9A-Za-z_-]{5,19})"),
    (HOME, rf"({_FLOOR}{_HOUSE}\s?{_FLOOR}?(?:单元)?\s?[0-9]{{0,2}}楼?[-—]?[0-9]{{1,4}}(?:室|户|号{_NO_HOME}))"),
    (HOME, rf"({_FLOOR}(?:{_HOUSE}|号)\s?{_FLOOR}单元)"),
    (HOME, rf"({_FLOOR}单元\s?{_FLOOR}?楼?[-—]?[0-9]{{1,4}}(?:室|号|户))"),
    (HOME, r"([0-9]{1,3}-[0-9]{1,2}-[0-9]{3,4}(?:室|号|户))"),
    (HOME, rf"{_LIVES}[:是为于]?([^,。;\n]{{0,24}}?{_FLOOR}(?:号|栋|幢|楼|单元|室|组|社|队))"),
    (NAME, rf"(?:我叫|我是|姓名|{_WHO})[:是为叫]?\s?({_NAME}){_END}"),
    (NAME, rf"本人:?\s?({_NAME})(?=[\s,(:]|系|家住|现住|住在|电话|身份证)"),
    (NAME, rf"(?:居民|村民|住户|业主|群众|市民|商户|老人|党员|户主)({_NAME})(?=[\s,(:]|家|系|反映|电话|身份证|称)"),
    (NAME, rf"({_NAME}|[{_SURE}])(?={_TITLE})"),
    (NAME, rf"([{_SURE}]{_KIN}){_DOES}"),
    (NAME, rf"([老小][{_SURE}])(?:[这那](?:个人|人))?{_DOES}"),
    (NAME, rf"{_STAFF}[:是叫为]?({_NAME}){_DOES}"),
    (NAME, rf"(?:^|[\s,。;])({_NAME})[\s,]?(?:家住|住在|现住|电话|手机|身份证)"),
)  # fmt: skip
# A text without any of these has nothing that a pattern matches: 3 µs in place of 60 for most sentences. RE2 reads it
# too; full-width digits are likely in a text that is not yet normalised.
LIKELY_IN_TEXT = (
    rf"[0-9A-Za-z@*●•０-９Ａ-Ｚａ-ｚ＠]{{4}}|[0-9０-９][0-9０-９ .－-]{{6}}|{_NUMERAL}{{7}}|{_LIVES}|{_WHO}"
    rf"|[一-鿿][A-ZＡ-Ｚ][·• ]|(?:[0-9０-９]{{1,3}}|[一二三四五六七八九十]{{1,3}})(?:号|栋|幢|座|单元|楼|室|组|社|队)"
    r"|本人|我叫|我是|姓名|居民|村民|住户|业主|群众|市民|商户|老人|党员|电话|手机|身份证|微信|抖音|快手|[QqＱｑ]{2}|扣扣"
    rf"|{_TITLE}|{_STAFF}|[老小][{_SURE}]|[{_SURE}]{_KIN}|{LIKELY}"
)
_LIKELY = re.compile(LIKELY_IN_TEXT)
_COMPILED = tuple((sort, re.compile(pattern)) for sort, pattern in _PATTERNS)
# Words that begin like a name: 本人于昨日, 居民和商户, 我是江南社区的.
_NO_NAME = re.compile(
    r"[于和向从时应连全当成明华万方安单](?:是|上|下|日|前|后|昨|今|月|年|期|常|次|一|本|小|街|村|社|面|多|元|全|装|家|户|商|业|物|政|居|群|有|无|反|相|该|此|区|市|县|镇|乡|路|位|个|号).?"
    r"|.{0,2}[区市县镇乡村路街局委办组队站所院校厂店楼栋户家里们都人员部支].{0,1}|和.{1,2}|.?(?:主任|书记|[科局处所股队院校站]长)"
    r"|(?:安[排保全]|方[便式面法言]|应[该当急付]|时[间候任]|全[体部面程科]|连续|成天|高[效傲冷级中]|解[释决]|程序|关[心注键]|明[显白确]|单[独一]"
    r"|温和|严[格肃厉谨]|何时|管理|项目|车[间辆]|司机|古板|常务|金融|石[油化]|文[化明]|平[时安]|水利|广大|任何|马[上虎]|万[一达]|路[上况]|焦急|欧式|白天|夏天|冬天).?|康庄.?|高度.?|高兴.?|高龄.?|常年.?|时常.?|向来.?|许多.?|白天.?|关于.?"
)
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
_CONTEXT = 12  # signs before a number that may say what it is


@lru_cache(maxsize=1 << 14)
def sorts_in_text(value: str) -> tuple[tuple[str, str], ...]:
    """Return every (sort, text) of personal data in a cell of free text."""
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", value))
    return tuple(dict.fromkeys((*sorts_in(value), *_found(plain)))) if _LIKELY.search(plain) else ()


def _found(plain: str) -> Iterator[tuple[str, str]]:
    for sort, pattern in _COMPILED:
        for match in pattern.finditer(plain):
            if _is_right(sort, match, plain):
                yield sort, match[match.lastindex or 0]
    yield from ((NAME, name) for name in bare_names(plain))


def _is_right(sort: str, match: re.Match[str], plain: str) -> bool:
    text = match[match.lastindex or 0]
    if sort == NAME:
        return _NO_NAME.fullmatch(text) is None
    if sort in (LINE, IDENTITY, CARD):
        start = match.start(match.lastindex or 0)
        before, after = plain[max(0, start - _CONTEXT) : start], plain[match.end() :]
        digits = re.sub(r"\D", "", text)
        if _NO_LINE_AFTER.match(after) or (len(digits) <= 8 and _NO_LINE_BEFORE.search(before)):
            return False
        return not (_DATE.fullmatch(digits) or _YEARS.fullmatch(digits))
    return True


def hidden_text(text: str) -> str:
    """Return a free text with all personal data in it replaced."""
    found = sorts_in_text(text)
    if not found:
        return text
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", text))
    for part in sorted({part for _, part in found}, key=len, reverse=True):
        plain = plain.replace(part, HIDDEN)
    return plain if not sorts_in_text(plain) else HIDDEN
