"""The queue's pages: what needs a person, counted and filtered, and what is decided right in it."""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from starlette.responses import JSONResponse, RedirectResponse, Response

from grader.classroom.desk.giving import Ask, give
from grader.classroom.desk.intake_decisions import accept, decided, match, offers
from grader.classroom.desk.marking import Desk
from grader.classroom.desk.navigation import address_of, of_a_kind
from grader.classroom.desk.tasks import MARK, SHEETS, Task, label
from grader.classroom.desk.visit import Visit, html, query_of, whole
from grader.classroom.marks.late import MAX_DAYS
from grader.classroom.marks.late import POINT as LATE
from grader.counting import counted
from grader.errors import UsageError

ROWS = 200  # of a queue on one page


def queue(visit: Visit, desk: Desk) -> Response:
    """What needs a person, counted by kind; the tasks of the filter, a row each."""
    work, chosen = desk.worklist(visit.marker), visit.chosen
    all_tasks, counts = work.tasks, work.counts()
    chosen = of_a_kind(chosen, counts)
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
            (task, address_of(task, chosen), held.get(task.key or ""), offers(task.kind, task.reason))
            for task in rows[(page - 1) * ROWS : page * ROWS]
        ],
        shared=_shared_reason(rows),
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


def _shared_reason(rows: Sequence[Task]) -> str:
    """What is said of every one of several points to mark, so that it is said once; "" where they differ."""
    reasons = {task.reason for task in rows} if all(task.kind == MARK for task in rows) else set()
    return reasons.pop() if len(reasons) == 1 and len(rows) > 1 else ""


def decide(visit: Visit, desk: Desk) -> Response:
    """Keeps which file counts, or whose a hand-in is, for the next `grader class`."""
    issues = desk.state.issues if not desk.anonymous else ()
    if visit.field("accept"):
        accept(desk.results, issues, visit.field("accept"))
    else:
        ids = [name for name, _, _ in desk.state.people()]
        match(desk.results, issues, ids, visit.field("folder"), visit.field("id").strip())
    if visit.wants_json:
        return JSONResponse({"saved": "Saved: the next `grader class` reads it this way."})
    return RedirectResponse(f"/{query_of(visit.chosen)}", 303)


def decide_lateness(visit: Visit, desk: Desk) -> Response:
    """Records how many days late a hand-in is whose time nobody knows, as a mark is recorded."""
    text = visit.field("days").strip()
    if not text.isdecimal() or len(text) > len(str(MAX_DAYS)):
        raise UsageError(f"late is a whole number of days, 0 for on time; {text[:40]!r} is not one.")
    days = int(text)
    ask = Ask(visit.path("key"), LATE, visit.marker, score=float(days), words=visit.field("words").strip())
    give(desk, ask)
    visit.request.app.state.keeper.wake()
    if visit.wants_json:
        who = label(desk.hand_in(ask.key), desk.anonymous)
        return JSONResponse({"saved": f"{counted(days, 'day') + ' late' if days else 'on time'}: {who}"})
    return RedirectResponse(f"/{query_of(visit.chosen)}", 303)


def names(visit: Visit, desk: Desk) -> Response:
    """Everybody who has a sheet in the filter's kind, for going to a name."""
    chosen = replace(visit.chosen, all=True, who="")
    matching_tasks = [
        task for task in desk.worklist(visit.marker).tasks if task.kind in SHEETS and task.key and chosen.takes(task)
    ]
    return JSONResponse(
        [{"who": task.who, "point": task.point, "to": address_of(task, visit.chosen)} for task in matching_tasks]
    )


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


def folded(text: str) -> str:
    """Without case and accents: "Müller" and "muller" are the same."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char)).casefold()


def _task(task: Task) -> dict[str, Any]:
    return {**asdict(replace(task, given=None)), "given": task.given.score if task.given else None}
