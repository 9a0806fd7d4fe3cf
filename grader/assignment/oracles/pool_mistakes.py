"""The misconceptions about the backward pass of max pooling, each as the few lines of numpy that it would give."""

from collections.abc import Callable

import numpy as np

from grader.assignment.oracles.agreement import close
from grader.assignment.oracles.arrays import DOUBLE, Case
from grader.assignment.oracles.diagnoses import Explanation, Misconception, Pattern, Variant, common, of_result
from grader.assignment.oracles.gradients import POOL, Floats, from_windows, windows


def _placed(weights: Callable[[Floats, Floats], Floats]) -> Variant:
    """A mistake inside the windows: gradients (..., 4) from the windows' values (..., 4) and dY (..., 1)."""

    def variant(case: Case) -> Floats:
        X = case.inputs["X"]
        parts = windows(X)
        return from_windows(np.broadcast_to(weights(parts, case.inputs["dY"][..., None]), parts.shape), X.shape)

    return variant


def _chosen(scores: Floats) -> Floats:
    """One-hot of the first largest score of each window."""
    return np.asarray(np.arange(POOL * POOL) == np.argmax(scores, axis=-1)[..., None], dtype=float)


def _largest(parts: Floats) -> Floats:
    return np.asarray(parts == parts.max(axis=-1, keepdims=True), dtype=float)


def _swapped(parts: Floats) -> Floats:
    """The windows transposed: entries 1 and 2 change places."""
    return parts[..., [0, 2, 1, 3]]


def _zero_start(fallback: Callable[[Floats], Floats]) -> Variant:
    """The running maximum starts at 0: where nothing is positive, nothing, or the default index, wins."""
    return _placed(lambda x, dY: np.where(x.max(axis=-1, keepdims=True) > 0, _chosen(x), fallback(x)) * dY)


def _always(place: int) -> Callable[[Floats], Floats]:
    return lambda x: np.broadcast_to(np.arange(POOL * POOL) == place, x.shape).astype(float)


def _softmax(x: Floats) -> Floats:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


_FIRST_MAXIMUM = _placed(lambda x, dY: _chosen(x) * dY)  # one of the right answers where maxima tie


def _upsampled(dY: Floats, shape: tuple[int, ...]) -> Floats:
    return from_windows(np.repeat(dY[..., None], POOL * POOL, axis=-1), shape)


def _global_maximum(*axes: int) -> Variant:
    def variant(case: Case) -> Floats:
        X, dY = case.inputs["X"], case.inputs["dY"]
        return np.where(X.max(axis=axes, keepdims=True) == X, _upsampled(dY, X.shape), 0.0)

    return variant


def _along(axis: int) -> Variant:
    """The maximum over two entries of a row (axis 1) or column (axis 0) of the window instead of over all four."""

    def weights(x: Floats, dY: Floats) -> Floats:
        square = x.reshape(*x.shape[:-1], POOL, POOL)
        largest = square == square.max(axis=axis - 2, keepdims=True)
        return np.asarray(largest.reshape(x.shape) * dY)

    return _placed(weights)


def _sliding(case: Case) -> Floats:
    """Windows at stride 1: output (i, j) looks at rows i, i+1 and columns j, j+1."""
    return _scattered(case, 1, 0)


def _of_three(case: Case) -> Floats:
    """Windows of three rows and columns, two apart."""
    return _scattered(case, POOL, 0, POOL + 1)


def _shifted(case: Case) -> Floats:
    """Windows that begin one row and one column late."""
    return _scattered(case, POOL, 1)


def _scattered(case: Case, stride: int, start: int, size: int = POOL) -> Floats:
    X, dY = case.inputs["X"], case.inputs["dY"]
    dX = np.zeros_like(X)
    for n, c, i, j in np.ndindex(dY.shape):
        top, left = stride * i + start, stride * j + start
        window = X[n, c, top : top + size, left : left + size]
        if window.size:
            a, b = np.unravel_index(int(np.argmax(window)), window.shape)
            dX[n, c, top + a, left + b] += dY[n, c, i, j]
    return dX


