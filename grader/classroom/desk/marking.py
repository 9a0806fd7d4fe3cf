"""The desk of one class: all that its pages show or do, apart from HTML. Only one thread uses it.

A mark is journaled (`mark_log`), and with that on the disk; then it is carried into its report, at once, or as soon as
nobody else is writing reports. So kill -9 at any moment loses nothing.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout

from grader.classroom.desk import worklist
from grader.classroom.desk.class_state import ClassState, HandIn
from grader.classroom.desk.database import Database
from grader.classroom.desk.leases import Leases
from grader.classroom.desk.mark_log import LoggedMark, MarkLog, Source
from grader.classroom.desk.markers import Markers
from grader.classroom.desk.regrades import Regrades
from grader.classroom.desk.rubric_items import RubricItems
from grader.classroom.desk.second_reading import SecondMark, SecondReadings
from grader.classroom.desk.snippets import Snippets
from grader.classroom.desk.worklist import Filter, Task, Worklist
from grader.classroom.marks.review import check_rubric, keep, mark, with_marks
from grader.classroom.results import store
from grader.classroom.results.export import export
from grader.errors import GraderError, UsageError
from grader.report.plain_text import number
from grader.rubric import Assignment
from grader.schema import Report, ReviewEntry

MAX_COMMENT = 10_000  # characters: five pages, more than a person writes to one student
MAX_TOGETHER = 20  # hand-ins with the same files that one key press marks
LOCK = ".desk.lock"


class ConflictError(UsageError):
    """Somebody else has marked the point, or has it open, since the page was made. The message says who and what."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person wants to give. `score` is None for the sum of `items`; `seen` is the moment of the mark that their
    page showed ("" for none), `nonce` the request's own name: sent twice, it is done once. `anyway` overrules another.
    """

    key: str
    point: str
    by: str
    score: float | None = None
    items: tuple[int, ...] = ()
    words: str = ""
    seen: str | None = None
    nonce: str | None = None
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class _CachedWorklist:
    """A marker's worklist, the versions that it was made from, and how many marks of the class it includes."""

    stand: tuple[object, ...]
    worklist: Worklist
    marked: int


