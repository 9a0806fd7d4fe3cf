"""Where to go from a sheet, and how far people are: the steps of a filter, as addresses."""

from dataclasses import replace
from typing import Any

from grader.classroom.desk.marking import Desk
from grader.classroom.desk.tasks import SHEETS, Task
from grader.classroom.desk.visit import Visit, sheet_address
from grader.classroom.desk.worklist import Filter

_STEPS = (("n", 1, False), ("p", -1, False), ("j", 1, True), ("k", -1, True))


def standing(desk: Desk, visit: Visit, here: tuple[str | None, str | None]) -> dict[str, Any]:
    """How many of a filter's tasks are done, and where n, p, j and k lead from the sheet `here`."""
    work, held = desk.worklist(visit.marker), desk.held(visit.marker)
    steps: dict[str, str | None] = {}
    for name, step, all_ in _STEPS if here[0] else ():
        task = work.neighbour(replace(visit.chosen, all=all_), here, step, {} if all_ else held)
        steps[name] = address_of(task, visit.chosen) if task else None
    done_count, total = work.standing(visit.chosen)
    return {"steps": steps, "done": done_count, "total": total}


def address_of(task: Task, chosen: Filter) -> str | None:
    """The sheet of a task; None where it has none. Of a filter of no kind, the task's own kind."""
    if task.key is None or task.point is None or task.kind not in SHEETS:
        return None
    return sheet_address(task.key, task.point, chosen, kind=chosen.kind or task.kind)


def of_a_kind(chosen: Filter, counts: dict[str, tuple[int, int]]) -> Filter:
    """The filter; of no kind, that of the first kind of sheets that has something left."""
    if chosen.kind or not counts:
        return chosen
    undone = [kind for kind, (left, _) in counts.items() if left and kind in SHEETS]
    return replace(chosen, kind=(undone or list(counts))[0])
