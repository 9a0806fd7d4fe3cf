"""Opens a desk: the routes, the keeper that carries marks into reports, a socket, a link with a secret in it."""

import asyncio
import contextlib
import secrets
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from grader.classroom.desk import carrying, class_views, door_views, mark_views, queue_views, sheet_views
from grader.classroom.desk.gatekeeper import ENTER, Gatekeeper, Sessions
from grader.classroom.desk.marking import Desk
from grader.classroom.desk.visit import endpoint
from grader.counting import counted
from grader.errors import GraderError, UsageError

LOOPBACK = "127.0.0.1"
_EVERYWHERE = ("0.0.0.0", "::", "")
_PORT = "port"  # the setting of desk.db
_SECONDS = 1.0  # between two looks at what waits
_SHARE = 0.05  # of the time that may go into looking at the folder: a class of 10,000 takes longer


@dataclass(frozen=True, slots=True)
class Opened:
    """An open socket and what belongs to it. `link` lets a browser in."""

    socket: socket.socket
    app: ASGIApp
    link: str


class Keeper:
    """Beside the pages: carries marks into their reports, looks at the folder, brings tables and pages up to date."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._awake = asyncio.Event()
        self._finishing = asyncio.Lock()

    def wake(self) -> None:
        self._awake.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        looked, took = time.monotonic(), 0.0
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), _SECONDS)
            self._awake.clear()
            with contextlib.suppress(GraderError):  # another run is at work, or a full disk: later again
                await self._carry()
                if time.monotonic() - looked > max(_SECONDS, took / _SHARE):
                    began = time.monotonic()
                    self._desk.refresh()
                    looked, took = time.monotonic(), time.monotonic() - began

    async def finish(self) -> str | None:
        """Brings tables and pages up to date; returns which damaged reports were left out. Raises GraderError."""
        async with self._finishing:
            behind, waiting = self._desk.behind, self._desk.log.waiting()
            carried, damage = await asyncio.to_thread(carrying.finish, self._desk, waiting)
            carrying.finished(self._desk, carried, behind)
            return damage

    async def _carry(self) -> None:
        waiting = self._desk.log.waiting()
        if waiting:
            self._desk.log.carried(await asyncio.to_thread(carrying.carry, self._desk, waiting))


def open_desk(
    desk: Desk,
    marker: str,
    *,
    host: str = LOOPBACK,
    port: int | None = None,
    url: str | None = None,
    say: Callable[[str], None],
) -> Opened:
    """Binds a socket and makes the application. `marker` is who comes by the link, "" to ask them.

    Without `port`, it is the one that this desk had before where that is free: a browser keeps cookies, comments that
    are being written and marks that were not delivered for this port alone (RFC 6454, section 4: origin). `url` is the
    address under which a proxy shows it. `say` is told what is worth a line in a terminal. Raises UsageError
    where nothing can listen at the address.
    """
    if url is None and host in _EVERYWHERE:
        raise UsageError(f"--host {host} is every address of this machine; give the one that people use with --url.")
    bound = _bind_as_before(desk, host, say) if port is None else _bind(host, port)
    real = bound.getsockname()[1]
    desk.database.set(_PORT, str(real), quiet=True)
    own_origin = f"http://{_bracketed(host)}:{real}"
    origins = {own_origin, *([f"http://localhost:{real}"] if host == LOOPBACK else [])}
    if url is not None:
        origins.add(_origin(url))
    secret = secrets.token_urlsafe(24)
    cookie = f"desk-{real}"  # cookies know no ports: two desks on one machine would take each other's
    sessions = Sessions(desk.database, secret)
    app = application(desk, sessions, cookie, marker, is_secure=bool(url and url.startswith("https:")), say=say)
    return Opened(
        bound,
        Gatekeeper(app, sessions, frozenset(origins), cookie),
        f"{(url or own_origin).rstrip('/')}{ENTER}?secret={secret}",
    )


def serve(opened: Opened) -> None:
    """Answers until Ctrl-C."""
    config = uvicorn.Config(
        opened.app,
        log_level="warning",
        access_log=False,  # the link's secret stands in it
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
    )
    uvicorn.Server(config).run(sockets=[opened.socket])


def application(
    desk: Desk, sessions: Sessions, cookie: str, marker: str, *, is_secure: bool, say: Callable[[str], None]
) -> Starlette:
    """The pages, without anybody at the door."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        keeper = app.state.keeper = Keeper(desk)
        task = asyncio.create_task(keeper.run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await _close(desk, keeper, say)

    app = Starlette(routes=_routes(), lifespan=lifespan)
    app.router.redirect_slashes = False
    app.state.desk, app.state.sessions, app.state.cookie = desk, sessions, cookie
    app.state.marker, app.state.is_secure = marker, is_secure
    return app


async def _close(desk: Desk, keeper: Keeper, say: Callable[[str], None]) -> None:
    """At the end: the tables and pages of the class, once."""
    if not desk.behind:
        return
    marks = counted(desk.behind, "mark")
    say(f"Bringing tables and pages up to date with {marks} …")
    try:
        damage = await keeper.finish()
    except GraderError as error:
        say(f"{error} The marks are kept; open the desk again to bring tables and pages up to date.")
    else:
        if damage:
            say(damage)


async def finish(request: Request) -> Response:
    """The one view that takes longer than a moment, so that it waits beside the others."""
    try:
        damage = await request.app.state.keeper.finish()
    except GraderError as error:
        return JSONResponse({"error": str(error)}, 409)
    if damage:
        return JSONResponse({"error": damage}, 409)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"saved": "Tables and pages are up to date."})
    return RedirectResponse("/", 303)


