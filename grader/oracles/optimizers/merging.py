"""The parameters of each group as one tensor: what follows entries one by one costs a step for each tensor."""

from typing import Any

import numpy as np


def one_tensor_a_group(training: dict[str, Any]) -> dict[str, Any]:
    """The training (see `identify_training`) with the followed entries of each parameter group in one tensor.

    It is as it was where groups change, hold less than all parameters, or one has no gradient at a step (NaN), of which
    torch's optimizers take no step.
    """
    followed, steps = training["followed"], [*training["before"], *training["after"]]
    members = [group["members"] for group in steps[0]]
    in_order = [parameter for held in members for parameter in held]
    if (
        not all(members)
        or sorted(in_order) != list(range(len(followed)))
        or any([group["members"] for group in groups] != members for groups in steps)
        or np.isnan(training["gradients"]).any()
    ):
        return training
    ends = np.cumsum([0, *followed])
    columns = np.concatenate([np.arange(ends[parameter], ends[parameter + 1]) for parameter in in_order])
    return {
        **training,
        "followed": [sum(followed[parameter] for parameter in held) for held in members],
        "start": training["start"][columns],
        **{key: training[key][:, columns] for key in ("path", "gradients")},
        **{
            when: [[{**group, "members": [place]} for place, group in enumerate(groups)] for groups in training[when]]
            for when in ("before", "after")
        },
    }
