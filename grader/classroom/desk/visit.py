"""A request as a view sees it, and the way back: HTML for people, JSON for the desk's own script and for tools."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from grader.classroom.desk import rendering
from grader.classroom.desk.database import BusyError
from grader.classroom.desk.giving import ConflictError
from grader.classroom.desk.marking import Desk
from grader.classroom.desk.worklist import Filter
from grader.errors import OutputError, UsageError

MAX_FIELDS = 200
MAX_DIGITS = 9  # of a whole number


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks, for what, and what they sent."""

    request: Request
    marker: str
    token: str
    form: Mapping[str, list[str]]

    def path(self, name: str) -> str:
        return str(self.request.path_params[name])

    def query(self, name: str) -> str:
        return str(self.request.query_params.get(name, ""))

    def field(self, name: str) -> str:
        """A form's field; "" where it is not there."""
        return self.form.get(name, [""])[0]

    @property
    def wants_json(self) -> bool:
        return self.request.url.path.endswith(".json") or "application/json" in self.request.headers.get("accept", "")

    @property
    def chosen(self) -> Filter:
        """The filter that the address names."""
        return Filter(self.query("kind"), self.query("point"), self.query("who"), bool(self.query("all")))


View = Callable[[Visit, Desk], Response]


def endpoint(view: View, *, nameless: bool = False) -> Callable[[Request], Awaitable[Response]]:
    """What Starlette calls for a view. What it raises on purpose becomes an answer; `nameless` is before people say
    who they are.
    """

    async def answered(request: Request) -> Response:
        body = (await request.body()).decode("utf-8", "replace")
        form = parse_qs(body, keep_blank_values=True, max_num_fields=MAX_FIELDS)
        marker = request.scope["state"].get("marker", "")
        visit = Visit(request, marker, request.scope["state"].get("token", ""), form)
        if not marker and not nameless:
            return RedirectResponse("/name", 303)
        try:
            return view(visit, request.app.state.desk)
        except ConflictError as error:
            return failure(visit, str(error), 409)
        except BusyError as error:
            return failure(visit, str(error), 503)
        except OutputError as error:
            return failure(visit, str(error), 500)
        except UsageError as error:
            return failure(visit, str(error), 400)

    return answered


def whole(text: str) -> int:
    """The number that a field has; 0 for what is none, or none that anything here is called by ("²" is a digit)."""
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else 0


def failure(visit: Visit, message: str, status: int) -> Response:
    """A sentence, and nothing has happened."""
    if visit.wants_json:
        return JSONResponse({"error": message}, status)
    return HTMLResponse(rendering.page("message.jinja", {"message": message, "marker": visit.marker}), status)


def html(visit: Visit, desk: Desk, template: str, **data: Any) -> HTMLResponse:
    """A page of the desk."""
    frame = {"marker": visit.marker, "title": desk.state.title, "behind": desk.behind, "blind": desk.anonymous}
    return HTMLResponse(rendering.page(template, {**frame, **data}))


def sheet_address(key: str, point: str, chosen: Filter, kind: str | None = None) -> str:
    """Where a sheet is, within a filter."""
    return f"/sheet/{key}/{point}{query_of(chosen, kind=kind)}"


def query_of(chosen: Filter, **changed: str | None) -> str:
    """A filter as the end of an address, with some of it changed."""
    values = {"kind": chosen.kind, "point": chosen.point, "who": chosen.who, "all": "1" if chosen.all else ""}
    values |= {name: value for name, value in changed.items() if value is not None}
    present = {name: value for name, value in values.items() if value}
    return f"?{urlencode(present)}" if present else ""
