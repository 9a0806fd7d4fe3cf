"""The pages about a class as a whole: rubric items, who marks what, how far two readers agree, regrade requests."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from grader.classroom.desk.class_state import HandIn
from grader.classroom.desk.giving import rescore_items
from grader.classroom.desk.marking import Desk
from grader.classroom.desk.second_reading import agreement
from grader.classroom.desk.tasks import REGRADE, label
from grader.classroom.desk.visit import Visit, html, sheet_address, whole
from grader.classroom.desk.worklist import Filter
from grader.classroom.results.pages import COMPARISON
from grader.classroom.results.student_files import STUDENT_PAGE
from grader.counting import counted
from grader.errors import UsageError
from grader.load.content import read_file

CLASS_PAGE = "class.html"
CLASS_PAGES = (CLASS_PAGE, COMPARISON)
MAX_PAGE = 64 << 20  # bytes; the page of a class of 10,000 has 10 MB
_HEAD = 2_000  # characters, in which a page of ours says which style and script are its own
_HASHES = re.compile(r"(style-src|script-src) ('sha256-[A-Za-z0-9+/=]+')")


def rubric(visit: Visit, desk: Desk) -> Response:
    """The items of a point, to be edited."""
    point = _known_point(desk, visit.path("point"))
    uses = [logged.items for logged in desk.log.latest_of_point(point)]
    items = [(item, sum(item.number in used for used in uses)) for item in desk.items.of(point)]
    most = desk.assignment.rubric.point(point).max
    message, back = visit.query("message"), visit.query("back")
    return html(
        visit,
        desk,
        "rubric.jinja",
        point=point,
        items=items,
        begin=desk.items.begin(point),
        most=most,
        message=message,
        back=back if back.startswith("/sheet/") else "",
    )


def change_rubric(visit: Visit, desk: Desk) -> Response:
    """Adds, changes or removes an item; those who are marked by it are marked again, and how many is said."""
    point = _known_point(desk, visit.path("point"))
    item = whole(visit.field("item"))
    changed: int | None = item
    match visit.field("action"):
        case "add":
            desk.items.add(point, visit.field("points"), visit.field("sentence"))
        case "change":
            desk.items.change(point, item, visit.field("points"), visit.field("sentence"))
        case "remove":
            desk.items.remove(point, item)
        case "begin":
            desk.items.begin_with(point, visit.field("begin"))
            changed = None
        case other:
            raise UsageError(f"there is no action {other!r}; there are add, change, remove and begin.")
    moved = 0 if visit.field("action") == "add" else rescore_items(desk, point, changed, visit.marker)
    visit.request.app.state.keeper.wake()
    message = f"Saved. {counted(moved, 'mark')} {'was' if moved == 1 else 'were'} re-scored."
    if visit.wants_json:
        return JSONResponse({"saved": message, "rescored": moved})
    back = visit.field("back")
    return RedirectResponse(f"/rubric/{point}{_query(message=message, back=back)}", 303)


def agreement_page(visit: Visit, desk: Desk) -> Response:
    """First and second marks side by side, and how far they agree, point by point."""
    pairs: dict[str, list[tuple[HandIn, Any, Any]]] = {}
    for (entry, point, digest), second in desk.seconds.all().items():
        hand_in = desk.state.by_origin(entry)
        state = hand_in.points.get(point) if hand_in and hand_in.digest == digest else None
        if hand_in and state and state.given and state.given.score is not None:
            pairs.setdefault(point, []).append((hand_in, state.given, second))
    shown = {
        point: (agreement([(first.score, second.score) for _, first, second in rows]), rows)
        for point, rows in sorted(pairs.items())
    }
    if visit.wants_json:
        return JSONResponse({point: asdict(value) for point, (value, _) in shown.items()})
    rows = {
        point: [
            (label(hand_in, desk.anonymous), first, second, sheet_address(hand_in.key, point, Filter("mark", point)))
            for hand_in, first, second in sorted(rows, key=lambda row: -abs(row[1].score - row[2].score))
        ]
        for point, (_, rows) in shown.items()
    }
    agreements = {point: value for point, (value, _) in shown.items()}
    return html(visit, desk, "agreement.jinja", agreements=agreements, rows=rows, percent=desk.seconds.percent)


def requests(visit: Visit, desk: Desk) -> Response:
    """All regrade requests with their answers."""
    rows = [(request, desk.state.by_origin(request.entry)) for request in desk.regrades.all()]
    if visit.wants_json:
        named = [asdict(request) | ({"entry": hand_in.entry.id} if hand_in else {}) for request, hand_in in rows]
        return JSONResponse(named if not desk.anonymous else [])
    shown = [
        (
            request,
            label(hand_in, desk.anonymous) if hand_in else "",
            sheet_address(hand_in.key, request.point, Filter(REGRADE, all=True)) if hand_in else None,
        )
        for request, hand_in in rows
    ]
    return html(visit, desk, "requests.jinja", rows=shown)


def written_page(visit: Visit, desk: Desk) -> Response:
    """A page that is written beside the reports: of the class, of its similar hand-ins, of one hand-in."""
    if desk.anonymous:
        raise UsageError("marking is blind; the pages of the class have names in them.")
    page = visit.path("page")
    folder, _, name = page.rpartition("/")
    is_page = name == STUDENT_PAGE if folder in desk.state.folders() else page in CLASS_PAGES
    content = read_file(desk.results / page, MAX_PAGE) if is_page else None
    if not isinstance(content, bytes):
        raise UsageError("this page has not been written yet; `Bring tables up to date` writes all of them.")
    hashes = dict(_HASHES.findall(content[:_HEAD].decode("utf-8", "replace")))
    hash_policy = " ".join(f"{kind} {hashes[kind]};" for kind in ("style-src", "script-src") if kind in hashes)
    policy = f"default-src 'none'; {hash_policy} base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    return HTMLResponse(content, headers={"Content-Security-Policy": policy})


def markers(visit: Visit, desk: Desk) -> Response:
    """Who marks what, and how much of a class is marked twice."""
    lines = [f"{marker.name}{': ' + ' '.join(marker.points) if marker.points else ''}" for marker in desk.markers.all()]
    return html(
        visit,
        desk,
        "markers.jinja",
        lines="\n".join(lines),
        percent=desk.seconds.percent,
        message=visit.query("message"),
    )


def change_markers(visit: Visit, desk: Desk) -> Response:
    """Splits the class among other people, or changes the sample that is marked twice."""
    percent = visit.field("percent").strip().replace(",", ".") or "0"
    try:
        share = float(percent)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:
        raise UsageError(f"the share that is read twice is 0 to 100 %; {percent[:20]!r} is out of range.")
    desk.markers.replace(visit.field("lines"), [point.id for point in desk.assignment.rubric.points])
    desk.database.set("second", str(share))
    return RedirectResponse(f"/markers{_query(message='Saved.')}", 303)


def _known_point(desk: Desk, point: str) -> str:
    point_ids: Sequence[str] = [point_of_rubric.id for point_of_rubric in desk.assignment.rubric.points]
    if point not in point_ids:
        raise UsageError(f"there is no point {point[:40]!r}; there are {', '.join(point_ids)}.")
    return point


def _query(**values: str) -> str:
    present = {name: value for name, value in values.items() if value}
    return f"?{urlencode(present)}" if present else ""
