"""The pages at the door: a browser is let in by the link's secret, and its person says who they are."""

from starlette.responses import RedirectResponse, Response

from grader.classroom.desk import rendering
from grader.classroom.desk.markers import marker_name
from grader.classroom.desk.marking import Desk
from grader.classroom.desk.visit import Visit, html
from grader.errors import UsageError


def enter(visit: Visit, desk: Desk) -> Response:
    """Lets a browser in that brings the secret, and sends it on from a page of ours: so its cookie goes with it."""
    app = visit.request.app.state
    token = app.sessions.enter(visit.query("secret"), app.marker)
    if token is None:
        raise UsageError("this link is no longer valid; use the one that `grader desk` printed last.")
    response = html(visit, desk, "enter.jinja")
    response.set_cookie(app.cookie, token, httponly=True, samesite="strict", secure=app.is_secure, path="/")
    return response


def name(visit: Visit, desk: Desk) -> Response:
    """Asks who somebody is."""
    return html(visit, desk, "name.jinja")


def change_name(visit: Visit, desk: Desk) -> Response:
    """Takes note of who somebody is."""
    visit.request.app.state.sessions.rename(visit.token, marker_name(visit.field("name")))
    return RedirectResponse("/" if visit.marker else "/next", 303)


def asset(visit: Visit, desk: Desk) -> Response:
    """A file of ours."""
    content_and_type = rendering.asset(visit.path("name"))
    if content_and_type is None:
        return Response(status_code=404)
    content, kind = content_and_type
    return Response(content, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})
