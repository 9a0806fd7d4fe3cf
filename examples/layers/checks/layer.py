"""A layer as students write it, two functions and a cache between them, and what it is judged by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from mathematics import affine, batchnorm, conv, gradient, max_pool, relu

from grader.oracles.numeric import Case, Numbers

Asks = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """`arrays` are the forward function's arguments, `options` the numbers in the dict behind them, beside `fixed` ones.
    `results` is what the backward function returns, and `computes` what is right."""

    forward: str
    backward: str
    arrays: tuple[str, ...]
    computes: Callable[..., Numbers]
    results: tuple[str, ...] = ("dx",)
    options: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def forward_case(self, inputs: Mapping[str, Any]) -> Case:
        """What `out` has to be."""
        return Case("out", inputs, self.computes(**inputs), call=f"{self._written()}[0]")

    def backward_case(self, result: str, inputs: Mapping[str, Any]) -> Case:
        """What one of the results has to be, `dout` being the last of the inputs."""
        arrays = {name: array for name, array in inputs.items() if name != "dout"}
        right = gradient(self.computes, arrays, result[1:], inputs["dout"])
        chosen = f"[{self.results.index(result)}]" if len(self.results) > 1 else ""
        call = f"out, cache = {self._written()}\n{self.backward}(dout, cache){chosen}"
        return Case(result, inputs, right, call=call)

    def asks_forward(self, layers: Any) -> Asks:
        """`out`, asked of a submission."""

        def ask(*values: Any) -> Any:
            out, _ = getattr(layers, self.forward)(*self._arguments(values))
            return out

        return ask

    def asks_backward(self, layers: Any, result: str) -> Asks:
        """One of the results, with the cache that the forward pass left."""

        def ask(*values: Any) -> Any:
            *given, dout = values
            _, cache = getattr(layers, self.forward)(*self._arguments(given))
            results = getattr(layers, self.backward)(dout, cache)
            return results[self.results.index(result)] if len(self.results) > 1 else results

        return ask

    def _arguments(self, values: Any) -> list[Any]:
        numbers = {
            name: value if value.ndim else value.item()
            for name, value in zip(self.options, values[len(self.arrays) :], strict=True)
        }
        return [*values[: len(self.arrays)], *([{**self.fixed, **numbers}] if self.options or self.fixed else [])]

    def _written(self) -> str:
        pairs = ", ".join([f"{name!r}: {value!r}" for name, value in self.fixed.items()])
        pairs = ", ".join(filter(None, [pairs, *(f"{name!r}: {name}" for name in self.options)]))
        return f"{self.forward}({', '.join([*self.arrays, *([f'{{{pairs}}}'] if pairs else [])])})"


XWB, GRADIENTS = ("x", "w", "b"), ("dx", "dw", "db")
AFFINE = Layer("affine_forward", "affine_backward", XWB, affine, GRADIENTS)
RELU = Layer("relu_forward", "relu_backward", ("x",), relu)
BATCHNORM = Layer(
    "batchnorm_forward",
    "batchnorm_backward",
    ("x", "gamma", "beta"),
    batchnorm,
    ("dx", "dgamma", "dbeta"),
    ("eps",),
    {"mode": "train"},
)
CONV = Layer("conv_forward_naive", "conv_backward_naive", XWB, conv, GRADIENTS, ("stride", "pad"))
MAX_POOL = Layer(
    "max_pool_forward_naive",
    "max_pool_backward_naive",
    ("x",),
    max_pool,
    options=("pool_height", "pool_width", "stride"),
)

Rng = np.random.Generator
Inputs = dict[str, Any]


def with_upstream(rng: Rng, layer: Layer, inputs: Inputs) -> Inputs:
    """The same inputs, and a random gradient of the loss by the output: with one of ones, mistakes hide."""
    return {**inputs, "dout": rng.normal(size=layer.computes(**inputs).shape)}


def affine_inputs(rng: Rng) -> Inputs:
    """No two sizes are equal, so that no array fits where another belongs."""
    samples, outputs, *axes = rng.permutation([2, 3, 4, 5])
    size = int(np.prod(axes))
    return {
        "x": rng.normal(size=(samples, *axes)),
        "w": rng.normal(size=(size, outputs)),
        "b": rng.normal(size=outputs),
    }


def relu_inputs(rng: Rng) -> Inputs:
    """Both signs, nothing near zero."""
    shape = tuple(rng.integers(2, 5, size=3))
    return {"x": rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 2.0, shape)}


def batchnorm_inputs(rng: Rng) -> Inputs:
    """Features of different means and spreads, and an epsilon that can be seen."""
    samples, features = rng.permutation([3, 4, 5, 6])[:2]
    x = rng.normal(size=(samples, features)) * rng.uniform(0.5, 3.0, features) + rng.uniform(-4.0, 4.0, features)
    return {
        "x": x,
        "gamma": rng.uniform(0.5, 2.0, features),
        "beta": rng.normal(size=features),
        "eps": np.array(round(rng.uniform(0.05, 0.3), 3)),
    }


def conv_inputs(rng: Rng, stride: int, pad: int) -> Inputs:
    """No two axes of a filter, of a map or of what comes out are equally long; the windows end with the map."""
    samples, channels, filters = rng.permutation([1, 2, 3])
    height, width = rng.permutation([2, 3])
    rows, cols = rng.permutation([2, 3])
    map_rows, map_cols = (rows - 1) * stride + height - 2 * pad, (cols - 1) * stride + width - 2 * pad
    return {
        "x": rng.normal(size=(samples, channels, map_rows, map_cols)),
        "w": rng.normal(size=(filters, channels, height, width)),
        "b": rng.normal(size=filters),
        "stride": np.array(stride),
        "pad": np.array(pad),
    }


def pool_inputs(rng: Rng, stride: int, highest: float) -> Inputs:
    """Values at least 0.1 apart, the largest one `highest`; windows are no squares."""
    height, width = rng.permutation([2, 3])
    rows, cols = rng.permutation([2, 3])
    shape = (*rng.permutation([1, 2]), (rows - 1) * stride + height, (cols - 1) * stride + width)
    steps = rng.permutation(int(np.prod(shape))).reshape(shape)
    numbers = {"pool_height": height, "pool_width": width, "stride": stride}
    return {"x": highest - 0.1 * steps, **{name: np.array(number) for name, number in numbers.items()}}
