"""ASGI gate in front of Streamlit: allowed hosts and origins, addresses that need a login, security headers.

The gate does not know sessions or roles: it only calls `signed_in`, so a session table can answer later.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Message, Receive, Scope, Send

GUARDED = ("/_stcore/upload_file", "/media/", "/_stcore/metrics", "/_stcore/agent", "/api/")
OPEN = ("/api/ready",)
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


def login_of_cookies(cookies: dict[str, str]) -> bool:
    """Return whether Streamlit's identity cookie has a valid signature and names a signed-in user."""
    import json

    from streamlit.auth_util import get_cookie_with_chunks
    from streamlit.web.server.server_util import get_cookie_secret
    from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

    def signed(name: str) -> bytes | None:
        value = cookies.get(name)
        return decode_signed_value(get_cookie_secret(), name, value) if value else None

    try:
        token = get_cookie_with_chunks(signed, "_streamlit_user")
        return bool(token and json.loads(token).get("is_logged_in"))
    except (ValueError, AttributeError):
        return False


class Gate:
    """ASGI middleware that refuses forbidden requests and adds the security headers to every response."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Iterable[str],
        origins: Iterable[str],
        signed_in: Callable[[dict[str, str]], bool] | None,
        policy: str,
    ) -> None:
        self.app = app
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
        return await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        marked = self._marking(scope, send)
        refusal = self._refusal(scope)
        if refusal is None:
            return await self.app(scope, receive, marked)
        status, text = refusal
        head = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        await marked({"type": "http.response.start", "status": status, "headers": head})
        await marked({"type": "http.response.body", "body": text})

    def _refusal(self, scope: Scope) -> tuple[int, bytes] | None:
        """Return status and text of a refusal, or None if the request may pass."""
        path = scope["path"]
        if not self._host_known(dict(scope["headers"])):
            return 421, b"unknown host"
        if not path.startswith(GUARDED) or path in OPEN:
            return None
        if self.signed_in is not None and not self.signed_in(_cookies(scope)):
            return 401, b"login required"
        return (404, b"not found") if path.startswith(CLOSED) else None

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


def _cookies(scope: Scope) -> dict[str, str]:
    raw = b"; ".join(value for name, value in scope["headers"] if name == b"cookie").decode("latin-1")
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(raw).items()}
    except CookieError:
        return {}
