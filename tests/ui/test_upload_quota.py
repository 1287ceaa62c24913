"""The quota of uploads of a session, announced or not, and what other sessions have to do with it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from ui.upload_quota import UPLOADS, UploadQuota


def put(quota, session, parts, announced=None):
    """Send an upload in parts; return the status, 0 where it was cut off."""
    left, sent = list(parts), []
    headers = [(b"content-length", str(announced).encode())] if announced is not None else []
    scope = {"type": "http", "method": "PUT", "path": f"{UPLOADS}{session}/file", "headers": headers}

    async def receive():
        body = left.pop(0) if left else b""
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    async def send(message):
        sent.append(message)

    with ThreadPoolExecutor(1) as apart:  # a test in a browser leaves a running loop in this thread
        apart.submit(asyncio.run, quota(scope, receive, send)).result()
    return next((message["status"] for message in sent if message["type"] == "http.response.start"), 0)


def server(kept):
    async def app(scope, receive, send):
        session, body = scope["path"].split("/")[3], b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message["body"]
            if not message["more_body"]:
                break
        kept[session] = kept.get(session, 0) + len(body)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return app


def test_a_session_holds_no_more_than_its_quota():
    kept = {}
    quota = UploadQuota(server(kept), held=lambda session: kept.get(session, 0), limit=100)
    assert put(quota, "a", [b"x" * 60], 60) == 204
    assert put(quota, "a", [b"x" * 60], 60) == 413
    assert put(quota, "a", [b"x" * 30, b"x" * 30]) == 0  # announces nothing: cut off where it goes beyond
    assert put(quota, "a", [b"x" * 60], 5) == 0  # announces less than it has
    assert put(quota, "b", [b"x" * 60], 60) == 204
    kept.pop("a")  # the window was closed
    assert put(quota, "a", [b"x" * 60], 60) == 204 and kept == {"a": 60, "b": 60}
