"""The layers that `gradient` checks: each as our oracle sees it, as a plain loop sees it, and as gradcheck does.

In each, one entry of a right gradient is wrong by a relative `error`, 0 for none; a check says whether it found one.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from grader.assignment.convolution import conv_cases
from grader.assignment.convolution.convolve import convolve
from grader.assignment.pooling import pool_cases
from grader.assignment.pooling.max_pool import from_windows, windows
from grader.oracles.numeric import Case, Floats, mismatch, read_and_compare

STEP = 1e-5  # of the plain loop, as courses teach it
CONVENTION = "cross-correlation"


@dataclass(frozen=True)
class Layer:
    """One gradient at one size. `make` draws anew what our check needs, its expected gradient included."""

    name: str
    shape: tuple[int, ...]
    inputs: tuple[Floats, Floats]  # the upstream gradient and the other argument
    at: Floats  # what the gradient is by
    make: Callable[..., Case]
    forward: Callable[[Floats], Floats]
    right: Floats
    torch_forward: Callable[[torch.Tensor], torch.Tensor]
    torch_backward: Callable[[torch.Tensor], torch.Tensor]

    def planted(self, error: float) -> Floats:
        """The gradient with an error in its median entry."""
        wrong = self.right.copy()
        wrong.flat[self.place] *= 1 + error
        return wrong

    @cached_property
    def place(self) -> int:
        """Of the entry whose magnitude is the median of those that are not zero."""
        sizes = np.abs(self.right.ravel())
        reached = np.flatnonzero(sizes)
        return int(reached[np.argsort(sizes[reached])[len(reached) // 2]])


def ours(layer: Layer, error: float) -> bool:
    """Our full check: the numerical gradient, then the comparison with the answer."""
    case = layer.make(*layer.inputs)
    return bool(mismatch(case, read_and_compare(layer.planted(error), case)))


def loop(layer: Layer, error: float) -> bool:
    """A central difference for one entry after the other, compared by np.allclose."""
    upstream, gradient = layer.inputs[0], np.zeros(layer.at.shape)
    moved = layer.at.copy()
    for place in np.ndindex(moved.shape):
        before = moved[place]
        moved[place] = before + STEP
        above = float((layer.forward(moved) * upstream).sum())
        moved[place] = before - STEP
        below = float((layer.forward(moved) * upstream).sum())
        moved[place] = before
        gradient[place] = (above - below) / (2 * STEP)
    return not np.allclose(layer.planted(error), gradient)


def gradcheck(layer: Layer, error: float, *, fast: bool) -> bool:
    """torch.autograd.gradcheck with its own tolerances over a layer whose backward is ours to spoil."""

    class Planted(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, at: torch.Tensor) -> torch.Tensor:
            return layer.torch_forward(at)

        @staticmethod
        def backward(ctx: Any, upstream: torch.Tensor) -> torch.Tensor:
            gradient = layer.torch_backward(upstream)
            gradient.view(-1)[layer.place] *= 1 + error
            return gradient

    at = torch.tensor(layer.at, requires_grad=True)
    return not torch.autograd.gradcheck(Planted.apply, at, fast_mode=fast, raise_exception=False)


def pool(rng: np.random.Generator, shape: tuple[int, ...]) -> Layer:
    """Max pooling 2x2 of X (N, C, H, W)."""
    count = math.prod(shape)
    X = np.asarray((rng.permutation(count) - count // 2).reshape(shape) * pool_cases.LEVEL, dtype=np.float64)
    dY = _upstream(rng, (*shape[:2], shape[2] // 2, shape[3] // 2))
    parts = windows(X)
    mask = from_windows(parts == parts.max(axis=-1, keepdims=True), shape)
    on = torch.tensor(mask)
    return Layer(
        "pool dX",
        shape,
        (dY, X),
        X,
        lambda dY, X: pool_cases.pooling(X, dY),
        lambda X: windows(X).max(axis=-1),
        mask * dY.repeat(2, axis=-1).repeat(2, axis=-2),
        lambda X: torch.nn.functional.max_pool2d(X, 2),
        lambda dY: dY.repeat_interleave(2, dim=-1).repeat_interleave(2, dim=-2) * on,
    )


def convolution_input(rng: np.random.Generator, shape: tuple[int, ...]) -> Layer:
    """A 3x3 convolution, by its input X (H, W)."""
    dY, w = _upstream(rng, shape), _upstream(rng, (3, 3))
    X = np.zeros(shape)
    kernel = torch.tensor(w)[None, None]
    return Layer(
        "conv dX",
        shape,
        (dY, w),
        X,
        lambda dY, w: conv_cases.input_case(dY, w, CONVENTION),
        lambda X: convolve(X, w, CONVENTION),
        convolve(dY, w, "convolution"),
        lambda X: torch.nn.functional.conv2d(X[None, None], kernel, padding=1)[0, 0],
        lambda dY: torch.nn.functional.conv2d(dY[None, None], kernel.flip(2, 3), padding=1)[0, 0],
    )


def convolution_weight(rng: np.random.Generator, shape: tuple[int, ...]) -> Layer:
    """A 3x3 convolution, by its filter w (3, 3)."""
    dY, X = _upstream(rng, shape), _upstream(rng, shape)
    maps = torch.tensor(X)[None, None]
    return Layer(
        "conv dw",
        shape,
        (dY, X),
        np.zeros((3, 3)),
        lambda dY, X: conv_cases.weight_case(dY, X, CONVENTION),
        lambda w: convolve(X, w, CONVENTION),
        conv_cases.weight_case(dY, X, CONVENTION).expected,
        lambda w: torch.nn.functional.conv2d(maps, w[None, None], padding=1)[0, 0],
        lambda dY: torch.nn.functional.conv2d(torch.nn.functional.pad(maps, (1, 1, 1, 1)), dY[None, None].contiguous())[
            0, 0
        ],
    )


def _upstream(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Multiples of a power of two between 1/2 and 2 in magnitude, as `conv_cases` draws them, of any number."""
    magnitudes = rng.integers(64, 256, shape) * conv_cases.LEVEL
    return np.asarray(magnitudes * rng.choice([-1.0, 1.0], shape))
