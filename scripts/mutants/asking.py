"""Calls of a mutant's function by a truth: bounded in time, on fresh copies, read as plain arrays."""

import contextlib
import copy
import io
import signal
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

MAX_SECONDS = 6.0  # of the processor, for one call; a grading of mutants stops it after four
SLOW_SECONDS = 0.25  # what needs more might not end in time on a busy machine: undecided


class Undecided(Exception):  # noqa: N818 - a state, not an error
    """Plain calculation cannot say whether this is right."""


class _Stopped(BaseException):
    """Raised in the midst of a call that takes too long; no `except Exception` catches it."""


def _stop(*_: object) -> None:
    raise _Stopped


def ask(function: Callable[..., Any], *args: Any) -> Any:
    """The value of a call. Raises what the call raises, TimeoutError for one that takes too long."""
    fresh = copy.deepcopy(args)
    signal.signal(signal.SIGPROF, _stop)
    started = time.process_time()
    try:
        signal.setitimer(signal.ITIMER_PROF, MAX_SECONDS)
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            value = function(*fresh)
    except _Stopped:
        raise TimeoutError from None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if time.process_time() - started > SLOW_SECONDS:
        raise Undecided
    return value


def numbers(value: Any) -> np.ndarray:
    """Nested lists and arrays of real numbers as they came. Raises ValueError for anything else, Undecided for what
    might be meant."""
    if value is None or isinstance(value, str | dict | set):
        raise ValueError("not an array")
    array = np.asarray(value)
    if array.dtype == object:
        try:
            array = array.astype(float)
        except TypeError:
            raise ValueError("no numbers") from None
    if array.dtype.kind == "c":
        if np.abs(array.imag).max(initial=0.0) > 1e-9 * np.abs(array.real).max(initial=0.0):
            raise ValueError("complex")
        array = array.real
    if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
        raise ValueError("no finite numbers")
    return array


def share(decide: Callable[[], Iterable[bool]]) -> float | None:
    """1 if all of `decide` is true, 0 at the first that is not or that raises, None where one is undecided before."""
    try:
        return 1.0 if all(decide()) else 0.0
    except Undecided:
        return None
    except (Exception, SystemExit):  # noqa: BLE001 - a mutant may raise anything
        return 0.0
