"""What a request asks: the parameters of a route, read and checked, with the release that they name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from http import HTTPStatus

from data.store import Store
from data.store.release import Release, Round
from errors import BiaochiError
from exit_codes import ExitCode
from i18n import LANGUAGES, N_

TEXT, WHOLE, DAY = "string", "integer", "date"
JSON, CSV = "json", "csv"


class RefusedError(BiaochiError):
    """A request that is not answered. status: of HTTP. code: for programs, the same in every language."""

    exit_code = ExitCode.WRONG_USAGE

    def __init__(self, status: HTTPStatus, code: str, message: str, /, **facts: object) -> None:
        super().__init__(message, **facts)
        self.status, self.code = status, code


@dataclass(frozen=True)
class Parameter:
    """A parameter of a route. about: an English message. choices: the only values accepted, () for any."""

    name: str
    about: str
    needed: bool = False
    kind: str = TEXT
    choices: tuple[str, ...] = ()
    in_path: bool = False

    def read(self, text: str) -> str:
        """Return the value if it is acceptable. Raises RefusedError."""
        wrong = (
            (self.choices and text not in self.choices)
            or (self.kind == WHOLE and not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) >= 1))
            or (self.kind == DAY and not _is_day(text))
        )
        if wrong:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "parameter", self._expected, name=self.name, value=text)
        return text

    @property
    def _expected(self) -> str:
        if self.choices:
            return N_("The parameter {name} does not accept {value}. The description of the API lists its values.")
        if self.kind == WHOLE:
            return N_("The parameter {name} should be a whole number from 1 on, not {value}.")
        return N_("The parameter {name} should be a date such as 2026-01-31, not {value}.")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


FORMAT = Parameter("format", N_("json or csv; else by the header Accept."), choices=(JSON, CSV))
LANGUAGE = Parameter("lang", N_("Language of a CSV: zh or en."), choices=tuple(LANGUAGES))
RELEASE = Parameter("release", N_("Release, by the first digits of its id; the release in force if left out."))
COMMON = (FORMAT, LANGUAGE)


@dataclass(frozen=True)
class Desk:
    """What answers are computed from. open_release: id -> release, perhaps shared. hold: release, round id -> round."""

    store: Store
    open_release: Callable[[str], Release]
    hold: Callable[[Release, str], Round]
    today: Callable[[], date] = date.today


@dataclass(frozen=True)
class Asked:
    """A request. values: parameter -> text, those left out missing."""

    desk: Desk
    values: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """Return the value of a parameter; None if it was left out."""
        return self.values.get(name)

    def day(self, name: str) -> date | None:
        """Return the day of a parameter; None if it was left out."""
        text = self.values.get(name)
        return date.fromisoformat(text) if text else None

    @cached_property
    def release(self) -> Release:
        """The release that is asked about. Raises RefusedError if there is none."""
        store = self.desk.store
        release_id = store.find(self.values["release"]) if "release" in self.values else store.in_force()
        if release_id is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "nothing_published", N_("Nothing is published yet."))
        opened = self.desk.open_release(release_id)
        if opened.is_outdated:
            raise RefusedError(HTTPStatus.CONFLICT, "outdated", OUTDATED, release=opened.short)
        return opened

    @cached_property
    def round(self) -> Round:
        """The round that is asked about."""
        return self.desk.hold(self.release, self.values["round"])


OUTDATED = N_(
    "The release {release} was built by an earlier version of this program; a publisher has to publish it again first."
)


def read_values(parameters: tuple[Parameter, ...], sent: Mapping[str, str]) -> dict[str, str]:
    """Return the values of a request by parameter. Raises RefusedError for a missing, wrong or unknown parameter."""
    known = {parameter.name: parameter for parameter in parameters}
    for name in sent:
        if name not in known:
            raise RefusedError(
                HTTPStatus.BAD_REQUEST,
                "parameter",
                N_("There is no parameter {name} here. Known: {known}."),
                name=name,
                known=", ".join(known),
            )
    values = {name: known[name].read(text.strip()) for name, text in sent.items() if text.strip()}
    for parameter in parameters:
        if parameter.needed and parameter.name not in values:
            raise RefusedError(
                HTTPStatus.BAD_REQUEST, "parameter", N_("The parameter {name} is missing."), name=parameter.name
            )
    return values
