"""Roles and what each may see, do and take away: the table `roles.csv`, asked by pages, actions, downloads and the API.

What the table does not name is allowed to nobody.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from errors import BiaochiError
from exit_codes import ExitCode
from i18n import N_, translate

VIEWER, CLERK, PUBLISHER, AUDITOR, ADMINISTRATOR = "viewer", "clerk", "publisher", "auditor", "administrator"
ROLES = {
    VIEWER: N_("Viewer"),
    CLERK: N_("Clerk"),
    PUBLISHER: N_("Publisher"),
    AUDITOR: N_("Auditor"),
    ADMINISTRATOR: N_("Administrator"),
}
PAGE, ACTION, DOWNLOAD, API = "page", "action", "download", "api"
KINDS = (PAGE, ACTION, DOWNLOAD, API)
ANSWERS = {"yes": True, "no": False}


class NotForRoleError(BiaochiError):
    """Someone signed in asks for what the role does not allow."""

    exit_code = ExitCode.NOT_ALLOWED
    message = N_("Not for this role: {who} is signed in as {role}. Ask an administrator for another role.")

    def __init__(self, who: str = "", role: str = "") -> None:
        super().__init__(who=who, role=role)

    def sentence(self, language: str, shown: Callable[[object], object] = str) -> str:
        """Return the message with the role in words."""
        role = translate(ROLES.get(str(self.facts["role"]), ""), language)
        return translate(self.message, language).format(who=shown(self.facts["who"]), role=role)


@dataclass(frozen=True)
class Right:
    """A line of the table. kind: one of KINDS. roles: who has it. two_people: whether a second person confirms it."""

    kind: str
    name: str
    roles: frozenset[str]
    two_people: bool


@cache
def rights() -> dict[tuple[str, str], Right]:
    """Return (kind, name) -> the line of the table."""
    with Path(__file__).with_name("roles.csv").open(encoding="utf-8", newline="") as file:
        lines = [_right(line) for line in csv.DictReader(file)]
    return {(line.kind, line.name): line for line in lines}


def _right(line: dict[str, str]) -> Right:
    roles = frozenset(role for role in ROLES if ANSWERS[line[role]])
    return Right(line["kind"], line["name"], roles, ANSWERS[line["two_people"]])


def may(role: str | None, kind: str, name: str) -> bool:
    """Return whether a role has a right; None is the role of nobody. What the table does not name is refused."""
    found = rights().get((kind, name))
    return found is not None and role in found.roles


def needs_two(action: str) -> bool:
    """Return whether an action is of those that a second person confirms, where the settings say so."""
    found = rights().get((ACTION, action))
    return found is not None and found.two_people


STATUS_ACTIONS = {"final": "finalise", "announced": "announce"}
"""New status of a round -> the action it is; any other status is `change_status`."""


def status_action(status: str) -> str:
    """Return the action of giving a round a status."""
    return STATUS_ACTIONS.get(status, "change_status")
