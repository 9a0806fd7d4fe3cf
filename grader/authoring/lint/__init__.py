"""What is missing or inconsistent in an assignment: a remark for each, with the file, the line and what to do.

`reading_files` finds what needs no running, `grading` what template, reference and gallery show when they are graded.
"""

from collections.abc import Callable, Sequence

from grader.assignment_folder import Assignment
from grader.authoring.gallery import gallery_of, read_gallery
from grader.authoring.lint.grading import grade
from grader.authoring.lint.misconceptions_shown import unshown
from grader.authoring.lint.reading_files import read
from grader.authoring.lint.remark import Remark
from grader.errors import SuiteError, UsageError
from grader.settings import RunSettings
from grader.suite.runner import list_checks

__all__ = ["Remark", "lint"]


def lint(
    assignment: Assignment,
    settings: RunSettings,
    seeds: Sequence[int],
    gallery_seeds: Sequence[int],
    tell: Callable[[Remark], None],
) -> None:
    """Hand all remarks to `tell`, as they are found. The reference is graded with `seeds`, answers of the gallery with
    the others.

    Raises UsageError for points that do not exist, SandboxError where the answers cannot be run.
    """
    settings.selected(assignment.rubric)
    try:
        checks = list_checks(assignment)
        cases = read_gallery(gallery_of(assignment.folder))
    except (SuiteError, UsageError) as error:  # they name files and lines themselves; without either nothing is graded
        tell(Remark(assignment.folder, None, str(error).removeprefix(f"{assignment.folder}: ")))
        return
    for remark in read(assignment, checks, cases):
        tell(remark)
    diagnoses = grade(assignment, settings, cases, seeds, gallery_seeds, tell)
    for remark in unshown(assignment, cases, diagnoses):
        tell(remark)
