"""One pytest session of a student's: opens a session on the submission and prints the points at its end."""

import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader.assignment_folder import load_assignment
from grader.counting import number
from grader.errors import GraderError
from grader.model import CheckResult, Outcome
from grader.pipeline import GradingSession
from grader.report.spelling import never_fail
from grader.report.student_summary import PRACTICE_SEED, print_progress
from grader.sandbox.launcher import Launcher
from grader.schema import Report
from grader.settings import RunSettings
from grader.student.older_pythons import with_notes
from grader.student.selection import bracketed, keywords, select_from
from grader.suite.check_run import CheckRun, point_of
from grader.suite.collection_root import collecting_below
from grader.suite.missing_packages import lacking, remedy, runnable
from grader.suite.plugin import CheckPlugin, LostPoints

AFTER_TIMEOUT = (
    1.0  # seconds for a function that has timed out once: an endless loop is waited for once, not five times
)
_NOTHING_SELECTED = "No point was selected. `pytest -k 3.4` runs one point, `pytest exercise3.py` one exercise."
_NOTHING_RUNS = "No point of this selection can be judged before that."
_NOT_RUN = "Another part of this point was not run this time."
# Other plugins' options that would take the checks out of this process, where their results are.
_ELSEWHERE: dict[str, Any] = {"numprocesses": None, "dist": "no", "tx": [], "forked": False}


@dataclass
class StudentRun:
    """A pytest plugin with the submission_session of one submission, whose workers come from `launcher`."""

    config: pytest.Config
    launcher: Launcher
    stack: ExitStack = field(default_factory=ExitStack)
    not_runnable: bool = False  # whether something was selected that needs a package which is not installed

    def __post_init__(self) -> None:
        option = self.config.option
        self.debug, option.usepdb = option.usepdb or option.try_it, False  # pytest's own would stop in our code
        for name, value in _ELSEWHERE.items():
            if hasattr(option, name):
                setattr(option, name, value)
        option.keyword = bracketed(option.keyword)
        if option.verbose == 0:  # `-v` behind the `-q` of pytest.ini
            option.verbose = 1
        self.folder = Path(option.submission or self.config.rootpath)
        try:
            self.assignment = load_assignment(option.assignment)
            settings = RunSettings(seed=PRACTICE_SEED if option.seed is None else option.seed)
            grading = GradingSession(self.assignment, settings, launcher=self.launcher)
            self.grading = self.stack.enter_context(grading)
            submission = with_notes(self.grading.load(self.folder))
            here = self.config.invocation_params.dir
            self.selection = select_from(self.config.args, here, self.assignment.checks, self.assignment.rubric)
        except GraderError as error:
            raise pytest.UsageError(str(error)) from error
        self.lacks = lacking(self.assignment.rubric.exercise)
        self.runnable = runnable(self.assignment.rubric, self.grading.selected)
        self.session = self.stack.enter_context(self.grading.begin(submission, after_timeout=AFTER_TIMEOUT))
        self.stack.callback(self.launcher.close)  # first of all: it ends all workers at once, not one by one
        self.run = CheckRun(self.session, self.grading.selected)
        self.config.pluginmanager.register(CheckPlugin(self.run), "grader-checks")

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Iterator[None]:
        with collecting_below(session.config, self.assignment.checks, self.selection.nodes):
            yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
        """Name each check by its point; of what is selected, keep what can be run here."""
        for item in items:
            point = point_of(item)[0]
            item.extra_keyword_matches.update(keywords(point, self.assignment.rubric.exercise_of(point).id))
        exercises = self.selection.exercises
        self._deselect(
            items, lambda point: bool(exercises) and self.assignment.rubric.exercise_of(point).id not in exercises
        )
        yield  # `-k`, `--lf` and the like
        self.not_runnable = self._deselect(items, lambda point: point not in self.runnable)

    def _deselect(self, items: list[pytest.Item], left_out: Callable[[str], bool]) -> bool:
        """Take the checks of the points that are `left_out` from `items`; whether there were any."""
        gone = [item for item in items if left_out(point_of(item)[0])]
        items[:] = [item for item in items if item not in gone]
        if gone:
            self.config.hook.pytest_deselected(items=gone)
        return bool(gone)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Keep the outcome with pytest's report, for its letters and its last line; show prints where `-s` asks."""
        report = yield
        if call.excinfo is not None and isinstance(call.excinfo.value, LostPoints):
            report.outcome_of_point = call.excinfo.value.result.verdict.outcome
        if call.when == "call" and self.config.option.capture == "no" and item.nodeid in self.run.results:
            print("\n" + self.run.results[item.nodeid].output, end="")
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """What is not begun is no failure to be ashamed of: `m` for missing, `p` for partial."""
        outcome = getattr(report, "outcome_of_point", None)
        if outcome not in (Outcome.MISSING, Outcome.PARTIAL):
            return None
        return outcome.value, outcome.value[0], outcome.value.upper()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The points of what was run; a selection (`-k`, `-x`, `--lf`) shows its own."""
        if self.config.option.collectonly:
            return
        terminalreporter.ensure_newline()
        console = Console(file=terminalreporter._tw._file)
        never_fail(console.file)
        if self.not_runnable:
            console.print(f"\n{remedy(self.lacks, self.assignment.rubric.install)}", markup=False, soft_wrap=True)
        if not self.run.results:
            console.print(_NOTHING_RUNS if self.not_runnable else _NOTHING_SELECTED, highlight=False)
            return
        report = self._report()
        print_progress(report, console, selection=len(report.points) < len(self.assignment.rubric.points))
        console.print(self._closing(console.width), highlight=False, soft_wrap=True)
        reached = f"{number(report.score)} of {number(report.max_score)} points"
        setattr(terminalreporter, "build_summary_stats_line", lambda: ([(reached, {"bold": True})], "green"))  # noqa: B010
        if self.debug:
            self._try(report, console)

    def pytest_unconfigure(self) -> None:
        self.stack.close()

    def _report(self) -> Report:
        """On the points of which a check ran; `-x` or `-k` may have kept another part of one from running."""
        results = list(_worst(self.run.finish()))
        return self.grading.report(self.session, results, {result.point for result in results}, unjudged=_NOT_RUN)

    def _closing(self, width: int) -> str:
        how = "" if self.launcher.name == "process" else f", sandbox {self.launcher.name}"
        sentence = (
            f"This was a practice run (seed {self.session.seed}{how}). The official grading uses the same checks with "
            "other random inputs."
        )
        return textwrap.fill(sentence, max(width, 30))

    def _try(self, report: Report, console: Console) -> None:
        from grader.student.trial import first_trial, run_trial

        trial = first_trial(report, self.assignment.rubric)
        if trial is None:
            console.print("\nThere is no failing input to try.", highlight=False)
            return
        capture = self.config.pluginmanager.getplugin("capturemanager")
        if capture is not None:
            capture.suspend_global_capture(in_=True)
        run_trial(trial, self.folder, console, debug=True)


def _worst(results: tuple[CheckResult, ...]) -> Iterator[CheckResult]:
    """One result a check, where `--count` or a plugin like it has run some of them again: one that lost points."""
    worst: dict[tuple[str, str | None], CheckResult] = {}
    for result in results:
        before = worst.get((result.point, result.part))
        if before is None or before.verdict.outcome is Outcome.PASSED:
            worst[result.point, result.part] = result
    yield from worst.values()
