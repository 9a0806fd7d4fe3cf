"""`pytest` in a submission's own folder: the same checks, and at the end the table of points.

A pytest plugin, named in the template's pytest.ini. It runs a student's own code on the student's own machine, so the
sandbox is a plain process; the official grading runs the same checks behind walls and with another seed.
"""

from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console

from grader.errors import GraderError
from grader.examination import Examination, Oracles
from grader.load import load
from grader.model import CheckResult
from grader.pipeline import about
from grader.plugin import CheckPlugin
from grader.report.terminal import print_table
from grader.rubric import BUILT_IN, load_assignment
from grader.sandbox.choose import open_launcher
from grader.score import score

DEFAULT_SEED = 1  # the same inputs every time, so that `--lf` asks again what was asked before


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grader")
    group.addoption(
        "--submission", default=None, metavar="DIR", help="the folder to check (default: where pytest.ini is)"
    )
    group.addoption(
        "--seed", type=int, default=DEFAULT_SEED, help=f"seed of the random inputs (default: {DEFAULT_SEED})"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not config.option.help and not config.option.version:
        config.pluginmanager.register(StudentRun(config), "grader-student-run")


@dataclass
class StudentRun:
    """Opens the examination for one pytest session and prints the points at its end."""

    config: pytest.Config
    results: list[CheckResult] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        folder = Path(self.config.option.submission or self.config.rootpath)
        try:
            self.assignment = load_assignment(BUILT_IN)
            submission = load(folder, [exercise.module for exercise in self.assignment.rubric.exercise])
        except GraderError as error:
            raise pytest.UsageError(str(error)) from error
        launcher = self.stack.enter_context(closing(open_launcher("process")))
        oracles = self.stack.enter_context(Oracles(launcher, self.assignment))
        self.examination = Examination(submission, self.assignment, launcher, oracles, self.config.option.seed)
        self.stack.enter_context(self.examination)
        every = frozenset(point.id for point in self.assignment.rubric.points)
        plugin = CheckPlugin(self.examination, every, self.results.append)
        self.config.pluginmanager.register(plugin, "grader-checks")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The points of what was run; a selection (`-k`, `--lf`) shows its own."""
        run = {result.point for result in self.results}
        facts = about(self.examination.submission, self.assignment, self.examination.launcher, self.examination.seed)
        report = score(self.assignment.rubric, self.results, run, **facts)
        terminalreporter.ensure_newline()
        print_table(report, Console(file=terminalreporter._tw._file))
        terminalreporter.write_line("The official grading runs the same checks with another seed, behind walls.")

    def pytest_unconfigure(self) -> None:
        self.stack.close()
