"""Is a slope of the loss that was measured the one that the network's gradients claim?"""

from collections.abc import Sequence
from typing import Any

from grader.oracles.figures import figure

# Of the claimed slope, what a central difference has to find, at least and at most: of networks of twenty kinds with
# random weights it found 0.99 to 1.01, and in the training, of 27 kinds with six optimizers each, 0.8 to 1.25.
MIN_SLOPE, MAX_SLOPE = 0.5, 2.0
MIN_APART = 1 / 3  # of the slopes of a training: a single one may be beside a kink, or too small to measure


def agree(claimed: Any, measured: Any) -> bool:
    """Whether a measured slope is the claimed one, for what a step of that length can tell."""
    if not (type(claimed) is float and type(measured) is float):
        return False
    return MIN_SLOPE * claimed <= measured <= MAX_SLOPE * claimed


def apart(when: str, claimed: Any, measured: Any) -> str:
    """What differs, why that may be, and what the person who decides has to look for."""
    rates = ""
    if type(claimed) is float and type(measured) is float:
        rates = (
            f": a step along the gradient changes it by {figure(measured)} a unit, where the gradient says "
            f"{figure(claimed)}"
        )
    return (
        f"{when}, the loss does not change as the network's gradients say{rates}. So the network has a "
        "backward pass of its own. That is right for a straight-through estimator (rounded or binary weights or "
        "activations), and wrong where it leads to weights that came with the code: look for torch.autograd.Function, "
        "detach() and register_hook in build_network, and follow where the gradients come from."
    )


def apart_in_training(slopes: Sequence[tuple[float, float]]) -> str | None:
    """The same of the slopes (claimed, measured) that were measured in a training; None where most agree."""
    if not slopes:
        return (
            "In the training, no single call of the network gives the loss, so that nothing tells whether it changes "
            "as the gradients say: compute it as loss_fn(model(x), y)."
        )
    wrong = [pair for pair in slopes if not agree(*pair)]
    return apart("In the training", *wrong[0]) if len(wrong) > MIN_APART * len(slopes) else None
