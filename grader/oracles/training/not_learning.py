"""Explains in a sentence why a network has not learned: the likeliest reason."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from grader.oracles.figures import figure, figures_apart
from grader.oracles.training.rerun import Attempt
from grader.text import listed

GROWN = 2.0  # a last loss of that many times the first is no noise of the batches
GUESSING = 1.2  # nor is a loss of that many times what guessing gets, the logarithm of the number of classes
STILL_LEARNING = 4  # a loss that fell in each of as many last epochs would have fallen further
MAX_NAMES = 4  # of parameters in a sentence

Reason = tuple[str, str]  # the rest of the sentence, and the diagnosis


@dataclass(frozen=True, slots=True)
class Signs:
    """What the reasons are looked for in. `guessing` is the loss of a network that guesses, log(classes)."""

    attempt: Attempt
    losses: tuple[float, ...]
    guessing: float


def why_not(name: str, attempt: Attempt, target: float, classes: int) -> Reason:
    """The whole sentence on a network that stayed below the target, and the diagnosis; the surest signs first."""
    losses = tuple(epoch.loss for epoch in attempt.run.epochs if epoch.loss is not None)
    signs = Signs(attempt, losses, math.log(classes))
    best, needed = _percentages(attempt.run.best, target)
    reached = f"With {name} the best accuracy in {len(attempt.run.epochs)} epochs was {best} %; {needed} % is needed"
    reasons = (look(signs) for look in _LOOKS)
    ending, diagnosis = next((reason for reason in reasons if reason is not None), _does_not_learn(signs))
    return reached + ending, diagnosis


def _percentages(*shares: float) -> list[str]:
    """Whole numbers, where these differ: 79.7 % is no 80 %."""
    whole = [f"{100 * share:.0f}" for share in shares]
    return whole if len(set(whole)) == len(whole) else figures_apart(*(100 * share for share in shares))


def left_out(attempt: Attempt) -> tuple[str, ...]:
    """Parameters that have gradients and never changed, if others with gradients did: an optimizer without them."""
    watched = attempt.training.watched
    if not attempt.run.epochs or watched is None:
        return ()
    still = tuple(name for name in attempt.run.epochs[-1].unchanged if name in watched.with_gradient)
    return still if len(still) < len(watched.with_gradient) else ()


def never_cleared(attempt: Attempt) -> bool:
    """Whether the gradients of some parameter that changes are never cleared."""
    watched = attempt.training.watched
    unchanged = set(attempt.run.epochs[-1].unchanged) if attempt.run.epochs else set()
    return watched is not None and any(name not in unchanged for name in watched.uncleared)


def few_batches(attempt: Attempt) -> str | None:
    """The sentence on a train_epoch that never uses all batches; None where it does, or was cut short each time."""
    whole = [epoch.batch_counts for epoch in attempt.run.epochs if epoch.complete and epoch.batch_counts is not None]
    if not whole or any(used >= total for used, total in whole):
        return None
    return (
        f"train_epoch takes {whole[-1][0]} of the {whole[-1][1]} batches of an epoch. One pass goes over all of them: "
        "does the loop end early?"
    )


def _no_gradients(signs: Signs) -> Reason | None:
    watched = signs.attempt.training.watched
    if watched is None or not watched.steps or watched.with_gradient:
        return None
    return (
        ": the parameters have no gradients at the step. Is backward() called on the loss of this network, and are the "
        "gradients still there when step() is?",
        "no-gradients",
    )


def _not_cleared(signs: Signs) -> Reason | None:
    if not never_cleared(signs.attempt):
        return None
    return (
        ": gradients are never cleared, so every step follows the sum of all gradients. backward() adds to .grad; "
        "zero_grad() empties it, in a closure at the beginning of each evaluation.",
        "gradients-not-cleared",
    )


def _frozen(signs: Signs) -> Reason | None:
    unchanged = signs.attempt.run.epochs[-1].unchanged
    return (
        (f": some parameters never changed ({listed(unchanged, MAX_NAMES)}).", "frozen-parameters")
        if unchanged
        else None
    )


def _few_batches(signs: Signs) -> Reason | None:
    few = few_batches(signs.attempt)
    return None if few is None else (f": {few}", "few-batches")


def _diverges(signs: Signs) -> Reason | None:
    losses = signs.losses
    if not all(epoch.finite for epoch in signs.attempt.run.epochs):
        what = "the loss became infinite or NaN. A smaller learning rate, or a line search, tames it."
    elif len(losses) > 1 and losses[-1] > GROWN * losses[0]:
        what = f"the training loss rose from {figure(losses[0])} to {figure(losses[-1])}. Are the steps too long?"
    elif losses and losses[-1] > GUESSING * signs.guessing:
        what = f"a training loss of {figure(losses[-1])} is worse than guessing. Are the steps too long?"
    else:
        return None
    return f": {what}", "diverges"


def _cut_short(signs: Signs) -> Reason | None:
    if signs.attempt.run.whole:
        return None
    share = signs.attempt.share
    return f": the time box ended the training after {share:.0f} s. A smaller network will do.", "too-slow"


def _softmax(signs: Signs) -> Reason | None:
    if not signs.attempt.training.softmax:
        return None
    return (
        ": the network ends in a softmax, but cross-entropy already contains one: return the logits.",
        "softmax-twice",
    )


def _too_slowly(signs: Signs) -> Reason | None:
    losses = signs.losses
    last = losses[-STILL_LEARNING - 1 :]
    if len(last) <= STILL_LEARNING or not all(later < earlier for earlier, later in pairwise(last)):
        return None
    first, now = figures_apart(losses[0], losses[-1])
    return (
        f", but the loss was still falling ({first} to {now}): a larger learning rate gets further.",
        "learns-too-slowly",
    )


def _does_not_learn(signs: Signs) -> Reason:
    stays = f" near {figure(signs.losses[-1])}" if signs.losses else " where it was"
    return f": the training loss stays{stays}. Is the learning rate far too small, or too large?", "does-not-learn"


_LOOKS: tuple[Callable[[Signs], Reason | None], ...] = (
    _no_gradients,
    _not_cleared,
    _frozen,
    _few_batches,
    _diverges,
    _cut_short,
    _softmax,
    _too_slowly,
)
