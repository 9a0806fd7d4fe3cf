"""Where stated numbers lie beside those of the re-run: could one more honest run have given them?

An accuracy agrees near the mean of the re-run's, a loss in the range of the re-run's (measured during the last epoch or
after it), each widened by a margin and by the spread, the latter up to a bound (`WIDEST_*`).
"""

import math
from collections.abc import Sequence
from enum import Enum, auto

from grader.oracles.training import statistics
from grader.oracles.training.statistics import Run

ACCURACY_MARGIN = 0.03  # eleven of 360 images
LOSS_MARGIN = 0.5  # of a logarithm: a factor of 1.6
LIKE_ACCURACY = 0.06  # of an epoch that has the same loss
ACCURACY_DEVIATIONS = 3.0
LOSS_DEVIATIONS = 2.5
# A network whose runs scatter more widely than this does not make every number agree.
WIDEST_ACCURACY = 0.07
WIDEST_LOSS = math.log(4)
# A loss whose logarithm is beyond the margin by no more than this goes to a person, whatever the spread: on batches,
# the loss of L-BFGS after an epoch has a long tail, of which three seeds show nothing. Where it jumps up in the re-run,
# too, in whichever epoch, every larger loss does.
DOUBTED_LOSS = 1.0
# An accuracy below the re-run's, which nobody would make up, likewise: recurrent networks fall by so much in an epoch.
DOUBTED_ACCURACY = 0.12
ERRORS_FEWER = 6.0  # this many times fewer wrong images than in the best re-run are not luck, however small the numbers
FEW_SEEDS = {2: 1.3}  # two seeds know their own spread badly (Student's t, roughly), on top of 1 + 1/n
MIN_SEEDS = 3  # before a number is rejected


class Standing(Enum):
    """Where a stated number lies in relation to the re-run; the worst has the largest value."""

    AGREES = auto()
    BETWEEN = auto()  # within the spread, but beyond the bound on it
    OUTSIDE = auto()


def agrees(loss: float, accuracy: float, runs: Sequence[Run]) -> tuple[Standing, Standing]:
    """Where a stated loss and a stated accuracy lie, in this order, beside what one more honest run could give.

    A pair that agrees by the spread alone needs an epoch like it: however widely a network scatters, a loss comes with
    an accuracy, and numbers that are made up for each of them fit now and then, but hardly six times.
    """
    scale = scatter_scale(len(runs))
    accuracies = statistics.accuracy(runs)
    room = ACCURACY_DEVIATIONS * scale * accuracies.spread
    below = accuracies.mean - accuracy
    accuracy_beyond = abs(below) - ACCURACY_MARGIN
    accuracy_stands = _standing(accuracy_beyond, room, WIDEST_ACCURACY, DOUBTED_ACCURACY if below > 0 else 0.0)
    if ERRORS_FEWER * (1 - accuracy) < 1 - max(accuracies.values):
        accuracy_stands = Standing.OUTSIDE
    losses = statistics.losses(runs)
    if not losses or not math.isfinite(loss):
        return Standing.OUTSIDE, accuracy_stands
    values = [value for quantity in losses for value in quantity.values]
    log = math.log(max(loss, statistics.MIN_LOSS))
    beyond = max(min(values) - log, log - max(values)) - LOSS_MARGIN
    room = LOSS_DEVIATIONS * scale * max(quantity.spread for quantity in losses)
    doubted = math.inf if log > max(values) and statistics.jumps(runs) else DOUBTED_LOSS
    stands = _standing(beyond, room, WIDEST_LOSS, doubted), accuracy_stands
    is_by_spread = max(beyond, accuracy_beyond) > 0 and set(stands) == {Standing.AGREES}
    return (Standing.BETWEEN, Standing.BETWEEN) if is_by_spread and not _has_epoch_like(log, accuracy, runs) else stands


def is_worse(loss: float, accuracy: float, runs: Sequence[Run]) -> bool:
    """Whether the accuracy is below all of the re-run's, and the loss not below them by more than the margin."""
    values = [value for quantity in statistics.losses(runs) for value in quantity.values]
    log = math.log(max(loss, statistics.MIN_LOSS))
    return accuracy < min(statistics.accuracy(runs).values) - ACCURACY_MARGIN and log >= min(values) - LOSS_MARGIN


def _has_epoch_like(log: float, accuracy: float, runs: Sequence[Run]) -> bool:
    """Whether some epoch has both, but for these margins."""
    return any(
        abs(seen_accuracy - accuracy) <= LIKE_ACCURACY and abs(seen_log - log) <= LOSS_MARGIN
        for seen_log, seen_accuracy in statistics.epochs_seen(runs)
    )


def scatter_scale(seeds: int) -> float:
    """The standard deviation of one more run about the mean of `seeds` runs, in units of their own standard deviation:
    sqrt(1 + 1/n), and more where n is too small to estimate it well."""
    return math.sqrt(1 + 1 / seeds) * FEW_SEEDS.get(seeds, 1.0)


def _standing(beyond: float, room: float, widest: float, doubted: float = 0.0) -> Standing:
    if beyond <= min(room, widest):
        return Standing.AGREES
    return Standing.BETWEEN if beyond <= max(room, doubted) else Standing.OUTSIDE


def worst_of(standings: tuple[Standing, Standing]) -> Standing:
    """The one that lies furthest out."""
    return max(standings, key=lambda standing: standing.value)
