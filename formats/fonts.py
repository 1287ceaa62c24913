"""Fonts of official documents: which are installed, and which substitute for those missing.

The product ships none: fonts of official documents may not be redistributed. A missing font is reported with its
substitute; without any Chinese font no PDF is written, rather than a PDF of empty boxes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst

from errors import UsageError
from i18n import N_, PUNCTUATION, translate

_SERIF = (
    *("Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun", "宋体", "NSimSun"),
    *("STSong", "Songti SC", "AR PL UMing CN", "FandolSong"),
)
_SANS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "DengXian"),
    *("PingFang SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback", "FandolHei"),
)
LATIN = ("Times New Roman", "Liberation Serif", "Tinos", "Libertinus Serif")
"""For letters and digits in the text, as in the Word file; the first that is installed. Widths are the same in the
first three, so that a line breaks at the same word in the PDF and in Word."""
WANTED: Mapping[str, tuple[str, ...]] = {
    "title": ("方正小标宋", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK"),
    "body": ("仿宋_GB2312", "FangSong_GB2312", "FangSong", "仿宋", "STFangsong"),
    "heading": ("黑体", "SimHei", "STHeiti"),
    "kai": ("楷体_GB2312", "KaiTi_GB2312", "KaiTi", "楷体", "STKaiti"),
}
"""Part of the page -> the names of the font it should have; the first name is the usual name."""
STAND_IN: Mapping[str, tuple[str, ...]] = {
    "title": (*_SERIF, *_SANS),
    "body": (*_SERIF, *_SANS),
    "heading": (*_SANS, *_SERIF),
    "kai": (*_SERIF, *_SANS),
}
MISSING = N_("Official document fonts missing on this machine, with their substitutes in the PDF: {fonts}.")
ONE = N_("{wanted} (replaced by {used})")
NO_FONT = N_(
    "No Chinese font is installed on this machine, so no PDF can be produced. Install your office's fonts "
    "({wanted}) or Noto Serif CJK SC, then restart. The Word document does not need them."
)


@dataclass(frozen=True)
class FontChoice:
    """Fonts in use. families: for each part of the page the fonts in order. missing: font wanted -> its substitute.

    latin: the font of letters and digits, '' if none is installed.
    """

    families: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, str]
    latin: str = ""

    def warning(self, language: str) -> str:
        """Return a sentence on the fonts that are missing; '' when all are installed."""
        one, comma = translate(ONE, language), PUNCTUATION[language].listed
        fonts = comma.join(one.format(wanted=wanted, used=used) for wanted, used in self.missing.items())
        return translate(MISSING, language).format(fonts=fonts) if fonts else ""


class NoChineseFontError(UsageError):
    """Error for a machine without any font with Chinese characters."""


@lru_cache(maxsize=4)
def fonts_of(folder: Path | None = None) -> typst.Fonts:
    """Return the fonts of this machine, or of `folder` only. Read once per process."""
    if folder is None:
        return typst.Fonts()
    return typst.Fonts(include_system_fonts=False, font_paths=[folder])


def choose(here: typst.Fonts) -> FontChoice:
    """Choose the fonts for each part of the page. Raises NoChineseFontError."""
    installed = set(here.families())
    families, missing = {}, {}
    for part, wanted in WANTED.items():
        found = [name for name in wanted if name in installed][:1]
        others = [name for name in STAND_IN[part] if name in installed]
        if not found and not others:
            raise NoChineseFontError(NO_FONT, wanted="、".join(names[0] for names in WANTED.values()))
        if not found:
            missing[wanted[0]] = others[0]
        families[part] = (*found, *others)
    return FontChoice(families, missing, next((name for name in LATIN if name in installed), ""))
