"""One submission being graded: its workers, our oracles' workers, and the proxies that lead checks to them."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader import oracles as library
from grader.assignment_folder import Assignment, python_sources
from grader.errors import GraderError, SuiteError
from grader.load.static_checks import importable_files, inspect
from grader.model import CallFailure, Finding, Outcome, Submission
from grader.rubric import Exercise, Oracle
from grader.sandbox.launcher import Bundle, Launcher, Limits
from grader.sandbox.supervisor import Sandbox
from grader.suite.endpoint import CallLog, Contract, Endpoint, ModuleFindings
from grader.suite.missing_packages import not_installed
from grader.suite.proxy import ModuleProxy


class OracleStoppedError(Exception):
    """One of our oracles was stopped: the question was too large for it to decide, and a person has to."""


class OracleError(GraderError):
    """One of our oracles failed: a fault of ours, not of the student's."""


class Oracles:
    """An assignment's bounded oracles, for any number of submissions, in workers that never see a student's code."""

    def __init__(self, launcher: Launcher, assignment: Assignment) -> None:
        sources = {**_library(), **{f"bounded/{name}": file for name, file in assignment.sources("bounded").items()}}
        self._oracles = {oracle.name: oracle for oracle in assignment.rubric.oracle}
        self._sandbox = Sandbox(
            launcher, {name: _oracle_bundle(oracle, sources) for name, oracle in self._oracles.items()}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sandbox.__exit__(kind, error, trace)

    def start(self, exercises: Collection[str]) -> None:
        """Start the oracles that these exercises' checks will ask."""
        for name, oracle in self._oracles.items():
            if not set(oracle.exercises).isdisjoint(exercises):
                self._sandbox.start(name, importing=True)

    def proxy(self, name: str) -> "OracleProxy":
        """Raise SuiteError for one that the rubric does not have."""
        if name not in self._oracles:
            raise SuiteError(f"the rubric has no oracle {name!r}; it has {', '.join(self._oracles) or 'none'}")
        oracle = self._oracles[name]
        return OracleProxy(ModuleProxy(Endpoint(self._sandbox, name, oracle.call_seconds), oracle.module))


class OracleProxy:
    """An oracle's functions. A failure that would be the student's in their module is ours in this one."""

    def __init__(self, module: ModuleProxy) -> None:
        self._module = module

    def within(self, seconds: float) -> "OracleProxy":
        return OracleProxy(self._module.within(seconds))

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._module, name)

        def ask(*args: Any) -> Any:
            try:
                return function(*args)
            except CallFailure as fault:
                if fault.kind in ("timeout", "starved", "crashed"):
                    raise OracleStoppedError(fault.verdict.message) from fault
                raise OracleError(f"the oracle's {fault.verdict.message}") from fault

        return ask


class SubmissionSession:
    """Opens the sandbox for one submission and hands out proxies. At the end of the context nothing of it runs."""

    def __init__(
        self,
        submission: Submission,
        assignment: Assignment,
        launcher: Launcher,
        oracles: Oracles,
        seed: int,
        after_timeout: float | None = None,
    ) -> None:
        self.submission = submission
        self.assignment = assignment
        self.oracles = oracles
        self.seed = seed
        self.launcher = launcher
        self.call_log = CallLog()
        self._after_timeout = after_timeout
        self._course_files = assignment.sources("given")
        rubric = assignment.rubric
        self._exercises = {exercise.module: exercise for exercise in rubric.exercise}
        self._sandbox = Sandbox(launcher, {name: self._bundle(exercise) for name, exercise in self._exercises.items()})
        self._endpoints = {name: self._endpoint(exercise) for name, exercise in self._exercises.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sandbox.__exit__(kind, error, trace)

    @property
    def settings(self) -> Mapping[str, float | int | str | bool]:
        return self.assignment.rubric.settings

    def start(self, exercises: Sequence[Exercise]) -> None:
        """Start the workers of some exercises, and of their oracles, ahead of the first question.

        Not where reading has already shown that no question will be answered.
        """
        answerable = [exercise for exercise in exercises if self._endpoints[exercise.module].findings.whole is None]
        for exercise in answerable:
            self._sandbox.start(exercise.module)
        self.oracles.start({exercise.id for exercise in answerable})

    def finish(self, exercise: Exercise) -> None:
        """End the worker of an exercise whose checks are done."""
        self._sandbox.end(exercise.module)

    def module(self, name: str) -> ModuleProxy:
        """The submission's module of one exercise. Raises SuiteError for one that the rubric does not have."""
        return ModuleProxy(self._endpoint_of(name), name)

    def harness_module(self, name: str, beside: str) -> ModuleProxy:
        """A module of ours in the worker of `beside`. What it says is worth as much as what the student's says."""
        return ModuleProxy(self._endpoint_of(beside), name)

    def _endpoint_of(self, name: str) -> Endpoint:
        if name not in self._endpoints:
            raise SuiteError(f"no exercise of the rubric has a module {name!r}; it has {', '.join(self._endpoints)}")
        return self._endpoints[name]

    def forbidden(self, exercise: Exercise) -> Finding | None:
        """The finding that makes the exercise's file worth nothing: a forbidden import was read in it, or tried."""
        finding = self._endpoints[exercise.module].findings.whole
        return finding if finding is not None and finding.outcome is Outcome.FORBIDDEN else None

    def _endpoint(self, exercise: Exercise) -> Endpoint:
        findings = inspect(self.submission, exercise, self.assignment.rubric, self._course_files)
        whole = findings.pop("", None)
        if whole is None and self.launcher.name != "docker":  # whose image has packages of its own
            whole = not_installed(exercise)
        return Endpoint(
            self._sandbox,
            exercise.module,
            exercise.call_seconds,
            Contract({**exercise.signatures, **exercise.methods}, exercise.constants, exercise.handles, closed=True),
            ModuleFindings(whole, findings),
            self.call_log,
            self._after_timeout,
        )

    def _bundle(self, exercise: Exercise) -> Bundle:
        rubric = self.assignment.rubric
        return Bundle(
            files=importable_files(self.submission, rubric, self._course_files),
            harness=_harness(exercise, self.assignment),
            allowed=(*rubric.imports.always, *exercise.imports),
            preload=exercise.imports,
            limits=Limits(exercise.memory_mib << 20),
        )


def _oracle_bundle(oracle: Oracle, sources: Mapping[str, bytes]) -> Bundle:
    return Bundle({}, sources, preload=oracle.preload, limits=Limits(oracle.memory_mib << 20))


def _harness(exercise: Exercise, assignment: Assignment) -> dict[str, bytes]:
    """The modules that run beside the submission's, each under its last name, and none of the grader's but these."""
    harness_files = assignment.sources("harness") if exercise.harness else {}
    sources = {**_library(), **{f"harness/{name}": source for name, source in harness_files.items()}}
    modules: dict[str, bytes] = {}
    for module in exercise.harness:
        folder, _, name = module.replace(".", "/").rpartition("/")
        whole = f"{folder}/{name}"
        modules |= {
            path.removeprefix(f"{folder}/"): source
            for path, source in sources.items()
            if path == f"{whole}.py" or path.startswith(f"{whole}/")
        }
    return modules


@cache
def _library() -> dict[str, bytes]:
    """The sources of the library of oracles, under its own name, as they are sent to workers; no more of the grader."""
    sources = python_sources(Path(library.__file__).parent)
    return {"grader/__init__.py": b"", **{f"grader/oracles/{name}": source for name, source in sources.items()}}
