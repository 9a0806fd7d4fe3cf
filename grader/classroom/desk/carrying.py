"""What becomes of marks: from the journal into their reports, and into the tables and pages of the class."""

from collections.abc import Sequence

from grader.classroom.desk.mark_log import LoggedMark
from grader.classroom.desk.marking import Desk
from grader.classroom.marks.review import keep, with_marks
from grader.classroom.results import store
from grader.classroom.results.export import export
from grader.errors import UsageError


def carry(desk: Desk, marks: Sequence[LoggedMark]) -> list[LoggedMark]:
    """Puts journaled marks into their reports; returns those that are there. In any thread: no database in here.

    Raises UsageError where somebody else is writing reports for too long, and OutputError.
    """
    with desk.carrying, store.writing_reports(desk.results):
        return _carry(desk, marks)


def finish(desk: Desk, marks: Sequence[LoggedMark]) -> tuple[list[LoggedMark], str | None]:
    """The same, and then brings tables and pages up to date; also returns which damaged reports were left out.

    Takes seconds for a class; in any thread.

    Raises UsageError while another run is at work in the class, and OutputError.
    """
    with store.lock(desk.results):
        carried = carry(desk, marks)
        index = export(desk.results, store.read_index(desk.results))
    return carried, store.damaged_sentence(index.issues)


def finished(desk: Desk, carried: Sequence[LoggedMark], behind: int) -> None:
    """Takes note that tables and pages have what was `behind` when `finish` began."""
    desk.log.carried(carried)
    with desk.database.writing():
        desk.database.set("behind", str(max(0, desk.behind - behind)))


def _carry(desk: Desk, marks: Sequence[LoggedMark]) -> list[LoggedMark]:
    carried: list[LoggedMark] = []
    if desk.state.is_behind():
        return carried
    for entry in dict.fromkeys(logged.entry for logged in marks):
        entry_marks = [logged for logged in marks if logged.entry == entry]
        hand_in = desk.state.by_origin(entry)
        if hand_in is None:
            continue
        path = desk.results / hand_in.folder / store.REPORT
        try:
            stored = store.read_report(path)
        except UsageError:
            continue  # damaged: kept here until it has been graded again
        if stored.submission.sha256 != hand_in.digest:
            continue  # a run has just put another report there, perhaps another hand-in's; the desk looks at it first
        marked = with_marks(stored, desk.assignment, [logged.review for logged in entry_marks])
        if marked is not stored:
            keep(path, marked, pages=False)  # which are made once, at the end
        carried += entry_marks
    return carried
