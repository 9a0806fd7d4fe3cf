"""The points 4.1 to 4.6: does it behave as its name says, and does the network learn with it in time?"""

import math
from itertools import pairwise
from typing import Any

from grader.assignment.oracles.measured import Run
from grader.assignment.oracles.training import Attempt, Comparison
from grader.model import Outcome, Verdict

GROWN = 2.0  # a last loss of that many times the first is no noise of the batches
GUESSING = 2.0  # nor is a loss of that many times what guessing gets, the logarithm of the number of classes
STILL_LEARNING = 4  # a loss that fell in each of as many last epochs would have fallen further


def judge(comparison: Comparison, name: str) -> Verdict:
    """The verdict on one optimizer. Raises Fault where the student's code stopped the re-run."""
    attempt = comparison.attempt(name)
    target = float(comparison.settings["target_accuracy"])
    evidence = {**_evidence(comparison, attempt), **attempt.behaviour.evidence}
    notes = _notes(attempt, target)
    if attempt.behaviour.outcome is not Outcome.PASSED:
        message, diagnosis = attempt.behaviour.message, attempt.behaviour.diagnosis
    elif attempt.inspected.get("steps") == 0:
        message, diagnosis = _never_steps(name, attempt)
    elif not attempt.run.epochs:
        message = f"Not one epoch with {name} ended in its share of the time box ({attempt.share:.0f} s)."
        return Verdict(Outcome.TIMEOUT, 0.0, message, "too-slow-for-one-epoch", evidence=evidence).noting(*notes)
    elif attempt.run.best >= target:
        return Verdict(Outcome.PASSED, 1.0, evidence=evidence).noting(*notes)
    else:
        message, diagnosis = _why_not(name, attempt, target, math.log(comparison.images.classes))
    return Verdict.failed(message, diagnosis, **evidence).noting(*notes)


def _never_steps(name: str, attempt: Attempt) -> tuple[str, str]:
    if attempt.inspected.get("moved"):
        return (
            f"train_epoch changes the network without ever calling the step() of the {name} optimizer it is given: "
            "whatever is learned is not learned with it.",
            "optimizer-unused",
        )
    return f"train_epoch never calls the {name} optimizer's step(): gradients alone change nothing.", "no-step"


def _why_not(name: str, attempt: Attempt, target: float, guessing: float) -> tuple[str, str]:
    """The likeliest reason for a network that has not learned, the surest signs first."""
    run, seen = attempt.run, attempt.inspected
    losses = [epoch.loss for epoch in run.epochs if epoch.loss is not None]
    reached = (
        f"With {name}, {run.best:.0%} of the held-out images were right at the best of {len(run.epochs)} epochs, "
        f"not {target:.0%}"
    )
    if seen.get("empty"):
        return (
            f"{reached}: the parameters have no gradients at the step. Is backward() called on the loss?",
            "no-gradients",
        )
    if seen.get("poisoned"):
        return (
            f"{reached}: gradients are never cleared, so every step follows the sum of all gradients. backward() "
            "adds to .grad; zero_grad() empties it, in a closure at the beginning of each evaluation.",
            "gradients-not-cleared",
        )
    if run.epochs[-1].unchanged:
        names = ", ".join(run.epochs[-1].unchanged[:4])
        return f"{reached}: some parameters never changed ({names}).", "frozen-parameters"
    if not all(epoch.finite for epoch in run.epochs):
        return (
            f"{reached}: the loss became infinite or NaN. A smaller learning rate, or a line search, tames it.",
            "diverges",
        )
    if len(losses) > 1 and losses[-1] > GROWN * losses[0]:
        return (
            f"{reached}: the training loss rose from {losses[0]:.3g} to {losses[-1]:.3g}. Are the steps too long?",
            "diverges",
        )
    if losses and losses[-1] > GUESSING * guessing:
        return (
            f"{reached}: a training loss of {losses[-1]:.3g} is worse than guessing. Are the steps too long?",
            "diverges",
        )
    if not run.whole:
        return (
            f"{reached}: the time box ended the training after {attempt.share:.0f} s. A smaller network will do.",
            "too-slow",
        )
    if attempt.softmax:
        return f"{reached}: the network ends in a softmax, and cross-entropy applies its own to it.", "softmax-twice"
    if len(losses) > STILL_LEARNING and _falling(losses[-STILL_LEARNING - 1 :]):
        return (
            f"{reached}, but the loss was still falling ({losses[0]:.3g} to {losses[-1]:.3g}): a larger learning rate "
            "gets further.",
            "learns-too-slowly",
        )
    return f"{reached}: the training loss stays near {losses[-1] if losses else float('nan'):.3g}.", "does-not-learn"


def _falling(losses: list[float]) -> bool:
    return all(later < earlier for earlier, later in pairwise(losses))


def _notes(attempt: Attempt, target: float) -> list[str]:
    run, notes = attempt.run, []
    if attempt.inspected.get("poisoned") and run.best >= target:
        notes.append(
            "Gradients are never cleared between steps; it learns all the same, but not from the gradient of its batch."
        )
    if attempt.softmax and run.best >= target:
        notes.append(
            "The network seems to end in a softmax; cross-entropy has one of its own, so plain logits learn faster."
        )
    if run.epochs and all(epoch.returned is None for epoch in run.epochs):
        notes.append("train_epoch should return the mean training loss as a float.")
    elif run.epochs and all(epoch.returned_outside for epoch in run.epochs):
        notes.append(
            "What train_epoch returns is no mean of the epoch's losses: it lies outside of what the loss function gave."
        )
    if run.epochs and not run.whole:
        notes.append(
            f"The time box ended the training after {len(run.epochs)} epochs; what was measured until then counts."
        )
    return notes


def _evidence(comparison: Comparison, attempt: Attempt) -> dict[str, Any]:
    """What a report shows beside the point: the curve, the time and the box."""
    return {
        "device": comparison.device,
        "best_accuracy": attempt.run.best,
        "curve": curve(attempt.run),
        "share_seconds": round(attempt.share, 1),
        "time_box": comparison.box.described() if comparison.box else {},
    }


def curve(run: Run) -> dict[str, list[float | None]]:
    """The training, epoch by epoch, as plain lists; None where a loss is no number, which JSON does not have."""
    finite = [epoch.loss is not None and math.isfinite(epoch.loss) for epoch in run.epochs]
    return {
        "loss": [epoch.loss if known else None for epoch, known in zip(run.epochs, finite, strict=True)],
        "accuracy": [epoch.accuracy for epoch in run.epochs],
        "seconds": [round(epoch.seconds, 4) for epoch in run.epochs],
    }
