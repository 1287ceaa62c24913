"""Values that identify a person: telephone and identity numbers, addresses and accounts, inside any text."""

import re
import unicodedata
from functools import lru_cache

from data.model.names import INVISIBLE
from i18n import N_

HIDDEN = "***"

# Digits inside hexadecimal tokens and behind a decimal point are not separate numbers.
_BEFORE = r"(?:^|[^0-9A-Fa-f.]|[^0-9]\.|[G-Zg-z][A-Fa-f])"
_AFTER = r"(?:[^0-9A-Fa-f]|$)"
PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_DAY = "(?:0[1-9]|1[0-2])[- ]?(?:0[1-9]|[12][0-9]|3[01])"
_AREA = "0(?:10|2[0-9]|[3-9][0-9]{2})"
_CALLED = "(?:电话|手机|座机|联系方式|[Tt][Ee][Ll]|[Pp][Hh][Oo][Nn][Ee])"
_HEX = "[0-9A-Fa-f]{1,4}"
_TOKEN = "[0-9A-Za-z_-]"
TELEPHONE, IDENTITY = N_("telephone numbers"), N_("identity numbers")
HASHED = N_("hashes of numbers")
EMAIL, INTERNET, WECHAT = N_("e-mail addresses"), N_("IP or device addresses"), N_("WeChat accounts")
# sort -> patterns that RE2 and Python read alike; the value is the group
_PATTERNS: dict[str, tuple[str, ...]] = {
    TELEPHONE: (
        rf"{_BEFORE}((?:(?:\+|00)?86[- ]?)?1[3-9][0-9]{{9}}){_AFTER}",
        rf"{_BEFORE}((?:\+?86[- ]?)?1[3-9][0-9][- .][0-9]{{4}}[- .][0-9]{{4}}){_AFTER}",
        rf"{_BEFORE}(1[3-9][0-9][*●•xX]{{4}}[0-9]{{4}}){_AFTER}",
        rf"{_BEFORE}((?:\+?86[- ]?)?\(?{_AREA}(?:[- ]|\)[- ]?)[1-9][0-9]{{2,3}}[- ]?[0-9]{{4}}){_AFTER}",
        rf"{_BEFORE}({_AREA}[2-8][0-9]{{6,7}}){_AFTER}",
        rf"{_CALLED}[^0-9]{{0,6}}([2-9][0-9]{{2,3}}[- ]?[0-9]{{4}}){_AFTER}",
        rf"(\+[1-9][0-9]{{0,2}}[- ][0-9]{{2,4}}[- ]?[0-9]{{3,4}}(?:[- ]?[0-9]{{2,4}})?){_AFTER}",
    ),
    IDENTITY: (
        rf"{_BEFORE}({PROVINCE}[0-9]{{4}}[- ]?(?:19|20)[0-9]{{2}}{_DAY}[- ]?[0-9]{{3}}[0-9Xx])(?:[^0-9A-Za-z]|$)",
        rf"{_BEFORE}({PROVINCE}[0-9]{{6}}{_DAY}[0-9]{{3}}){_AFTER}",
        r"(?:^|[^0-9])([1-9][0-9]{2,9}[*●•]{4,14}[0-9]{0,4}[0-9Xx]?)(?:[^0-9*●•]|$)",
        r"(?:^|[^0-9])([1-9][0-9]{5}[xX]{6,8}[0-9]{3,4}[0-9Xx]?)(?:[^0-9Xx]|$)",
        r"([*●•]{8,}[0-9]{3}[0-9Xx])(?:[^0-9*●•]|$)",
    ),
    EMAIL: (r"([A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)",),
    INTERNET: (
        r"(?:^|[^0-9./])([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?:[^0-9.]|\.?$|\.[^0-9])",
        rf"(?:^|[^0-9A-Za-z:])((?:{_HEX}:){{7}}{_HEX})(?:[^0-9A-Za-z:]|$)",
        rf"(?:^|[^0-9A-Za-z:])([0-9A-Fa-f]{{3,4}}(?::{_HEX}){{0,5}}::(?:{_HEX}(?::{_HEX}){{0,5}})?)(?:[^0-9A-Za-z:]|$)",
        r"(?:^|[^0-9A-Za-z:])((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})(?:[^0-9A-Za-z:]|$)",
    ),
    WECHAT: (
        rf"(?:^|[^0-9A-Za-z_-])(o{_TOKEN}{{27}})(?:[^0-9A-Za-z_-]|$)",
        r"(wxid_[0-9A-Za-z]{6,})",
    ),
}
_COMPILED = {sort: tuple(re.compile(pattern) for pattern in patterns) for sort, patterns in _PATTERNS.items()}
LIKELY = "|".join(pattern for patterns in _PATTERNS.values() for pattern in patterns)
HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}")
_AMOUNT = re.compile(r"\s*(?:\.\d|[元亿万吨%])")
_NEWEST_BIRTH = 2019  # a later date inside eighteen digits is that of a form: no child votes


@lru_cache(maxsize=1 << 16)
def sorts_in(value: str) -> tuple[tuple[str, str], ...]:
    """Return every (sort, text) of personal data in a value."""
    plain = _plain(value)
    return tuple(
        (sort, match.group(1))
        for sort, patterns in _COMPILED.items()
        for pattern in patterns
        for match in pattern.finditer(plain)
        if _is_right(sort, match, plain)
    )


def _plain(value: str) -> str:
    return unicodedata.normalize("NFKC", INVISIBLE.sub("", value))


def _is_right(sort: str, match: re.Match[str], plain: str) -> bool:
    """Return whether what looks like personal data is: dates, check digits, and what follows a number."""
    text = match.group(1)
    if sort == INTERNET and "." in text:
        octets = [int(part) for part in text.split(".")]
        alone = match.start(1) == 0
        return max(octets) <= 255 and (max(octets) > 9 or alone)  # 1.2.3.4 inside a text is the number of a section
    if sort == WECHAT and text.startswith("o"):
        return any(map(str.isupper, text)) and any(map(str.islower, text))
    if sort == IDENTITY and len(digits := re.sub("[- ]", "", text)) == 18 and digits[:17].isdigit():
        return int(digits[6:10]) <= _NEWEST_BIRTH and (has_check_digit(digits) or not is_credit_code(digits))
    if sort == TELEPHONE and text.isdigit():
        return _AMOUNT.match(plain, match.end(1)) is None
    return True


def has_check_digit(number: str) -> bool:
    """Return whether the last of 18 digits is the check digit of an identity number."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return number[17:].upper() == "10X98765432"[total % 11]


def is_credit_code(code: str) -> bool:
    """Return whether the last sign is the check digit of a unified social credit code, which names an organisation."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    if len(code) != 18 or not set(code.upper()) <= set(signs):
        return False
    total = sum(signs.index(sign) * pow(3, place, 31) for place, sign in enumerate(code.upper()[:17]))
    return signs[-total % 31] == code[17].upper()


def is_personal_code(text: str) -> bool:
    """Return whether a code is a telephone or identity number, or its hash, which trying all numbers finds again."""
    return bool(sorts_in(text)) or HASH.fullmatch(text.lower()) is not None


def hidden(text: str) -> str:
    """Return a text with all personal data in it replaced."""
    plain, found = _plain(text), sorts_in(text)
    if not found:
        return text
    for part in sorted({part for _, part in found}, key=len, reverse=True):
        plain = plain.replace(part, HIDDEN)
    return plain if not sorts_in(plain) else HIDDEN
