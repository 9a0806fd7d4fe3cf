"""Find marks that a person gave to an earlier hand-in, and that say nothing about the one that counts now. Pure."""

from collections.abc import Iterator

from grader.classroom.class_model import Issue, IssueKind
from grader.counting import number
from grader.schema import Report, ReviewEntry


def old_mark_issues(name: str, report: Report) -> Iterator[Issue]:
    """An issue for each point of hand-in `name` that a person marked before its files changed, and nobody since.

    What is left to a person anyway is pending, and said to be.
    """
    latest = {mark.point: mark for mark in report.reviews}
    for point in report.points:
        mark = latest.get(point.id)
        if mark is not None and _is_old(mark, report) and not point.pending:
            message = (
                f"{point.id}: {mark.by} gave {number(mark.score or 0.0)} of {number(mark.max_score)} to an earlier "
                f"hand-in; the machine gives {number(point.score)} to the one that counts now. If the mark still "
                "holds, give it again."
            )
            yield Issue(IssueKind.OLD_MARK, name, message)


def _is_old(mark: ReviewEntry, report: Report) -> bool:
    return mark.score is not None and mark.sha256 != report.submission.sha256