class Desk:
    """An open desk; a context manager. Raises UsageError where there is no class, or it is open already."""

    def __init__(self, results: Path, assignment: Assignment, *, anonymous: bool = False) -> None:
        self.results = results
        self.assignment = assignment
        self.anonymous = anonymous
        self._lock = FileLock(results / LOCK)
        if not results.is_dir():
            raise UsageError(f"{results}: there is no such folder; name the one that `grader class` wrote.")
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise UsageError(
                f"{results}: a desk is open there already; everybody who marks this class opens its link."
            ) from error
        self.database = Database(results)
        self.log = MarkLog(self.database)
        self.leases = Leases(self.database)
        self.markers = Markers(self.database)
        self.items = RubricItems(self.database)
        self.snippets = Snippets(self.database)
        self.seconds = SecondReadings(self.database)
        self.regrades = Regrades(self.database)
        self.state = ClassState(results, assignment.rubric, self.database)
        self._worklists: dict[str, _CachedWorklist] = {}
        self._writing = threading.Lock()  # between a carrier's thread and another's
        self.refresh()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self.database.close()
        self._lock.release()

    # What there is

    def refresh(self) -> None:
        """Takes note of what has changed in the folder."""
        self.state.refresh()
        for logged in self.log.waiting():
            self.state.add_mark(logged.entry, logged.review)

    def worklist(self, me: str) -> Worklist:
        """Everything that needs a person. After a mark, only the tasks of the marked hand-in are updated."""
        cached, marked = self._worklists.get(me), len(self.state.marked)
        stand = (self.state.version, self.database.version)
        if cached is None or cached.stand != stand or (self.seconds.percent and cached.marked != marked):
            requests, markers = self.regrades.all(), self.markers.all()
            tasks = worklist.tasks(self.state, requests, markers, self.seconds, me, self.anonymous)
            cached = _CachedWorklist(stand, Worklist(tasks), marked)
        for key in {*self.state.marked[cached.marked :]}:
            cached.worklist.update(self.state.hand_ins[key])
        self._worklists[me] = replace(cached, marked=marked)
        return cached.worklist

    def hand_in(self, key: str) -> HandIn:
        """Raises UsageError where there is none."""
        hand_in = self.state.hand_ins.get(key)
        if hand_in is None:
            raise UsageError(
                "there is no such hand-in in this class; it may have been graded again under another name."
            )
        return hand_in

    def report(self, hand_in: HandIn) -> Report:
        """The report with all marks, those too that are not carried over yet. Raises UsageError where it is damaged."""
        stored = store.read_report(self.results / hand_in.folder / store.REPORT)
        waiting = [logged.review for logged in self.log.waiting(hand_in.entry.id)]
        return with_marks(stored, self.assignment, waiting) if waiting else stored

    def held(self, me: str) -> dict[str, str]:
        """The hand-ins that others have open: key -> who has it."""
        held = self.leases.held_by_others(me)
        return {hand_in.key: held[entry] for entry in held if (hand_in := self.state.by_entry(entry)) is not None}

    def next_task(self, chosen: Filter, here: tuple[str, str], step: int, me: str) -> Task | None:
        """The sheet to go to from `here`; one that somebody else has open is passed over."""
        return self.worklist(me).neighbour(chosen, here, step, self.held(me))

    # What a person does

    def give(self, ask: Ask, source: Source = Source.MARK) -> ReviewEntry | None:
        """Records a mark; it is on the disk when this returns. None where the same request was answered before.

        Raises ConflictError where somebody else was there, UsageError for a mark that does not fit.
        """
        if ask.nonce and self.log.has(ask.nonce):
            return None
        hand_in, report = self._checked(ask)
        summed = ask.score is None
        score = self._score(ask, report)
        comment = self.items.comment(ask.point, ask.items, ask.words)
        moment = self.log.moment()
        new_mark = mark(report, point=ask.point, score=score, comment=comment, by=ask.by, when=moment)
        request = self.regrades.open_for(hand_in.entry.id, ask.point) if source is Source.REGRADE else None
        with self.database.writing():
            items = ask.items if summed else ()
            self.log.add(hand_in.entry.id, new_mark, source, items=items, words=ask.words, nonce=ask.nonce)
            self.snippets.used(ask.point, ask.words)
            if request is not None:
                before = new_mark.before or 0.0
                self.regrades.answer(request, before=before, after=score, answer=comment, marker=ask.by, when=moment)
        self.state.add_mark(hand_in.entry.id, new_mark)
        return new_mark

    def open_twins(self, hand_in: HandIn, point: str, me: str) -> list[HandIn]:
        """The hand-ins with the same files whose point nobody has marked yet, nor has open; so many as one may mark."""
        held = self.held(me)
        undone = (
            twin
            for twin in self.state.twins(hand_in)
            if (state := twin.points.get(point)) and not state.is_marked and twin.key not in held
        )
        return list(islice(undone, MAX_TOGETHER))

    def give_together(self, ask: Ask) -> int:
        """Gives the same to the hand-ins with the same files that have no mark; how many these were."""
        others = self.open_twins(self.hand_in(ask.key), ask.point, ask.by)
        for other in others:
            self.give(replace(ask, key=other.key, seen=None, nonce=None))
        return len(others)

    def keep(self, ask: Ask) -> None:
        """Answers a regrade request without another mark. Raises UsageError where there is none."""
        hand_in, report = self._checked(ask)
        request = self.regrades.open_for(hand_in.entry.id, ask.point)
        if request is None:
            raise UsageError("this request has been answered already.")
        score = report.point(ask.point).score
        with self.database.writing():
            self.regrades.answer(
                request, before=score, after=score, answer=ask.words, marker=ask.by, when=self.log.moment()
            )

    def give_second(self, ask: Ask) -> SecondMark:
        """Keeps a second reader's mark, which changes nobody's score. Raises UsageError."""
        hand_in = self.hand_in(ask.key)
        report = self.report(hand_in)
        score = self._score(ask, report)
        moment = self.log.moment()
        fits = mark(report, point=ask.point, score=score, comment=ask.words, by=ask.by, when=moment)
        comment = self.items.comment(ask.point, ask.items, ask.words)
        second = SecondMark(hand_in.entry.id, ask.point, fits.sha256, score, comment, ask.by, moment)
        with self.database.writing():
            self.seconds.keep(second)
        return second

    def undo(self, by: str) -> LoggedMark:
        """Takes back the latest mark of `by`: what was before it counts again. Raises UsageError, ConflictError."""
        latest = self.log.undoable(by)
        hand_in = self.state.by_entry(latest.entry) if latest else None
        if latest is None or hand_in is None:
            raise UsageError("there is no mark of yours left to take back.")
        if latest.review.sha256 != hand_in.digest:
            raise UsageError("that mark was for an earlier hand-in, which counts no more.")
        report, point = self.report(hand_in), latest.review.point
        gone = self.log.taken_back(latest.entry, point)
        standing_marks = [
            review
            for review in report.reviews
            if review.point == point and review.sha256 == hand_in.digest and review.when not in gone
        ]
        if standing_marks and standing_marks[-1] != latest.review:
            raise ConflictError(
                f"{standing_marks[-1].by} has marked this point since; your mark does not count any more."
            )
        former = standing_marks[-2] if len(standing_marks) > 1 else None
        back = mark(
            report,
            point=point,
            score=former.score if former else None,
            comment=former.comment if former else "",
            by=by,
            when=self.log.moment(),
        )
        with self.database.writing():
            self.log.add(latest.entry, back, Source.UNDO, undoes=latest.number)
        self.state.add_mark(latest.entry, back)
        return latest

    def rescore_items(self, point: str, changed: int | None, by: str) -> int:
        """After a change of one item (None: of what all begin with): marks again everybody who has it; how many."""
        moved = 0
        for logged in self.log.latest_of_point(point):
            hand_in = self.state.by_entry(logged.entry)
            state = hand_in.points.get(point) if hand_in else None
            if hand_in is None or state is None or state.given != logged.review or not logged.items:
                continue
            if changed is not None and changed not in logged.items:
                continue
            item_numbers = {item.number for item in self.items.of(point)}
            ticked = [item for item in logged.items if item in item_numbers]
            score = self.items.total(point, ticked, logged.review.max_score)
            comment = self.items.comment(point, ticked, logged.words)
            if (score, comment) == (logged.review.score, logged.review.comment):
                continue
            new_mark = mark(
                self.report(hand_in), point=point, score=score, comment=comment, by=by, when=self.log.moment()
            )
            with self.database.writing():
                self.log.add(logged.entry, new_mark, Source.ITEMS, items=ticked, words=logged.words)
            self.state.add_mark(logged.entry, new_mark)
            moved += 1
        return moved

    # What becomes of it

    @property
    def behind(self) -> int:
        """How many marks the class's tables and pages do not have yet."""
        return int(self.database.setting("behind", "0"))

    def carry(self, marks: Sequence[LoggedMark]) -> list[LoggedMark]:
        """Puts journaled marks into their reports; returns those that are there. In any thread: no database in here.

        Raises UsageError where somebody else is writing reports for too long, and OutputError.
        """
        with self._writing, store.writing_reports(self.results):
            return self._carry(marks)

    def finish(self, marks: Sequence[LoggedMark]) -> list[LoggedMark]:
        """The same, and then brings tables and pages up to date. Takes seconds for a class; in any thread.

        Raises UsageError while another run is at work in the class, and OutputError.
        """
        with store.lock(self.results):
            carried = self.carry(marks)
            export(self.results, store.read_index(self.results))
        return carried

    def finished(self, carried: Sequence[LoggedMark], behind: int) -> None:
        """Takes note that tables and pages have what was `behind` when `finish` began."""
        self.log.carried(carried)
        with self.database.writing():
            self.database.set("behind", str(max(0, self.behind - behind)))

    def _carry(self, marks: Sequence[LoggedMark]) -> list[LoggedMark]:
        carried: list[LoggedMark] = []
        for entry in dict.fromkeys(logged.entry for logged in marks):
            entry_marks = [logged for logged in marks if logged.entry == entry]
            hand_in = self.state.by_entry(entry)
            if hand_in is None:
                continue
            path = self.results / hand_in.folder / store.REPORT
            try:
                stored = store.read_report(path)
            except GraderError:
                continue  # damaged: kept here until it has been graded again
            marked = with_marks(stored, self.assignment, [logged.review for logged in entry_marks])
            if marked is not stored:
                keep(path, marked, pages=False)  # which are made once, at the end
            carried += entry_marks
        return carried

    def _score(self, ask: Ask, report: Report) -> float:
        """What was asked for, or what the ticked items come to. Raises UsageError where there is no such point."""
        if ask.score is not None:
            return ask.score
        return self.items.total(ask.point, ask.items, report.point(ask.point).max_score)

    def _checked(self, ask: Ask) -> tuple[HandIn, Report]:
        hand_in = self.hand_in(ask.key)
        if len(ask.words) > MAX_COMMENT:
            raise UsageError(f"a comment has at most {MAX_COMMENT:,} characters; this one has {len(ask.words):,}.")
        report = self.report(hand_in)
        check_rubric(self.results / hand_in.folder / store.REPORT, report, self.assignment)
        if not ask.anyway:
            self._check_alone(ask, hand_in)
        return hand_in, report

    def _check_alone(self, ask: Ask, hand_in: HandIn) -> None:
        holder = self.leases.holder(hand_in.entry.id, ask.by)
        if holder is not None:
            raise ConflictError(f"{holder} has this hand-in open and is marking it.")
        state = hand_in.points.get(ask.point)
        current = state.given if state else None
        if ask.seen is None or current is None or current.when == ask.seen:
            return
        what = (
            "took the mark back"
            if current.score is None
            else f"gave {number(current.score)} of {number(current.max_score)}"
        )
        raise ConflictError(f"{current.by} {what} since you opened this page.")
