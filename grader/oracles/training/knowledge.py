"""Judges where a trained network knows the classes from: its parameters, and what it learned in this training."""

from collections.abc import Sequence
from typing import Any

from grader.model import CallFailure, Verdict
from grader.oracles.figures import figure
from grader.oracles.training.first_logits import MAX_SHUFFLED_ERRORS, knows_classes
from grader.oracles.training.harness_client import HarnessClient
from grader.oracles.training.harness_replies import accuracy_of

SECONDS = 10.0  # for one call, which asks the network a few times
CLOSENESS = 1e-4  # noise, in standard deviations of a tensor's entries: too little to change what a network knows
MAX_BEFORE = 0.5  # accuracy before the first epoch; a network that gets more right came trained
CLOSE_ENOUGH = 0.1  # by how much the accuracy with that noise may fall below the target
# Of the slope that the network's gradients claim, what a central difference has to find, at least and at most: of
# networks of twenty kinds with random weights it found 0.99 to 1.01.
MIN_SLOPE, MAX_SLOPE = 0.5, 2.0


def judge(client: HarnessClient, known_share: float | None, target: float, seed: int, *, has_diverged: bool) -> Verdict:
    """Passed where what the network just trained knows is in its parameters and was learned there; else `review`.

    The network is asked again with its first parameters (it should know nothing) and with its trained ones plus some
    noise (it should know the same): those of its best epoch where it has diverged since. `known_share` is that of
    `first_logits.knows_classes` before the first epoch.
    """
    images = client.images
    if known_share is not None:
        return Verdict.review(
            f"Before the first epoch, its outputs already tell the classes apart: a linear reading of them gets "
            f"{100 * known_share:.0f} % of the held-out images right. Does it come trained?"
        )
    try:
        answer = client.ask(SECONDS, "rewind", CLOSENESS, seed, has_diverged)
    except CallFailure as fault:
        return Verdict.review(f"The trained network could not be asked again: {fault.verdict.message}")
    start, close = (accuracy_of(answer.get(key), images.truth, images.classes) for key in ("start", "close"))
    if start is None or close is None:
        return Verdict.review("The trained network could not be asked again.")
    if start > MAX_BEFORE:
        return Verdict.review(f"With its first parameters, the trained network still gets {100 * start:.0f} % right.")
    if close < target - CLOSE_ENOUGH:
        return Verdict.review(f"With parameters that differ by next to nothing, it gets {100 * close:.0f} % right.")
    slopes = answer.get("claimed"), answer.get("measured")
    if not _agree(*slopes):
        return Verdict.review(_slopes_apart(*slopes))
    return _judge_shuffled([answer.get("shuffled_0"), answer.get("shuffled_1")], client, seed)


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


def _agree(claimed: Any, measured: Any) -> bool:
    """Whether a measured slope is the claimed one, for what a step of that length can tell."""
    if not (type(claimed) is float and type(measured) is float):
        return False
    return MIN_SLOPE * claimed <= measured <= MAX_SLOPE * claimed


def _slopes_apart(claimed: Any, measured: Any) -> str:
    """What differs, why that may be, and what the person who decides has to look for."""
    rates = ""
    if type(claimed) is float and type(measured) is float:
        rates = (
            f": a step along the gradient changes it by {figure(measured)} a unit, where the gradient says "
            f"{figure(claimed)}"
        )
    return (
        f"Before the training, the loss does not change as the network's gradients say{rates}. So the network has a "
        "backward pass of its own. That is right for a straight-through estimator (rounded or binary weights or "
        "activations), and wrong where it leads to weights that came with the code: look for torch.autograd.Function, "
        "detach() and register_hook in build_network, and follow where the gradients come from."
    )
