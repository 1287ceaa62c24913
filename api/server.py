"""The API as routes of the server: who asks, what the role allows, whether the answer changed, answers and refusals.

Each route asks `access/roles.csv`; each answer is an entry of the audit log, since it leaves the program.
"""

import hashlib
import logging
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from http import HTTPStatus
from pathlib import Path
from threading import BoundedSemaphore

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from access.roles import API, ROLES, may
from access.tokens import Token, token_of
from api.answer import Answer
from api.asked import COMMON, CSV, JSON, Asked, Desk, RefusedError, read_values
from api.openapi import description
from api.routes import BASE, DESCRIPTION, ROUTES, ApiRoute
from data.store import people
from data.store.audit_log import has_log, log_action
from data.store.release import METHOD_VERSION
from errors import BiaochiError, Reason, StoreBusyError, StoreDamagedError, UsageError
from i18n import LANGUAGES, N_, ROOT
from results.ranking.family import RoundNotFoundError

LOG = logging.getLogger("biaochi")
TOGETHER = BoundedSemaphore(2)  # answers computed at a time: the pages need the processor too
MEDIA = {JSON: "application/json", CSV: "text/csv; charset=utf-8"}
MISSING = N_(
    "This address needs a token: send the header “Authorization: Bearer TOKEN”. An administrator issues one with "
    "“biaochi token add”."
)
UNKNOWN = N_("The token is not valid: it is unknown or was revoked. Ask an administrator for another.")
ENDED = N_("The token {name} ended on {ends}. Ask an administrator for another.")
FORBIDDEN = N_("Not for this role: the token {name} has the role {role}.")
NO_ADDRESS = N_("There is no such address. The addresses are listed in {description}.")
ONLY_READ = N_("The API is read-only: GET and HEAD are the only methods.")
FAILED = N_("The request failed because of a program error; nothing has changed. Quote {reference} when you report it.")


@dataclass(frozen=True)
class Office:
    """What the API needs of the settings. desk: makes the desk of a request. login: whether a token is needed."""

    desk: Callable[[], Desk]
    accounts: Path
    login: bool
    language: str


def api_routes(office: Office) -> list[BaseRoute]:
    """Return the routes of the API; the last answers every other address below it."""
    listed = [Route(f"{BASE}{route.path}", _Reading(office, route)) for route in ROUTES]
    return [
        *listed,
        Route(f"{BASE}{DESCRIPTION}", _Describing(office)),
        Route(f"{BASE}/{{rest:path}}", _Elsewhere(office)),
    ]


class _Endpoint:
    """An address of the API: refuses whoever may not ask, else answers in a thread."""

    right = ""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await run_in_threadpool(self._response, Request(scope, receive))
        await response(scope, receive, send)

    def _response(self, request: Request) -> Response:
        try:
            token = _token(self.office, request.headers.get("authorization", ""))
            with people.acting(people.Person(token.name, people.TOKEN) if token else None):
                self._allow(token)
                if request.method not in ("GET", "HEAD"):
                    raise RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "method", ONLY_READ)
                return self.answer(request)
        except BiaochiError as refusal:
            return _refused(refusal)
        except Exception:
            reference = secrets.token_hex(4).upper()
            LOG.exception("reference %s", reference)
            return _refused(RefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, "program", FAILED, reference=reference))

    def _allow(self, token: Token | None) -> None:
        """Raise RefusedError, and log it, if the role of the token lacks the right; without a login all is allowed."""
        if not self.right or token is None or may(token.role, API, self.right):
            return
        store = self.office.desk().store.path
        if has_log(store):
            log_action(store, "not for role", f"{API} {self.right}", note=token.role)
        raise RefusedError(HTTPStatus.FORBIDDEN, "role", FORBIDDEN, name=token.name, role=Reason(ROLES[token.role]))

    def answer(self, request: Request) -> Response:
        """Return the response to somebody who may ask."""
        raise RefusedError(HTTPStatus.NOT_FOUND, "address", NO_ADDRESS, description=f"{BASE}{DESCRIPTION}")


class _Elsewhere(_Endpoint):
    """An address below the API that is no route."""


class _Describing(_Endpoint):
    """The description of the API, for every token."""

    def answer(self, request: Request) -> Response:
        """Return the OpenAPI document."""
        values = read_values(COMMON, request.query_params)
        return JSONResponse(description(_version(), values.get("lang", self.office.language)), headers=KEPT)


