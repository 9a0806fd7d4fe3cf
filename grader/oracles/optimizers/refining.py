"""Hyper-parameters that nobody shows and that are none of the usual values, found by least squares.

Whatever comes out is a trial like any other: it has to give all paths.
"""

import itertools
from collections.abc import Iterator
from typing import Any

from . import hidden_rates
from .fitting import fitted_rate, hypers_of, without, without_zeros
from .hyperparameters import Hyper, read
from .least_squares import fit
from .replay import Problem, Record, replay
from .rules import RULES
from .textbook import Form

# Where the search begins, and what has only a few values.
_STARTS: dict[str, Hyper] = {
    "Adadelta": {"rho": 0.9, "eps": 1e-6},
    "Adagrad": {"eps": 1e-8, "initial_accumulator_value": 0.1},
    "Adam": {"betas": (0.9, 0.99), "eps": 1e-6},
    "RMSprop": {"alpha": 0.95, "eps": 1e-6},
    "SGD": {"momentum": 0.7},
}
_SWITCHES: dict[str, dict[str, list[Any]]] = {
    "Adam": {"amsgrad": [False, True]},
    "RMSprop": {"momentum": [0.0, 0.9], "centered": [False, True]},
    "SGD": {"nesterov": [False, True]},
}
# Weight decay is searched for apart from there being none: where a gradient is 0, any is far from none. Torch's classes
# add it to the gradient; "decoupled_decay" shrinks the parameters instead, which makes an Adam an AdamW.
_DECAY: Hyper = {"weight_decay": 1e-3}
_DECOUPLED: Hyper = {"decoupled_decay": 1e-2}
_NEVER_DECOUPLED = ("Adam",)


def refined(name: str, problem: Problem, record: Record, decay: Hyper | None = None) -> Iterator[Hyper]:
    """For each setting of what is a switch, the values that fit best for what was not read, with a learning rate; and
    for a weight decay, where one to begin with is given."""
    shown = read(name, record["groups"][0][0]["hyper"])
    start = {key: value for key, value in _STARTS.get(name, {}).items() if key not in shown} | (decay or {})
    if not start or problem["kind"] != "gradients":
        return
    problem = {**problem, "dtype": "float64"}  # differences of single precision are rounding
    switches = {key: values for key, values in _SWITCHES.get(name, {}).items() if key not in shown}
    for values in itertools.product(*switches.values()):
        fixed = dict(zip(switches, values, strict=True))

        def with_rate(hyper: Hyper, fixed: Hyper = fixed) -> Hyper:
            hyper = {**fixed, **hyper}
            return {**hyper, **(fitted_rate(name, problem, record, hyper) or {})}

        def path_of(hyper: Hyper, with_rate: Any = with_rate) -> Any:
            return replay(name, problem, record["groups"], hypers_of(name, record, with_rate(hyper)))

        yield with_rate(fit(start, path_of, record["path"][: problem["steps"] + 1]))


def unshown(name: str, problem: Problem, records: list[Record]) -> Iterator[tuple[list[Record], Hyper]]:
    """Records without what is shown as 0, which may be anything, and the values that fit best for it: a weight decay of
    each kind, and then all else. A weight decay that is shown may stand beside the step. The first of the records is
    that of the problem."""
    undecayed = without_zeros(name, records, ("weight_decay",))
    if "weight_decay" not in read(name, undecayed[0]["groups"][0][0]["hyper"]):
        yield from ((undecayed, hyper) for hyper in refined(name, problem, undecayed[0], _DECAY))
    if name not in _NEVER_DECOUPLED:
        beside = without(records, "weight_decay")
        yield from ((beside, hyper) for hyper in refined(name, problem, beside[0], _DECOUPLED))
    bare = without_zeros(name, records)
    yield from ((bare, hyper) for hyper in refined(name, problem, bare[0]))


def schedules(name: str, problem: Problem, records: list[Record]) -> Iterator[tuple[list[Record], Form]]:
    """Records without what is shown as 0, and the forms of `name` with the values that fit best for what is not shown,
    whatever the learning rate at each step. The first of the records is that of the problem."""
    bare = without_zeros(name, records)
    shown = read(name, bare[0]["groups"][0][0]["hyper"])
    for rule, needed in RULES[name]:
        start = {key: value for key, value in _STARTS[name].items() if key in needed and key not in shown}
        for nesterov in (False, True) if name == "SGD" and "nesterov" not in shown else (None,):
            for decay in ({},) if "weight_decay" in shown else ({}, _DECAY):
                fixed = {} if nesterov is None else {"nesterov": nesterov}

                def form_of(hyper: Hyper, rule: Any = rule, fixed: Hyper = fixed) -> Form:
                    return Form(name, rule, {**fixed, **hyper})

                def path_of(hyper: Hyper, form_of: Any = form_of) -> Any:
                    return hidden_rates.walk(form_of(hyper), [problem], bare[:1])[0][0]

                unknown = {**start, **decay}
                recorded = bare[0]["path"][: problem["steps"] + 1]
                yield bare, form_of(fit(unknown, path_of, recorded) if unknown else {})
