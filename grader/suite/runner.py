"""Runs pytest over an assignment's checks, for one submission or for many in one session.

pytest runs here, on the trusted side, with our own ini file and our own checks folder: nothing that a submission holds
is collected, imported or read by it.
"""

import io
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import pytest

from grader.assignment_folder import Assignment
from grader.errors import SuiteError
from grader.model import CheckResult
from grader.suite.author_errors import located, place_of, wrong_kind
from grader.suite.check_run import CheckRun, point_of
from grader.suite.collection_root import collecting_below
from grader.suite.plugin import CheckPlugin
from grader.suite.session import SubmissionSession

_INI = Path(__file__).with_name("suite.ini")
Worked = TypeVar("Worked")

# pytest's own plugins that no check needs, and each of which costs time for every submission; the last two would run
# the garbage collector twice. Named here and not in the ini file, they are not even loaded.
_WITHOUT = [
    f"-pno:{name}"
    for name in (
        *("doctest", "pastebin", "junitxml", "setuponly", "setupplan", "stepwise", "faulthandler", "logging"),
        *("subtests", "unittest", "unraisableexception", "threadexception"),
    )
]


Results: TypeAlias = tuple[CheckResult, ...]
OnResult: TypeAlias = Callable[[CheckResult], None]


class RunChecks(Protocol):
    """Runs the checks of the selected points over one submission_session: the results in the order in which they ran.

    Raises UsageError if a check was asked for what is not available (a device, a file of data).
    """

    def __call__(
        self, submission_session: SubmissionSession, selected: frozenset[str], on_result: OnResult
    ) -> Results: ...


def run_checks(submission_session: SubmissionSession, selected: frozenset[str], on_result: OnResult) -> Results:
    """The same over one submission_session alone, the checks collected for it. Raises what `collected` raises, too."""
    return collected(submission_session.assignment, lambda run: run(submission_session, selected, on_result))


def collected(assignment: Assignment, work: Callable[[RunChecks], Worked]) -> Worked:
    """What `work` returns, given the assignment's checks: collected once, to be run over any number of submissions.

    Collecting is most of what pytest costs, and the same for everybody. Raises SuiteError if pytest cannot collect
    them, KeyboardInterrupt if a person stopped it, and what `work` raises; the checks are then of no use any more.
    """
    session = _Session(work, assignment)
    _collect(assignment, session)
    return session.returned[0]


@dataclass(frozen=True, slots=True)
class CheckPlace:
    """Where a check stands and what it decides; `sentence` is its docstring, which `grader explain` shows."""

    name: str
    file: Path
    line: int
    point: str
    part: str | None
    sentence: str


def list_checks(assignment: Assignment) -> list[CheckPlace]:
    """Every check of an assignment; none is run. Raises SuiteError if pytest cannot collect them."""
    session: _Session[None] = _Session(lambda run: None, assignment)
    _collect(assignment, session)
    return [
        CheckPlace(
            item.name,
            item.path,
            (item.location[1] or 0) + 1,
            *point_of(item),
            sentence=" ".join((getattr(getattr(item, "obj", None), "__doc__", None) or "").split()),
        )
        for item in session.items
    ]


def _collect(assignment: Assignment, session: "_Session[Any]") -> None:
    if not any(assignment.checks.glob("**/check_*.py")):
        raise SuiteError(f"{assignment.folder}: the checks cannot be loaded: there is no checks/check_*.py")
    output = io.StringIO()
    with _quiet_environment(), redirect_stdout(output):
        code = pytest.main(
            ["-c", str(_INI), *_WITHOUT, f"--rootdir={assignment.checks}", str(assignment.checks)],
            plugins=[session.checks, session],
        )
    if session.raised is not None:
        raise session.raised
    if not session.returned and code == pytest.ExitCode.INTERRUPTED and not session.broken:
        raise KeyboardInterrupt
    if not session.returned:
        if session.broken:
            raise SuiteError(
                f"{assignment.folder}: the checks cannot be loaded: {'; '.join(dict.fromkeys(session.broken))}"
            )
        raise SuiteError(
            f"pytest ended with exit code {int(code)} over the checks in {assignment.checks}:\n{output.getvalue()}"
        )


class _Session(Generic[Worked]):
    """A pytest plugin: in place of pytest's loop over its tests, `work`, which loops over them as often as it likes."""

    def __init__(self, work: Callable[[RunChecks], Worked], assignment: Assignment) -> None:
        self.checks = CheckPlugin()
        self.items: list[pytest.Item] = []
        self._assignment = assignment
        self.broken: list[str] = []
        self.returned: list[Worked] = []
        self.raised: BaseException | None = None
        self._work = work

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Iterator[None]:
        with collecting_below(session.config, self._assignment.checks):
            yield

    def pytest_exception_interact(
        self, call: pytest.CallInfo[Any], report: pytest.CollectReport | pytest.TestReport
    ) -> None:
        if isinstance(report, pytest.CollectReport) and call.excinfo is not None:
            self.broken.append(located(call.excinfo.value, self._assignment.folder))

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        """A file that calls exit() when it is imported would end pytest."""
        try:
            return (yield)
        except SystemExit as error:
            self.broken.append(located(error, self._assignment.folder))
            return pytest.CollectReport(collector.nodeid, "failed", str(error), [])

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, collector: Any, name: str, obj: object) -> list[pytest.Item] | None:
        """A check that waits or yields cannot bring a verdict."""
        mistake = wrong_kind(obj, self._assignment.folder) if collector.funcnamefilter(name) else None
        if mistake is None:
            return None  # as pytest itself does
        self.broken.append(mistake)
        return []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in [item for item in items if item.get_closest_marker("points") is None]:
            self.broken.append(
                f"{place_of(item, self._assignment.folder)}: {item.name} has no @points mark: what does it decide?"
            )
            items.remove(item)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if self.broken:
            return None  # pytest's own loop says so
        self.items = list(session.items)
        try:
            self.returned.append(self._work(partial(self._run, session)))
        except BaseException as error:  # noqa: BLE001 - pytest would take it for its own; it is raised again behind it
            self.raised = error
        return True

    def _run(
        self,
        session: pytest.Session,
        submission_session: SubmissionSession,
        selected: frozenset[str],
        on_result: OnResult,
    ) -> Results:
        run = self.checks.run = CheckRun(submission_session, selected, on_result)
        items = run.chosen(session.items)
        run.start(items)
        for item, following in zip_longest(items, items[1:]):  # None behind the last: session fixtures end with it
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
        reporter.stats.clear()  # it keeps all for a summary that nobody asks for
        return run.finish()


@contextmanager
def _quiet_environment() -> Iterator[None]:
    """No pytest plugin and no option of the person's own environment gets into the grading."""
    changes = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
