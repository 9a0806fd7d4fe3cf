"""Whose clock a time of a hand-in was on, where nothing says it and lateness hangs on it."""

from collections.abc import Iterable, Iterator

from grader.classroom.class_model import HandIn, Issue, IssueKind
from grader.classroom.marks.late import hangs_on_the_clock
from grader.rubric import Late

MAX_NAMED = 10


def clock_issues(hand_ins: Iterable[HandIn], late: Late) -> Iterator[Issue]:
    """Says on whose clock times were read that do not say it, where that decides what lateness costs."""
    count, near = 0, []
    for hand_in in hand_ins:
        if hand_in.zoneless and hand_in.submitted is not None:
            count += 1
            if hangs_on_the_clock(late, hand_in.submitted, hand_in.extension):
                near.append(hand_in.id)
    if near:
        more = f" and {len(near) - MAX_NAMED} more" if len(near) > MAX_NAMED else ""
        message = (
            f"times without a time zone ({count} of them) were read on the clock of {late.timezone}, the rubric's. "
            f"That decides what lateness costs for {', '.join(near[:MAX_NAMED])}{more}. If the LMS showed another "
            "clock, give the times with their offset (2022-01-25T13:59:00+01:00) as --submitted."
        )
        yield Issue(IssueKind.TIME, "times", message)
