"""Models of the misconceptions about max pooling: each as the few lines of numpy that it would give."""

from collections.abc import Callable

import numpy as np

from grader.assignment.pooling.max_pool import POOL, from_windows, windows
from grader.oracles.numeric import DOUBLE, Case, Fitted, Floats, Model, OfCase, close, of_result


def placed(weights: Callable[[Floats, Floats], Floats]) -> OfCase:
    """A mistake inside the windows: gradients (..., 4) from the windows' values (..., 4) and dY (..., 1)."""

    def model(case: Case) -> Floats:
        X = case.inputs["X"]
        parts = windows(X)
        return from_windows(np.broadcast_to(weights(parts, case.inputs["dY"][..., None]), parts.shape), X.shape)

    return model


def chosen(scores: Floats) -> Floats:
    """One-hot of the first largest score of each window."""
    return np.asarray(np.arange(POOL * POOL) == np.argmax(scores, axis=-1)[..., None], dtype=float)


def largest(parts: Floats) -> Floats:
    """1 at every largest value of each window."""
    return np.asarray(parts == parts.max(axis=-1, keepdims=True), dtype=float)


def swapped(parts: Floats) -> Floats:
    """The windows transposed: entries 1 and 2 change places."""
    return parts[..., [0, 2, 1, 3]]


def zero_start(fallback: Callable[[Floats], Floats]) -> OfCase:
    """The running maximum starts at 0: where nothing is positive, nothing, or the default index, wins."""
    return placed(lambda x, dY: np.where(x.max(axis=-1, keepdims=True) > 0, chosen(x), fallback(x)) * dY)


def always(place: int) -> Callable[[Floats], Floats]:
    """1 at the same place of every window."""
    return lambda x: np.broadcast_to(np.arange(POOL * POOL) == place, x.shape).astype(float)


def softmax(x: Floats) -> Floats:
    """Of each window."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


FIRST_MAXIMUM = placed(lambda x, dY: chosen(x) * dY)  # one of the right answers where maxima tie


def upsampled(dY: Floats, shape: tuple[int, ...]) -> Floats:
    """dY at every entry of its window."""
    return from_windows(np.repeat(dY[..., None], POOL * POOL, axis=-1), shape)


def global_maximum(*axes: int) -> OfCase:
    """The maximum over whole axes, not over windows."""

    def model(case: Case) -> Floats:
        X, dY = case.inputs["X"], case.inputs["dY"]
        return np.where(X.max(axis=axes, keepdims=True) == X, upsampled(dY, X.shape), 0.0)

    return model


def along(axis: int) -> OfCase:
    """The maximum over two entries of a row (axis 1) or column (axis 0) of the window instead of over all four."""

    def weights(x: Floats, dY: Floats) -> Floats:
        square = x.reshape(*x.shape[:-1], POOL, POOL)
        largest = square == square.max(axis=axis - 2, keepdims=True)
        return np.asarray(largest.reshape(x.shape) * dY)

    return placed(weights)


def sliding(case: Case) -> Floats:
    """Windows at stride 1: output (i, j) looks at rows i, i+1 and columns j, j+1."""
    return scattered(case, 1, 0)


def of_three(case: Case) -> Floats:
    """Windows of three rows and columns, two apart."""
    return scattered(case, POOL, 0, POOL + 1)


def shifted(case: Case) -> Floats:
    """Windows that begin one row and one column late."""
    return scattered(case, POOL, 1)


def scattered(case: Case, stride: int, start: int, size: int = POOL) -> Floats:
    X, dY = case.inputs["X"], case.inputs["dY"]
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(dY.shape):
        top, left = stride * i + start, stride * j + start
        window = X[n, c, top : top + size, left : left + size]
        if window.size:
            a, b = np.unravel_index(int(np.argmax(window)), window.shape)
            dX[n, c, top + a, left + b] += dY[n, c, i, j]
    return dX


def without_offset(case: Case) -> Floats:
    """The index inside the window taken for an index into the map."""
    X, dY = case.inputs["X"], case.inputs["dY"]
    dX = np.zeros_like(X)
    places = np.argmax(windows(X), axis=-1)
    for n, c, i, j in np.ndindex(dY.shape):
        dX[n, c, places[n, c, i, j] // POOL, places[n, c, i, j] % POOL] += dY[n, c, i, j]
    return dX


def first_only(axis: int) -> tuple[Model, ...]:
    """Right at index 0 of an axis, zero elsewhere."""

    def keep(right: Floats) -> Floats:
        index = np.arange(right.shape[axis]).reshape([-1 if i == axis else 1 for i in range(right.ndim)])
        return np.where(index == 0, right, 0.0)

    return of_result(keep, FIRST_MAXIMUM)


def divided(by: Callable[[Case], int]) -> tuple[Model, ...]:
    """Right but for a divisor."""
    return (lambda case: case.expected / by(case), lambda case: FIRST_MAXIMUM(case) / by(case))


@Fitted
def starts_too_high(case: Case, values: Floats) -> Floats:
    """Right but in windows of negative values below some value, which the answer tells: there a fixed place wins, or
    none."""
    parts, dY, expected = windows(case.inputs["X"]), case.inputs["dY"][..., None], windows(case.expected)
    right = close(windows(values), expected, case.norm, DOUBLE).all(axis=-1)
    start = parts.max(axis=-1)[~right].max(initial=-np.inf)
    missed = (parts.max(axis=-1, keepdims=True) <= start) & (start < 0)
    for fallback in (np.zeros_like(parts), *(always(place)(parts) * dY for place in range(POOL * POOL))):
        predicted = from_windows(np.where(missed, fallback, expected), case.expected.shape)
        if close(values, predicted, case.norm, DOUBLE).all():
            return predicted
    return case.expected


@Fitted
def beyond_the_windows(case: Case, values: Floats) -> Floats:
    """Right in all windows; whatever lies in none is as in the answer."""
    inside = from_windows(np.ones((*case.inputs["dY"].shape, POOL * POOL)), case.inputs["X"].shape) > 0
    return np.where(inside, case.expected, values)


@Fitted
def left_elsewhere(case: Case, values: Floats) -> Floats:
    """Right where a gradient goes; whatever lies elsewhere is as in the answer."""
    return np.where(case.expected != 0, case.expected, values)
