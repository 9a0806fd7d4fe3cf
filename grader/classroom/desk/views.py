"""The pages of the desk, a function each of a visit and the desk. Those of marking have JSON twins."""

import unicodedata
from dataclasses import asdict, replace
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from grader.classroom.desk import rendering, worklist
from grader.classroom.desk.class_state import HandIn
from grader.classroom.desk.intake_decisions import accept, decided, match, offers
from grader.classroom.desk.mark_log import Source
from grader.classroom.desk.markers import marker_name
from grader.classroom.desk.marking import Ask, Desk
from grader.classroom.desk.sheet import Sheet, sheet
from grader.classroom.desk.visit import Visit, html, query_of, sheet_address, whole
from grader.classroom.desk.worklist import REGRADE, SECOND, SHEETS, TIME, Filter, Task
from grader.classroom.marks.late import MAX_DAYS
from grader.classroom.marks.late import POINT as LATE
from grader.errors import UsageError
from grader.report.plain_text import number
from grader.schema import Report, ReviewEntry

MAX_TWINS = 8  # hand-ins with the same files that a sheet names
ROWS = 200  # of a queue on one page
PREFETCH = "prefetch"  # the header x-desk of a page that is fetched before anybody looks at it


def queue(visit: Visit, desk: Desk) -> Response:
    """What needs a person, counted by kind; the tasks of the filter, a row each."""
    work, chosen = desk.worklist(visit.marker), visit.chosen
    all_tasks, counts = work.tasks, work.counts()
    chosen = _of_a_kind(chosen, counts)
    sought = folded(visit.query("q"))
    rows = [
        task
        for task in all_tasks
        if chosen.takes(task) and (not sought or sought in folded(f"{task.who} {task.reason}"))
    ]
    if visit.wants_json:
        return JSONResponse({"counts": counts, "tasks": [_task(task) for task in rows]})
    page = max(whole(visit.query("page")), 1)
    held = desk.held(visit.marker)
    return html(
        visit,
        desk,
        "queue.jinja",
        rows=[
            (task, _address(task, chosen), held.get(task.key or ""), offers(task.kind, task.reason))
            for task in rows[(page - 1) * ROWS : page * ROWS]
        ],
        decided=decided(desk.results),
        waiting=[(name, who) for name, who, waits in desk.state.people() if waits] if not desk.anonymous else [],
        chosen=chosen,
        counts=counts,
        points=sorted({task.point for task in all_tasks if task.point and task.kind in SHEETS}),
        people=[marker.name for marker in desk.markers.all()],
        query=lambda **changed: query_of(chosen, **changed),
        first=next((f"/next{query_of(chosen)}" for task in rows if task.kind in SHEETS and not task.is_done), None),
        total=len(rows),
        page=page,
        pages=-(-len(rows) // ROWS),
        sought=visit.query("q"),
        ready=len(desk.state.hand_ins),
        expected=desk.state.expected,
        percent=desk.seconds.percent,
    )


def _of_a_kind(chosen: Filter, counts: dict[str, tuple[int, int]]) -> Filter:
    """The filter; of no kind, that of the first kind of sheets that has something left."""
    if chosen.kind or not counts:
        return chosen
    undone = [kind for kind, (left, _) in counts.items() if left and kind in SHEETS]
    return replace(chosen, kind=(undone or list(counts))[0])


def decide(visit: Visit, desk: Desk) -> Response:
    """Keeps which file counts, or whose a hand-in is, for the next `grader class`."""
    issues = desk.state.issues if not desk.anonymous else ()
    if visit.field("accept"):
        accept(desk.results, issues, visit.field("accept"))
    else:
        ids = [name for name, _, _ in desk.state.people()]
        match(desk.results, issues, ids, visit.field("folder"), visit.field("id").strip())
    if visit.wants_json:
        return JSONResponse({"saved": "Kept: the next `grader class` reads it so."})
    return RedirectResponse(f"/{query_of(visit.chosen)}", 303)


def decide_lateness(visit: Visit, desk: Desk) -> Response:
    """Records how many days late a hand-in is whose time nobody knows, as a mark is recorded."""
    days = visit.field("days").strip()
    if not days.isdecimal() or len(days) > len(str(MAX_DAYS)):
        raise UsageError(f"late is a whole number of days, 0 for on time; {days[:40]!r} is not one.")
    ask = Ask(visit.path("key"), LATE, visit.marker, score=float(days), words=visit.field("words").strip())
    desk.give(ask)
    visit.request.app.state.keeper.wake()
    if visit.wants_json:
        who = worklist.label(desk.hand_in(ask.key), desk.anonymous)
        return JSONResponse({"saved": f"{who}: {'on time' if days == '0' else days + ' days late'}"})
    return RedirectResponse(f"/{query_of(visit.chosen)}", 303)


def sheet_page(visit: Visit, desk: Desk) -> Response:
    """One point of one hand-in, with everything beside it that is needed to mark it."""
    hand_in, point, chosen = desk.hand_in(visit.path("key")), visit.path("point"), visit.chosen
    here = (hand_in.key, point)
    is_second = chosen.kind == SECOND
    report = desk.report(hand_in)
    shown = sheet(desk.results, hand_in, report, point, desk.assignment.rubric, hide_marks=is_second)
    holder = None
    if visit.request.headers.get("x-desk") != PREFETCH and not visit.wants_json:
        holder = desk.leases.take(hand_in.entry.id, visit.marker)
    if visit.wants_json:
        return JSONResponse(_sheet_json(desk, hand_in, shown, report))
    ticked, words = _items_and_words(desk, hand_in, shown)
    second = desk.seconds.of(hand_in.entry.id, point, hand_in.digest) if is_second else None
    twins = desk.state.twins(hand_in)
    return html(
        visit,
        desk,
        "sheet.jinja",
        twins=[_twin(desk, twin, point, chosen) for twin in twins[:MAX_TWINS]] if not is_second else [],
        more_twins=max(0, len(twins) - MAX_TWINS),
        open_twins=0 if is_second or chosen.kind == REGRADE else len(desk.open_twins(hand_in, point, visit.marker)),
        hand_in=hand_in,
        who=worklist.label(hand_in, desk.anonymous),
        sheet=shown,
        chosen=chosen,
        holder=holder,
        seen=shown.history[-1].when if shown.history else "",
        items=desk.items.of(point),
        begin=desk.items.begin(point),
        ticked=ticked,
        words=(second.comment if second else "") if is_second else words,
        second=second,
        request=desk.regrades.open_for(hand_in.entry.id, point),
        is_second=is_second,
        action=f"/mark/{hand_in.key}/{point}{query_of(chosen)}",
        **_standing(desk, visit, here),
        back=f"/{query_of(chosen)}",
    )


def _items_and_words(desk: Desk, hand_in: HandIn, shown: Sheet) -> tuple[tuple[int, ...], str]:
    """The items and the words of the mark that counts."""
    latest = desk.log.latest(hand_in.entry.id, shown.point.id)
    if latest is not None and latest.review == shown.current:
        return latest.items, latest.words
    return (), shown.current.comment if shown.current else ""


def _twin(desk: Desk, twin: HandIn, point: str, chosen: Filter) -> tuple[str, str, ReviewEntry | None]:
    """A hand-in with the same files: what it is called, its sheet, and its mark."""
    state = twin.points.get(point)
    current = state.given if state and state.is_marked else None
    return worklist.label(twin, desk.anonymous), sheet_address(twin.key, point, chosen), current


_STEPS = (("n", 1, False), ("p", -1, False), ("j", 1, True), ("k", -1, True))


def give(visit: Visit, desk: Desk) -> Response:
    """Records a mark, or answers what a filter's kind asks for; then says where to go on."""
    ask, kind, together = _ask(visit), visit.chosen.kind, 0
    if kind == SECOND:
        score = desk.give_second(ask).score
    elif kind == REGRADE and visit.field("keep"):
        desk.keep(ask)
        score = None
    else:
        new_mark = desk.give(ask, Source.REGRADE if kind == REGRADE else Source.MARK)
        score = new_mark.score if new_mark else None
        together = desk.give_together(ask) if visit.field("together") and kind != REGRADE else 0
        visit.request.app.state.keeper.wake()
    hand_in = desk.hand_in(ask.key)
    who = worklist.label(hand_in, desk.anonymous)
    following = desk.next_task(visit.chosen, (ask.key, ask.point), 1, visit.marker)
    where = _address(following, visit.chosen) if following else f"/{query_of(visit.chosen)}"
    if following and following.key:
        desk.leases.take(desk.hand_in(following.key).entry.id, visit.marker)
    else:
        desk.leases.leave(visit.marker)
    message = f"{who}, {ask.point}: {'answered' if score is None else number(score)}"
    if together:
        others = "1 other" if together == 1 else f"{together} others"
        message += f", and so {'has' if together == 1 else 'have'} {others} with the same files"
    if visit.wants_json:
        there = following.address if following else (None, None)
        return JSONResponse({"saved": message, "next": where, "score": score, **_standing(desk, visit, there)})
    return RedirectResponse(where or "/", 303)


def undo(visit: Visit, desk: Desk) -> Response:
    """Takes back the visitor's latest mark, and goes there."""
    logged = desk.undo(visit.marker)
    visit.request.app.state.keeper.wake()
    hand_in = desk.state.by_entry(logged.entry)
    point = logged.review.point
    where = sheet_address(hand_in.key, point, visit.chosen) if hand_in and point != LATE else f"/?kind={TIME}"
    who = worklist.label(hand_in, desk.anonymous) if hand_in else ""
    if visit.wants_json:
        return JSONResponse({"saved": f"Taken back: {who}, {point}", "next": where})
    return RedirectResponse(where, 303)


def next_sheet(visit: Visit, desk: Desk) -> Response:
    """To the first sheet of the filter that is not done and that nobody else has open; to the queue, if none is."""
    chosen = _of_a_kind(visit.chosen, desk.worklist(visit.marker).counts())
    task = desk.next_task(replace(chosen, all=False), ("", ""), 1, visit.marker)
    return RedirectResponse((_address(task, chosen) if task else None) or f"/{query_of(chosen)}", 303)


def claim(visit: Visit, desk: Desk) -> Response:
    """Makes a hand-in the visitor's for ten minutes; says whose it is if it is not theirs, and where to go from it."""
    hand_in = desk.hand_in(visit.path("key"))
    holder = desk.leases.take(hand_in.entry.id, visit.marker)
    return JSONResponse({"holder": holder, **_standing(desk, visit, (hand_in.key, visit.path("point")))})


def leave(visit: Visit, desk: Desk) -> Response:
    """Gives back whatever the visitor has open."""
    desk.leases.leave(visit.marker)
    return JSONResponse({})


def names(visit: Visit, desk: Desk) -> Response:
    """Everybody who has a sheet in the filter's kind, for going to a name."""
    chosen = replace(visit.chosen, all=True, who="")
    matching_tasks = [
        task for task in desk.worklist(visit.marker).tasks if task.kind in SHEETS and task.key and chosen.takes(task)
    ]
    return JSONResponse(
        [{"who": task.who, "point": task.point, "to": _address(task, visit.chosen)} for task in matching_tasks]
    )


def comments(visit: Visit, desk: Desk) -> Response:
    """The course's comments, the most used first."""
    return JSONResponse([{"text": text, "used": used} for text, used in desk.snippets.of(visit.query("point"))])


def forget_comment(visit: Visit, desk: Desk) -> Response:
    """Offers a comment no more."""
    desk.snippets.forget(visit.field("text"))
    return JSONResponse({})


def state(visit: Visit, desk: Desk) -> Response:
    """How things stand, for a page that is open."""
    return JSONResponse(
        {
            "counts": desk.worklist(visit.marker).counts(),
            "ready": len(desk.state.hand_ins),
            "expected": desk.state.expected,
            "behind": desk.behind,
            "waiting": len(desk.log.waiting()),
        }
    )


def name(visit: Visit, desk: Desk) -> Response:
    """Asks who somebody is."""
    return html(visit, desk, "name.jinja")


def change_name(visit: Visit, desk: Desk) -> Response:
    """Takes note of who somebody is."""
    visit.request.app.state.sessions.rename(visit.token, marker_name(visit.field("name")))
    return RedirectResponse("/" if visit.marker else "/next", 303)


def enter(visit: Visit, desk: Desk) -> Response:
    """Lets a browser in that brings the secret, and sends it on from a page of ours: so its cookie goes with it."""
    app = visit.request.app.state
    token = app.sessions.enter(visit.query("secret"), app.marker)
    if token is None:
        raise UsageError("this link is an old one; `grader desk` prints the one that holds.")
    response = html(visit, desk, "enter.jinja")
    response.set_cookie(app.cookie, token, httponly=True, samesite="strict", secure=app.is_secure, path="/")
    return response


def asset(visit: Visit, desk: Desk) -> Response:
    """A file of ours."""
    content_and_type = rendering.asset(visit.path("name"))
    if content_and_type is None:
        return Response(status_code=404)
    content, kind = content_and_type
    return Response(content, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})


