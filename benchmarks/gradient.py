"""Our numerical check of a gradient beside torch.autograd.gradcheck and a plain loop: time, and what they catch.

python -m benchmarks.gradient [--rounds N] [--json FILE]
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from benchmarks import layers, measure
from benchmarks.measure import Spread

POOL_SHAPES: tuple[tuple[int, ...], ...] = ((1, 1, 6, 6), (2, 3, 8, 8), (4, 8, 16, 16))
MAP_SHAPES: tuple[tuple[int, ...], ...] = ((6, 6), (16, 16), (48, 48))
SEED = 1
# Relative errors that are planted: 1, 3, 10, ... A fast gradcheck may need a multiple of the value itself.
ERRORS = tuple(factor * 10.0**power for power in range(-9, 6) for factor in (1, 3))
CHECKS: dict[str, Callable[[layers.Layer, float], bool]] = {
    "ours": layers.ours,
    "plain loop": layers.loop,
    "gradcheck slow": partial(layers.gradcheck, fast=False),
    "gradcheck fast": partial(layers.gradcheck, fast=True),
}


def smallest_caught(check: Callable[[float], bool]) -> float | str:
    """The smallest of ERRORS from which on a check finds something wrong, by bisection."""
    if check(0.0):
        return "false alarm"
    low, high = 0, len(ERRORS)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if check(ERRORS[middle]) else (middle + 1, high)
    return ERRORS[low] if low < len(ERRORS) else "none"


def compare(layer: layers.Layer, rounds: int) -> list[dict[str, object]]:
    """One row for each check of one layer."""
    runs = {name: partial(measure.seconds, partial(check, layer, 0.0)) for name, check in CHECKS.items()}
    times_by_check = measure.interleaved(runs, rounds)
    return [
        {
            "gradient": f"{layer.name} {layer.shape}",
            "check": name,
            "ms": Spread.of([1000 * value for value in times]),
            "times ours": measure.ratios(times, times_by_check["ours"]),
            "smallest error caught": smallest_caught(partial(CHECKS[name], layer)),
        }
        for name, times in times_by_check.items()
    ]


def main() -> None:
    chosen = measure.options(__doc__).parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    sizes = slice(1 if chosen.short else None)
    all_layers = [layers.pool(rng, shape) for shape in POOL_SHAPES[sizes]]
    all_layers += [
        make(rng, shape)
        for make in (layers.convolution_input, layers.convolution_weight)
        for shape in MAP_SHAPES[sizes]
    ]
    for check in CHECKS.values():
        check(all_layers[0], 0.0)  # the first call of a kind imports
    rows = [row for layer in all_layers for row in compare(layer, chosen.rounds or (1 if chosen.short else 3))]
    measure.publish("gradient", rows, chosen, "ms and ratios: median (quartiles) of interleaved rounds, one thread.")


if __name__ == "__main__":
    main()
