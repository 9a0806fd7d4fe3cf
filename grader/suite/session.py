"""One submission being graded: its workers, our oracles' workers, and the proxies that lead checks to them."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader import oracles as library
from grader.errors import GraderError
from grader.load.static_checks import Findings, inspect, own_modules
from grader.model import CallFailure, Outcome, Submission
from grader.rubric import Assignment, Exercise, Oracle
from grader.sandbox.api import Bundle, Launcher, Limits
from grader.sandbox.supervisor import Sandbox
from grader.suite.proxy import CallLog, Contract, Endpoint, ModuleProxy


class OracleStoppedError(Exception):
    """One of our oracles was stopped: what it was asked about is too large to decide. A person will have to look."""


class OracleError(GraderError):
    """One of our oracles failed. Ours to mend."""


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
        """Starts the oracles that these exercises' checks will ask."""
        for name, oracle in self._oracles.items():
            if not set(oracle.exercises).isdisjoint(exercises):
                self._sandbox.start(name, importing=True)

    def proxy(self, name: str) -> "OracleProxy":
        endpoint = Endpoint(self._sandbox, name, self._oracles[name].module, self._oracles[name].call_seconds)
        return OracleProxy(ModuleProxy(endpoint, Contract(), {}, CallLog()))


class OracleProxy:
    """An oracle's functions. What would be a student's fault in their module is a fault of ours in this one."""

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
                if fault.verdict.outcome in (Outcome.TIMEOUT, Outcome.CRASHED):
                    raise OracleStoppedError(fault.verdict.message) from fault
                raise OracleError(f"the oracle's {fault.verdict.message}") from fault

        return ask


class SubmissionSession:
    """Opens the sandbox for one submission and hands out proxies. At the end of the context nothing of it runs."""

    def __init__(
        self, submission: Submission, assignment: Assignment, launcher: Launcher, oracles: Oracles, seed: int
    ) -> None:
        self.submission = submission
        self.assignment = assignment
        self.oracles = oracles
        self.seed = seed
        self.launcher = launcher
        self.call_log = CallLog()
        rubric = assignment.rubric
        self._exercises = {exercise.module: exercise for exercise in rubric.exercise}
        self._findings: dict[str, Findings] = {
            name: inspect(submission, exercise, rubric) for name, exercise in self._exercises.items()
        }
        self._sandbox = Sandbox(launcher, {name: self._bundle(exercise) for name, exercise in self._exercises.items()})

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
        """Starts the workers of some exercises, and of their oracles, ahead of the first question.

        Not where reading has already shown that no question will be answered.
        """
        asked = [exercise for exercise in exercises if "" not in self._findings[exercise.module]]
        for exercise in asked:
            self._sandbox.start(exercise.module)
        self.oracles.start({exercise.id for exercise in asked})

    def module(self, name: str) -> ModuleProxy:
        """The submission's module of one exercise."""
        exercise = self._exercises[name]
        contract = Contract(exercise.signatures, frozenset(exercise.constants))
        endpoint = Endpoint(self._sandbox, name, name, exercise.call_seconds)
        return ModuleProxy(endpoint, contract, self._findings[name], self.call_log)

    def harness_module(self, name: str, beside: str) -> ModuleProxy:
        """A module of ours in the worker of `beside`. What it says is worth as much as what the student's says."""
        exercise = self._exercises[beside]
        endpoint = Endpoint(self._sandbox, beside, name, exercise.call_seconds)
        whole = {key: finding for key, finding in self._findings[beside].items() if key == ""}
        return ModuleProxy(endpoint, Contract(exercise.signatures), whole, self.call_log)

    def _bundle(self, exercise: Exercise) -> Bundle:
        rubric = self.assignment.rubric
        inside = self.assignment.sources("inside") if exercise.harness else {}
        return Bundle(
            files=own_modules(self.submission, rubric),
            harness=inside,
            allowed=(*rubric.imports.always, *exercise.imports),
            blocked_packages=(*exercise.blocked_packages, "grader"),
            preload=exercise.imports,
            limits=Limits(exercise.memory_mib << 20),
        )


def _oracle_bundle(oracle: Oracle, sources: Mapping[str, bytes]) -> Bundle:
    return Bundle(
        {},
        sources,
        blocked_packages=oracle.blocked_packages,
        preload=oracle.preload,
        limits=Limits(oracle.memory_mib << 20),
    )


def _library() -> dict[str, bytes]:
    """The library of oracles as it travels: under its own name, and of the grader nothing else."""
    root = Path(library.__file__).parent
    sources = {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*.py"))}
    return {"grader/__init__.py": b"", **{f"grader/oracles/{name}": source for name, source in sources.items()}}
