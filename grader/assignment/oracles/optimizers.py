"""Torch's own optimizers, replayed: which of them moves parameters as a student's does?

Runs in a bounded worker of ours. It is given probe problems, the path that the student's optimizer took on each, and
the hyper-parameters that were read from it before every step. Torch's implementation walks the same problems with the
same hyper-parameters; only equal paths make an optimizer what it is called. Hyper-parameters that could not be read
are searched for among the usual values, the learning rate by least squares (without weight decay, steps are linear in
it).

Imports the standard library, numpy and torch only. Definitions: the algorithm boxes of torch.optim's documentation.
"""

import itertools
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

# Of the largest displacement. Hand-written code differs in rounding, and in where exactly eps stands (about 1e-4 at our
# smallest gradients); two different optimizers differ by some per cent at least in one of the problems.
RELATIVE = 1e-3
LEAST_USEFUL = 4  # points of a path: fewer show nothing, so that a path that diverges at once has to be the very same
LARGEST = 1e8  # parameters begin near 1: a path that gets here has diverged
ABSOLUTE = 1e-9  # below any honest step: learning rates are above 1e-6, gradients above 1e-3

Hyper = dict[str, Any]
Problem = dict[str, Any]
Record = dict[str, Any]

# The names under which torch reads a hyper-parameter, others in use for the same, and values to try when none was
# found.
LEARNING_RATE = ("learning_rate", "step_size", "stepsize", "eta", "base_lr")
BETAS = [(0.9, 0.999), (0.9, 0.99), (0.9, 0.95), (0.95, 0.999), (0.8, 0.999), (0.5, 0.999)]
DECAYS = [0.99, 0.9, 0.95, 0.999]
EPSILONS = [1e-8, 1e-7, 1e-6, 1e-10]
TRIED: dict[str, dict[str, list[Any]]] = {
    "Adadelta": {"rho": [0.9, 0.95, 0.99], "eps": [1e-6, 1e-7, 1e-8, 1e-5]},
    "Adagrad": {"eps": [1e-10, 1e-8, 1e-7, 1e-6], "initial_accumulator_value": [0.0, 0.1], "lr_decay": [0.0, 0.01]},
    "Adam": {"betas": BETAS, "eps": EPSILONS, "amsgrad": [False, True]},
    "RMSprop": {"alpha": DECAYS, "eps": EPSILONS, "momentum": [0.0, 0.9], "centered": [False, True]},
    "SGD": {"momentum": [0.0, 0.9, 0.5, 0.8, 0.95, 0.99], "nesterov": [False, True]},
    "LBFGS": {
        "lr": [1.0, 0.1, 0.5, 0.8, 0.01],
        "max_iter": [20, 1, 4, 5, 10],
        "history_size": [100, 10, 5, 20],
        "line_search_fn": [None, "strong_wolfe"],
    },
}
ALIASES = {
    "lr": LEARNING_RATE,
    "eps": ("epsilon",),
    "weight_decay": ("wd", "l2"),
    "alpha": ("rho", "decay_rate", "decay", "beta", "gamma", "smoothing"),
    "rho": ("decay_rate", "decay", "alpha", "gamma", "beta"),
    "momentum": ("mu",),
    "history_size": ("history", "memory", "m"),
    "max_iter": ("max_iters", "iterations"),
}
BETA_NAMES = (("beta1", "beta2"), ("b1", "b2"), ("beta_1", "beta_2"))
TORCHS = (
    "Adadelta",
    "Adagrad",
    "Adam",
    "RMSprop",
    "SGD",
    "LBFGS",
    "AdamW",
    "NAdam",
    "RAdam",
    "Adamax",
    "ASGD",
    "Rprop",
)
# Read from a group, but no part of the algorithm's identity here: how it is computed, or Adam's switch to AdamW.
IGNORED = {"foreach", "fused", "capturable", "differentiable", "decoupled_weight_decay", "initial_lr"}
MAX_TRIALS = 240  # combinations of values for what was not read; about a millisecond each


def identify(name: str, problems: list[Problem], records: list[Record]) -> dict[str, Any]:
    """Does the recorded optimizer move as torch's `name` does, and if not, as which other?

    Returns {"same": bool, "like": a class of torch.optim, "uphill", "no-bias-correction" or None, "known": bool
    (whether a learning rate could be read), "error": float}: the last is the largest deviation as a share of the
    largest displacement.
    """
    error = _best_error(name, problems, records)
    known = all(
        "lr" in _read(name, group["hyper"]) for record in records for groups in record["groups"] for group in groups
    )
    if error <= 1:
        return {"same": True, "like": name, "known": known, "error": error * RELATIVE}
    like = next((other for other in TORCHS if other != name and _best_error(other, problems, records) <= 1), None)
    if like is None and _best_error(name, problems, [_reversed(record) for record in records]) <= 1:
        like = "uphill"
    if like is None and name == "Adam" and _uncorrected_adam(problems, records) <= 1:
        like = "no-bias-correction"
    return {"same": False, "like": like, "known": known, "error": min(error, 1e300) * RELATIVE}


