"""Models of the misconceptions about max pooling: each as the few lines of numpy that it would give."""

from collections.abc import Callable
from dataclasses import replace

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


def on_the_diagonal(index: int) -> Callable[[Floats], Floats]:
    """1 at the row (0) or the column (1) of each window's maximum, taken for both."""
    return lambda x: chosen(x) @ np.eye(POOL * POOL)[[(0, 0, 3, 3), (0, 3, 0, 3)][index], :]


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


def along(axis: int, first: bool = False) -> OfCase:
    """The maximum over two entries of a row (axis 1) or column (axis 0) of the window instead of over all four; of two
    that tie, both or the `first`."""

    def weights(x: Floats, dY: Floats) -> Floats:
        square = x.reshape(*x.shape[:-1], POOL, POOL)
        largest = square == square.max(axis=axis - 2, keepdims=True)
        if first:
            largest &= np.cumsum(largest, axis=axis - 2) == 1
        return np.asarray(largest.reshape(x.shape) * dY)

    return placed(weights)


def halved(x: Floats) -> Floats:
    """1 at a single maximum, 1/2 at each that ties."""
    return largest(x) * np.where(largest(x).sum(axis=-1, keepdims=True) > 1, 0.5, 1.0)


def looked_up(shared: int, first: bool = False, add: bool = False) -> OfCase:
    """Each window's maximum looked for in the whole array (shared=0), or in the window's map (shared=2). Every entry
    that equals it, or the `first` one, is set to the window's gradient, or gets it added."""

    def model(case: Case) -> Floats:
        X, dY = case.inputs["X"], case.inputs["dY"]
        dX: Floats = np.zeros_like(X)
        maxima = windows(X).max(axis=-1)
        for place in np.ndindex(dY.shape):
            equal = X[place[:shared]] == maxima[place]
            if first:
                equal = equal & (np.cumsum(equal).reshape(equal.shape) == 1)
            dX[place[:shared]][equal] = add * dX[place[:shared]][equal] + dY[place]
        return dX

    return model


def without_odd_edge(dX: Floats) -> Floats:
    """A result without its last row or column where their number is odd."""
    return dX[..., : dX.shape[-2] // POOL * POOL, : dX.shape[-1] // POOL * POOL]


def even_sizes_only(right: OfCase) -> OfCase:
    """`right`, but it raises for an odd height or width."""

    def model(case: Case) -> Floats:
        if any(size % 2 for size in case.inputs["X"].shape[2:]):
            raise ValueError("an odd size does not fit")
        return right(case)

    return model


def needing_a_window(right: OfCase) -> OfCase:
    """`right`, but it raises for a map that is too small for any window."""

    def model(case: Case) -> Floats:
        if not case.inputs["dY"].size:
            raise ValueError("there is no window")
        return right(case)

    return model


def without_offset(add: bool, corner: Callable[[int, int], tuple[int, int]] | None) -> OfCase:
    """The index inside the window put at another `corner` than the window's own; with None, the flat index inside the
    window taken for one of the whole map."""

    def model(case: Case) -> Floats:
        X, dY = case.inputs["X"], case.inputs["dY"]
        dX: Floats = np.zeros_like(X)
        places = np.argmax(windows(X), axis=-1)
        for n, c, i, j in np.ndindex(dY.shape):
            index = int(places[n, c, i, j])
            row, column = divmod(index, X.shape[3] if corner is None else POOL)
            top, left = (0, 0) if corner is None else corner(i, j)
            place = (n, c, top + row, left + column)
            dX[place] = dX[place] * add + dY[n, c, i, j]
        return dX

    return model


def numbered_by_columns(case: Case) -> Floats:
    """The windows numbered column by column, the entries of dY row by row."""
    dY = case.inputs["dY"]
    exchanged = np.swapaxes(dY.reshape(*dY.shape[:2], dY.shape[3], dY.shape[2]), 2, 3)
    return FIRST_MAXIMUM(replace(case, inputs={"dY": exchanged, "X": case.inputs["X"]}))


def last_place_kept(case: Case) -> Floats:
    """The running maximum starts at 0 in each window, and its place is the last window's until something beats it."""
    X, dY = case.inputs["X"], case.inputs["dY"]
    places, last_place = np.zeros(dY.shape, dtype=int), 0
    parts = windows(X)
    for place in np.ndindex(dY.shape):
        if parts[place].max() > 0:
            last_place = int(np.argmax(parts[place]))
        places[place] = last_place
    return from_windows((np.arange(POOL * POOL) == places[..., None]) * dY[..., None], X.shape)


def square_result(axis: int) -> OfCase:
    """dX made as a square, with the size along `axis` for both: raises where the other one is larger, as a write past
    its end does."""

    def model(case: Case) -> Floats:
        shape = case.inputs["X"].shape
        size, other = shape[axis], shape[5 - axis]
        if other > size:
            raise IndexError("an index is out of bounds")
        dX = np.zeros((*shape[:2], size, size))
        dX[:, :, : shape[2], : shape[3]] = case.expected
        return dX

    return model


def cut_by_reshape(cut: bool, back: bool) -> OfCase:
    """The windows cut from X, or dX put together from them, by a reshape alone."""

    def model(case: Case) -> Floats:
        X, dY = case.inputs["X"], case.inputs["dY"]
        even = without_odd_edge(X)
        gradients = chosen(even.reshape(*dY.shape, POOL * POOL) if cut else windows(X)) * dY[..., None]
        if not back:
            return from_windows(gradients, X.shape)
        dX: Floats = np.zeros_like(X)
        dX[..., : even.shape[-2], : even.shape[-1]] = gradients.reshape(even.shape)
        return dX

    return model


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
def in_another_order(case: Case, values: Floats) -> Floats:
    """The gradients as in the answer, if each lies on a maximum of a window and they are those of dY."""
    parts, gradients, dY = windows(case.inputs["X"]), windows(values), case.inputs["dY"]
    has_gradient = gradients != 0
    on_maxima = (has_gradient <= largest(parts).astype(bool)).all() and (has_gradient.sum(axis=-1) == 1).all()
    same = close(np.sort(gradients.sum(axis=-1), axis=None), np.sort(dY, axis=None), case.norm, DOUBLE).all()
    return from_windows(gradients, values.shape) if on_maxima and same else case.expected


def left_elsewhere(right: OfCase) -> Fitted:
    """`right` where a gradient goes; elsewhere as in the answer.

    Memory that nobody cleared may hold some of its window's gradients, too, from an earlier answer, and what is not
    finite; where most of it is such, it was put there or divided by zero.
    """

    def model(case: Case, values: Floats) -> Floats:
        dY, gradients = upsampled(case.inputs["dY"], values.shape), right(case)
        left = (gradients == 0) & (values != 0)
        placed = (dY != 0) & close(values, dY, case.norm, DOUBLE)
        on_purpose = left & (placed | ~np.isfinite(values))
        return gradients if 2 * on_purpose.sum() > left.sum() else np.where(gradients != 0, gradients, values)

    return Fitted(model)
