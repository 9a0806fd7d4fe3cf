"""The layers as students write them, two functions and a cache between them: what is right, and what is asked."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from mathematics import affine, batchnorm, batchnorm_at_test_time, conv, gradient, max_pool, relu

from grader.api import keep
from grader.oracles.numeric import Case, Numbers

Rng: TypeAlias = np.random.Generator
Inputs: TypeAlias = dict[str, Any]


def arrays(**values: Any) -> Inputs:
    return {name: np.array(value) for name, value in values.items()}


_TABLE = tomllib.loads(Path(__file__).with_name("small.toml").read_text(encoding="utf-8"))
SMALL = {name: [arrays(**inputs) for inputs in cases] for name, cases in _TABLE.items()}


@dataclass(frozen=True, slots=True)
class Layer:
    """`arguments` are the forward function's, `options` the entries of the dict behind them, beside its `mode`.
    `results` is what the backward function returns, `computes` what is right, and `draw` gives inputs for a grading."""

    forward: str
    backward: str
    arguments: tuple[str, ...]
    options: tuple[str, ...]
    results: tuple[str, ...]
    computes: Callable[..., Numbers]
    draw: Callable[[Rng], list[Inputs]]
    mode: str | None = None

    @property
    def small(self) -> list[Inputs]:
        return SMALL["_".join(filter(None, (self.forward, self.mode)))]

    def forward_case(self, inputs: Inputs) -> Case:
        """What `out` has to be."""
        return Case("out", inputs, self.computes(**inputs), call=f"{self._written()}[0]")

    def backward_case(self, result: str, inputs: Inputs, dout: Any) -> Case:
        """What one of the results has to be."""
        right = gradient(self.computes, inputs, result[1:], dout)
        call = f"out, cache = {self._written()}\n{self.backward}(dout, cache){self._chosen(result)}"
        return Case(result, {**inputs, "dout": dout}, right, call=call)

    def asks_forward(self, layers: Any) -> Callable[..., Any]:
        """`out`, asked of a submission."""
        return lambda *values: getattr(layers, self.forward)(*self._arguments(layers, values))[0]

    def asks_backward(self, layers: Any, result: str) -> Callable[..., Any]:
        """One of the results, with the cache that the forward pass left."""

        def ask(*values: Any) -> Any:
            _, cache = getattr(layers, self.forward)(*self._arguments(layers, values[:-1]))
            results = getattr(layers, self.backward)(values[-1], cache)
            return results[self.results.index(result)] if len(self.results) > 1 else results

        return ask

    def _arguments(self, layers: Any, values: tuple[Any, ...]) -> list[Any]:
        """The forward function's arguments: arrays, and a dict; one that has a mode is written into, and stays."""
        first, rest = values[: len(self.arguments)], values[len(self.arguments) :]
        param = {name: value if value.ndim else value.item() for name, value in zip(self.options, rest, strict=True)}
        if self.mode:
            return [*first, keep(layers, "bn_param", {**param, "mode": self.mode})]
        return [*first, param] if param else [*first]

    def _written(self) -> str:
        pairs = ", ".join(
            [*([f"'mode': {self.mode!r}"] if self.mode else []), *(f"{option!r}: {option}" for option in self.options)]
        )
        return f"{self.forward}({', '.join([*self.arguments, *([f'{{{pairs}}}'] if pairs else [])])})"

    def _chosen(self, result: str) -> str:
        return f"[{self.results.index(result)}]" if len(self.results) > 1 else ""


def affine_inputs(rng: Rng) -> list[Inputs]:
    """No two sizes are equal, so that no array fits where another belongs."""
    samples, outputs, *axes = rng.permutation([2, 3, 4, 5])
    weights = rng.normal(size=(int(np.prod(axes)), outputs))
    return [{"x": rng.normal(size=(samples, *axes)), "w": weights, "b": rng.normal(size=outputs)}]


def relu_inputs(rng: Rng) -> list[Inputs]:
    """Both signs, nothing near zero."""
    shape = tuple(rng.permutation([2, 3, 4]))
    return [{"x": rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 2.0, shape)}]