class _Reading(_Endpoint):
    """A route of the table."""

    def __init__(self, office: Office, route: ApiRoute) -> None:
        super().__init__(office)
        self.route, self.right = route, route.right

    def answer(self, request: Request) -> Response:
        """Return the answer, or that it has not changed."""
        desk = self.office.desk()
        sent = {**request.query_params, **request.path_params}
        asked = Asked(desk, read_values(self.route.accepted, sent))
        form = asked.get("format") or (CSV if "text/csv" in request.headers.get("accept", "") else JSON)
        language = asked.get("lang") or self.office.language
        mark = _mark(desk, self.route, asked.values, form, language)
        if _is_known(mark, request.headers.get("if-none-match", "")):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={**KEPT, "ETag": mark})
        with TOGETHER:
            answer = self.route.answer(asked)
            content = answer.json() if form == JSON else answer.csv(language)
        _log(desk, self.route, asked.values, answer, content)
        return Response(content, media_type=MEDIA[form], headers={**KEPT, "ETag": mark})


KEPT = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept"}
"""Headers of every answer: kept by whoever asked, and asked about again before it is used."""


def _token(office: Office, header: str) -> Token | None:
    """Return the token of a request; None without a login, where everybody at this machine may ask."""
    kind, _, secret = header.partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        if office.login:
            raise RefusedError(HTTPStatus.UNAUTHORIZED, "token_missing", MISSING)
        return None
    token = token_of(office.accounts, secret.strip())
    if token is None:
        raise RefusedError(HTTPStatus.UNAUTHORIZED, "token_unknown", UNKNOWN)
    if not token.lives(date.today()):
        raise RefusedError(HTTPStatus.UNAUTHORIZED, "token_ended", ENDED, name=token.name, ends=token.ends)
    return token


def _mark(desk: Desk, route: ApiRoute, values: Mapping[str, str], form: str, language: str) -> str:
    """Return the ETag: the release, and a digest of the question and of what may change an answer to it.

    That is the history, for the status of a round; the day, for pledges as of today; the log, for the log itself.
    """
    store = desk.store
    release = store.find(values["release"]) if "release" in values else store.in_force() or ""
    history = max((path.name for path in (store.path / "history").glob("*.json")), default="")
    logged = store.path / "audit" / "log.jsonl"
    size = logged.stat().st_size if route.right == "log" and logged.is_file() else 0
    program = (METHOD_VERSION, _version())
    facts = (route.path, sorted(values.items()), form, language, history, size, desk.today(), program)
    return f'"{release[:16]}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}"'


def _is_known(mark: str, header: str) -> bool:
    """Return whether If-None-Match names the mark; a proxy that compresses makes it weak (W/)."""
    named = [part.strip().removeprefix("W/") for part in header.split(",")]
    return "*" in named or mark in named


def _log(desk: Desk, route: ApiRoute, values: Mapping[str, str], answer: Answer, content: bytes) -> None:
    """Log an answer. A store that may only be read keeps no entry, as for the command line."""
    if not has_log(desk.store.path):
        return
    asked = " ".join(f"{name}={value}" for name, value in sorted(values.items()))
    what, digest = f"{route.path} {asked}".strip(), hashlib.sha256(content).hexdigest()
    log_action(desk.store.path, "read", what, release=answer.release, round_id=answer.round, sha256=digest)


def _refused(refusal: BiaochiError) -> Response:
    """Return a refusal with its sentence in every language."""
    status, code = _status(refusal)
    sentences = {language: " ".join(refusal.sentences(language)) for language in LANGUAGES}
    headers = {"Cache-Control": "no-store"}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = "GET, HEAD"
    return JSONResponse({"status": int(status), "code": code, "message": sentences}, int(status), headers)


def _status(refusal: BiaochiError) -> tuple[HTTPStatus, str]:
    if isinstance(refusal, RefusedError):
        return refusal.status, refusal.code
    if isinstance(refusal, StoreDamagedError):
        return HTTPStatus.INTERNAL_SERVER_ERROR, "store"
    if isinstance(refusal, StoreBusyError):
        return HTTPStatus.SERVICE_UNAVAILABLE, "busy"
    if isinstance(refusal, RoundNotFoundError | UsageError):
        return HTTPStatus.NOT_FOUND, "not_found"
    return HTTPStatus.BAD_REQUEST, "request"


@cache
def _version() -> str:
    about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(about["project"]["version"])
