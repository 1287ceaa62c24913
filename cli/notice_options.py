"""Options for the parts of a public notice, which the command that writes the public page takes."""

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.context import session
from i18n import N_

if TYPE_CHECKING:
    from reports.notice_parts import NoticeParts

TEXTS: dict[str, tuple[str, str]] = {
    "office": ("NAME", N_("Office that gives notice.")),
    "number": ("TEXT", N_("Number of the notice.")),
    "objection": ("TEXT", N_("How to object; a usual sentence if it is left out.")),
    "contact": ("TEXT", N_("Whom to ask: post, telephone of the office, address.")),
    "city": ("NAME", N_("City or district in the heading; else that of the settings.")),
    "reason": ("TEXT", N_("Why a notice is withdrawn or corrected, for the public.")),
}
NAMES = (*TEXTS, "measures", "wall", "texts", "remember")


def with_notice(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a notice; it receives them together as `notice`."""

    @functools.wraps(command)
    def run(*args: object, **given: Any) -> None:
        asked = {name: given.pop(name) for name in NAMES}
        command(*args, notice=asked_notice(**asked), **given)

    signature = inspect.signature(command)
    kept = [one for name, one in signature.parameters.items() if name != "notice"]
    parameters = [*kept, *_parameters()]
    run.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": None}
    vars(run)["__signature__"] = signature.replace(parameters=parameters)
    return run


def asked_notice(
    *,
    measures: bool | None = None,
    wall: bool | None = None,
    texts: int | None = None,
    remember: bool = False,
    **given: str | None,
) -> "NoticeParts":
    """Return the parts that were asked for and, for those that were not, what the store remembers.

    texts : number of the newest released text that the wall may print; all of them if it is left out.
    """
    from data.store.released_texts import newest_text
    from reports.notice_parts import NoticeParts, remember_parts, remembered_parts

    asked = {name: value for name, value in {**given, "measures": measures, "wall": wall}.items() if value is not None}
    if remember:
        remember_parts(session.path, asked)
    wanted = remembered_parts(session.path) | asked
    last = (newest_text(session.path) if texts is None else texts) if wanted["wall"] else None
    return NoticeParts(**{**wanted, "wall": last})


def _parameters() -> list[inspect.Parameter]:
    options: list[tuple[str, Any, Any, Any]] = [
        (name, str | None, typer.Option(f"--{name}", metavar=kind, help=meaning), None)
        for name, (kind, meaning) in TEXTS.items()
    ]
    measures = typer.Option("--measures/--no-measures", help=N_("Public measures of the schemes on the page."))
    wall = typer.Option("--wall/--no-wall", help=N_("Lists that a scheme posts, such as the wall, on the page."))
    texts = typer.Option("--texts", metavar="N", help=N_("Number of the newest released text to print; else all."))
    remember = typer.Option(
        "--remember", help=N_("Keep office, way to object, contact and parts for the next notices of this store.")
    )
    options += [("measures", bool | None, measures, None), ("wall", bool | None, wall, None)]
    options += [("texts", int | None, texts, None), ("remember", bool, remember, False)]
    return [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])
        for name, kind, option, default in options
    ]
