"""Parts of a public notice that an office enters: who gives it, under which number, how to object, whom to ask.

They are options of the command and fields of the page, and are remembered a city. They are no facts: no release and no
figure depends on them, and a page prints the command with the parts that it was written with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import settings
from data.store.paper_form import NOTICE, remember_form, remembered_form

REMEMBERED = ("office", "objection", "contact")
"""What is the same in notice after notice; the number and the public reason are not."""
YES, NO = "yes", "no"
SHOWN_PARTS = ("measures", "wall")
"""Further parts of the page, on or off."""


@dataclass(frozen=True)
class NoticeParts:
    """Texts of the notice as entered; an empty text is left out.

    city : above the title. objection : how to object. reason : why it is withdrawn or corrected, for the public.
    measures : whether the public measures of schemes are on the page. wall : number of the newest released text that
    the wall may print, 0 for a wall without texts, None for no wall.
    """

    office: str = ""
    number: str = ""
    objection: str = ""
    contact: str = ""
    city: str = ""
    reason: str = ""
    measures: bool = True
    wall: int | None = None

    def options(self) -> list[str]:
        """Return the options of `biaochi public` that give these parts, each as a word of the command."""
        texts = {name: getattr(self, name) for name in ("office", "number", "objection", "contact", "reason")}
        texts |= {"city": self.city} if self.city else {}
        words = [word for name, text in texts.items() for word in (f"--{name}", text)]
        words.append("--measures" if self.measures else "--no-measures")
        return [*words, *(["--no-wall"] if self.wall is None else ["--wall", "--texts", str(self.wall)])]


def remembered_parts(store: Path) -> dict[str, Any]:
    """Return the parts that a city uses; its office is that of its papers until another is saved for notices.

    City, office and contact of the settings fill what nothing was saved for.
    """
    saved = remembered_form(store, NOTICE)
    parts: dict[str, Any] = {name: saved.get(name, "") for name in REMEMBERED}
    chosen = settings.load()
    parts["office"] = parts["office"] or remembered_form(store).get("office", "") or chosen.office
    parts["contact"] = parts["contact"] or chosen.contact
    return {
        **parts,
        "city": chosen.city,
        "measures": saved.get("measures", YES) == YES,
        "wall": saved.get("wall", NO) == YES,
    }


def remember_parts(store: Path, parts: Mapping[str, Any]) -> None:
    """Save the parts for the next notice; those that are not given keep what was saved."""
    texts = {name: str(parts[name]) for name in REMEMBERED if name in parts}
    shown = {name: YES if parts[name] else NO for name in SHOWN_PARTS if name in parts}
    remember_form(store, texts | shown, NOTICE)
