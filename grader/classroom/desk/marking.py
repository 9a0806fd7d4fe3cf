"""The desk of one class: what it knows, without a page in sight. One thread uses it.

What people do is in `giving`: a mark is journaled (`mark_log`), and with that on the disk. `carrying` puts it into its
report, at once, or as soon as nobody else is writing reports. So kill -9 at any moment loses nothing.
"""

import threading
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from grader.assignment_folder import Assignment
from grader.classroom.desk.class_state import ClassState, HandIn
from grader.classroom.desk.database import Database
from grader.classroom.desk.leases import Leases
from grader.classroom.desk.mark_log import MarkLog
from grader.classroom.desk.markers import Markers
from grader.classroom.desk.regrades import Regrades
from grader.classroom.desk.rubric_items import RubricItems
from grader.classroom.desk.second_reading import SecondReadings
from grader.classroom.desk.snippets import Snippets
from grader.classroom.desk.tasks import Task, TaskMaker
from grader.classroom.desk.worklist import Filter, Worklist
from grader.classroom.marks.review import with_marks
from grader.classroom.results import store
from grader.classroom.results.locks import hold
from grader.errors import UsageError
from grader.schema import Report

LOCK = ".desk.lock"


@dataclass(frozen=True, slots=True)
class _CachedWorklist:
    """Somebody's worklist, of what it was made, and how many changes of hand-ins it knows."""

    stand: tuple[object, ...]
    worklist: Worklist
    changes: int


class Desk:
    """An open desk; a context manager. `anonymous` is kept with the class; None is as it was kept, at first with names.

    Raises UsageError where there is no class, or it is open already.
    """

    def __init__(self, results: Path, assignment: Assignment, *, anonymous: bool | None = None) -> None:
        self.results = results
        self.assignment = assignment
        if not results.is_dir():
            raise UsageError(f"{results}: there is no such folder; name the one that `grader class` wrote.")
        busy = f"{results}: a desk is already open for this class; everybody who marks it uses its link."
        with ExitStack() as opened:
            opened.callback(hold(results / LOCK, busy).close)
            self.database = opened.enter_context(closing(Database(results)))
            self._read(anonymous)
            self._opened = opened.pop_all()

    def _read(self, anonymous: bool | None) -> None:
        """What the folder and the database have."""
        if anonymous is not None:
            self.database.set("anonymous", "yes" if anonymous else "no")
        self.anonymous = self.database.setting("anonymous") == "yes"
        self.log = MarkLog(self.database)
        self.leases = Leases(self.database)
        self.markers = Markers(self.database)
        self.items = RubricItems(self.database)
        self.snippets = Snippets(self.database)
        self.seconds = SecondReadings(self.database)
        self.regrades = Regrades(self.database)
        self.state = ClassState(self.results, self.assignment.rubric, self.database)
        self._worklists: dict[str, _CachedWorklist] = {}
        self.carrying = threading.Lock()  # between a carrier's thread and another's
        self.refresh()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self._opened.close()

    def refresh(self) -> None:
        """Takes note of what has changed in the folder."""
        self.state.refresh()
        for logged in self.log.waiting():
            self.state.add_mark(logged.entry, logged.review)

    def worklist(self, me: str) -> Worklist:
        """Everything that needs a person. After a mark, only what was marked is looked at again."""
        cached, changes = self._worklists.get(me), len(self.state.changed)
        stand = (self.state.version, self.database.version)
        if cached is None or cached.stand != stand:
            maker = TaskMaker(self.state, self.regrades, self.markers.all(), self.seconds, me, self.anonymous)
            cached = _CachedWorklist(stand, Worklist(maker), changes)
        for key in {*self.state.changed[cached.changes :]}:
            cached.worklist.update(self.state.hand_ins[key])
        self._worklists[me] = replace(cached, changes=changes)
        return cached.worklist

    def hand_in(self, key: str) -> HandIn:
        """Raises UsageError where there is none."""
        hand_in = self.state.hand_ins.get(key)
        if hand_in is not None and not (self.results / hand_in.folder).is_dir():
            self.refresh()  # a run has just given it another id, and with it another folder
            hand_in = self.state.hand_ins.get(key)
        if hand_in is None:
            raise UsageError(
                "there is no such hand-in in this class; it may have been graded again under another name."
            )
        return hand_in

    def report(self, hand_in: HandIn) -> Report:
        """The report with all marks, those too that are not carried over yet. Raises UsageError where it is damaged."""
        stored = store.read_report(self.results / hand_in.folder / store.REPORT)
        # a run has graded other files since the desk looked, or the folder is another hand-in's
        if stored.submission.sha256 != hand_in.digest or self.state.is_behind():
            self.refresh()
            raise UsageError("a run has just graded this hand-in again, or given it another id; please try again.")
        waiting = [logged.review for logged in self.log.waiting(hand_in.origin)]
        return with_marks(stored, self.assignment, waiting) if waiting else stored

    def held(self, me: str) -> dict[str, str]:
        """The hand-ins that others have open: key -> who has it."""
        held = self.leases.held_by_others(me)
        return {hand_in.key: held[entry] for entry in held if (hand_in := self.state.by_origin(entry)) is not None}

    def next_task(self, chosen: Filter, here: tuple[str, str], step: int, me: str) -> Task | None:
        """The sheet to go to from `here`; one that somebody else has open is passed over."""
        return self.worklist(me).neighbour(chosen, here, step, self.held(me))

    @property
    def behind(self) -> int:
        """How many marks the class's tables and pages do not have yet."""
        return int(self.database.setting("behind", "0"))
