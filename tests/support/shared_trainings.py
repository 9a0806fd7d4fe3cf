"""Submissions that train the same code and state other numbers share their trainings: each is made once."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from grader.oracles.training.rerun import Rerun
from grader.oracles.training.statistics import Run

STATED = {"RESULTS", "CLAIMS"}  # what a submission says of its trainings: they are the same without


def trained_code(path: Path) -> str:
    """What of a module of exercise 4 has to do with its trainings."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    return ast.dump(ast.Module([statement for statement in module.body if not _states(statement)], []))


def _states(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(name)]):
            return name in STATED
    return False


class SharedTrainings:
    """What was measured of each code, by optimizer and seed."""

    def __init__(self) -> None:
        self._attempts: dict[Any, Any] = {}
        self._runs: dict[Any, Run | None] = {}

    @contextmanager
    def of(self, code: str) -> Iterator[None]:
        """Until its end, a re-run is one of this code, and is made where none was before."""
        attempt, once_more = Rerun._attempt, Rerun._once_more

        def shared_attempt(rerun: Rerun, name: str) -> Any:
            key = (code, rerun.compared(), rerun.seed, name)
            if key not in self._attempts:
                self._attempts[key] = attempt(rerun, name), rerun._costs[name]
            found, rerun._costs[name] = self._attempts[key]
            return found

        def shared_run(rerun: Rerun, name: str, seed: int, seconds: float) -> Run | None:
            key = (code, seed, name)
            if key not in self._runs:
                self._runs[key] = once_more(rerun, name, seed, seconds)
            return self._runs[key]

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Rerun, "_attempt", shared_attempt)
            patch.setattr(Rerun, "_once_more", shared_run)
            yield
