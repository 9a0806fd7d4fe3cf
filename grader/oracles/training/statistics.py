"""The re-run's measurements of an optimizer, as means with a spread, by which stated results and claims are judged.

The spread is the standard deviation between seeds, pooled over the last three epochs: a network whose accuracy jumps
from epoch to epoch would have jumped for the student, too. Losses and times are compared as logarithms, since they
scatter by factors. A single run is given the spread that such trainings usually have, or that of its own last epochs
where it is larger.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

LAST_EPOCHS = 3
JUMP = math.log(4)  # from one epoch to a later one: more than a training's loss usually rises by
# Smaller training losses are taken for this one: the network has memorised its training images. One network's LBFGS
# ended anywhere from 1e-7 to 0.06 over twelve seeds.
MIN_LOSS = 0.05
# The least spread of several runs, and the usual one, for a single run (docs/optimizers.md).
MIN_ACCURACY_SPREAD = 0.005
MIN_LOG_LOSS_SPREAD = 0.05
USUAL_ACCURACY_SPREAD = 0.012
USUAL_LOG_LOSS_SPREAD = 0.15
USUAL_EPOCHS_SPREAD = 0.5
USUAL_LOG_SECONDS_SPREAD = 0.12

DIGITS = 4  # of a number in a report; of an accuracy: a tenth of an image


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch. `loss` is the mean of what the loss function returned, `returned` what train_epoch did, `evaluated`
    the training loss after the epoch, and `accuracy` that on the held-out images. `seconds` are of work."""

    accuracy: float
    loss: float | None
    returned: float | None
    evaluated: float | None
    seconds: float
    complete: bool
    finite: bool
    unchanged: tuple[str, ...] = ()
    returned_outside: bool = False  # of the range of means of what the loss function returned
    batch_counts: tuple[int, int] | None = None  # used, and in the epoch


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

    def epochs_to(self, target: float) -> int:
        """The number of the first epoch whose accuracy reaches the target; where none does, one more than were run."""
        numbers = (number for number, epoch in enumerate(self.epochs, 1) if epoch.accuracy >= target)
        return next(numbers, len(self.epochs) + 1)


class Trainings(Protocol):
    """The trainings that a student's numbers and claims are compared with; there are more where these do not decide."""

    @property
    def target(self) -> float:
        """The accuracy from which on a network counts as having learned."""

    @property
    def batches(self) -> int:
        """The number of batches in an epoch."""

    def runs(self) -> Mapping[str, Sequence[Run]]:
        """The trainings so far, by optimizer; an optimizer that could not be trained has none."""

    def another(self, name: str) -> bool:
        """Train with that optimizer from one more seed, if that is possible; returns whether it was."""

    def why_not(self, name: str) -> str:
        """Why there is no training with that optimizer, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One value for each seed, and the standard deviation of one honest run."""

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
    """Logarithms of the training loss, measured in two ways: the mean during the last epoch, and after it. A way in
    which a loss is not finite is left out."""
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


def epochs_seen(runs: Sequence[Run]) -> Iterator[tuple[float, float]]:
    """The logarithm of the loss, during the epoch and after it, and the accuracy, of each epoch."""
    for run in runs:
        for epoch in run.epochs:
            yield _log(_mean_loss(epoch)), epoch.accuracy
            yield _log(epoch.evaluated), epoch.accuracy


def jumps(runs: Sequence[Run]) -> bool:
    """Whether the loss of some training rose by more than `JUMP`, then or later: L-BFGS on batches may take one step
    too far in any epoch, and the mean of that epoch is then of any height. One that is not finite is higher."""
    for run in runs:
        lowest = math.inf
        for epoch in run.epochs:
            now = _log(_mean_loss(epoch))
            if not now - lowest <= JUMP:
                return True
            lowest = min(lowest, now)
    return False


def epochs_to_target(runs: Sequence[Run], target: float) -> Quantity:
    """`Run.epochs_to` of each."""
    firsts = tuple(float(run.epochs_to(target)) for run in runs)
    return Quantity(firsts, _spread([[first] for first in firsts], 0.0, USUAL_EPOCHS_SPREAD))


def seconds_per_epoch(runs: Sequence[Run]) -> Quantity:
    """Logarithms of the median epoch's time: the first may load something, in the last L-BFGS may have converged."""
    usual = [math.log(max(float(np.median([epoch.seconds for epoch in run.epochs])), 1e-6)) for run in runs]
    return Quantity(tuple(usual), _spread([[seconds] for seconds in usual], 0.0, USUAL_LOG_SECONDS_SPREAD))


def summary(runs: Sequence[Run], target: float) -> dict[str, Any]:
    """One row of the report's table: means over the seeds, None where nothing was measured."""
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
    """Round to four significant digits: a loss of 3e-7 is not zero, and differences between processors vanish."""
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
    """The standard deviation between seeds, from the mean of its squares at each epoch: a curve that still falls does
    not count as scatter. For a single seed, that between its last epochs."""
    values = np.array(tails)
    if len(values) == 1:
        return float(values.std(ddof=1)) if values.size > 1 else 0.0
    return float(np.sqrt(values.var(axis=0, ddof=1).mean()))
