"""Judges where a trained network knows the classes from: its parameters, and what it learned in this training."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.model import CallFailure, Outcome, Verdict
from grader.oracles.training import few_images, slope_agreement
from grader.oracles.training.first_logits import MAX_SHUFFLED_ERRORS, knows_classes
from grader.oracles.training.harness_client import HarnessClient
from grader.oracles.training.harness_replies import accuracy_of
from grader.oracles.training.statistics import Run

SECONDS = 10.0  # for one call, which asks the network a few times
CLOSENESS = 1e-4  # noise, in standard deviations of a tensor's entries: too little to change what a network knows
MAX_BEFORE = 0.5  # accuracy before the first epoch; a network that gets more right came trained
# Of what the trained network gets right, by another one with its parameters. Those of 23 kinds got exactly as much, one
# whose pixels train_epoch normalises 0.63; ones with hidden tensors that learned 0.09 to 0.28.
MIN_ALONE = 0.4
CLOSE_ENOUGH = 0.1  # by how much the accuracy with that noise may fall below the target


def judge(client: HarnessClient, known_share: float | None, run: Run, target: float, seed: int) -> Verdict:
    """Passed where what the network just trained knows is in its parameters and was learned there; else `review`.

    The network is asked again with its first parameters (it should know nothing) and with its trained ones plus some
    noise (it should know the same): those of its best epoch where it has diverged since. `run` is its training, and
    `known_share` that of `first_logits.knows_classes` before the first epoch.
    """
    images = client.images
    if known_share is not None:
        return Verdict.review(
            f"Before the first epoch, its outputs already tell the classes apart: a linear reading of them gets "
            f"{100 * known_share:.0f} % of the held-out images right. Does it come trained?"
        )
    try:
        few = few_images.draw(images, seed)
        has_diverged = run.epochs[-1].accuracy < target
        answer = client.ask(SECONDS, "rewind", CLOSENESS, seed, has_diverged, few, run.epochs_to(target))
    except CallFailure as fault:
        return Verdict.review(f"The trained network could not be asked again: {fault.verdict.message}")
    start, close = (accuracy_of(answer.get(key), images.truth, images.classes) for key in ("start", "close"))
    if start is None or close is None:
        return Verdict.review("The trained network could not be asked again.")
    if start > MAX_BEFORE:
        return Verdict.review(f"With its first parameters, the trained network still gets {100 * start:.0f} % right.")
    if close < target - CLOSE_ENOUGH:
        return Verdict.review(f"With parameters that differ by next to nothing, it gets {100 * close:.0f} % right.")
    apart = slope_agreement.apart_before(answer.get("slopes"))
    if apart is not None:
        return Verdict.review(apart)
    verdict = _judge_shuffled([answer.get("shuffled_0"), answer.get("shuffled_1")], client, seed)
    if verdict.outcome is Outcome.PASSED:
        verdict = _judge_few(answer.get("few"), few, client)
    return _judge_alone(answer, client) if verdict.outcome is Outcome.PASSED else verdict


def _judge_shuffled(shuffled: Sequence[Any], client: HarnessClient, seed: int) -> Verdict:
    """`review` where something other than the parameters' values knows the classes, such as constants behind a gate
    that opens in the training, or a table of the training images: it still does when what each tensor learned is
    shuffled among its entries."""
    images = client.images
    if any(accuracy_of(logits, images.truth, images.classes) is None for logits in shuffled):
        return Verdict.review("The trained network could not be asked again.")
    for logits in shuffled:
        share = knows_classes(logits, images, seed, MAX_SHUFFLED_ERRORS)
        if share is not None:
            return Verdict.review(
                "With what its parameters have learned shuffled, its outputs still tell the classes apart: a "
                f"linear reading of them gets {100 * share:.0f} % of the held-out images right. What else does it "
                "know from?"
            )
    return Verdict.passed()


def _judge_few(logits: Any, few: list[int], client: HarnessClient) -> Verdict:
    """`review` where the network, begun anew, does better than the few images that it then saw can teach."""
    images = client.images
    share = accuracy_of(logits, images.truth, images.classes)
    if share is None:
        return Verdict.review("The trained network could not be asked again.")
    if few_images.knows_more(share, images, few):
        return Verdict.review(
            f"Trained anew on {len(few)} images, one of each class, the network gets {100 * share:.0f} % of the "
            "held-out images right, far more than these can teach. What else does it know from?"
        )
    return Verdict.passed()


def _judge_alone(answer: Mapping[str, Any], client: HarnessClient) -> Verdict:
    """`review` where a network that is made anew does not know with the trained parameters what the trained one does:
    something else has learned, such as tensors that are no parameters, with an optimizer of their own."""
    images = client.images
    logits = [answer.get(key) for key in ("together", "alone")]
    shares = [
        accuracy_of(item, images.truth[: item.shape[0]], images.classes)
        for item in logits
        if isinstance(item, np.ndarray) and item.ndim
    ]
    match shares:
        case [float(together), float(alone)] if alone < MIN_ALONE * together:
            return Verdict.review(
                f"With its trained parameters, a network that is built anew gets {100 * alone:.0f} % of the held-out "
                f"images right in training mode, where the trained one gets {100 * together:.0f} %. What besides "
                "the parameters changed during training? Look for tensors that are not among the parameters of "
                "the network, and for what trains them."
            )
    return Verdict.passed()
