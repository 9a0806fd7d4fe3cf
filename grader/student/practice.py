"""One pytest session of a student's: opens a session on the submission and prints the points at its end."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader.errors import GraderError
from grader.model import CheckResult, Outcome
from grader.pipeline import GradingSession
from grader.report.student_summary import PRACTICE_SEED, print_progress
from grader.rubric import load_assignment
from grader.sandbox.launcher import Launcher
from grader.schema import Report
from grader.settings import RunSettings
from grader.suite.plugin import CheckPlugin, LostPoints, Run

_NOTHING_SELECTED = "No point was selected. `pytest -k 3.4` runs one point, `pytest -k exercise3` one exercise."
_NOT_RUN = "Another part of this point was not run this time."


@dataclass
class StudentRun:
    """A pytest plugin with the submission_session of one submission, whose workers come from `launcher`."""

    config: pytest.Config
    launcher: Launcher
    results: list[CheckResult] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        folder = Path(self.config.option.submission or self.config.rootpath)
        try:
            self.assignment = load_assignment(self.config.option.assignment)
            settings = RunSettings(seed=PRACTICE_SEED if self.config.option.seed is None else self.config.option.seed)
            grading = GradingSession(self.assignment, settings, launcher=self.launcher)
            self.grading = self.stack.enter_context(grading)
            submission = self.grading.load(folder)
        except GraderError as error:
            raise pytest.UsageError(str(error)) from error
        # What is collected. A folder on the command line was for pytest to look for pytest.ini in.
        self.config.args = [str(self.assignment.checks)]
        self.submission_session = self.stack.enter_context(self.grading.begin(submission))
        self.stack.callback(self.launcher.close)  # first of all: it ends all workers at once, not one by one
        plugin = CheckPlugin(Run(self.submission_session, self.grading.selected, self.results.append))
        self.config.pluginmanager.register(plugin, "grader-checks")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """Keeps the outcome with pytest's report, for its letters and its last line."""
        report = yield
        if call.excinfo is not None and isinstance(call.excinfo.value, LostPoints):
            report.outcome_of_point = call.excinfo.value.result.verdict.outcome
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
        if not self.results:
            terminalreporter.write_line(_NOTHING_SELECTED)
            return
        print_progress(self._report(), Console(file=terminalreporter._tw._file))
        terminalreporter.write_line(
            f"Your code ran in {_isolation(self.launcher.name)}, with seed {self.submission_session.seed}. "
            "The official grading runs the same checks with another seed, behind walls."
        )

    def pytest_unconfigure(self) -> None:
        self.stack.close()

    def _report(self) -> Report:
        """On the points of which a check ran; `-x` or `-k` may have kept another part of one from running."""
        run = {result.point for result in self.results}
        return self.grading.report(self.submission_session, self.results, run, unjudged=_NOT_RUN)


def _isolation(sandbox: str) -> str:
    """The sandbox in words that claim no more than there is."""
    return "ordinary processes of your own, without walls" if sandbox == "process" else f"the sandbox {sandbox}"