def folded(text: str) -> str:
    """Without case and accents: "Müller" and "muller" are the same."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)).casefold()


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
        seen=visit.form["seen"][0] if "seen" in visit.form else None,
        nonce=visit.field("nonce") or None,
        anyway=bool(visit.field("anyway")),
    )


def _standing(desk: Desk, visit: Visit, here: tuple[str | None, str | None]) -> dict[str, Any]:
    """How many of a filter's tasks are done, and where n, p, j and k lead from the sheet `here`."""
    work, held = desk.worklist(visit.marker), desk.held(visit.marker)
    steps: dict[str, str | None] = {}
    for name, step, all_ in _STEPS if here[0] else ():
        task = work.neighbour(replace(visit.chosen, all=all_), here, step, {} if all_ else held)
        steps[name] = _address(task, visit.chosen) if task else None
    done_count, total = work.standing(visit.chosen)
    return {"steps": steps, "done": done_count, "total": total}


def _address(task: Task, chosen: Filter) -> str | None:
    """The sheet of a task; None where it has none. Of a filter of no kind, the task's own kind."""
    if task.key is None or task.point is None or task.kind not in SHEETS:
        return None
    return sheet_address(task.key, task.point, chosen, kind=chosen.kind or task.kind)


def _task(task: Task) -> dict[str, Any]:
    return {**asdict(replace(task, given=None)), "given": task.given.score if task.given else None}


def _sheet_json(desk: Desk, hand_in: HandIn, shown: Sheet, report: Report) -> dict[str, Any]:
    return {
        "key": hand_in.key,
        "who": worklist.label(hand_in, desk.anonymous),
        "point": shown.point.model_dump(mode="json"),
        "marks": [review.model_dump(mode="json") for review in shown.history],
        "score": report.score if not desk.anonymous else None,
    }
