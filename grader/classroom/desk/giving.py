"""What a person does about a point at the desk: gives a mark, takes it back, answers a request, reads a second time.

What is given is journaled (`mark_log`), and with that on the disk, when a function returns; `carrying` does the rest.
"""

from dataclasses import dataclass, replace
from itertools import islice

from grader.classroom.desk.class_state import HandIn
from grader.classroom.desk.mark_log import LoggedMark, Source
from grader.classroom.desk.marking import Desk
from grader.classroom.desk.second_reading import SecondMark
from grader.classroom.marks.review import check_rubric, mark
from grader.classroom.results import store
from grader.counting import number
from grader.errors import UsageError
from grader.schema import Report, ReviewEntry

MAX_COMMENT = 10_000  # characters: five pages, more than a person writes to one student
MAX_TOGETHER = 20  # hand-ins with the same files that one key press marks


class ConflictError(UsageError):
    """Somebody else has marked the point, or has it open, since the page was made. The message says who and what."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person wants to give. `score` is None for the sum of `items`; `seen` is the moment of the mark that their
    page showed ("" for none), `version` says which files it showed, `nonce` is the request's own name: sent twice, it
    is done once. `anyway` overrules another.
    """

    key: str
    point: str
    by: str
    score: float | None = None
    items: tuple[int, ...] = ()
    words: str = ""
    seen: str | None = None
    version: str | None = None
    nonce: str | None = None
    anyway: bool = False


def give(desk: Desk, ask: Ask, source: Source = Source.MARK) -> ReviewEntry:
    """Records a mark; it is on the disk when this returns. A request that was answered before gets its mark again.

    Raises ConflictError where somebody else was there, UsageError for a mark that does not fit.
    """
    earlier = desk.log.answered(ask.nonce, desk.hand_in(ask.key).origin, ask.point) if ask.nonce else None
    if earlier is not None:
        return earlier.review
    hand_in, report = _checked(desk, ask)
    summed = ask.score is None
    score = _score(desk, ask, report)
    comment = desk.items.comment(ask.point, ask.items, ask.words)
    moment = desk.log.moment()
    new_mark = mark(report, point=ask.point, score=score, comment=comment, by=ask.by, when=moment)
    request = desk.regrades.open_for(hand_in.origin, ask.point) if source is Source.REGRADE else None
    with desk.database.writing():
        items = ask.items if summed else ()
        desk.log.add(hand_in.origin, new_mark, source, items=items, words=ask.words, nonce=ask.nonce)
        desk.snippets.used(ask.point, ask.words)
        if request is not None:
            before = new_mark.before or 0.0
            desk.regrades.answer(request, before=before, after=score, answer=comment, marker=ask.by, when=moment)
    desk.state.add_mark(hand_in.origin, new_mark)
    return new_mark


def open_twins(desk: Desk, hand_in: HandIn, point: str, me: str) -> list[HandIn]:
    """The hand-ins with the same files whose point nobody has marked yet, nor has open; so many as one may mark."""
    held = desk.held(me)
    undone = (
        twin
        for twin in desk.state.twins(hand_in)
        if (state := twin.points.get(point)) and not state.is_marked and twin.key not in held
    )
    return list(islice(undone, MAX_TOGETHER))


def give_together(desk: Desk, ask: Ask) -> int:
    """Gives the same to the hand-ins with the same files that have no mark; how many these were."""
    others = open_twins(desk, desk.hand_in(ask.key), ask.point, ask.by)
    for other in others:
        give(desk, replace(ask, key=other.key, seen=None, version=None, nonce=None))
    return len(others)


def keep(desk: Desk, ask: Ask) -> None:
    """Answers a regrade request without another mark. Raises UsageError where there is none."""
    hand_in, report = _checked(desk, ask)
    request = desk.regrades.open_for(hand_in.origin, ask.point)
    if request is None:
        if desk.regrades.answered_by(hand_in.origin, ask.point, ask.by, ask.words):
            return  # the very same answer, which came again because ours was lost on the way
        raise UsageError("this request has been answered already.")
    score = report.point(ask.point).score
    with desk.database.writing():
        desk.regrades.answer(
            request, before=score, after=score, answer=ask.words, marker=ask.by, when=desk.log.moment()
        )
    desk.state.changed.append(hand_in.key)