def _routes() -> list[Route]:
    get, post = ["GET"], ["POST"]
    return [
        Route("/", endpoint(queue_views.queue), methods=get),
        Route("/queue.json", endpoint(queue_views.queue), methods=get),
        Route("/sheet/{key}/{point}.json", endpoint(sheet_views.sheet_page), methods=get),
        Route("/sheet/{key}/{point}", endpoint(sheet_views.sheet_page), methods=get),
        Route("/mark/{key}/{point}", endpoint(mark_views.give), methods=post),
        Route("/decide", endpoint(queue_views.decide), methods=post),
        Route("/lateness/{key}", endpoint(queue_views.decide_lateness), methods=post),
        Route("/undo", endpoint(mark_views.undo), methods=post),
        Route("/next", endpoint(sheet_views.next_sheet), methods=get),
        Route("/claim/{key}/{point}", endpoint(sheet_views.claim), methods=post),
        Route("/leave", endpoint(sheet_views.leave), methods=post),
        Route("/names.json", endpoint(queue_views.names), methods=get),
        Route("/comments.json", endpoint(sheet_views.comments), methods=get),
        Route("/comments/forget", endpoint(sheet_views.forget_comment), methods=post),
        Route("/rubric/{point}", endpoint(class_views.rubric), methods=get),
        Route("/rubric/{point}", endpoint(class_views.change_rubric), methods=post),
        Route("/agreement", endpoint(class_views.agreement_page), methods=get),
        Route("/agreement.json", endpoint(class_views.agreement_page), methods=get),
        Route("/requests", endpoint(class_views.requests), methods=get),
        Route("/requests.json", endpoint(class_views.requests), methods=get),
        Route("/class/{page:path}", endpoint(class_views.written_page), methods=get),
        Route("/markers", endpoint(class_views.markers), methods=get),
        Route("/markers", endpoint(class_views.change_markers), methods=post),
        Route("/state.json", endpoint(queue_views.state), methods=get),
        Route("/finish", finish, methods=post),
        Route("/name", endpoint(door_views.name, nameless=True), methods=get),
        Route("/name", endpoint(door_views.change_name, nameless=True), methods=post),
        Route(ENTER, endpoint(door_views.enter, nameless=True), methods=get),
        Route("/assets/{name}", endpoint(door_views.asset, nameless=True), methods=get),
    ]


def _bind_as_before(desk: Desk, host: str, say: Callable[[str], None]) -> socket.socket:
    """A socket at the port that the desk had before; at a free one where there is none, or another program has it."""
    before = desk.database.setting(_PORT)
    if before:
        try:
            return _bind(host, int(before))
        except UsageError:
            say(
                f"Port {before}, where this desk was before, is taken, so it opens at another. A browser keeps a "
                f"comment or mark that was not saved yet for the old one: close what uses it and give --port {before}."
            )
    return _bind(host, 0)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.ExitStack() as stack:
        try:
            bound = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
            if sys.platform == "win32":  # where the other option would share a port that another program listens at
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((host, port))
            bound.listen()  # so that the link holds as soon as it is said
        except (OSError, OverflowError) as error:
            raise UsageError(f"{host}:{port}: the desk cannot be opened at this address ({error}).") from error
        stack.pop_all()
    return bound


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host.lower()


def _origin(url: str) -> str:
    """https://desk.example.org of https://desk.example.org/. Raises UsageError: paths are not ours to be below."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise UsageError(f"--url {url}: name it as https://desk.example.org, without a path.")
    return f"{parts.scheme}://{parts.netloc.lower()}"
