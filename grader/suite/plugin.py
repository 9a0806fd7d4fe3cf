"""The pytest plugin under every run of the checks: fixtures, the `points` mark, and verdicts instead of tracebacks.

A check asks the submission and returns a `Verdict`; its docstring says in `grader explain` what is checked:

    exercise2 = module("exercise2")

    @points("2.1")
    def check_one_window(exercise2, rng):
        "In one window the gradient lands on the maximum."
        return judge(exercise2.maxpool2x2_backward, one_window(rng))
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from grader.model import CheckResult, Outcome, Verdict
from grader.suite.check_run import PART, CheckRun, point_of
from grader.suite.proxy import ModuleProxy
from grader.suite.session import OracleProxy, SubmissionSession

Mark = Callable[[Callable[..., Verdict]], Callable[..., Verdict]]


def points(point: str, part: str | Sequence[str] | None = None) -> Mark:
    """Tie a check to the point of the rubric that it decides, or to one part of it.

    Of several parts, the check is run for each; it asks for `part`, the name of the one that it decides.
    """
    if not isinstance(point, str):
        usage = f"@points({point!r})" if isinstance(point, int | float) else "@points"
        raise TypeError(f'{usage}: it takes the id of a point as a text, such as @points("1.1")')
    if part is None or isinstance(part, str):
        return pytest.mark.points(point, part)
    parts = [*part]
    return lambda check: pytest.mark.points(point, None)(pytest.mark.parametrize(PART, parts, ids=parts)(check))


def module(name: str) -> Any:
    """The fixture `name`: the submission's module of that name; of one in a package, by the last part of its name."""

    @pytest.fixture(scope="session", name=name.rpartition(".")[2])
    def proxy(submission_session: SubmissionSession) -> ModuleProxy:
        return submission_session.module(name)

    return proxy


def harness_module(name: str, beside: str) -> Any:
    """The fixture `name`: a module that the rubric names as `harness`, in the worker of the module `beside`."""

    @pytest.fixture(scope="session", name=name)
    def proxy(submission_session: SubmissionSession) -> ModuleProxy:
        return submission_session.harness_module(name, beside)

    return proxy


_SUBMISSION_SESSION = pytest.StashKey[SubmissionSession]()


@pytest.fixture(scope="session")
def submission_session(pytestconfig: pytest.Config) -> SubmissionSession:
    """The submission that is being graded, with its workers."""
    return pytestconfig.stash[_SUBMISSION_SESSION]


@pytest.fixture(scope="session")
def bounded(submission_session: SubmissionSession) -> Callable[[str], OracleProxy]:
    """`bounded("symbolic")`: an oracle that runs where it can be stopped."""
    return submission_session.oracles.proxy


@pytest.fixture(scope="session")
def settings(submission_session: SubmissionSession) -> Mapping[str, float | int | str | bool]:
    """The rubric's settings."""
    return submission_session.settings


@pytest.fixture(scope="session")
def files(submission_session: SubmissionSession) -> Mapping[str, bytes]:
    """The submission's files."""
    return submission_session.submission.files


@pytest.fixture(scope="session")
def seed(submission_session: SubmissionSession) -> int:
    """The grading's seed."""
    return submission_session.seed


@pytest.fixture
def rng(request: pytest.FixtureRequest, seed: int) -> np.random.Generator:
    """A generator that depends on the seed and on the check alone, not on what ran before."""
    return np.random.default_rng([seed, zlib.crc32(request.node.name.encode())])


class LostPoints(Exception):  # noqa: N818 - not an error: pytest's way to say that a check found something
    """Raised behind a check whose verdict is not a full one, so that pytest counts it as failed."""

    def __init__(self, result: CheckResult) -> None:
        super().__init__(result.verdict.message)
        self.result = result


class CheckPlugin:
    """Runs the checks, `run` after `run`, and keeps a result for each."""

    def __init__(self, run: CheckRun | None = None) -> None:
        self._run = run
        self._config: pytest.Config | None = None

    @property
    def run(self) -> CheckRun:
        assert self._run is not None, "a check was run before there was a submission"
        return self._run

    @run.setter
    def run(self, run: CheckRun) -> None:
        self._run = run
        if self._config is not None:
            self._config.stash[_SUBMISSION_SESSION] = run.submission_session

    def pytest_configure(self, config: pytest.Config) -> None:
        self._config = config
        if self._run is not None:
            config.stash[_SUBMISSION_SESSION] = self._run.submission_session
        config.addinivalue_line("markers", "points(point, part=None): the point of the rubric that a check decides")

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Each check is to be found by the id of its point (`-k 3.4`)."""
        for item in items:
            item.extra_keyword_matches.add(point_of(item)[0])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if self._run is not None and not session.config.option.collectonly:  # else nothing will be asked, or not yet
            self._run.start(session.items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Run one check for its verdict."""
        self.run.submission_session.call_log.begin()
        names = pyfuncitem._fixtureinfo.argnames
        result = self.run.judge(
            pyfuncitem, lambda: pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names})
        )
        match result.verdict.outcome:
            case Outcome.PASSED:
                return True
            case Outcome.REVIEW:
                pytest.skip(result.verdict.message)
            case _:
                raise LostPoints(result)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
        """pytest's report with the student's sentence for a traceback; a fixture that failed is a result too."""
        if call.when == "setup" and call.excinfo is not None:
            error = call.excinfo.value
            self.run.judge(item, lambda: _raise(error))
        report = yield
        if call.excinfo is not None and isinstance(call.excinfo.value, LostPoints):
            report.longrepr = describe(call.excinfo.value.result)
            report.location = (*report.location[:2], self._heading(item))
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        """A worker ends with its exercise: a submission holds the memory of one at a time."""
        session = self.run.submission_session
        exercise_of = session.assignment.rubric.exercise_of
        exercise = exercise_of(point_of(item)[0])
        if nextitem is None or exercise_of(point_of(nextitem)[0]).id != exercise.id:
            session.finish(exercise)

    @pytest.hookimpl(optionalhook=True)
    def pytest_json_runtest_metadata(self, item: pytest.Item) -> dict[str, Any]:
        """What pytest-json-report carries to the suite."""
        result = self.run.results.get(item.nodeid)
        return {} if result is None else {"result": asdict(result)}

    def _heading(self, item: pytest.Item) -> str:
        point, _ = point_of(item)
        return f"{point} {self.run.submission_session.assignment.rubric.point(point).title}"


def describe(result: CheckResult) -> str:
    """The lines that a student reads under a check that cost points: the sentence, and where their own code was."""
    lines = [result.verdict.message]
    lines += [f"  {frame.file}:{frame.line} in {frame.function}: {frame.code}" for frame in result.traceback]
    lines += [f"note: {note}" for note in result.verdict.notes]
    if result.output:
        lines += ["your code printed:", *("  " + line for line in result.output.splitlines()[:20])]
    return "\n".join(lines)


def _raise(error: BaseException) -> Verdict:
    raise error
