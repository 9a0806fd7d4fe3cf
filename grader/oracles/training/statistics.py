"""What the re-run measured of an optimizer, and the same as numbers with a spread: the ground on which stated results
and claims are judged.

The spread is that between seeds, pooled over the last three epochs: a network whose accuracy jumps from epoch to epoch
would have jumped for the student too. Losses and times are compared as logarithms, since they spread by factors. Of a
single run the spread is what such trainings usually have, or that of its own last epochs where it is more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LAST_EPOCHS = 3
# Below, training losses are all the same: the network knows its training images by heart. One network's LBFGS ended
# anywhere from 1e-7 to 0.06 over twelve seeds.
MIN_LOSS = 0.05
# How far two honest runs lie apart at least, and usually where a single run is all there is (docs/optimizers.md).
MIN_ACCURACY_SPREAD = 0.005
MIN_LOG_LOSS_SPREAD = 0.05
USUAL_ACCURACY_SPREAD = 0.012
USUAL_LOG_LOSS_SPREAD = 0.15
USUAL_EPOCHS_SPREAD = 0.5
USUAL_LOG_SECONDS_SPREAD = 0.12

DIGITS = 4  # of a number in a report; of an accuracy: a tenth of an image


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch. `loss` is the mean of what the loss function gave, `evaluated` the training loss afterwards."""

    accuracy: float
    loss: float | None
    returned: float | None
    evaluated: float | None
    seconds: float
    complete: bool
    finite: bool
    unchanged: tuple[str, ...] = ()
    returned_outside: bool = False  # the means of what the loss function gave
    batch_counts: tuple[int, int] | None = None  # batches, of how many there were


@dataclass(frozen=True, slots=True)
class Run:
    """One training from one seed. `whole` is false where the time box ended it early; `before` is the accuracy that the
    network had before its first epoch."""

    epochs: tuple[Epoch, ...]
    whole: bool
    before: float = 0.0

    @property
    def best(self) -> float:
        return max((epoch.accuracy for epoch in self.epochs), default=0.0)


@dataclass(frozen=True, slots=True)
class Quantity:
    """Values over the seeds, and the standard deviation with which one more honest run would scatter."""

    values: tuple[float, ...]
    spread: float

    @property
    def mean(self) -> float:
        return math.fsum(self.values) / len(self.values)


def accuracy(runs: Sequence[Run]) -> Quantity:
    """Held-out accuracy after the last epoch."""
    tails = [[epoch.accuracy for epoch in run.epochs[-LAST_EPOCHS:]] for run in runs]
    spread = _spread(tails, MIN_ACCURACY_SPREAD, USUAL_ACCURACY_SPREAD)
    return Quantity(tuple(tail[-1] for tail in tails), spread)


def losses(runs: Sequence[Run]) -> tuple[Quantity, ...]:
    """Logarithms of the training loss, taken in two ways: the mean during the last epoch, and afterwards."""
    during = [[_log(_mean_loss(epoch)) for epoch in run.epochs[-LAST_EPOCHS:]] for run in runs]
    after = [[_log(run.epochs[-1].evaluated)] for run in runs]
    quantities = []
    for tails in (during, after):
        if all(math.isfinite(value) for tail in tails for value in tail):
            spread = _spread(tails, MIN_LOG_LOSS_SPREAD, USUAL_LOG_LOSS_SPREAD)
            if all(math.isfinite(value) for tail in during for value in tail):
                spread = max(spread, _deviation(during))
            quantities.append(Quantity(tuple(tail[-1] for tail in tails), spread))
    return tuple(quantities)


def epochs_to_target(runs: Sequence[Run], target: float) -> Quantity:
    """The first epoch whose accuracy reaches the target; one more than there were where none does."""
    firsts = [
        next((number for number, epoch in enumerate(run.epochs, 1) if epoch.accuracy >= target), len(run.epochs) + 1)
        for run in runs
    ]
    return Quantity(
        tuple(float(first) for first in firsts), _spread([[float(first)] for first in firsts], 0.0, USUAL_EPOCHS_SPREAD)
    )


def seconds_per_epoch(runs: Sequence[Run]) -> Quantity:
    """Logarithm of the time of the median epoch: not the one that loaded something, nor an LBFGS's that had arrived."""
    usual = [math.log(max(float(np.median([epoch.seconds for epoch in run.epochs])), 1e-6)) for run in runs]
    return Quantity(tuple(usual), _spread([[seconds] for seconds in usual], 0.0, USUAL_LOG_SECONDS_SPREAD))


def summary(runs: Sequence[Run], target: float) -> dict[str, Any]:
    """One row of the table in the report: the means over the seeds, None where nothing was measured."""
    if not runs:
        return {"seeds": 0}
    reached = epochs_to_target(runs, target)
    ways = [[_mean_loss(run.epochs[-1]) for run in runs], [run.epochs[-1].evaluated for run in runs]]
    return {
        "seeds": len(runs),
        "epochs": max(len(run.epochs) for run in runs),
        "train_loss": [significant(mean) for way in ways if (mean := _geometric_mean(way)) is not None],
        "test_accuracy": round(accuracy(runs).mean, DIGITS),
        "best_accuracy": round(max(run.best for run in runs), DIGITS),
        "epochs_to_target": None if reached.mean > max(len(run.epochs) for run in runs) else round(reached.mean, 1),
        "seconds_per_epoch": significant(math.exp(seconds_per_epoch(runs).mean)),
    }


def significant(value: float) -> float:
    """Four significant digits. Not places: a loss of 3e-7 is not zero, and which processor computed it would show."""
    return float(f"{value:.{DIGITS}g}")


def _geometric_mean(values: Sequence[float | None]) -> float | None:
    if any(value is None or not math.isfinite(value) or value < 0 for value in values):
        return None
    return math.exp(math.fsum(math.log(max(value or 0.0, 1e-12)) for value in values) / len(values))


def _mean_loss(epoch: Epoch) -> float | None:
    """The student's own mean where it can be one, else the mean of all that the loss function gave."""
    return epoch.loss if epoch.returned_outside else epoch.returned


def _log(value: float | None) -> float:
    return math.nan if value is None or value != value else math.log(max(value, MIN_LOSS))


def _spread(tails: Sequence[Sequence[float]], least: float, usual: float) -> float:
    return max(_deviation(tails), usual if len(tails) == 1 else least)


def _deviation(tails: Sequence[Sequence[float]]) -> float:
    """The standard deviation between seeds, epoch by epoch, so that a curve which still falls is no scatter.

    A single seed has but its own last epochs to tell.
    """
    values = np.array(tails)
    if len(values) == 1:
        return float(values.std(ddof=1)) if values.size > 1 else 0.0
    return float(np.sqrt(values.var(axis=0, ddof=1).mean()))
