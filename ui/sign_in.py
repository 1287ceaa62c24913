"""Signing in and out: pages of plain HTML in front of Streamlit, for local accounts and for the office's service.

A session begins here only; the cookie holds its token and nothing else. Passwords are hashed in threads, so that the
server goes on answering.
"""

import asyncio
import json
import logging
import tomllib
import warnings
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import settings
from access import accounts, failed_sign_ins, sessions
from access.accounts import PASSWORD, PROVIDER, Account, AccountError
from access.identity import COOKIE, Identity, identity
from data.store import people
from data.store.audit_log import log_action
from errors import BiaochiError
from i18n import LANGUAGES, N_, translate
from ui.host_page import HTML_LANGUAGE
from ui.name_plate import picture_address

SIGN_IN, SIGN_OUT, CHANGE = "/signin", "/signout", "/signin/password"
TO_PROVIDER, CALLBACK = "/signin/provider", "/oauth2callback"
PATHS = (SIGN_IN, SIGN_OUT, CHANGE, TO_PROVIDER, CALLBACK)
LARGEST = 4096  # bytes of a form
STATE_COOKIE, STATE_SECONDS = "biaochi_sign_in", 600
NAMES = {"zh": "中文", "en": "English"}
LOG = logging.getLogger("biaochi")

WRONG = N_("Name or password is not right.")
LOCKED = N_("Too many failed attempts. Try again in {minutes} minutes, or ask an administrator for a new password.")
NO_ACCOUNT = N_(
    "The sign-in service knows you as {name}, and there is no account of that name here. Ask an administrator: biaochi "
    "user add {name} --role ROLE --provider"
)
PROVIDER_FAILED = N_("The sign-in service did not confirm who you are. Try again, or ask an administrator.")
NOT_ALIKE = N_("The two new passwords differ. Type the new password twice.")
ACCOUNTS_LOST = N_(
    "The file of accounts {path} is gone, so nobody can sign in. Restore it from a backup; or make an administrator, "
    "who adds the others again: biaochi user add NAME --role administrator"
)
NO_WAY_IN = N_(
    "No account exists yet. An administrator makes the first with: biaochi user add NAME --role administrator"
)


@dataclass(frozen=True)
class Door:
    """What signing in needs of the settings. provider: [auth] of the secrets, empty without a sign-in service."""

    folder: Path
    store: Path
    origins: frozenset[str]
    https: bool
    language: str
    provider: Mapping[str, Any]

    @classmethod
    def of(cls, chosen: settings.Settings, origins: list[str]) -> "Door":
        """Return the door of these settings."""
        named = frozenset(origin.lower().rstrip("/") for origin in origins)
        https = any(origin.startswith("https://") for origin in named)
        return cls(chosen.accounts, chosen.store, named, https, chosen.language, provider_of(chosen.provider))

    def identity(self, cookies: Mapping[str, str], *, used: bool = True) -> Identity | None:
        """Return who has the session of these cookies."""
        return identity(self.folder, cookies, used=used)


def accounts_lost(folder: Path, store: Path) -> bool:
    """Return whether the file of accounts is gone although the store had accounts."""
    return not (folder / settings.ACCOUNTS).is_file() and settings.had_accounts(store)


def provider_of(path: Path) -> Mapping[str, Any]:
    """Return [auth] of Streamlit's secrets; empty where there is none."""
    if not path.is_file():
        return {}
    found: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")).get("auth", {})
    return found