def _without_offset(case: Case) -> Floats:
    """The index inside the window taken for an index into the map."""
    X, dY = case.inputs["X"], case.inputs["dY"]
    dX = np.zeros_like(X)
    places = np.argmax(windows(X), axis=-1)
    for n, c, i, j in np.ndindex(dY.shape):
        dX[n, c, places[n, c, i, j] // POOL, places[n, c, i, j] % POOL] += dY[n, c, i, j]
    return dX


def _first_only(axis: int) -> tuple[Variant, ...]:
    def keep(right: Floats) -> Floats:
        index = np.arange(right.shape[axis]).reshape([-1 if i == axis else 1 for i in range(right.ndim)])
        return np.where(index == 0, right, 0.0)

    return of_result(keep, _FIRST_MAXIMUM)


def _divided(by: Callable[[Case], int]) -> tuple[Variant, ...]:
    return (lambda case: case.expected / by(case), lambda case: _FIRST_MAXIMUM(case) / by(case))


def _starts_too_high(case: Case, values: Floats) -> bool:
    """Wrong only in windows of negative values, those below some value: there a fixed place wins, or none."""
    parts, dY, expected = windows(case.inputs["X"]), case.inputs["dY"][..., None], windows(case.expected)
    right = close(windows(values), expected, case.norm, DOUBLE).all(axis=-1)
    start = parts.max(axis=-1)[~right].max(initial=-np.inf)
    missed = parts.max(axis=-1, keepdims=True) <= start
    for fallback in (np.zeros_like(parts), *(_always(place)(parts) * dY for place in range(POOL * POOL))):
        predicted = from_windows(np.where(missed, fallback, expected), case.expected.shape)
        if start < 0 and close(values, predicted, case.norm, DOUBLE).all():
            return True
    return False


def _beyond_the_windows(case: Case, values: Floats) -> bool:
    inside = from_windows(np.ones((*case.inputs["dY"].shape, POOL * POOL)), case.inputs["X"].shape) > 0
    right = close(values, case.expected, case.norm, DOUBLE)
    return bool(right[inside].all())


POOL_MISTAKES: tuple[Explanation, ...] = (
    Misconception(
        "zero-initialised-maximum",
        "In windows without a positive value the maximum was missed: nothing there beats a maximum that starts at 0.",
        (_zero_start(np.zeros_like), *(_zero_start(_always(place)) for place in range(4))),
    ),
    Misconception(
        "tied-mask",
        "Where several entries tie for the maximum, each of them got the whole gradient: their sum is too large. "
        "The weights inside a window have to sum to one.",
        (_placed(lambda x, dY: _largest(x) * dY),),
    ),
    Misconception(
        "average-pool",
        "Each entry of a window got a quarter of the gradient: that is the backward pass of average pooling.",
        (_placed(lambda x, dY: dY / 4),),
    ),
    Misconception(
        "gradient-to-every-entry",
        "Every entry of a window got the whole gradient. Which entries does the output of the window depend on?",
        (_placed(lambda x, dY: dY),),
    ),
    Misconception(
        "upstream-gradient-ignored",
        "The places are right, but they hold 1 instead of the gradient: the chain rule multiplies by dY.",
        (_placed(lambda x, dY: _chosen(x)), _placed(lambda x, dY: _largest(x))),
    ),
    Misconception(
        "value-instead-of-gradient",
        "The places are right, but what was written there has the value of X in it. X decides where the gradient goes, "
        "not how large it is.",
        (
            _placed(lambda x, dY: _chosen(x) * x),
            _placed(lambda x, dY: _chosen(x) * x * dY),
            _placed(lambda x, dY: _largest(x) * x),
            _placed(lambda x, dY: _largest(x) * x * dY),
        ),
    ),
    Misconception(
        "argmax-of-abs",
        "The gradient went to the entry of largest absolute value. In max pooling -5 is smaller than 1.",
        (_placed(lambda x, dY: _chosen(np.abs(x)) * dY),),
    ),
    Misconception(
        "minimum-instead-of-maximum",
        "The gradient went to the smallest entry of each window.",
        (_placed(lambda x, dY: _chosen(-x) * dY), _placed(lambda x, dY: _largest(-x) * dY)),
    ),
    Misconception(
        "tied-gradient-dropped",
        "Where several entries tie for the maximum, none of them got a gradient. The output still depends on them.",
        (_placed(lambda x, dY: _largest(x) * (_largest(x).sum(axis=-1, keepdims=True) == 1) * dY),),
    ),
    Misconception(
        "every-positive-entry",
        "The gradient went to every positive entry: that is ReLU's rule. In max pooling only the maximum receives it.",
        (_placed(lambda x, dY: (x > 0) * dY),),
    ),
    Misconception(
        "window-transposed",
        "Inside the windows rows and columns are swapped: an index into a flattened window runs along its rows first.",
        (_placed(lambda x, dY: _swapped(_chosen(x)) * dY), _placed(lambda x, dY: _chosen(_swapped(x)) * dY)),
    ),
    Misconception(
        "fixed-position",
        "The gradient always went to the same corner of the window, whatever X holds.",
        tuple(_placed(lambda x, dY, place=place: _always(place)(x) * dY) for place in range(4)),  # type: ignore[misc]
    ),
    Misconception(
        "maximum-over-one-axis",
        "The maximum was taken along one axis of the window only, so that two entries of a window get a gradient.",
        (_along(0), _along(1)),
    ),
    Misconception(
        "one-maximum-per-map",
        "Only the largest entry of the whole map got a gradient. Each 2×2 window has a maximum of its own.",
        (_global_maximum(2, 3), _global_maximum(0, 1, 2, 3)),
    ),
    Misconception(
        "stride-one",
        "The windows overlap: output (i, j) was taken to look at rows i, i+1 of X. The stride is 2.",
        (_sliding,),
    ),
    Misconception(
        "window-of-three",
        "The windows have three rows and columns, so that they overlap: a slice a:b ends before b. The filter is 2×2.",
        (_of_three,),
    ),
    Misconception(
        "off-by-one-window",
        "The windows begin one row and one column too late: the first one starts at row 0 and column 0.",
        (_shifted,),
    ),
    Misconception(
        "values-cut-to-integers",
        "The values of X were cut down to integers before they were compared, so that some of them look equal.",
        (_placed(lambda x, dY: _chosen(np.trunc(x)) * dY), _placed(lambda x, dY: _chosen(np.floor(x)) * dY)),
    ),
    Misconception(
        "window-offset-forgotten",
        "The index of the maximum inside its window was used as an index into the whole map.",
        (_without_offset,),
    ),
    Misconception(
        "softmax-instead-of-maximum",
        "The gradient was spread over the window like a softmax. Max pooling is hard: the other entries get nothing.",
        (_placed(lambda x, dY: _softmax(x) * dY),),
    ),
    Misconception(
        "upstream-gradient-summed",
        "Every maximum got the same number, made of all of dY. Each window has its own entry of dY.",
        (
            _placed(lambda x, dY: _chosen(x) * dY.sum()),
            _placed(lambda x, dY: _chosen(x) * dY.mean()),
            _placed(lambda x, dY: _chosen(x) * dY.ravel()[0]),
        ),
    ),
    Misconception(
        "forward-instead-of-backward",
        "These are the maxima themselves: the forward pass. Asked for is the gradient of the loss with respect to X.",
        (
            lambda case: np.asarray(windows(case.inputs["X"]).max(axis=-1)),
            lambda case: _upsampled(windows(case.inputs["X"]).max(axis=-1), case.inputs["X"].shape),
        ),
    ),
    Misconception(
        "upstream-gradient-returned",
        "This is dY itself. Each of its entries has to be handed on to the entry of X that it came from.",
        (lambda case: case.inputs["dY"],),
    ),
    Misconception("input-returned", "This is X itself, not a gradient.", (lambda case: case.inputs["X"],)),
    Misconception(
        "first-sample-only",
        "Only the first sample of the batch is right, the others got nothing. X has the shape (N, C, H, W).",
        _first_only(0),
    ),
    Misconception(
        "first-channel-only",
        "Only the first channel is right, the others got nothing. X has the shape (N, C, H, W).",
        _first_only(1),
    ),
    Misconception(
        "mean-for-sum",
        "The gradient is right up to a constant divisor. The loss is a sum over the outputs: nothing is averaged here.",
        (
            *_divided(lambda case: POOL * POOL),
            *_divided(lambda case: case.expected.shape[0]),
            *_divided(lambda case: max(case.inputs["dY"].size, 1)),
            *_divided(lambda case: case.expected.size),
        ),
    ),
    *common(_FIRST_MAXIMUM),
    Pattern(
        "maximum-starts-too-high",
        "Where all values of a window are far below zero the maximum was missed: the search for it begins at a number "
        "that is larger than all of them.",
        _starts_too_high,
    ),
    Pattern(
        "outside-the-windows",
        "An odd last row or column lies in no window: the output does not depend on it, and so neither does the loss.",
        _beyond_the_windows,
    ),
)