def give_second(desk: Desk, ask: Ask) -> SecondMark:
    """Keeps a second reader's mark, which changes nobody's score. Raises UsageError."""
    hand_in = desk.hand_in(ask.key)
    report = desk.report(hand_in)
    _check_version(ask, hand_in)
    score = _score(desk, ask, report)
    moment = desk.log.moment()
    fits = mark(report, point=ask.point, score=score, comment=ask.words, by=ask.by, when=moment)
    comment = desk.items.comment(ask.point, ask.items, ask.words)
    second = SecondMark(hand_in.origin, ask.point, fits.sha256, score, comment, ask.by, moment)
    with desk.database.writing():
        desk.seconds.keep(second)
    desk.state.changed.append(hand_in.key)
    return second


def undo(desk: Desk, by: str) -> LoggedMark:
    """Takes back the latest mark of `by`: what was before it counts again. Raises UsageError, ConflictError."""
    latest = desk.log.undoable(by)
    hand_in = desk.state.by_origin(latest.entry) if latest else None
    if latest is None or hand_in is None:
        raise UsageError("there is no mark of yours left to take back.")
    if latest.review.sha256 != hand_in.digest:
        raise UsageError("that mark was for an earlier hand-in, which no longer counts.")
    report, point = desk.report(hand_in), latest.review.point
    gone = desk.log.taken_back(latest.entry, point)
    standing_marks = [
        review
        for review in report.reviews
        if review.point == point and review.sha256 == hand_in.digest and review.when not in gone
    ]
    if standing_marks and standing_marks[-1] != latest.review:
        raise ConflictError(f"{standing_marks[-1].by} has marked this point since; your mark no longer counts.")
    former = standing_marks[-2] if len(standing_marks) > 1 else None
    back = mark(
        report,
        point=point,
        score=former.score if former else None,
        comment=former.comment if former else "",
        by=by,
        when=desk.log.moment(),
    )
    with desk.database.writing():
        desk.log.add(latest.entry, back, Source.UNDO, undoes=latest.number)
        if latest.source is Source.REGRADE:
            desk.regrades.reopen(latest.entry, point, latest.review.when)
    desk.state.add_mark(latest.entry, back)
    return latest


def rescore_items(desk: Desk, point: str, changed: int | None, by: str) -> int:
    """After a change of one item (None: of what all begin with): marks again everybody who has it; how many."""
    moved = 0
    for logged in desk.log.latest_of_point(point):
        hand_in = desk.state.by_origin(logged.entry)
        state = hand_in.points.get(point) if hand_in else None
        if hand_in is None or state is None or state.given != logged.review or not logged.items:
            continue
        if changed is not None and changed not in logged.items:
            continue
        item_numbers = {item.number for item in desk.items.of(point)}
        ticked = [item for item in logged.items if item in item_numbers]
        score = desk.items.total(point, ticked, logged.review.max_score)
        comment = desk.items.comment(point, ticked, logged.words)
        if (score, comment) == (logged.review.score, logged.review.comment):
            continue
        new_mark = mark(desk.report(hand_in), point=point, score=score, comment=comment, by=by, when=desk.log.moment())
        with desk.database.writing():
            desk.log.add(logged.entry, new_mark, Source.ITEMS, items=ticked, words=logged.words)
        desk.state.add_mark(logged.entry, new_mark)
        moved += 1
    return moved


def _score(desk: Desk, ask: Ask, report: Report) -> float:
    """What was asked for, or what the ticked items come to. Raises UsageError where there is no such point."""
    if ask.score is not None:
        return ask.score
    return desk.items.total(ask.point, ask.items, report.point(ask.point).max_score)


def _checked(desk: Desk, ask: Ask) -> tuple[HandIn, Report]:
    hand_in = desk.hand_in(ask.key)
    if len(ask.words) > MAX_COMMENT:
        raise UsageError(f"a comment has at most {MAX_COMMENT:,} characters; this one has {len(ask.words):,}.")
    report = desk.report(hand_in)
    check_rubric(desk.results / hand_in.folder / store.REPORT, report, desk.assignment)
    _check_version(ask, hand_in)
    if not ask.anyway:
        _check_alone(desk, ask, hand_in)
    return hand_in, report


def _check_version(ask: Ask, hand_in: HandIn) -> None:
    if ask.version not in (None, hand_in.version) and not ask.anyway:
        raise ConflictError("this hand-in has other files than when you opened this page; look at them first.")


def _check_alone(desk: Desk, ask: Ask, hand_in: HandIn) -> None:
    holder = desk.leases.holder(hand_in.origin, ask.by)
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
