"""The points 4.1 to 4.6: does it behave as its name says, and does the network learn with it in time?"""

import math
from typing import Any

from grader.model import Outcome, Verdict
from grader.oracles.training.not_learning import few_batches, left_out, listed, never_cleared, why_not
from grader.oracles.training.rerun import Attempt, Rerun
from grader.oracles.training.statistics import Run


def judge(comparison: Rerun, name: str) -> Verdict:
    """The verdict on one optimizer. Raises CallFailure where the student's code stopped the re-run."""
    attempt = comparison.attempt(name)
    target = float(comparison.settings["target_accuracy"])
    learned = attempt.run.best >= target
    evidence = {**_evidence(comparison, attempt), **attempt.behaviour.evidence}
    notes = _notes(attempt) + (_notes_on_learning(attempt) if learned else [])
    if attempt.behaviour.outcome is not Outcome.PASSED:
        message, diagnosis = attempt.behaviour.message, attempt.behaviour.diagnosis
    elif attempt.inspected.steps == 0:
        message, diagnosis = _never_steps(name, attempt)
    elif not attempt.run.epochs:
        message = f"Not one epoch with {name} ended in its share of the time box ({attempt.share:.0f} s)."
        return Verdict(Outcome.TIMEOUT, 0.0, message, "too-slow-for-one-epoch", evidence=evidence).noting(*notes)
    elif left_out(attempt):
        message, diagnosis = _leaves_out(name, attempt)
    elif learned:
        return Verdict(Outcome.PASSED, 1.0, evidence=evidence).noting(*notes)
    else:
        message, diagnosis = why_not(name, attempt, target, comparison.images.classes)
    return Verdict.failed(message, diagnosis, **evidence).noting(*notes)


def _never_steps(name: str, attempt: Attempt) -> tuple[str, str]:
    if attempt.inspected.moved:
        return (
            f"train_epoch changes the network without ever calling the step() of the {name} optimizer it is given: "
            "whatever is learned is not learned with it.",
            "optimizer-unused",
        )
    return f"train_epoch never calls the {name} optimizer's step(): gradients alone change nothing.", "no-step"


def _leaves_out(name: str, attempt: Attempt) -> tuple[str, str]:
    return (
        f"With {name}, these parameters have gradients and never change: {listed(left_out(attempt))}. An optimizer "
        "moves all that it is given: does make_optimizer pass on all of `params`?",
        "parameters-missing",
    )


def _notes(attempt: Attempt) -> list[str]:
    """Remarks that cost nothing."""
    run, notes = attempt.run, []
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


def _notes_on_learning(attempt: Attempt) -> list[str]:
    """Remarks on a network that has learned all the same."""
    notes = []
    if never_cleared(attempt):
        notes.append(
            "Gradients are never cleared between steps; it learns all the same, but not from the gradient of its batch."
        )
    if attempt.softmax:
        notes.append(
            "The network seems to end in a softmax; cross-entropy has one of its own, so plain logits learn faster."
        )
    few = few_batches(attempt)
    if few is not None:
        notes.append(few)
    unchanged = attempt.run.epochs[-1].unchanged
    if unchanged and not left_out(attempt):
        notes.append(f"Some parameters of the network never change (frozen, or without use?): {listed(unchanged)}.")
    return notes


def _evidence(comparison: Rerun, attempt: Attempt) -> dict[str, Any]:
    """What a report shows beside the point: the curve, the time and the box."""
    client = comparison.client
    return {
        "device": client.device,
        "best_accuracy": attempt.run.best,
        "curve": curve(attempt.run),
        "share_seconds": round(attempt.share, 1),
        "time_box": client.box.described() if client.box else {},
    }


def curve(run: Run) -> dict[str, list[float | None]]:
    """The training, epoch by epoch, as plain lists; None where a loss is no number, which JSON does not have."""
    finite = [epoch.loss is not None and math.isfinite(epoch.loss) for epoch in run.epochs]
    return {
        "loss": [epoch.loss if known else None for epoch, known in zip(run.epochs, finite, strict=True)],
        "accuracy": [epoch.accuracy for epoch in run.epochs],
        "seconds": [round(epoch.seconds, 4) for epoch in run.epochs],
    }
