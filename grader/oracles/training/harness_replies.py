"""What the harness says, read: nothing in it is believed, and a report of another form measures nothing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.model import CallFailure, Outcome, Verdict
from grader.oracles.training.statistics import Epoch

MOST_NAMES = 200  # of parameters
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Inspection:
    """How the loop was seen to work on four batches; `steps` is None where it was not watched to the end.

    `poisoned` are the parameters whose gradients were never cleared, `with_gradient` those that had one at the first
    step.
    """

    steps: int | None = None
    moved: bool = False
    closure_missing: bool = False
    poisoned: tuple[str, ...] = ()
    with_gradient: tuple[str, ...] = ()


def read_inspection(answer: Mapping[str, Any]) -> Inspection:
    """An inspection from the harness's report; an empty one where it is none."""
    steps = answer.get("steps")
    if type(steps) is not int:
        return Inspection()
    return Inspection(
        steps,
        moved=answer.get("moved") is True,
        closure_missing=answer.get("closure_missing") is True,
        poisoned=_names(answer.get("poisoned")),
        with_gradient=_names(answer.get("with_gradient")),
    )


def read_epoch(answer: Mapping[str, Any], truth: Any, classes: int) -> Epoch:
    """An epoch from the harness's report. Raises CallFailure where it is none."""
    logits, seconds = answer.get("logits"), answer.get("seconds")
    if not isinstance(logits, np.ndarray) or logits.shape != (len(truth), classes) or logits.dtype.kind != "f":
        raise stopped({}, classes)
    if not isinstance(seconds, float) or not 0 <= seconds < math.inf:
        raise stopped({}, classes)
    finite = np.isfinite(logits).all(axis=1)
    guesses = np.where(np.isfinite(logits), logits, -np.inf).argmax(axis=1)
    right = finite & (guesses == truth)
    loss, returned, evaluated, low, high = (
        _float(answer.get(k)) for k in ("loss", "returned", "evaluated", "low", "high")
    )
    return Epoch(
        accuracy=float(right.mean()),
        loss=loss,
        returned=returned,
        evaluated=evaluated,
        seconds=seconds,
        complete=answer.get("complete") is True,
        finite=bool(finite.all()) and (loss is None or math.isfinite(loss)),
        unchanged=_names(answer.get("unchanged")),
        taken=_pair(answer.get("taken"), answer.get("batches")),
        returned_outside=returned is None
        or (low is not None and high is not None and not _between(low, returned, high)),
    )


def stopped(answer: Mapping[str, Any], classes: int) -> CallFailure:
    """The harness's answer that it cannot go on, as the verdict on every point that needed it."""
    status, found, what = (str(answer.get(key))[:100] for key in ("status", "found", "what"))
    match status:
        case "missing":
            verdict = Verdict.missing(f"{what} is not written yet, and without it no optimizer can be run.")
        case "gpu-memory":
            message = (
                "Training ran out of GPU memory: what one submission may use is bounded. A smaller network will do."
            )
            verdict = Verdict(Outcome.CRASHED, 0.0, message, "gpu-memory")
        case "no-network":
            verdict = Verdict.failed(
                f"build_network returned an object of type {found}, not a torch.nn.Module.", "no-network"
            )
        case "no-optimizer":
            verdict = Verdict.failed(
                f"make_optimizer returned {found}; it has to return an optimizer, an object with a step().",
                "no-optimizer",
            )
        case "bad-outputs":
            verdict = Verdict.failed(
                f"The network has to return logits of shape (images, {classes}), a row for each image; found {found}.",
                "bad-outputs",
            )
        case _:
            verdict = Verdict.failed("The training sent back something that is no measurement.", "no-measurement")
    return CallFailure(verdict, verdict.diagnosis or verdict.outcome.value)


def _between(low: float, value: float, high: float) -> bool:
    room = 1e-3 * (abs(low) + abs(high)) + 1e-6  # summed in float32, or weighted by the size of a last, smaller batch
    return low - room <= value <= high + room


def _float(value: Any) -> float | None:
    return value if isinstance(value, float) else None


def _pair(taken: Any, batches: Any) -> tuple[int, int] | None:
    return (taken, batches) if type(taken) is int and type(batches) is int else None


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(name[:LONGEST_NAME] for name in value[:MOST_NAMES] if isinstance(name, str))