class SignIn:
    """ASGI middleware that answers the addresses of signing in, and sends who is not signed in there."""

    def __init__(self, app: ASGIApp, *, door: Door) -> None:
        self.app = app
        routes = [
            Route(SIGN_IN, _Ask(door), methods=["GET"]),
            Route(SIGN_IN, _Check(door), methods=["POST"]),
            Route(CHANGE, _AskNew(door), methods=["GET"]),
            Route(CHANGE, _Change(door), methods=["POST"]),
            Route(SIGN_OUT, _Leave(door), methods=["GET", "POST"]),
            Route(TO_PROVIDER, _ToProvider(door), methods=["GET"]),
            Route(CALLBACK, _Back(door), methods=["GET"]),
        ]
        secret = str(door.provider.get("cookie_secret") or sessions.secrets.token_hex(32))
        state = Middleware(
            SessionMiddleware,
            secret_key=secret,
            session_cookie=STATE_COOKIE,
            max_age=STATE_SECONDS,
            same_site="lax",
            https_only=door.https,
        )
        self.own = Starlette(routes=routes, middleware=[state])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = scope["type"] == "http" and scope["path"] in PATHS
        await (self.own if own else self.app)(scope, receive, send)


def way_in(path: str, query: str) -> str:
    """Return the address of the sign-in page that leads back to a page."""
    asked = f"{path}?{query}" if query else path
    language = parse_qs(query).get("lang", [""])[0]
    facts = {"next": asked} | ({"lang": language} if language in LANGUAGES else {})
    return f".{SIGN_IN}?{urlencode(facts)}" if path.count("/") == 1 else f"{SIGN_IN}?{urlencode(facts)}"


