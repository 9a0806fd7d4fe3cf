"""Are slopes of the loss that were measured those that the network's gradients claim?"""

from collections.abc import Sequence
from typing import Any

from grader.oracles.figures import figure
from grader.oracles.training.weighed_steps import Looks, Pairs, read_pairs, share

# Of the slope that is claimed along the gradient, what has to be measured, at least and at most.
MIN_SLOPE, MAX_SLOPE = 0.5, 2.0
# In a direction that is drawn, by how much of the larger one they may differ, if the loss has a slope there: two
# lengths give the same but for so much. Who brings the part of the gradient that leads to weights from home is right
# along it, and has little of the slope in any other direction.
MAX_APART, MAX_ROUGH = 0.5, 0.03
LOOK = 3  # pairs
MIN_OF_EPOCH = 2  # looks that all differ in one epoch: weights from elsewhere may be fetched in a single epoch
MIN_APART = 1 / 3  # of the steps in a training that were looked at: one may be beside a kink


def agree(pairs: Pairs) -> bool:
    """Whether measured slopes are the claimed ones, for what steps of that length can tell. `pairs` are those of
    `harness.slopes.look`."""
    if len(pairs) != LOOK:
        return False
    (claimed, along), (drawn, near), (_, far) = pairs
    if not MIN_SLOPE * claimed <= along <= MAX_SLOPE * claimed:
        return False
    has_slope = abs(near - far) <= MAX_ROUGH * max(abs(near), abs(far))
    return not has_slope or abs(drawn - near) <= MAX_APART * max(abs(drawn), abs(near))


def apart_before(slopes: Any) -> str | None:
    """The same, as a sentence, of slopes from before the training, as the harness sent them; None where they agree.

    Where the loss changes too little to tell, as with weights that all begin near zero, the training has to.
    """
    pairs = read_pairs(slopes)
    return None if pairs is not None and (not pairs or agree(pairs)) else _apart("Before the training", pairs or ())


def cannot_tell(looks_by_epoch: Sequence[Looks], refusal: str) -> str | None:
    """Why nothing was measured in a training; None where something was."""
    if any(pairs for epoch in looks_by_epoch for _, pairs in epoch):
        return None
    if refusal:
        return (
            "In the training, the network could not be asked again for a loss that it had given, so that nothing tells "
            f"whether the loss changes as the gradients say: {refusal}."
        )
    if any(looks_by_epoch):
        return (
            "In the training, the loss changes by no more than rounding where parameters change a little, so that "
            "nothing tells whether it changes as the gradients say: compute in single precision (float32) at least."
        )
    return (
        "In the training, no single call of the network gives the loss, so that nothing tells whether it changes as "
        "the gradients say: compute it as loss_fn(model(x), y)."
    )


def apart_in_training(looks_by_epoch: Sequence[Looks]) -> str | None:
    """The sentence where slopes that were measured in a training differ, as a rule or in all of an epoch."""
    epochs = [[(weights, pairs) for weights, pairs in epoch if pairs] for epoch in looks_by_epoch]
    looks = [look for epoch in epochs for look in epoch]
    wrong = [pairs for _, pairs in looks if not agree(pairs)]
    is_whole = any(len(epoch) >= MIN_OF_EPOCH and not any(agree(pairs) for _, pairs in epoch) for epoch in epochs)
    if is_whole or share([not agree(pairs) for _, pairs in looks], [weights for weights, _ in looks]) > MIN_APART:
        return _apart("In the training", wrong[0])
    return None


def _apart(when: str, pairs: Pairs) -> str:
    """What differs, why that may be, and what the person who decides has to look for."""
    rates = ""
    if len(pairs) == LOOK:
        (claimed, along), (drawn, near), _ = pairs
        is_along = not MIN_SLOPE * claimed <= along <= MAX_SLOPE * claimed
        way, says, measured = ("along the gradient", claimed, along) if is_along else ("to another side", drawn, near)
        rates = f": a step {way} changes it by {figure(measured)} a unit, where the gradient says {figure(says)}"
    return (
        f"{when}, the loss does not change as the network's gradients say{rates}. So the network has a "
        "backward pass of its own. That is right for a straight-through estimator (rounded or binary weights or "
        "activations) and for a hook that clips gradients, and wrong where it leads to weights that came with the "
        "code: look for torch.autograd.Function, detach() and register_hook in build_network, and follow where the "
        "gradients come from."
    )