def replay(name: str, problem: Problem, groups: list[list[dict[str, Any]]], hypers: list[list[Hyper]]) -> Any:
    """The path (steps + 1, n) of torch's optimizer `name`; None where it refuses the hyper-parameters.

    `groups` and `hypers` hold, for each step and parameter group, the members and the hyper-parameters.
    """
    parameters = _parameters(problem["shapes"], torch.from_numpy(problem["start"]))
    accepted = _defaults(name)
    try:
        optimizer = getattr(torch.optim, name)(
            [
                {"params": [parameters[i] for i in group["members"]], **_accepted(hyper, accepted)}
                for group, hyper in zip(groups[0], hypers[0], strict=True)
            ],
            **_accepted(hypers[0][0], accepted),  # Adagrad starts its sums from this, whatever its groups say
        )
        path = [_flat(parameters)]
        for number in range(problem["steps"]):
            for group, hyper in zip(optimizer.param_groups, hypers[number], strict=True):
                group.update(_accepted(hyper, accepted))
            optimizer.step(_closure(problem, parameters, number))
            path.append(_flat(parameters))
    except (ValueError, TypeError, RuntimeError, IndexError, OverflowError, ZeroDivisionError):
        return None
    return torch.stack(path).numpy()


def deviation(path: Any, expected: Any, coordinatewise: bool) -> float:
    """The largest error in units of what is tolerated: 1 and less is equal. NaN and None are infinitely far.

    Only as far as torch's own path is of any use: some hyper-parameters diverge, and then the student's may too.
    """
    if expected is None or path.shape != expected.shape:
        return float("inf")
    with np.errstate(invalid="ignore", over="ignore"):
        useful = np.logical_and.accumulate((np.abs(expected) < LARGEST).all(axis=1))
        if useful.sum() < LEAST_USEFUL:
            return 0.0 if np.array_equal(path, expected, equal_nan=True) else float("inf")
        path, expected = path[useful], expected[useful]
        moved = np.abs(expected - expected[0]).max(axis=0)
        scale = moved if coordinatewise else np.full_like(moved, moved.max())
        errors = np.abs(path - expected) / (RELATIVE * scale + ABSOLUTE)
    return float(np.where(np.isnan(errors), np.inf, errors).max())