class _Step(ABC):
    """An address of signing in. `answer` gets the request and the language of its reader."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self.answer(request)
        response.headers["Cache-Control"] = "no-store"
        await response(scope, receive, send)

    @abstractmethod
    async def answer(self, request: Request) -> Response:
        """Return the response."""

    def own_origin(self, request: Request) -> bool:
        """Return whether a form comes from this server, not from a foreign page in the same browser."""
        return request.headers.get("origin", "").lower().rstrip("/") in self.door.origins

    async def page(self, request: Request, facts: Mapping[str, str], **shown: Any) -> HTMLResponse:
        """Return the sign-in page. facts: next and lang. shown: sentences `refused` and `notice`; status."""
        language = self.language(facts)
        status = int(shown.pop("status", 200))
        known = await asyncio.to_thread(accounts.read_accounts, self.door.folder)
        local = any(account.how == PASSWORD for account in known.values())
        say = _speaker(language)
        forms = [_form(SIGN_IN, say(N_("Sign in")), _NAME_AND_PASSWORD, say)] if local else []
        address = f"{TO_PROVIDER}?{urlencode({'next': safe_target(facts.get('next', ''))})}"
        links = [{"address": address, "label": say(N_("Sign in with the service of the office"))}]
        about = say(N_("Results are shown to signed-in staff only."))
        about = about if local or self.door.provider else say(NO_WAY_IN)
        if await asyncio.to_thread(accounts_lost, self.door.folder, self.door.store):
            about = say(ACCOUNTS_LOST).format(path=self.door.folder / settings.ACCOUNTS)
        links = links if self.door.provider else []
        content = {"title": say(N_("Sign in")), "about": about, "forms": forms, "links": links, **shown}
        return _html(content, SIGN_IN, facts, language, status)

    def language(self, facts: Mapping[str, str]) -> str:
        """Return the language that the address or the form names, else the language of the server."""
        asked = facts.get("lang", "")
        return asked if asked in LANGUAGES else self.door.language

    async def enter(self, request: Request, account: Account, how: str, facts: Mapping[str, str]) -> Response:
        """Begin a session, log it, and return the response that sets the cookie and leads to the page asked for."""
        browser = request.headers.get("user-agent", "")
        before = request.cookies.get(COOKIE)
        if before:
            await asyncio.to_thread(sessions.end_session, self.door.folder, sessions.session_id(before))
        token = await asyncio.to_thread(sessions.open_session, self.door.folder, account.name, how, browser)
        await asyncio.to_thread(self.log, "sign in", account.name, how)
        target = CHANGE if account.must_change else safe_target(facts.get("next", ""))
        query = {"next": safe_target(facts.get("next", "")), "lang": self.language(facts)}
        response = RedirectResponse(f"{target}?{urlencode(query)}" if target == CHANGE else target, status_code=303)
        self.set_cookie(response, token)
        return response

    def set_cookie(self, response: Response, token: str) -> None:
        """Give the browser the token; sent to this server only, never readable by a script."""
        response.set_cookie(
            COOKIE, token, max_age=sessions.LONGEST, path="/", secure=self.door.https, httponly=True, samesite="lax"
        )

    def log(self, action: str, name: str, how: str = "") -> None:
        """Log a sign-in or its refusal."""
        person = people.Person(name, people.PROVIDER if how == PROVIDER else people.ACCOUNT)
        with people.acting(person if action != "sign in refused" else None):
            log_action(self.door.store, action, name, note=how)


class _Ask(_Step):
    """GET /signin: the page."""

    async def answer(self, request: Request) -> Response:
        found = await asyncio.to_thread(self.door.identity, request.cookies, used=False)
        facts = _plain(request.query_params)
        if found is not None and found.settled:
            return RedirectResponse(safe_target(facts.get("next", "")), status_code=303)
        notice = translate(N_("You are signed out."), self.language(facts)) if "out" in facts else ""
        return await self.page(request, facts, notice=notice)


class _Check(_Step):
    """POST /signin: name and password."""

    async def answer(self, request: Request) -> Response:
        facts = await _form_of(request)
        if facts is None or not self.own_origin(request):
            return PlainTextResponse("not from this page", status_code=403)
        name = accounts.plain_name(facts.get("name", ""))[:80]
        try:
            found, wait = await asyncio.to_thread(self._checked, name, facts.get("password", ""))
        except AccountError as refusal:
            return await self.page(request, facts, refused=refusal.sentence(self.language(facts)), status=503)
        if found is not None:
            return await self.enter(request, found, PASSWORD, facts)
        sentence = translate(LOCKED if wait else WRONG, self.language(facts)).format(minutes=max(1, -(-wait // 60)))
        return await self.page(request, facts, refused=sentence, status=429 if wait else 401)

    def _checked(self, name: str, password: str) -> tuple[Account | None, int]:
        """Return the account if the password is right, and the seconds to wait where it is locked."""
        wait = failed_sign_ins.seconds_to_wait(self.door.folder, name)
        account = accounts.account_of(self.door.folder, name)
        if not wait and accounts.matches(account, password):
            failed_sign_ins.forget_failures(self.door.folder, name)
            return account, 0
        if not wait:
            failed_sign_ins.note_failure(self.door.folder, name)
        # A name that is no account may be a password that was typed into the wrong field: it is not logged.
        self.log("sign in refused", account.name if account else "unknown account")
        return None, wait or failed_sign_ins.seconds_to_wait(self.door.folder, name)


class _AskNew(_Step):
    """GET /signin/password: the form for another password."""

    async def answer(self, request: Request) -> Response:
        found = await asyncio.to_thread(self.door.identity, request.cookies)
        if found is None:
            return RedirectResponse(SIGN_IN, status_code=303)
        return self.form(found, _plain(request.query_params))

    def form(self, found: Identity, facts: Mapping[str, str], refused: str = "", status: int = 200) -> Response:
        """Return the form."""
        language = self.language(facts)
        say = _speaker(language)
        first = N_("This is your first sign-in. Choose a new password that nobody else knows.")
        later = N_("Your other sessions end when the password changes.")
        content = {
            "title": say(N_("Change the password")),
            "about": say(first if found.account.must_change else later),
            "forms": [_form(CHANGE, say(N_("Change the password")), _OLD_AND_NEW, say)],
            "links": [],
            "refused": refused,
        }
        return _html(content, CHANGE, facts, language, status)


class _Change(_AskNew):
    """POST /signin/password: another password; all other sessions of the account end."""

    async def answer(self, request: Request) -> Response:
        facts = await _form_of(request)
        if facts is None or not self.own_origin(request):
            return PlainTextResponse("not from this page", status_code=403)
        found = await asyncio.to_thread(self.door.identity, request.cookies)
        if found is None:
            return RedirectResponse(SIGN_IN, status_code=303)
        try:
            await asyncio.to_thread(self._changed, found, facts)
        except BiaochiError as refusal:
            return self.form(found, facts, refusal.sentence(self.language(facts)), status=422)
        return RedirectResponse(safe_target(facts.get("next", "")), status_code=303)

    def _changed(self, found: Identity, facts: Mapping[str, str]) -> None:
        name = found.account.name
        if failed_sign_ins.seconds_to_wait(self.door.folder, name):
            raise AccountError(LOCKED, minutes=failed_sign_ins.seconds_to_wait(self.door.folder, name) // 60 + 1)
        if facts.get("new") != facts.get("again"):
            raise AccountError(NOT_ALIKE)
        if not accounts.matches(found.account, facts.get("old", "")):
            failed_sign_ins.note_failure(self.door.folder, name)
        accounts.change_password(self.door.folder, name, facts.get("old", ""), facts.get("new", ""))
        sessions.end_sessions(self.door.folder, name, but=found.session.id)
        with people.acting(people.Person(name, people.ACCOUNT)):
            log_action(self.door.store, "account", name, note="password changed")


class _Leave(_Step):
    """GET or POST /signout: end the session. A foreign page may not do that either."""

    async def answer(self, request: Request) -> Response:
        site = request.headers.get("sec-fetch-site", "same-origin")
        if site not in ("same-origin", "none"):
            return PlainTextResponse("not from this page", status_code=403)
        found = await asyncio.to_thread(self.door.identity, request.cookies, used=False)
        if found is not None:
            await asyncio.to_thread(sessions.end_session, self.door.folder, found.session.id)
            await asyncio.to_thread(self.log, "sign out", found.account.name, found.session.how)
        language = self.language(_plain(request.query_params))
        response = RedirectResponse(f"{SIGN_IN}?{urlencode({'out': 1, 'lang': language})}", status_code=303)
        response.delete_cookie(COOKIE, path="/")
        return response


class _ToProvider(_Step):
    """GET /signin/provider: to the sign-in service of the office."""

    async def answer(self, request: Request) -> Response:
        if not self.door.provider:
            return RedirectResponse(SIGN_IN, status_code=303)
        request.session["next"] = safe_target(request.query_params.get("next", ""))
        try:
            client = _client(json.dumps(dict(self.door.provider)))
            response: Response = await client.authorize_redirect(request, self.door.provider["redirect_uri"])
        except Exception:  # whatever Authlib or the network raise: the service cannot be asked now
            LOG.exception("the sign-in service does not answer")
            sentence = translate(PROVIDER_FAILED, self.door.language)
            return await self.page(request, {}, refused=sentence, status=502)
        return response


class _Back(_Step):
    """GET /oauth2callback: back from the sign-in service."""

    async def answer(self, request: Request) -> Response:
        facts = {"next": str(request.session.get("next", ""))}
        try:
            client = _client(json.dumps(dict(self.door.provider)))
            token = await client.authorize_access_token(request)
            claims = token["userinfo"]
        except Exception:  # an answer that is forged, late, doubled or broken, of whatever kind
            LOG.exception("the sign-in service did not confirm a person")
            await asyncio.to_thread(self.log, "sign in refused", "unknown account", PROVIDER)
            return await self.page(request, facts, refused=translate(PROVIDER_FAILED, self.door.language), status=401)
        name = name_of(claims)
        account = await asyncio.to_thread(accounts.account_of, self.door.folder, name)
        if account is None or account.how != PROVIDER:
            await asyncio.to_thread(self.log, "sign in refused", name, PROVIDER)
            sentence = translate(NO_ACCOUNT, self.door.language).format(name=name)
            return await self.page(request, facts, refused=sentence, status=403)
        request.session.clear()
        return await self.enter(request, account, PROVIDER, facts)


def name_of(claims: Mapping[str, Any]) -> str:
    """Return the name of the account of a confirmed token: the e-mail address, else the subject."""
    mail = claims.get("email") if claims.get("email_verified", True) else None
    return accounts.plain_name(str(mail or claims.get("sub", "")))


@cache
def _client(provider: str) -> Any:
    """Return the client of a sign-in service. provider: its settings as JSON."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that httpx has a successor
        from authlib.integrations.starlette_client import OAuth

    chosen = json.loads(provider)
    more = {"scope": "openid email profile", "code_challenge_method": "S256", **chosen.get("client_kwargs", {})}
    prompt = {"prompt": more.pop("prompt")} if "prompt" in more else {}
    return OAuth().register(
        "office",
        client_id=chosen["client_id"],
        client_secret=chosen["client_secret"],
        server_metadata_url=chosen["server_metadata_url"],
        client_kwargs=more,
        authorize_params=prompt,
    )


