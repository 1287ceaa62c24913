"""Names of persons in free text that no word announces: 张伟态度很差, 表扬李秀英.

Such a name is a frequent surname with characters that are frequent in given names, between what may stand before a
person and what only persons do or are; or it is in quotation marks, or all that the cell holds. Each condition by
itself is worthless: 文明服务 has a surname, a given name and a word about persons. The lists are short on purpose: of
1,000 ordinary sentences at most a few may be stopped. A rare name, or a name next to other words, passes.
"""

import re
from collections.abc import Iterator

# Surnames of some 85 % of the population, without those that begin everyday words (安, 成, 党, 方, 关, 和, 文, 时).
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖"
    "贾夏韦付邹熊秦邱尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵钱严覃戴孔汤尚"
)
# Characters that end given names: by the published lists of the most frequent names, without those of everyday words.
_LAST = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛超霞刚英华玉兰桂秀梅玲红燕萍辉鹏飞鑫波斌宇浩凯健俊帆旭宁峰兵松荣贵祥德贤昌良琴慧莉婷雪倩颖琳"
    "晶欣怡蕾薇菲淑珍凤翠芬蓉莲莹瑶佳雅洁娇媛璐婧琼芝莎妮彬伦翔晨辰轩墨航然豪宸诺涵桐妍汐瑞博毅坤林明平国亮春生成东文海云龙志香丹新民义"
)
# Characters that begin given names of two.
_FIRST = "建志秀玉桂小晓大国文明海春永立宏世学金银子家一新长少德庆光振俊雅思梓奕亦浩宇依语可雨梦欣嘉佳淑凤美红丽艳爱卫"
_GAP = "[ ]?"  # 张 伟 is how names of two characters are set in lists
NAME = (
    rf"(?:欧阳|上官|司马|诸葛|皇甫|令狐)[{_FIRST}{_LAST}]{{1,2}}"
    rf"|[{SURNAMES}]{_GAP}(?:[{_FIRST}]{_GAP}[{_LAST}]|[{_LAST}](?:{_GAP}[{_LAST}])?)"
)
DOES = (
    "(?:的?(?:服务|工作)?态度|的?脾气|说话|骂|吼|打人|推诿|推脱|刁难|敷衍|不理|不管|不接|不给|不让|不在|不作为|乱作为|不负责|迟到|早退"
    "|吃拿卡要|收钱|收了|收受|受贿|索要|经常|从来|总是|老是|天天|多次|这个人|这人|家的|家门|家占|家违|欠|太|很|真|让我|叫我|给我|把我|对我"
    "|对群众|骗|占用|霸占|违建|办事|从不|不知道|不清楚|不会|不办|拖|业务|服务|负责|接待|值班|辛苦|认真|耐心|热情|细心|素质|的?作风|应该|必须|上班|喝酒|打牌|玩手机|同志)"
)
_BEFORE = (
    r"(?:^|(?<=[\s,。;:、!?“”\"(]))(?:就是|请|找|问|感谢|表扬|批评|投诉|举报|建议|希望|反映|由|被|让|叫|给|跟|对|向|把|其中|比如"
    r"|要求处理|请处理|换掉|撤换|点名|窗口|那个|这个|有个|一个叫)?(?:[^\s,。;:、!?]{0,8}(?:窗口|科|局|站|所|办|中心|社区|村|镇|股|室|的|是))?"
)
_PRAISED = "(?:感谢|表扬|批评|投诉|举报|换掉|撤换|处理|开除|点名)"
_OPEN, _CLOSE = "[\"'“‘「『【《〈<(*]", "[\"'”’」』】》〉>)*]"
# Signs between a name and what the sentence says of the person: 张伟:态度差, 张伟(三号窗口)不理人.
_ASIDE = r"\s?(?:[:,!]+|\([^()]{1,8}\))?\s?"
# Syllables that begin names from Uyghur, Kazakh and other languages, which are written with a dot.
_DOTTED = "[阿艾买麦吐图古热努帕依伊木穆玛哈肉如萨卡祖亚尼沙赛巴达迪斯库托][一-鿿]{1,5}[·•‧・][一-鿿]{2,6}?"
_PATTERNS = (
    rf"{_BEFORE}({NAME})(?={_ASIDE}{DOES})",
    rf"{_PRAISED}(?:一下)?\s?({NAME})(?=[\s,。;!、]|$|的|同志|在)",
    rf"{_OPEN}({NAME})(?={_CLOSE})",
    rf"^\s*({NAME})\s*[。!]*$",
    rf"{_BEFORE}({NAME})(?=[和跟与、]\s?(?:{NAME}){_ASIDE}(?:{DOES}|互相|两人|二人|都|俩))",
    rf"{_BEFORE}(?:{NAME})[和跟与、]\s?({NAME})(?={_ASIDE}(?:{DOES}|互相|两人|二人|都|俩))",
    rf"(?:名叫|叫做|名字叫|姓名)[:是]?\s?({NAME})(?=[\s,。;!、的]|$)",
    rf"(?:^|(?<=[\s,。;:、!?]))({_DOTTED})(?={_ASIDE}{DOES})",
)
# What a prefilter may look for: every pattern contains one of them.
LIKELY = rf"(?:{NAME})(?:{DOES}|[的在和跟与、:：(（!！,，。;；\s]|{_CLOSE}|$)|[·•‧・]"
_EVERYDAY = (
    "余国 程明 陆军 龙华 金华 林海 田林 夏春 周平 水平 马龙 黄金 黄海 黄河 汤文 严明 白云 唐文 程文 雷雨 "
    "苏东 林东 陈文 史文 段落 江海 江东 华东 严德 顾家 贺文 毛利 钱文 丁香 杜鹃 梁平 杨林 叶文 严重 周六 "
    "周日 黄亮 雷德 尚德 尚文 张家 李家 王家 何志 高峰 高明 高雅 高新 高亮 高国 高家 高文 高端 严肃 熊猫 "
    "石林 龙海 龙云 龙文 贺春 贺生 许昌 钟祥 卢龙 林芝 高平 罗平 贺兰 周宁 邵东 黎平 黄平 黄梅 "
    "田东 田林 尚志 邹平 雷波 郑东 "
)
WORDS = frozenset(_EVERYDAY.split())
"""Everyday words and places that the lists above spell."""
_COMPILED = tuple(re.compile(pattern) for pattern in _PATTERNS)


def bare_names(plain: str) -> Iterator[str]:
    """Yield the names of a normalised text."""
    for pattern in _COMPILED:
        yield from (name for name in pattern.findall(plain) if name.replace(" ", "") not in WORDS)
