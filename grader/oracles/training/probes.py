"""Probe problems for optimizers, and the verdict on how an optimizer moves on them.

The student's optimizer walks a few small problems whose gradients we choose: dense ones with changing signs, badly
scaled ones, sparse ones (there, and only there, weight decay inside the gradient and beside it part ways by orders of
magnitude) and, for LBFGS, closures. `optimizers.identify` compares the paths with those of torch's own optimizers.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.model import Verdict
from grader.oracles.training.parameter_groups import read_groups

SHAPES = [[4, 3], [5]]  # a weight and a bias: code may treat them differently
STEPS = (9, 15)  # drawn, at least 9 and below 15. RAdam moves as plain momentum for its first five
SCALES = 6  # gradients of the badly scaled problem are between 1 and 1e6, about
MIN_GRADIENT = 0.5  # hand-written code may put eps elsewhere (inside the root), which shows where gradients are tiny
CLOSURE_STEPS = (6, 9)  # as above; each of up to max_iter inner iterations

CLIPS = ("norm", "tensor norm", "value")  # as the harness knows them: of all gradients, of a tensor's, and of an entry

Problem = dict[str, Any]
Record = dict[str, Any]
Clip = tuple[str, float]  # how, and to what

LIKE = {
    "AdamW": "which applies the weight decay to the parameters directly, where Adam adds it to the gradient",
    "NAdam": "which looks ahead by Nesterov's momentum",
    "RAdam": "which rectifies the variance of the adaptive learning rate",
    "Adamax": "which divides by the largest gradient so far instead of a root mean square",
    "SGD": "which takes one learning rate for all parameters, whatever the history of their gradients",
    "Adagrad": "which sums all squared gradients since the start",
    "RMSprop": "which divides by a running root mean square of the gradients",
    "Adam": "which combines momentum with a running root mean square, both corrected for their start at zero",
    "Adadelta": "which scales each step by the root mean square of the steps before it",
    "LBFGS": "which builds a quadratic model from its last steps",
}


def problems(name: str, rng: np.random.Generator) -> list[Problem]:
    """Three problems for the optimizer of that name. The first is the plainest."""
    return _objectives(rng) if name == "LBFGS" else _gradients(rng)


def _gradients(rng: np.random.Generator) -> list[Problem]:
    size = sum(int(np.prod(shape)) for shape in SHAPES)
    steps = int(rng.integers(*STEPS))

    def dense() -> Any:
        draws = rng.normal(size=(steps, size))
        return np.sign(draws) * (MIN_GRADIENT + np.abs(draws))

    scaled = dense() * 10.0 ** rng.permutation(np.linspace(0, SCALES, size))
    sparse = dense() * (rng.random((steps, size)) < 0.4)
    sparse[:, 0] = 0.0  # never a gradient
    sparse[1:, 1] = 0.0  # one, and then never again
    sparse[0, 1] = 1.0
    return [
        {"kind": "gradients", "shapes": SHAPES, "start": _start(rng, size), "steps": steps, "gradients": gradients}
        for gradients in (dense(), scaled, sparse)
    ]


def _objectives(rng: np.random.Generator) -> list[Problem]:
    size = sum(int(np.prod(shape)) for shape in SHAPES)

    def problem(kind: str, largest: float, smallest: float) -> Problem:
        basis, _ = np.linalg.qr(rng.normal(size=(size, size)))
        matrix = np.geomspace(smallest, largest, size)[:, None] * basis
        target = rng.normal(size=size)
        start = _start(rng, size)
        return {
            "kind": kind,
            "shapes": SHAPES,
            "start": start,
            "steps": int(rng.integers(*CLOSURE_STEPS)),
            "matrix": matrix,
            "target": target,
        }

    return [problem("quadratic", 1.5, 0.5), problem("quadratic", 2.0, 0.1), problem("logcosh", 1.5, 0.5)]


def _start(rng: np.random.Generator, size: int) -> Any:
    """Away from zero, so that weight decay is felt."""
    draws = rng.normal(size=size)
    return np.sign(draws) * (0.5 + np.abs(draws))


def read(answer: Any, problems: list[Problem]) -> list[Record] | None:
    """The records of the problems as plain data for the oracle; None where one has another form. They come from the
    student's worker, and are not trusted."""
    if not isinstance(answer, list) or len(answer) != len(problems):
        return None
    records = [_record(item, problem) for item, problem in zip(answer, problems, strict=True)]
    return None if any(record is None for record in records) else [record for record in records if record is not None]


def _record(item: Any, problem: Problem) -> Record | None:
    match item:
        case {"path": np.ndarray() as path, "groups": list(steps)} if (
            path.shape == (problem["steps"] + 1, problem["start"].size)
            and path.dtype.kind == "f"
            and len(steps) == problem["steps"] + 1
        ):
            groups = [read_groups(step, len(SHAPES)) for step in steps]
            if any(step is None for step in groups):
                return None
            return {
                "path": path.astype(np.float64),
                "before": groups[:-1],
                "after": groups[1:],
                "turns": item.get("turns") is True,
            }
        case _:
            return None


