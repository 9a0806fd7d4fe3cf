"""Exercise 4: compare six optimizers on a small network. The contract is ASSIGNMENT's points 4.1 to 4.9."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from functools import cache, partial
from typing import Any

import pytest

from grader.api import CallFailure, Verdict, harness_module, module, points
from grader.assignment.comparison import MODULE, SIX, digits, discussion
from grader.oracles.training import claims, learning, stated_results
from grader.oracles.training.harness_client import HarnessClient
from grader.oracles.training.rerun import Rerun

exercise4 = module(MODULE)
harness = harness_module("harness", beside=MODULE)


@pytest.fixture(scope="session")
def comparison(
    exercise4: Any,
    files: Mapping[str, bytes],
    harness: Any,
    bounded: Callable[[str], Any],
    settings: Mapping[str, Any],
    seed: int,
) -> Iterator[Rerun]:
    """The re-run of all six, made bit by bit as the points ask for it."""
    data = digits.load(settings.get("data") or None)
    with closing(HarnessClient(harness, bounded("optimizers"), data, settings, SIX, MODULE)) as client:
        yield Rerun(client, settings, seed, cache(partial(_is_compared, exercise4, files)))


def _is_compared(exercise4: Any, files: Mapping[str, bytes]) -> bool:
    """Whether what the re-run measures is held against numbers, claims or words of the student's."""
    for name in ("RESULTS", "CLAIMS"):
        with suppress(CallFailure):  # reported where the point is judged
            if not _is_empty(getattr(exercise4, name)):
                return True
    return discussion.is_written(files)


@points("4.1")
def check_adadelta(comparison: Rerun) -> Verdict:
    """Adadelta behaves as Adadelta does, and your network learns with it."""
    return learning.judge(comparison, "Adadelta")


@points("4.2")
def check_adagrad(comparison: Rerun) -> Verdict:
    """Adagrad behaves as Adagrad does, and your network learns with it."""
    return learning.judge(comparison, "Adagrad")


@points("4.3")
def check_adam(comparison: Rerun) -> Verdict:
    """Adam behaves as Adam does, and your network learns with it."""
    return learning.judge(comparison, "Adam")


@points("4.4")
def check_rmsprop(comparison: Rerun) -> Verdict:
    """RMSprop behaves as RMSprop does, and your network learns with it."""
    return learning.judge(comparison, "RMSprop")


@points("4.5")
def check_sgd(comparison: Rerun) -> Verdict:
    """SGD behaves as SGD does, and your network learns with it."""
    return learning.judge(comparison, "SGD")


@points("4.6")
def check_lbfgs(comparison: Rerun) -> Verdict:
    """LBFGS behaves as LBFGS does, and your network learns with it."""
    return learning.judge(comparison, "LBFGS")


@points("4.7")
def check_results(exercise4: Any, comparison: Rerun) -> Verdict:
    """The numbers in RESULTS are those that the re-run gets, within its spread."""
    stated = exercise4.RESULTS
    if _is_empty(stated):
        return Verdict.missing("RESULTS is empty: enter what you measured after ten epochs, for all six optimizers.")
    return stated_results.judge(stated, comparison)


@points("4.8")
def check_claims(exercise4: Any, comparison: Rerun) -> Verdict:
    """What CLAIMS says about the optimizers holds in the re-run."""
    stated = exercise4.CLAIMS
    if _is_empty(stated):
        return Verdict.missing(
            "CLAIMS is empty: state at least five comparisons that together name all six optimizers."
        )
    return claims.judge(stated, SIX, comparison)


def _is_empty(value: Any) -> bool:
    """Whether nothing was entered. Not `not value`, which an array does not answer."""
    return value is None or (isinstance(value, dict | list) and not value)


@points("4.9")
def check_discussion(files: Mapping[str, bytes], comparison: Rerun) -> Verdict:
    """report.md discusses the behaviour of each optimizer. A person gives this point."""
    return discussion.judge(files, comparison.table)
