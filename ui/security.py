"""ASGI gate in front of Streamlit: allowed hosts and origins, addresses that need a login, security headers.

The gate knows neither sessions nor roles: it calls `signed_in` and `permits`, which do.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send

GUARDED = ("/_stcore/upload_file", "/media/", "/_stcore/metrics", "/_stcore/agent", "/api/")
OPEN = ("/api/ready", "/api/metrics")
WITH_TOKEN = ("/api/v1/",)
"""Addresses that ask for a token themselves (`api.server`); a session of a browser is of no use there."""
TO_ANYBODY = (
    "/static/",
    "/biaochi/",
    "/_stcore/health",
    "/_stcore/host-config",
    "/favicon",
    "/signin",
    "/oauth2callback",
)
"""Addresses that hold nothing of the office: the parts of the page that every Streamlit has, and signing in."""
LEAVE = "/signout"
CLOSED = ("/_stcore/metrics", "/_stcore/agent")  # not needed outside


def content_security_policy(index_html: str) -> str:
    """Return the policy, with the hash of every inline script of Streamlit's page."""
    inline = re.findall(r"<script>(.*?)</script>", index_html, re.DOTALL)
    digests = [hashlib.sha256(text.encode()).digest() for text in inline]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {hashes}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss:; worker-src 'self' blob:; "
        "media-src 'self' blob:; manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'self'; "
        "frame-ancestors 'none'"
    )


Visitor: TypeAlias = Any
"""Whoever `signed_in` returns; the gate hands it on and looks only at whether it is None."""


class Gate:
    """ASGI middleware that refuses forbidden requests and adds the security headers to every response."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str],
        origins: Iterable[str],
        signed_in: Callable[[dict[str, str]], Visitor] | None,
        policy: str,
        permits: Callable[[Visitor, str], bool] = lambda visitor, path: True,
        way_in: Callable[[str, str], str] = lambda path, query: "/signin",
    ) -> None:
        self.app = app
        self.permits, self.way_in = permits, way_in
        self.hosts = {host.lower() for host in hosts}
        self.origins = {origin.lower().rstrip("/") for origin in origins}
        self.signed_in = signed_in
        self.https = bool(self.origins) and any(origin.startswith("https://") for origin in self.origins)
        self.headers = [
            (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            return await self._websocket(scope, receive, send)
        if scope["type"] == "http":
            return await self._http(scope, receive, send)
        return await self.app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse foreign origins, for which Streamlit would look up its public address and block for 10 s."""
        headers = dict(scope["headers"])
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if origin not in self.origins or not self._host_known(headers):
            return await send({"type": "websocket.close", "code": 1008})
        if self.signed_in is None:
            return await self.app(scope, receive, send)
        cookies = _cookies(scope)
        if not self.signed_in(cookies):
            return await send({"type": "websocket.close", "code": 1008})
        await self.app(scope, self._asking(cookies, receive), send)

    def _asking(self, cookies: dict[str, str], receive: Receive) -> Receive:
        """Let every message of a session that ended run the page from its beginning, which shows that it ended.

        Without that a part of a page that runs alone would go on for somebody who signed out in another window.
        """

        async def asked() -> Message:
            message = await receive()
            content = message.get("bytes")
            if content and self.signed_in is not None and not self.signed_in(cookies):
                return {**message, "bytes": whole_run(content)}
            return message

        return asked

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        marked = self._marking(scope, send)
        refusal = self._refusal(scope)
        if refusal is None:
            return await self.app(scope, receive, marked)
        status, text = refusal
        head = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        if status == 303:
            head, text = [*head, (b"location", text)], b""
        await marked({"type": "http.response.start", "status": status, "headers": head})
        await marked({"type": "http.response.body", "body": text})

    def _refusal(self, scope: Scope) -> tuple[int, bytes] | None:
        """Return status and text of a refusal, 303 and the address to go to, or None if the request may pass."""
        path = scope["path"]
        if not self._host_known(dict(scope["headers"])):
            return 421, b"unknown host"
        if self.signed_in is not None and (refusal := self._without_right(scope, path)):
            return refusal
        return (404, b"not found") if path.startswith(CLOSED) else None

    def _without_right(self, scope: Scope, path: str) -> tuple[int, bytes] | None:
        """Return the refusal of a request by nobody, or by somebody without the right to the address."""
        if path in OPEN or path == LEAVE or path.startswith((*TO_ANYBODY, *WITH_TOKEN)):
            return None
        visitor = self.signed_in(_cookies(scope)) if self.signed_in else None
        if visitor:
            return None if self.permits(visitor, path) else (403, b"not for this session or role")
        accepted = dict(scope["headers"]).get(b"accept", b"")
        if b"text/html" in accepted and not path.startswith(GUARDED):
            query = scope.get("query_string", b"").decode("latin-1")
            return 303, self.way_in(path, query).encode("latin-1")
        return 401, b"login required"

    def _host_known(self, headers: dict[bytes, bytes]) -> bool:
        """Return whether the Host header has a known name, on any port. Prevents DNS rebinding."""
        host = re.sub(r":\d+$", "", headers.get(b"host", b"").decode("latin-1").lower())
        return host in self.hosts

    def _marking(self, scope: Scope, send: Send) -> Send:
        media = scope["path"].startswith("/media/")

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [self._kept(name, value) for name, value in message.get("headers", [])]
                if media:
                    kept = [pair for pair in kept if pair[0].lower() != b"cache-control"]
                    kept.append((b"cache-control", b"no-store"))
                message = {**message, "headers": [*kept, *self.headers]}
            await send(message)

        return marked

    def _kept(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        cookie = self.https and name.lower() == b"set-cookie" and b"; secure" not in value.lower()
        return name, value + b"; Secure" if cookie else value


def whole_run(content: bytes) -> bytes:
    """Return a message of the browser to Streamlit that asks for a run of the page, not of a part of it."""
    from google.protobuf.message import DecodeError
    from streamlit.proto.BackMsg_pb2 import BackMsg

    message = BackMsg()
    try:
        message.ParseFromString(content)
    except DecodeError:
        return content
    if message.WhichOneof("type") == "rerun_script":
        message.rerun_script.fragment_id = ""
    elif message.WhichOneof("type") == "backend_operation_request":  # a file asked for by a click
        message.rerun_script.query_string = ""
    return message.SerializeToString()


def _cookies(scope: Scope) -> dict[str, str]:
    raw = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(raw).items()}
    except CookieError:
        return {}
