"""The layers of the assignment, and random inputs for them."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from grader.api import keep
from grader.oracles.layers import CachedLayer, Inputs, affine, batchnorm, batchnorm_at_test_time, conv, max_pool, relu

Rng: TypeAlias = np.random.Generator


def arrays(**values: Any) -> Inputs:
    return {name: np.array(value) for name, value in values.items()}


_TABLE = tomllib.loads(Path(__file__).with_name("small.toml").read_text(encoding="utf-8"))
SMALL = {name: [arrays(**inputs) for inputs in cases] for name, cases in _TABLE.items()}


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
    """Both orders of two lengths, in random order: code that swaps two axes fails on at least one of them."""
    orders: list[list[int]] = rng.permutation([[shorter, longer], [longer, shorter]]).tolist()
    return orders


def conv_input(rng: Rng, stride: int, pad: int, places: list[int], size: list[int]) -> Inputs:
    """An input whose filters and outputs have no two axes of the same length; the last window ends with the map."""
    samples, channels, filters = rng.permutation([2, 3, 4])
    (height, width), (rows, cols) = size, places
    shape = (samples, channels, (rows - 1) * stride + height - 2 * pad, (cols - 1) * stride + width - 2 * pad)
    weights, bias = rng.normal(size=(filters, channels, height, width)), rng.normal(size=filters)
    return arrays(x=rng.normal(size=shape), w=weights, b=bias, stride=stride, pad=pad)


def padded_inputs(rng: Rng) -> list[Inputs]:
    """Both strides, paddings, orders of the output's sides and orders of the filter's."""
    geometries = zip((2, 1), (2, 1), turned(rng, 3, 4), turned(rng, 2, 3), strict=True)
    return [conv_input(rng, *each) for each in geometries]


def unpadded_inputs(rng: Rng) -> list[Inputs]:
    geometries = zip((2, 1), (0, 0), turned(rng, 2, 3), turned(rng, 2, 3), strict=True)
    return [conv_input(rng, *each) for each in geometries]


def pool_inputs(rng: Rng) -> list[Inputs]:
    """Values at least 0.1 apart, and windows that are not square. In the second input all values are negative, and the
    windows overlap."""

    def draw(stride: int, highest: float, places: list[int], size: list[int]) -> Inputs:
        (height, width), (rows, cols) = size, places
        shape = (*rng.permutation([2, 3]), (rows - 1) * stride + height, (cols - 1) * stride + width)
        steps = rng.permutation(int(np.prod(shape))).reshape(shape)
        return arrays(x=highest - 0.1 * steps, pool_height=height, pool_width=width, stride=stride)

    geometries = zip((2, 1), (3.0, -0.1), turned(rng, 2, 3), turned(rng, 2, 3), strict=True)
    return [draw(*each) for each in geometries]


def bn_param(module: Any, options: Inputs) -> Any:
    """Keep the dict, into which batch normalisation writes, in the student's process."""
    return keep(module, "bn_param", options)


XWB, GRADIENTS = ("x", "w", "b"), ("dx", "dw", "db")
AFFINE = CachedLayer(
    *("affine_forward", "affine_backward", XWB, (), GRADIENTS),
    *(affine, affine_inputs, SMALL["affine_forward"]),
)
RELU = CachedLayer(
    *("relu_forward", "relu_backward", ("x",), (), ("dx",)),
    *(relu, relu_inputs, SMALL["relu_forward"]),
)
BATCHNORM = CachedLayer(
    *("batchnorm_forward", "batchnorm_backward", ("x", "gamma", "beta"), ("eps",), ("dx", "dgamma", "dbeta")),
    *(batchnorm, batchnorm_inputs, SMALL["batchnorm_forward_train"], {"mode": "train"}, bn_param),
)
BATCHNORM_ALT = replace(BATCHNORM, backward="batchnorm_backward_alt")
TEST_TIME = replace(
    BATCHNORM,
    options=("running_mean", "running_var", "eps"),
    computes=batchnorm_at_test_time,
    draw=test_time_inputs,
    smallest=SMALL["batchnorm_forward_test"],
    fixed={"mode": "test"},
)
CONV = CachedLayer(
    *("conv_forward_naive", "conv_backward_naive", XWB, ("stride", "pad"), GRADIENTS),
    *(conv, padded_inputs, SMALL["conv_forward_naive"]),
)
UNPADDED = replace(CONV, draw=unpadded_inputs)
MAX_POOL = CachedLayer(
    *("max_pool_forward_naive", "max_pool_backward_naive", ("x",), ("pool_height", "pool_width", "stride"), ("dx",)),
    *(max_pool, pool_inputs, SMALL["max_pool_forward_naive"]),
)