def read_clips(reply: Mapping[str, Any]) -> tuple[Clip, ...]:
    """To what an optimizer may clip gradients in its steps, from the reply to probe_optimizer: nothing in most."""
    value = reply.get("clips")
    clips = [item for item in value if isinstance(item, list) and len(item) == 2] if isinstance(value, list) else []
    readable = [(how, limit) for how, limit in clips if how in CLIPS and type(limit) is float and 0 < limit < math.inf]
    return tuple(readable[: len(CLIPS)])


def judge(
    name: str, problems: list[Problem], reply: Mapping[str, Any], identify: Callable[..., dict[str, Any]]
) -> Verdict:
    """Judge whether the optimizer behaves like torch's of that `name`. `reply` is the harness's to probe_optimizer;
    `identify` is the oracle's function, which has torch."""
    if reply.get("records") is None:  # no torch.optim.Optimizer: no groups to read, and no steps to watch
        return Verdict.review(
            f'make_optimizer("{name}", params) returned an optimizer that shows no parameter groups: derive its class '
            "from torch.optim.Optimizer, or from the optimizer that it wraps."
        )
    records = read(reply["records"], problems)
    if records is None:
        return Verdict.failed(f'What make_optimizer("{name}", params) returned could not be read as an optimizer.')
    still = _standing_still(name, records)
    if still is not None:
        return still
    identification = identify(name, problems, records, read_clips(reply))
    evidence = {"behaves_like": identification["like"], "deviation": identification["error"]}
    if identification["same"]:
        return Verdict.passed()
    if name == "LBFGS" and identification["like"] is None and any(record["turns"] for record in records):
        return Verdict.review(
            "It makes several iterations in a step, but not those of torch.optim.LBFGS with the same hyper-parameters; "
            "nothing here tells whether they are those of L-BFGS. With one iteration in each step it could be "
            "recognized, whatever its line search.",
            **evidence,
        )
    return Verdict.failed(*_explained(name, identification), **evidence)


def _standing_still(name: str, records: list[Record]) -> Verdict | None:
    """The verdict where parameters do not move although they have gradients; None where all move."""
    first = records[0]
    sizes = [int(np.prod(shape)) for shape in SHAPES]
    moves = np.ptp(first["path"], axis=0) != 0  # NaN counts as a move: it is for the comparison to refuse
    moved = [bool(part.any()) for part in np.split(moves, np.cumsum(sizes)[:-1])]
    if all(moved):
        return None
    groups = first["before"][0]
    rates = [group["hyper"].get("lr") for group in groups]
    held = {index for group in groups for index in group["members"]}
    if rates and all(rate == 0 for rate in rates if rate is not None) and any(rate == 0 for rate in rates):
        return Verdict.failed(
            f"{name} has a learning rate of 0: every step is multiplied by it, so the parameters stay where they are.",
            "zero-learning-rate",
        )
    if not held:
        return Verdict.failed(
            f'make_optimizer("{name}", params) returns an optimizer that holds none of the parameters it was given '
            "(copies, or those of another network): its steps cannot change the network. Hand `params` on as it is.",
            "parameters-not-given",
        )
    if not any(moved):
        return Verdict.failed(
            f"{name}'s step() moved none of the parameters, though each of them had a gradient.", "does-not-move"
        )
    return Verdict.failed(
        f'make_optimizer("{name}", params) got {len(sizes)} parameter tensors but moves only {sum(moved)} of them: the '
        "rest of the network would never learn. (`params` may be a generator: go through it once, or make a list of "
        "it first.)",
        "parameters-missing",
    )


def behaves_like(name: str, like: str, where: str = "") -> str:
    """The sentence about an optimizer that is another one."""
    explanation = f", {LIKE[like]}" if like in LIKE else ""
    return f'For "{name}" you return an optimizer that behaves like torch.optim.{like}{where}{explanation}.'


def _explained(name: str, identification: Mapping[str, Any]) -> tuple[str, str]:
    like = identification["like"]
    if like == "uphill":
        return f"{name} goes uphill: its steps add the gradient's direction where they should subtract it.", "uphill"
    if like == "no-bias-correction":
        return (
            "This is Adam without its bias correction, or with a part of it: both running means start at zero and are "
            "too small at first, so the paper divides each of them by 1 - beta^t.",
            "no-bias-correction",
        )
    if like is not None:
        return (
            f"{behaves_like(name, like)} Check which "
            f'class make_optimizer returns for "{name}", and the hyper-parameters it shows in param_groups.',
            f"behaves-like-{like.lower()}",
        )
    hint = (
        ""
        if identification["known"]
        else " (Its learning rate could not be read: param_groups is where torch keeps it, as `lr`.)"
    )
    return (
        f"{name} was given the same gradients as torch.optim.{name} with the same hyper-parameters, and moved the "
        f"parameters elsewhere; it behaves like no other optimizer of torch either.{hint} Compare its formulas with "
        f"the algorithm box in torch.optim.{name}'s documentation.",
        "behaves-otherwise",
    )
