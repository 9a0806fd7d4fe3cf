"""Judges whether an optimizer behaves as its name says, and whether the network learns with it in time."""

import math
from typing import Any

from grader.model import Outcome, Verdict
from grader.oracles.training.knowledge import MAX_BEFORE
from grader.oracles.training.not_learning import MAX_NAMES, few_batches, left_out, never_cleared, why_not
from grader.oracles.training.rerun import Attempt, Rerun
from grader.oracles.training.statistics import Run
from grader.text import listed


def judge(rerun: Rerun, name: str) -> Verdict:
    """The verdict on one optimizer. Raises CallFailure where the student's code stopped the re-run."""
    attempt = rerun.attempt(name)
    box = rerun.client.ready()
    learned = attempt.run.best >= rerun.target
    evidence = {**_evidence(rerun, attempt), **attempt.behaviour.evidence}
    notes = _notes(attempt) + (_notes_on_learning(attempt) if learned else [])
    if attempt.behaviour.outcome is Outcome.FAILED:
        message, diagnosis = attempt.behaviour.message, attempt.behaviour.diagnosis
    elif attempt.training.watched_steps == 0:
        message, diagnosis = _never_steps(name, attempt)
    elif not attempt.run.epochs and box.was_busy:
        message = f"No epoch with {name} ended in time on a machine that was busy with other work; a person decides."
        return Verdict.review(message, **evidence).noting(*notes)
    elif not attempt.run.epochs:
        message = f"No epoch with {name} ended in its share of the time box ({attempt.share:.0f} s)."
        return Verdict(Outcome.TIMEOUT, 0.0, message, "too-slow-for-one-epoch", evidence=evidence).noting(*notes)
    elif attempt.run.before > MAX_BEFORE:
        message, diagnosis = _comes_trained(attempt)
    elif left_out(attempt):
        message, diagnosis = _leaves_out(name, attempt)
    elif learned and attempt.learned_with.outcome is Outcome.FAILED:
        message, diagnosis = attempt.learned_with.message, attempt.learned_with.diagnosis
    elif learned and (open_question := _open_question(attempt)):
        message = f"The network learns; a person has to decide whether {name} trained it. {open_question}"
        return Verdict.review(message, **evidence).noting(*notes)
    elif learned:
        return Verdict(Outcome.PASSED, 1.0, evidence=evidence).noting(*notes)
    elif not attempt.run.whole and box.was_busy:
        message = f"{name} did not finish in time on a machine that was busy with other work; a person decides."
        return Verdict.review(message, **evidence).noting(*notes)
    else:
        message, diagnosis = why_not(name, attempt, rerun.target, rerun.images.classes)
    return Verdict.failed(message, diagnosis, **evidence).noting(*notes)


def _open_question(attempt: Attempt) -> str:
    """Why a person decides about the optimizer: what its steps on small problems leave open, or those of the training;
    nothing where neither does."""
    verdicts = (attempt.behaviour, attempt.learned_with)
    return next((verdict.message for verdict in verdicts if verdict.outcome is Outcome.REVIEW), "")


def _never_steps(name: str, attempt: Attempt) -> tuple[str, str]:
    if attempt.training.moved:
        return (
            f"train_epoch changes the network without ever calling the step() of the {name} optimizer it is given: "
            "whatever is learned is not learned with it.",
            "optimizer-unused",
        )
    return f"train_epoch never calls the {name} optimizer's step(): gradients alone change nothing.", "no-step"


def _comes_trained(attempt: Attempt) -> tuple[str, str]:
    return (
        f"build_network returns a network that gets {attempt.run.before:.0%} of the held-out images right before the "
        "first epoch: it comes trained, and so shows nothing about the optimizer.",
        "comes-trained",
    )


def _leaves_out(name: str, attempt: Attempt) -> tuple[str, str]:
    return (
        f"With {name}, these parameters have gradients and never change: {listed(left_out(attempt), MAX_NAMES)}. An "
        "optimizer moves all that it is given: does make_optimizer pass on all of `params`?",
        "parameters-missing",
    )


def _notes(attempt: Attempt) -> list[str]:
    """Remarks that do not change the score."""
    run, notes = attempt.run, []
    if len(attempt.runs) > 1:
        shares = ", ".join(f"{run.best:.1%}" for run in attempt.runs)
        notes.append(
            f"The first training fell just short of the target, so it was repeated from other seeds; at their best "
            f"epochs they got {shares} of the held-out images right. The best one counts."
        )
    if run.epochs and all(epoch.returned is None for epoch in run.epochs):
        notes.append("train_epoch should return the mean training loss as a float.")
    elif run.epochs and all(epoch.returned_outside for epoch in run.epochs):
        notes.append(
            "What train_epoch returns is not the mean of the epoch's losses, however averaged; the mean of what the "
            "loss function gave is used instead."
        )
    if run.epochs and not run.whole:
        notes.append(
            f"The time box ended the training after {len(run.epochs)} epochs; what was measured until then counts."
        )
    return notes


def _notes_on_learning(attempt: Attempt) -> list[str]:
    """Remarks on a network that has learned."""
    notes = []
    if never_cleared(attempt):
        notes.append(
            "Gradients are never cleared between steps; it learns all the same, but not from the gradient of its batch."
        )
    if attempt.training.softmax:
        notes.append(
            "The network seems to end in a softmax; cross-entropy already contains one, so plain logits learn faster."
        )
    few = few_batches(attempt)
    if few is not None:
        notes.append(few)
    unchanged = attempt.run.epochs[-1].unchanged
    if unchanged and not left_out(attempt):
        notes.append(
            f"Some parameters of the network never change (frozen, or without use?): {listed(unchanged, MAX_NAMES)}."
        )
    return notes


def _evidence(rerun: Rerun, attempt: Attempt) -> dict[str, Any]:
    """The evidence for a report: accuracies, the learning curve, and the time."""
    client = rerun.client
    return {
        "best_accuracy": attempt.run.best,
        "accuracy_before": attempt.run.before,
        "curve": curve(attempt.run),
        "measurement": {
            "device": client.device,
            "share_seconds": round(attempt.share, 1),
            "time_box": client.box.described() if client.box else {},
        },
    }


def curve(run: Run) -> dict[str, list[float | None]]:
    """The learning curve, epoch by epoch; None for a loss that is not finite, which JSON does not have."""
    finite = [epoch.loss is not None and math.isfinite(epoch.loss) for epoch in run.epochs]
    return {
        "loss": [epoch.loss if is_finite else None for epoch, is_finite in zip(run.epochs, finite, strict=True)],
        "accuracy": [epoch.accuracy for epoch in run.epochs],
        "seconds": [round(epoch.seconds, 4) for epoch in run.epochs],
    }
