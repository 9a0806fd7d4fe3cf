"""What a sheet's form and keys send: a mark, an answer, a second reading, the wish to take one back."""

from starlette.responses import JSONResponse, RedirectResponse, Response

from grader.classroom.desk import giving
from grader.classroom.desk.giving import Ask
from grader.classroom.desk.mark_log import Source
from grader.classroom.desk.marking import Desk
from grader.classroom.desk.navigation import address_of, standing
from grader.classroom.desk.tasks import REGRADE, SECOND, TIME, label
from grader.classroom.desk.visit import Visit, query_of, sheet_address, whole
from grader.classroom.marks.late import POINT as LATE
from grader.counting import number
from grader.errors import UsageError


def give(visit: Visit, desk: Desk) -> Response:
    """Records a mark, or answers what a filter's kind asks for; then says where to go on."""
    ask, kind, together = _ask(visit), visit.chosen.kind, 0
    if kind == SECOND:
        score = giving.give_second(desk, ask).score
    elif kind == REGRADE and visit.field("keep"):
        giving.keep(desk, ask)
        score = None
    else:
        new_mark = giving.give(desk, ask, Source.REGRADE if kind == REGRADE else Source.MARK)
        score = new_mark.score if new_mark else None
        together = giving.give_together(desk, ask) if visit.field("together") and kind != REGRADE else 0
        visit.request.app.state.keeper.wake()
    hand_in = desk.hand_in(ask.key)
    who = label(hand_in, desk.anonymous)
    following = desk.next_task(visit.chosen, (ask.key, ask.point), 1, visit.marker)
    where = address_of(following, visit.chosen) if following else f"/{query_of(visit.chosen)}"
    if following and following.key:
        desk.leases.take(desk.hand_in(following.key).origin, visit.marker)
    else:
        desk.leases.leave(visit.marker)
    # Names come last: digits behind one that is written from right to left would be shown in its order.
    message = f"{ask.point}: {'answered' if score is None else number(score)} for {who}"
    if together:
        message += f", and for {'1 other' if together == 1 else f'{together} others'} with the same files"
    if visit.wants_json:
        there = following.address if following else (None, None)
        return JSONResponse({"saved": message, "next": where, "score": score, **standing(desk, visit, there)})
    return RedirectResponse(where or "/", 303)


def undo(visit: Visit, desk: Desk) -> Response:
    """Takes back the visitor's latest mark, and goes there."""
    logged = giving.undo(desk, visit.marker)
    visit.request.app.state.keeper.wake()
    hand_in = desk.state.by_origin(logged.entry)
    point = logged.review.point
    where = sheet_address(hand_in.key, point, visit.chosen) if hand_in and point != LATE else f"/?kind={TIME}"
    who = label(hand_in, desk.anonymous) if hand_in else ""
    if visit.wants_json:
        return JSONResponse({"saved": f"Taken back: {point}, {who}", "next": where})
    return RedirectResponse(where, 303)


def _ask(visit: Visit) -> Ask:
    text = visit.field("score").strip().replace(",", ".")
    try:
        score = float(text) + 0.0 if text else None  # no mark is -0
    except ValueError as error:
        raise UsageError(f"a mark is a number; {text[:40]!r} is not one.") from error
    items = tuple(filter(None, map(whole, visit.form.get("items", []))))
    if score is None and not items and not visit.field("keep"):
        raise UsageError("give a mark, or tick an item of the rubric.")
    return Ask(
        key=visit.path("key"),
        point=visit.path("point"),
        by=visit.marker,
        score=score,
        items=items,
        words=visit.field("words").strip(),
        version=visit.field("version") or None,
        seen=visit.form["seen"][0] if "seen" in visit.form else None,
        nonce=visit.field("nonce") or None,
        anyway=bool(visit.field("anyway")),
    )