def safe_target(asked: str) -> str:
    """Return an address of this server to go on to; anything else leads to the first page."""
    parts = urlsplit(asked)
    foreign = bool(parts.scheme or parts.netloc) or not asked.startswith("/") or asked[1:2] in ("/", "\\")
    return "/" if foreign or parts.path in PATHS or not asked.isprintable() else quote(asked, safe="/?=&%:+,;@~!$'()*#")


_NAME_AND_PASSWORD = (
    ("name", N_("Account"), "text", "username"),
    ("password", N_("Password"), "password", "current-password"),
)
_OLD_AND_NEW = (
    ("old", N_("Present password"), "password", "current-password"),
    ("new", N_("New password, at least ten characters"), "password", "new-password"),
    ("again", N_("New password, once more"), "password", "new-password"),
)


def _speaker(language: str) -> Any:
    return lambda message: translate(message, language)


def _form(action: str, button: str, fields: tuple[tuple[str, str, str, str], ...], say: Any) -> dict[str, Any]:
    listed = [
        {"name": name, "label": say(label), "type": kind, "autocomplete": auto} for name, label, kind, auto in fields
    ]
    return {"action": action, "button": button, "fields": listed}


def _html(content: Mapping[str, Any], path: str, facts: Mapping[str, str], language: str, status: int) -> HTMLResponse:
    other = next(name for name in LANGUAGES if name != language)
    target = safe_target(facts.get("next", ""))
    text = _template().render(
        **content,
        product=translate(N_("Biaochi"), language),
        **who_asks(),
        language=language,
        html_language=HTML_LANGUAGE[language],
        next=target,
        other_address=f"{path}?{urlencode({'next': target, 'lang': other})}",
        other_name=NAMES[other],
        other_html_language=HTML_LANGUAGE[other],
    )
    return HTMLResponse(text, status_code=status)


def who_asks() -> dict[str, str]:
    """Return what the page shows of the city: its name, logo, office and contact; empty where not set."""
    chosen = settings.load()
    logo = picture_address(chosen.logo) if chosen.logo else ""
    return {"city": chosen.city, "office": chosen.office, "contact": chosen.contact, "logo": logo}


@cache
def _template() -> Any:
    loader = FileSystemLoader(Path(__file__).with_name("templates"))
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template(
        "sign_in.html"
    )


def _plain(given: Mapping[str, str]) -> dict[str, str]:
    return {str(name): str(value) for name, value in given.items()}


async def _form_of(request: Request) -> dict[str, str] | None:
    """Return the fields of a form; None for a body that is too large or no form."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            return None
    try:
        fields = parse_qs(body.decode("utf-8"), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return None
    return {name: values[0] for name, values in fields.items()}
