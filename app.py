"""The server. `streamlit run app.py` starts `app`; the entry script of every page is pages/entry/main.py.

This file draws no page. The entry script has no sibling folder `pages/`, so Streamlit never runs a page without it.
"""

import asyncio
import gc
import logging
import os
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

import settings
from access.identity import Identity
from access.roles import ACTION
from api.asked import Desk
from api.server import Office, api_routes
from data.duckdb_access import refusal_of
from errors import BiaochiError
from ui import bound_downloads, cached, host_page, jobs, layout, metrics
from ui.i18n import _
from ui.security import Gate, content_security_policy
from ui.sign_in import Door, SignIn, way_in
from ui.upload_quota import UploadQuota
from ui.uploaded_files import share_contents
from ui.warm import Warmer

ROOT = Path(__file__).resolve().parent
SPACE_NEEDED = 500 * 1024 * 1024  # bytes; with less an upload may fail
LOG = logging.getLogger("biaochi")


def origins(chosen: settings.Settings) -> list[str]:
    """Return the origins of the settings, and this machine at the port that the server uses."""
    port = st.get_option("server.port")
    loopback = [f"http://{host}:{port}" for host in settings.LOOPBACK_HOSTS if host in chosen.hosts]
    return [*chosen.origins, *loopback]


def free_bytes(folder: Path) -> int:
    """Return the free bytes on the disk of the store, whether or not its folder exists yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _release_that_answers() -> str | None:
    """Ask the release in force a small query and return its short id; None without a release."""
    release = cached.release()
    if release is None:
        return None
    release.query("rounds")
    return release.short


def readiness(store_folder: Path) -> tuple[int, dict]:
    """Return HTTP status and body of /api/ready: a small query must succeed and an upload must fit on the disk."""
    try:
        release = _release_that_answers()
    except Exception:
        LOG.exception("the store does not answer")
        return 503, {"ready": False, "reason": "store"}
    free = free_bytes(store_folder)
    body = {"ready": free >= SPACE_NEEDED, "release": release, "free_bytes": free}
    return (200, body) if body["ready"] else (503, {**body, "reason": "space"})


def startup_problems(chosen: settings.Settings) -> list[str]:
    """Return the faults, as sentences, that must be corrected before the server may start."""
    problems = host_page.problems()
    folder = chosen.store
    while not folder.exists():
        folder = folder.parent
    if not os.access(folder, os.W_OK):
        problems.append(f"The store {chosen.store} cannot be written: {folder} is read-only for this user.")
    address = st.get_option("server.address")
    if not chosen.login and address not in ("127.0.0.1", "localhost", "::1"):
        problems.append(f"Without a login the dashboard may only listen on this machine, not on {address}.")
    return problems


def show_reference_number(error: Exception) -> bool:
    """Log the traceback and show the user a reference number to quote."""
    refusal = error if isinstance(error, BiaochiError) else refusal_of(error, SETTINGS.store)
    if refusal is not None:
        layout.show_refusal(refusal)
        return True
    reference = secrets.token_hex(4).upper()
    LOG.error("reference %s", reference, exc_info=error)
    st.error(
        _(
            "This page failed because of a program error; the results are unchanged. Quote {reference} when you "
            "report it."
        ).format(reference=reference)
    )
    return True


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Refuse to start in an unsafe state; exclude loaded modules from garbage collection; compute the first page."""
    problems = startup_problems(SETTINGS)
    if problems:
        raise SystemExit("\n".join(problems))
    gc.collect()
    gc.freeze()
    jobs.keep_memory_whole()
    share_contents()
    warmer = Warmer()
    warmer.start()
    yield {}
    warmer.stop()
    gc.unfreeze()


async def ready(_request: Request) -> JSONResponse:
    """Answer GET /api/ready, for monitoring."""
    status, body = await asyncio.to_thread(readiness, SETTINGS.store)
    return JSONResponse(body, status_code=status, headers={"Cache-Control": "no-store"})


async def watch(_request: Request) -> PlainTextResponse:
    """Answer GET /api/metrics, for monitoring."""
    _, body = await asyncio.to_thread(readiness, SETTINGS.store)
    free = body.get("free_bytes", 0)
    text = await asyncio.to_thread(metrics.metrics, SETTINGS.store, body["ready"], free)
    return PlainTextResponse(text, media_type=metrics.MEDIA, headers={"Cache-Control": "no-store"})


async def first_page(request: Request) -> RedirectResponse:
    """Redirect GET /home, and its former name /overview, to the root address, where the first page is served."""
    query = request.url.query
    return RedirectResponse(f"./?{query}" if query else "./", status_code=307)


def visitor(cookies: dict[str, str]) -> Identity | None:
    """Return who is signed in with these cookies, once the first password is changed."""
    found = DOOR.identity(cookies, used=False)
    return found if found is not None and found.settled else None


def permits(found: Identity, path: str) -> bool:
    """Return whether someone signed in may use an address: files of that session, uploads by role."""
    if path.startswith("/media/"):
        return bound_downloads.belongs(path, found.session.id)
    return not path.startswith("/_stcore/upload_file") or found.may(ACTION, "upload")


def desk() -> Desk:
    """Return what the API reads: releases and rounds that it shares with the pages."""
    return Desk(cached.store(), cached.release_by_id, cached.round_of)


SETTINGS = settings.load()
DOOR = Door.of(SETTINGS, origins(SETTINGS))
app = st.App(
    ROOT / "pages" / "entry" / "main.py",
    lifespan=lifespan,
    routes=[
        Route("/api/ready", ready),
        Route("/api/metrics", watch),
        *api_routes(Office(desk, SETTINGS.accounts, SETTINGS.login, SETTINGS.language)),
        Route("/home", first_page),
        Route("/overview", first_page),
        Route(host_page.SCRIPT_PATH, host_page.script),
        Route(host_page.STYLE_PATH, host_page.style),
    ],
    middleware=[
        Middleware(
            Gate,
            hosts=SETTINGS.hosts,
            origins=origins(SETTINGS),
            signed_in=visitor if SETTINGS.login else None,
            policy=content_security_policy(host_page.streamlit_index()),
            permits=permits,
            way_in=way_in,
        ),
        *([Middleware(SignIn, door=DOOR)] if SETTINGS.login else []),
        Middleware(UploadQuota),
        Middleware(host_page.Page, default_language=SETTINGS.language),
    ],
    on_script_error=show_reference_number,
)
