"""Warn about times of hand-ins without a time zone, where lateness depends on whose clock they were read from."""

from collections.abc import Iterable, Iterator

from grader.classroom.class_model import HandIn, Issue, IssueKind
from grader.classroom.marks.late import hangs_on_the_clock
from grader.rubric import Late

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
        more = f" and {len(in_doubt) - MAX_NAMED} more" if len(in_doubt) > MAX_NAMED else ""
        message = (
            f"times without a time zone ({count} of them) were read on the clock of {late.timezone}, the rubric's. "
            f"That decides what lateness costs for {', '.join(in_doubt[:MAX_NAMED])}{more}. If the LMS showed another "
            "clock, give the times with their offset (2022-01-25T13:59:00+01:00) as --submitted."
        )
        yield Issue(IssueKind.TIME, "times", message)
