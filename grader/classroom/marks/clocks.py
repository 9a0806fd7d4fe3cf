"""Warn about times of hand-ins: those on an unknown clock that decides what lateness costs, and those not known."""

from collections.abc import Iterable, Iterator

from grader.classroom.class_model import HandIn, Issue, IssueKind
from grader.classroom.intake.dates import UNREAD_TIME
from grader.classroom.intake.lms_names import CANVAS_LATE
from grader.classroom.marks.late import hangs_on_the_clock
from grader.rubric import Late
from grader.text import listed

MAX_NAMED = 10  # hand-ins listed in the message; class.json has the time of each


def clock_issues(hand_ins: Iterable[HandIn], late: Late) -> Iterator[Issue]:
    """An issue if some time without a time zone would cost something else when read on another clock."""
    count, in_doubt = 0, []
    for hand_in in hand_ins:
        if hand_in.zoneless and hand_in.submitted is not None:
            count += 1
            if hangs_on_the_clock(late, hand_in.submitted, hand_in.extension):
                in_doubt.append(hand_in.id)
    if in_doubt:
        message = (
            f"times without a time zone ({count} of them) were read on the clock of {late.timezone}, the rubric's. "
            f"That decides what lateness costs for {listed(in_doubt, MAX_NAMED)}. If the LMS showed another "
            "clock, give the times with their offset (2022-01-25T13:59:00+01:00) as --submitted."
        )
        yield Issue(IssueKind.TIME, "times", message)


def no_time_issues(hand_ins: Iterable[HandIn], late: Late) -> Iterator[Issue]:
    """An issue if the time is known of most hand-ins and not of some: these may be late, and nobody would notice.

    Who has times of a few alone gave those that are late. What the LMS itself says of a time has an issue of its own.
    """
    count, untimed = 0, []
    for hand_in in hand_ins:
        count += 1
        if hand_in.submitted is None:
            untimed.append(hand_in)
    silent = [hand_in.id for hand_in in untimed if not any(map(_is_about_time, hand_in.notes))]
    if silent and late.policy != "none" and 2 * len(untimed) < count:
        message = (
            f"the time of submission is not known for {listed(silent, MAX_NAMED)}. Nothing was deducted; "
            "give the times with --submitted."
        )
        yield Issue(IssueKind.TIME, "times", message)


def _is_about_time(note: str) -> bool:
    return note == CANVAS_LATE or note.startswith(UNREAD_TIME)