def batchnorm_inputs(rng: Rng) -> list[Inputs]:
    """Features of different means and spreads, and an epsilon that can be seen."""
    samples, features = rng.permutation([3, 4, 5, 6])[:2]
    x = rng.normal(size=(samples, features)) * rng.uniform(0.5, 3.0, features) + rng.uniform(-4.0, 4.0, features)
    eps = np.array(round(rng.uniform(0.05, 0.3), 3))
    return [{"x": x, "gamma": rng.uniform(0.5, 2.0, features), "beta": rng.normal(size=features), "eps": eps}]


def test_time_inputs(rng: Rng) -> list[Inputs]:
    (inputs,) = batchnorm_inputs(rng)
    features = inputs["x"].shape[1]
    statistics = {"running_mean": rng.normal(size=features), "running_var": rng.uniform(0.5, 2.0, features)}
    eps = inputs.pop("eps")
    return [{**inputs, **statistics, "eps": eps}]


def turned(rng: Rng, shorter: int, longer: int) -> list[list[int]]:
    """Both orders of two lengths: what takes one axis for the other goes wrong in one of them, at least."""
    orders: list[list[int]] = rng.permutation([[shorter, longer], [longer, shorter]]).tolist()
    return orders


def conv_input(rng: Rng, stride: int, pad: int, places: list[int]) -> Inputs:
    """No two axes of a filter or of what comes out are equally long; the last window ends with the map."""
    samples, channels, filters = rng.permutation([2, 3, 4])
    (height, width), (rows, cols) = rng.permutation([2, 3]), places
    shape = (samples, channels, (rows - 1) * stride + height - 2 * pad, (cols - 1) * stride + width - 2 * pad)
    weights, bias = rng.normal(size=(filters, channels, height, width)), rng.normal(size=filters)
    return arrays(x=rng.normal(size=shape), w=weights, b=bias, stride=stride, pad=pad)


def padded_inputs(rng: Rng) -> list[Inputs]:
    first, second = turned(rng, 3, 4)
    return [conv_input(rng, 2, 2, first), conv_input(rng, 1, 1, second)]


def unpadded_inputs(rng: Rng) -> list[Inputs]:
    first, second = turned(rng, 2, 3)
    return [conv_input(rng, 2, 0, first), conv_input(rng, 1, 0, second)]


def pool_inputs(rng: Rng) -> list[Inputs]:
    """Values at least 0.1 apart; windows are no squares. Once all values are negative, and windows overlap."""

    def draw(stride: int, highest: float, places: list[int]) -> Inputs:
        (height, width), (rows, cols) = rng.permutation([2, 3]), places
        shape = (*rng.permutation([2, 3]), (rows - 1) * stride + height, (cols - 1) * stride + width)
        steps = rng.permutation(int(np.prod(shape))).reshape(shape)
        return arrays(x=highest - 0.1 * steps, pool_height=height, pool_width=width, stride=stride)

    first, second = turned(rng, 2, 3)
    return [draw(2, 3.0, first), draw(1, -0.1, second)]


XWB, GRADIENTS = ("x", "w", "b"), ("dx", "dw", "db")
AFFINE = Layer("affine_forward", "affine_backward", XWB, (), GRADIENTS, affine, affine_inputs)
RELU = Layer("relu_forward", "relu_backward", ("x",), (), ("dx",), relu, relu_inputs)
BATCHNORM = Layer(
    *("batchnorm_forward", "batchnorm_backward", ("x", "gamma", "beta"), ("eps",), ("dx", "dgamma", "dbeta")),
    *(batchnorm, batchnorm_inputs, "train"),
)
BATCHNORM_ALT = replace(BATCHNORM, backward="batchnorm_backward_alt")
STATISTICS = ("running_mean", "running_var", "eps")
TEST_TIME = replace(BATCHNORM, options=STATISTICS, computes=batchnorm_at_test_time, draw=test_time_inputs, mode="test")
CONV = Layer(*("conv_forward_naive", "conv_backward_naive", XWB, ("stride", "pad"), GRADIENTS, conv, padded_inputs))
UNPADDED = replace(CONV, draw=unpadded_inputs)
WINDOW = ("pool_height", "pool_width", "stride")
MAX_POOL = Layer(*("max_pool_forward_naive", "max_pool_backward_naive", ("x",), WINDOW, ("dx",), max_pool, pool_inputs))
