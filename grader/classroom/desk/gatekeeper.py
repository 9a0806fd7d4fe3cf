"""Who may ask for what: before any view, and around every answer.

A page is given only to a browser that has come by the link with the secret in it, and has a cookie since. A name in
`Host` that is not the desk's own is refused (DNS rebinding), and so is every change that does not come from a page of
the desk (`Origin`, which no page of another site can forge; OWASP, Cross-Site Request Forgery Prevention). What a page
may load and run, its policy says: files of ours and nothing else.
"""

import hashlib
import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.classroom.desk.database import Database

MAX_BODY = 64 << 10  # a mark with its comment takes one
ENTER = "/enter"
ASSETS = "/assets/"
_SAFE = ("GET", "HEAD")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types desk"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all, a form of ours would come without its origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Sessions:
    """Who is at the desk: a cookie each, of which the desk keeps the hash."""

    def __init__(self, database: Database, secret: str) -> None:
        self._database = database
        self._secret = secret

    def enter(self, secret: str, marker: str) -> str | None:
        """A new cookie's value for whoever brings the right secret."""
        if not secrets.compare_digest(secret.encode(), self._secret.encode()):
            return None
        token = secrets.token_urlsafe(32)
        self._database.run("INSERT INTO session VALUES (?, ?)", _digest(token), marker)
        return token

    def marker(self, token: str) -> str | None:
        """Whose cookie it is: "" before they have said so, None where it is nobody's."""
        row = self._database.row("SELECT marker FROM session WHERE digest = ?", _digest(token))
        return None if row is None else str(row["marker"])

    def rename(self, token: str, marker: str) -> None:
        self._database.run("UPDATE session SET marker = ? WHERE digest = ?", marker, _digest(token))


class Gatekeeper:
    """ASGI middleware. What gets through has `token` and `marker` in its state, or asks for ENTER or an asset."""

    def __init__(self, app: ASGIApp, sessions: Sessions, origins: frozenset[str], cookie: str) -> None:
        self._app = app
        self._sessions = sessions
        self._origins = origins
        self._hosts = {origin.partition("://")[2] for origin in origins}
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        scope.setdefault("state", {})
        refusal = self._refusal(scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if refusal is not None:
            await refusal(scope, receive, guarded)
        else:
            await self._app(scope, _bounded(receive), guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        """Why a request gets no answer, if it gets none."""
        headers = Headers(scope=scope)
        if headers.get("host", "").lower() not in self._hosts:
            return PlainTextResponse("This is not the address of this desk.", 421)
        if scope["method"] not in _SAFE and headers.get("origin") not in self._origins:
            return PlainTextResponse("A change has to come from a page of the desk.", 403)
        if not headers.get("content-length", "0").isdecimal() or int(headers.get("content-length", "0")) > MAX_BODY:
            return PlainTextResponse("This request is too large.", 413)
        if scope["path"] == ENTER or scope["path"].startswith(ASSETS):
            return None
        token = _cookie(headers.get("cookie", ""), self._cookie)
        marker = self._sessions.marker(token) if token else None
        if marker is None:
            return PlainTextResponse("Open the link that `grader desk` printed: it lets this browser in.", 403)
        scope["state"].update(token=token, marker=marker)
        return None


def _bounded(receive: Receive) -> Receive:
    """The request's body, cut off where it is longer than it said."""
    left = MAX_BODY

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        body = message.get("body", b"")
        left -= len(body)
        return {**message, "body": b"", "more_body": False} if left < 0 else message

    return bounded


def _cookie(header: str, name: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
