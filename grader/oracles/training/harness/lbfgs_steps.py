"""Are steps that were recorded with the evaluations in them L-BFGS's? Torch's own, given the same answers, asks for the
loss at the same points; one with a line search of its own goes where the two-loop recursion points (Nocedal and Wright,
Numerical Optimization, 2nd edition, algorithm 7.4). Used by the oracle, and by `later_steps` in the student's process.
"""

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from .clipped_gradients import is_clipped

# Of the way from where the step began. Torch's own repeats the recorded steps to the last bit, and in double precision,
# so in another order of sums, to 0.02 of their length (20 kinds of networks).
SAME_POINT = 0.1
LAST_DIGITS = 2.0  # of an entry, that rounding may take
SAME_DIRECTION = 0.1  # sine of an angle, in single precision, also behind a step that is little but rounding
# What torch raises at hyper-parameters that make no sense, or at a state that is none.
REFUSALS = (ValueError, TypeError, RuntimeError, LookupError, ArithmeticError, AttributeError, AssertionError)

# {"point": (n,), "gradient": (n,), "loss": float}, and "used": (n,), the gradient after a step that changed it
Evaluation = dict[str, Any]
Step = tuple[Sequence[Evaluation], Any]  # the evaluations in it, and where it ended, (n,), or None if that is not known


def asks_the_same(steps: Sequence[Step], hypers: Sequence[dict[str, Any]], state: dict[str, Any] | None = None) -> bool:
    """Whether torch's own takes these steps, one after the other, each with its hyper-parameters; from the state that
    it has in `torch.optim.LBFGS`, or from none."""
    parameter = torch.nn.Parameter(torch.from_numpy(steps[0][0][0]["point"]).clone())
    start = before = parameter.detach().clone()
    script = [(item, number == 0) for evaluations, _ in steps for number, item in enumerate(evaluations)]
    place, wrong = 0, False

    def closure() -> torch.Tensor:
        nonlocal place, wrong
        if place == len(script) and steps[-1][1] is None:  # the end of what was recorded
            raise StopIteration
        item, is_first = script[place] if place < len(script) else ({}, False)
        if not item or not _is_near(item["point"], parameter.detach(), before if is_first else start):
            wrong = True
            raise StopIteration
        place += 1
        parameter.grad = torch.from_numpy(item["gradient"]).clone()
        return torch.tensor(item["loss"])

    try:
        optimizer = torch.optim.LBFGS([parameter], **hypers[0])
        optimizer.state[parameter].update(copy.deepcopy(state or {}))
        for (evaluations, end), hyper in zip(steps, hypers, strict=False):
            optimizer.param_groups[0].update(hyper)
            first = place
            start = parameter.detach().clone()
            optimizer.step(closure)
            if end is None or place - first != len(evaluations) or not _is_near(end, parameter.detach(), start):
                return False
            before = start
    except StopIteration:
        return not wrong
    except REFUSALS:
        return False
    return not wrong


def _is_near(point: Any, now: torch.Tensor, start: torch.Tensor) -> bool:
    """Whether two points are the same, as seen from where the step began: a jump before it allows nothing."""
    there = torch.from_numpy(point)
    last_digit = torch.finfo(there.dtype).eps * float(there.abs().max())
    away = float((there - start).abs().max())
    return float((there - now).abs().max()) <= SAME_POINT * away + LAST_DIGITS * last_digit


def as_clipped(evaluation: Evaluation) -> Evaluation:
    """With the gradient that was used, where it is the one that was given, clipped."""
    if "used" not in evaluation:
        return evaluation
    before, after = evaluation["gradient"], evaluation["used"]
    is_same = is_clipped(before[None], after[None], [len(before)])
    return {**evaluation, "gradient": after} if is_same else evaluation


def direction(g: Any, s: Any, y: Any, scaled: bool) -> Any:
    """-H g by the two-loop recursion, from pairs of steps and changes of the gradient, the oldest first."""
    q, weights = g.copy(), []
    with np.errstate(divide="ignore", invalid="ignore"):
        for step, change in zip(s[::-1], y[::-1], strict=True):
            weights.append(step @ q / (step @ change))
            q = q - weights[-1] * change
        if scaled and len(s):
            q = q * (s[-1] @ y[-1]) / (y[-1] @ y[-1])
        for step, change, weight in zip(s, y, weights[::-1], strict=True):
            q = q + step * (weight - change @ q / (step @ change))
    return -q


def sine(first: Any, second: Any) -> float:
    """Of the angle between two vectors; infinite where they point in opposite ways, or one is nothing."""
    lengths = np.linalg.norm(first), np.linalg.norm(second)
    if not all(np.isfinite(length) and length > 0 for length in lengths) or first @ second <= 0:
        return float("inf")
    return float(np.linalg.norm(first / lengths[0] - second / lengths[1]))
