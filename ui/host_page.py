"""Streamlit's HTML page, adapted: language, title, our style sheet, and a script that translates built-in texts."""

import hashlib
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

HERE = Path(__file__).parent
SCRIPT = b"".join((HERE / name).read_bytes() for name in ("host_page.js", "views.js"))
SCRIPT_PATH = "/biaochi/page.js"
STYLE = b"".join((HERE / name).read_bytes() for name in ("look.css", "views.css"))
STYLE_PATH = "/biaochi/look.css"
VERSION = hashlib.sha256(SCRIPT).hexdigest()[:12]
STYLE_VERSION = hashlib.sha256(STYLE).hexdigest()[:12]
HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}
FIRST_TITLE = {"zh": "标尺", "en": "Biaochi"}  # until a page sets its title
NO_SCRIPT = {
    "zh": "<p>请在浏览器中启用 JavaScript，然后重新打开本页。</p>",
    "en": "<p>Please switch on JavaScript in the browser and open this page again.</p>",
}
_HTML = '<html lang="en">'
_TITLE = "<title>Streamlit</title>"
_AGENT_LINK = '<link rel="service-desc" href="./_stcore/agent/openapi.json" />'


def streamlit_index() -> str:
    """Return the index.html of the installed Streamlit."""
    return Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")


def problems() -> list[str]:
    """Return the places to change that the installed Streamlit lacks; empty if it has all of them."""
    index = streamlit_index()
    missing = [text for text in (_HTML, _TITLE, "<noscript>", "</noscript>") if text not in index]
    return [f"Streamlit's page has changed: {text} is missing. Use the pinned version." for text in missing]


def rewritten(index: str, language: str) -> str:
    """Return the page in a language, with our script before Streamlit's and our style sheet."""
    before, _, rest = index.partition("<noscript>")
    _, _, after = rest.partition("</noscript>")
    index = f"{before}<noscript>{NO_SCRIPT[language]}</noscript>{after}"
    script = f'<script src=".{SCRIPT_PATH}?v={VERSION}"></script>'
    style = f'<link rel="stylesheet" href=".{STYLE_PATH}?v={STYLE_VERSION}" />'
    return (
        index.replace(_HTML, f'<html lang="{HTML_LANGUAGE[language]}">', 1)
        .replace(_TITLE, f"<title>{FIRST_TITLE[language]}</title>\n    {script}\n    {style}", 1)
        .replace(_AGENT_LINK, "", 1)
    )


FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""The addresses of script and style sheet contain their hashes, so browsers may cache them for ever."""


async def script(_request: Request) -> Response:
    """Answer with the script."""
    return Response(SCRIPT, media_type="text/javascript; charset=utf-8", headers=FOR_EVER)


async def style(_request: Request) -> Response:
    """Answer with the style sheet."""
    return Response(STYLE, media_type="text/css; charset=utf-8", headers=FOR_EVER)


class Page:
    """ASGI middleware that rewrites Streamlit's HTML; other responses pass unchanged and unbuffered."""

    def __init__(self, app: ASGIApp, *, default_language: str = "zh") -> None:
        self.app = app
        self.default_language = default_language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            return await self.app(scope, receive, send)
        return await self._html(scope, receive, send)

    async def _html(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Request an uncompressed, complete response (no gzip, no 304) and buffer it until it is complete."""
        avoid = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in avoid]}
        start: Message = {}
        body, is_page = b"", False

        async def rewriting(message: Message) -> None:
            nonlocal start, body, is_page
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                is_page = message["status"] == 200 and headers.get("content-type", "").startswith("text/html")
                start = message
            if not is_page:
                return await send(message)
            if message["type"] == "http.response.body":
                body += message.get("body", b"")
                if not message.get("more_body"):
                    await self._send_page(scope, start, body, send)

        await self.app(scope, receive, rewriting)

    async def _send_page(self, scope: Scope, start: Message, body: bytes, send: Send) -> None:
        page = rewritten(body.decode("utf-8"), self._language(scope)).encode()
        headers = MutableHeaders(raw=list(start["headers"]))
        for name in ("etag", "last-modified", "accept-ranges"):
            del headers[name]
        headers["content-length"] = str(len(page))
        headers["cache-control"] = "no-store"
        await send({**start, "headers": headers.raw})
        await send({"type": "http.response.body", "body": page if scope["method"] != "HEAD" else b""})

    def _language(self, scope: Scope) -> str:
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[0]
        return asked if asked in HTML_LANGUAGE else self.default_language