def reference_seconds(device: str) -> float:
    """Seconds that 40 steps of a small convolutional network take on this machine: the median of five tries.

    The same sort of work as the student's, so that a slow, busy or remote machine shows itself here as it does there.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    place = torch.device(device)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(256, 10)
    ).to(place)
    x, y = torch.rand(64, 1, 8, 8, device=place), torch.arange(64, device=place) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    took = []
    for _ in range(6):
        began = time.perf_counter()
        for _ in range(40):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y)
            torch.autograd.backward(loss)
            optimizer.step()
        loss.item()  # waits for a GPU
        took.append(time.perf_counter() - began)
    return sorted(took[1:])[2]  # the first one warms up


# --- what was read, and what has to be tried ------------------------------------------------------------------------


def _best_error(name: str, problems: list[Problem], records: list[Record]) -> float:
    """The smallest deviation over the trials, as the worst of all problems."""
    best = float("inf")
    for trial in _trials(name, problems, records):
        rate = _fitted_rate(name, problems[0], records[0], trial)
        if rate is None:
            continue
        worst = 0.0
        for problem, record in zip(problems, records, strict=True):
            path = replay(name, problem, record["groups"], _hypers(name, record, {**trial, **rate}))
            worst = max(worst, deviation(record["path"], path, problem["kind"] == "gradients"))
            if worst > best:
                break
        best = min(best, worst)
        if best <= 1:
            break
    return best


def _trials(name: str, problems: list[Problem], records: list[Record]) -> Iterator[Hyper]:
    """Values for what was not read: nothing at first (torch's defaults), then the usual ones in combination."""
    yield {}
    if name == "LBFGS" and problems[0]["kind"] == "gradients":
        return  # only a resemblance is asked for, and each trial is dear
    read = _read(name, records[0]["groups"][0][0]["hyper"])
    missing = {key: values for key, values in TRIED.get(name, {}).items() if key not in read}
    combinations = itertools.product(*missing.values())
    yield from (dict(zip(missing, values, strict=True)) for values in itertools.islice(combinations, 1, MAX_TRIALS))


def _fitted_rate(name: str, problem: Problem, record: Record, trial: Hyper) -> Hyper | None:
    """The learning rate that fits best, where none was read; None where nothing fits."""
    if "lr" in _read(name, record["groups"][0][0]["hyper"]) or "lr" in trial or problem["kind"] != "gradients":
        return {}
    path = replay(name, problem, record["groups"], _hypers(name, record, {**trial, "lr": 1.0}))
    if path is None:
        return None
    one, found = path - path[0], record["path"] - record["path"][0]
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        rate = float((one * found).sum() / (one * one).sum())
    return {"lr": rate} if rate > 0 else None


def _hypers(name: str, record: Record, extra: Hyper) -> list[list[Hyper]]:
    return [[{**extra, **_read(name, group["hyper"])} for group in groups] for groups in record["groups"]]


def _read(name: str, found: Hyper) -> Hyper:
    """What was found, under torch's names: its own name first, then the aliases in their order."""
    accepted = _defaults(name)
    read = {key: found[key] for key in accepted if key in found}
    for key, aliases in ALIASES.items():
        if key in accepted and key not in read:
            known = [found[alias] for alias in aliases if alias in found]
            read.update({key: known[0]} if known else {})
    if "betas" in accepted and "betas" not in read:
        for first, second in BETA_NAMES:
            if first in found and second in found:
                read["betas"] = (found[first], found[second])
    return read


def _defaults(name: str) -> Hyper:
    """The hyper-parameters that torch's class knows, with its defaults."""
    return dict(getattr(torch.optim, name)([torch.zeros(1, requires_grad=True)]).defaults)


def _accepted(hyper: Hyper, accepted: Hyper) -> Hyper:
    return {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in hyper.items()
        if key in accepted and key not in IGNORED
    }


# --- known misreadings ----------------------------------------------------------------------------------------------


def _reversed(record: Record) -> Record:
    """The mirrored path: what an optimizer that adds instead of subtracting would have had to do."""
    return {**record, "path": 2 * record["path"][0] - record["path"]}


def _uncorrected_adam(problems: list[Problem], records: list[Record]) -> float:
    """Adam without the division by 1 - beta^t, the most common slip in a hand-written one."""
    worst = 0.0
    for problem, record in zip(problems, records, strict=True):
        hyper = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, **_read("Adam", record["groups"][0][0]["hyper"])}
        path, m, v = [problem["start"]], np.zeros_like(problem["start"]), np.zeros_like(problem["start"])
        for gradient in problem["gradients"]:
            m = hyper["betas"][0] * m + (1 - hyper["betas"][0]) * gradient
            v = hyper["betas"][1] * v + (1 - hyper["betas"][1]) * gradient**2
            path.append(path[-1] - hyper["lr"] * m / (np.sqrt(v) + hyper["eps"]))
        worst = max(worst, deviation(record["path"], np.stack(path), True))
    return worst


# --- the probe problems, as the harness has them --------------------------------------------------------------------


def _parameters(shapes: list[list[int]], start: torch.Tensor) -> list[nn.Parameter]:
    sizes = [torch.Size(shape).numel() for shape in shapes]
    return [
        nn.Parameter(part.reshape(shape).clone()) for part, shape in zip(torch.split(start, sizes), shapes, strict=True)
    ]


def _flat(parameters: list[nn.Parameter]) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in parameters])


def _closure(problem: Problem, parameters: list[nn.Parameter], number: int) -> Any:
    """Sets the gradients of the problem and gives its value. Its twin is in inside/harness.py."""

    def given() -> torch.Tensor:
        row = torch.from_numpy(problem["gradients"][number])
        for p, g in zip(parameters, _parameters(problem["shapes"], row), strict=True):
            p.grad = g.detach()
        return (row * _flat(parameters)).sum()

    def objective() -> torch.Tensor:
        for p in parameters:
            p.grad = None
        residual = torch.from_numpy(problem["matrix"]) @ torch.cat([p.flatten() for p in parameters])
        residual = residual - torch.from_numpy(problem["target"])
        loss = 0.5 * residual @ residual if problem["kind"] == "quadratic" else torch.log(torch.cosh(residual)).sum()
        torch.autograd.backward(loss)
        return loss

    return given if problem["kind"] == "gradients" else objective
