"""What grading shows: a template that earns points, a reference that does not, a gallery that is not as expected."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from grader.assignment_folder import Assignment, template_of
from grader.authoring.gallery import Case, differences, reference_of
from grader.authoring.judging import Judge
from grader.authoring.lint.misconceptions_tried import Rehearsals
from grader.authoring.lint.remark import Remark, at_point
from grader.errors import SubmissionError
from grader.model import Outcome, Submission
from grader.oracles.misconceptions import rehearsing
from grader.pipeline import GradingSession
from grader.rubric import PERSON
from grader.schema import PointScore, Report
from grader.settings import RunSettings
from grader.suite.runner import RunChecks, collected

AGAIN_SECONDS = 1.0  # for a function that has timed out once: an endless loop is waited for once

Tell = Callable[[Remark], None]


def grade(
    assignment: Assignment,
    settings: RunSettings,
    cases: Sequence[Case],
    seeds: Sequence[int],
    gallery_seeds: Sequence[int],
    tell: Tell,
) -> Collection[str]:
    """Grade template, reference and gallery, and tell what is not as expected; the diagnoses that were made."""
    diagnoses: set[str] = set()
    with GradingSession(assignment, settings) as session:

        def work(run: RunChecks) -> None:
            rehearsals = Rehearsals(assignment)
            grader = _Grader(Judge(session, run, AGAIN_SECONDS, rehearsals.after_check), diagnoses, tell)
            grader.template(seeds[0])
            with rehearsing(rehearsals.hear):
                grader.reference(seeds, rehearsals)
            for remark in rehearsals.remarks():
                tell(remark)
            for case in cases:
                grader.case(case, gallery_seeds)

        collected(assignment, work)
    return diagnoses


class _Grader:
    """Grades what an assignment is tried on, and tells what is not as it should be."""

    def __init__(self, judge: Judge, diagnoses: set[str], tell: Tell) -> None:
        self._judge = judge
        self._assignment = judge.session.assignment
        self._diagnoses = diagnoses
        self._tell = tell

    def template(self, seed: int) -> None:
        folder = template_of(self._assignment.folder)
        for point in self._points(folder, seed, self._judge.session.selected):
            if point.score > 0 or (point.pending > 0 and self._machine_judges(point)):
                earned = f"earns {point.score:g}" if point.score else "is left to a person"
                self._tell(self._at(point, f"the template {earned}: nothing that students begin with may count."))
            self._broken(point, "the template")

    def reference(self, seeds: Sequence[int], rehearsals: Rehearsals) -> None:
        folder = reference_of(self._assignment.folder)
        lost: dict[str, tuple[list[int], PointScore]] = {}
        for seed in seeds:
            rehearsals.seed = seed
            for point in self._points(folder, seed, self._judge.session.selected):
                if point.score < point.max_score - point.pending or (point.pending and self._machine_judges(point)):
                    lost.setdefault(point.id, ([], point))[0].append(seed)
        for failing, point in lost.values():
            with_seeds = f"with {len(failing)} of {len(seeds)} seeds (such as {failing[0]})"
            self._tell(
                self._at(point, f"the reference loses {point.id} {with_seeds}: it is {point.outcome}. {point.message}")
            )

    def case(self, case: Case, seeds: Sequence[int]) -> None:
        """The first thing that is not as expected, and with how many of the seeds."""
        exercises = [part for part in self._assignment.rubric.exercise if part.id in case.expected.exercises]
        selected = {point.id for part in exercises for point in part.point} & self._judge.session.selected
        if not selected:
            return
        wrong: dict[int, list[str]] = {}
        for seed in seeds:
            report = self._report(case.path, seed, selected)
            if report is not None:
                wrong[seed] = differences(case, report, selected)
        failing = [seed for seed, problems in wrong.items() if problems]
        if failing:
            several = f"with {len(failing)} of {len(seeds)} seeds (such as {failing[0]}), " if len(seeds) > 1 else ""
            advice = "" if len(failing) == len(seeds) else " The verdict is luck: let the check draw more."
            self._tell(Remark(case.file, 1, f"{several}{'; '.join(wrong[failing[0]])}.{advice}"))

    def _points(self, folder: Path, seed: int, selected: Collection[str]) -> Sequence[PointScore]:
        report = self._report(folder, seed, selected) if folder.is_dir() else None
        return report.points if report is not None else ()

    def _report(self, folder: Path, seed: int, selected: Collection[str]) -> Report | None:
        try:
            submission: Submission = self._judge.session.load(folder)
        except SubmissionError as error:
            self._tell(Remark(folder, None, str(error).removeprefix(f"{folder}: ")))
            return None
        report = self._judge.report(submission, seed, selected)
        self._diagnoses.update(point.diagnosis for point in report.points if point.diagnosis)
        self._diagnoses.update(part.diagnosis for point in report.points for part in point.parts if part.diagnosis)
        return report

    def _broken(self, point: PointScore, answer: str) -> None:
        if point.outcome is Outcome.GRADER_ERROR:
            self._tell(self._at(point, f"its check breaks at {answer}: {point.message}"))

    def _machine_judges(self, point: PointScore) -> bool:
        return any(item.id == point.id and item.kind != PERSON for item in self._assignment.rubric.points)

    def _at(self, point: PointScore, sentence: str) -> Remark:
        return at_point(self._assignment, point.id, sentence)
