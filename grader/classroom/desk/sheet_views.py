"""The sheet's page, and what it asks for beside: whose a hand-in is just now, comments to be used again."""

from dataclasses import replace
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from grader.classroom.desk.class_state import HandIn
from grader.classroom.desk.giving import open_twins
from grader.classroom.desk.marking import Desk
from grader.classroom.desk.navigation import address_of, of_a_kind, standing
from grader.classroom.desk.sheet import Sheet, sheet
from grader.classroom.desk.tasks import REGRADE, SECOND, label
from grader.classroom.desk.visit import Visit, html, query_of, sheet_address
from grader.classroom.desk.worklist import Filter
from grader.schema import Report, ReviewEntry

MAX_TWINS = 8  # hand-ins with the same files that a sheet names
PREFETCH = "prefetch"  # the header x-desk of a page that is fetched before anybody looks at it


def sheet_page(visit: Visit, desk: Desk) -> Response:
    """One point of one hand-in, with everything beside it that is needed to mark it."""
    hand_in, point, chosen = desk.hand_in(visit.path("key")), visit.path("point"), visit.chosen
    here = (hand_in.key, point)
    is_second = chosen.kind == SECOND
    report = desk.report(hand_in)
    shown = sheet(desk.results, hand_in, report, point, desk.assignment.rubric, hide_marks=is_second)
    holder = None
    if visit.request.headers.get("x-desk") != PREFETCH and not visit.wants_json:
        holder = desk.leases.take(hand_in.origin, visit.marker)
    if visit.wants_json:
        return JSONResponse(_sheet_json(desk, hand_in, shown, report))
    ticked, words = _items_and_words(desk, hand_in, shown)
    second = desk.seconds.of(hand_in.origin, point, hand_in.digest) if is_second else None
    twins = desk.state.twins(hand_in)
    return html(
        visit,
        desk,
        "sheet.jinja",
        twins=[_twin(desk, twin, point, chosen) for twin in twins[:MAX_TWINS]] if not is_second else [],
        more_twins=max(0, len(twins) - MAX_TWINS),
        open_twins=0 if is_second or chosen.kind == REGRADE else len(open_twins(desk, hand_in, point, visit.marker)),
        hand_in=hand_in,
        who=label(hand_in, desk.anonymous),
        sheet=shown,
        chosen=chosen,
        holder=holder,
        seen=shown.history[-1].when if shown.history else "",
        items=desk.items.of(point),
        begin=desk.items.begin(point),
        ticked=ticked,
        words=(second.comment if second else "") if is_second else words,
        second=second,
        request=desk.regrades.open_for(hand_in.origin, point),
        is_second=is_second,
        action=f"/mark/{hand_in.key}/{point}{query_of(chosen)}",
        **standing(desk, visit, here),
        back=f"/{query_of(chosen)}",
    )


def _items_and_words(desk: Desk, hand_in: HandIn, shown: Sheet) -> tuple[tuple[int, ...], str]:
    """The items and the words of the mark that counts."""
    latest = desk.log.latest(hand_in.origin, shown.point.id)
    if latest is not None and latest.review == shown.current:
        return latest.items, latest.words
    return (), shown.current.comment if shown.current else ""


def _twin(desk: Desk, twin: HandIn, point: str, chosen: Filter) -> tuple[str, str, ReviewEntry | None]:
    """A hand-in with the same files: what it is called, its sheet, and its mark."""
    state = twin.points.get(point)
    current = state.given if state and state.is_marked else None
    return label(twin, desk.anonymous), sheet_address(twin.key, point, chosen), current


def next_sheet(visit: Visit, desk: Desk) -> Response:
    """To the first sheet of the filter that is not done and that nobody else has open; to the queue, if none is."""
    chosen = of_a_kind(visit.chosen, desk.worklist(visit.marker).counts())
    task = desk.next_task(replace(chosen, all=False), ("", ""), 1, visit.marker)
    return RedirectResponse((address_of(task, chosen) if task else None) or f"/{query_of(chosen)}", 303)


def claim(visit: Visit, desk: Desk) -> Response:
    """Makes a hand-in the visitor's for ten minutes; says whose it is if it is not theirs, and where to go from it."""
    hand_in = desk.hand_in(visit.path("key"))
    holder = desk.leases.take(hand_in.origin, visit.marker)
    return JSONResponse({"holder": holder, **standing(desk, visit, (hand_in.key, visit.path("point")))})


def leave(visit: Visit, desk: Desk) -> Response:
    """Gives back whatever the visitor has open."""
    desk.leases.leave(visit.marker)
    return JSONResponse({})


def comments(visit: Visit, desk: Desk) -> Response:
    """The course's comments, the most used first."""
    return JSONResponse([{"text": text, "used": used} for text, used in desk.snippets.of(visit.query("point"))])


def forget_comment(visit: Visit, desk: Desk) -> Response:
    """Offers a comment no more."""
    desk.snippets.forget(visit.field("text"))
    return JSONResponse({})


def _sheet_json(desk: Desk, hand_in: HandIn, shown: Sheet, report: Report) -> dict[str, Any]:
    return {
        "key": hand_in.key,
        "who": label(hand_in, desk.anonymous),
        "point": shown.point.model_dump(mode="json"),
        "marks": [review.model_dump(mode="json") for review in shown.history],
        "score": report.score if not desk.anonymous else None,
    }
