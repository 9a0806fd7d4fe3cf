"""Models of the misconceptions about a 3x3 convolution: each as the few lines of numpy that it would give.

Everything is written with `slide`, the cross-correlation of a map with a kernel under some padding. Written so, the
right dX slides K over dY, where K is the filter flipped both ways under cross-correlation and the filter itself under
convolution; the right dw slides dY over X, and is flipped at the end under convolution.
"""

from collections.abc import Callable

import numpy as np

from grader.assignment.convolution.convolve import KERNEL
from grader.oracles.numeric import Case, Floats, Numbers, OfCase

Change = Callable[[Floats], Floats]


def slide(A: Floats, K: Floats) -> Floats:
    """Cross-correlation without padding: (H, W) with (h, w) gives (H-h+1, W-w+1)."""
    height, width = (max(size - kernel + 1, 0) for size, kernel in zip(A.shape, K.shape, strict=True))
    result = np.zeros((height, width))
    for a, b in np.ndindex(K.shape):
        result += K[a, b] * A[a : a + height, b : b + width]
    return result


def unchanged(K: Floats) -> Floats:
    """The change that changes nothing."""
    return K


def flipped(K: Floats) -> Floats:
    """Both ways."""
    return K[::-1, ::-1]


def quarter_turned(K: Floats) -> Floats:
    """By 90 degrees, against the clock."""
    return np.rot90(K)


BOTH: tuple[Change, ...] = (unchanged, flipped)  # the right filter, and the wrong one: one mistake may hide another
UPSIDE_DOWN: Change = np.flipud
MIRRORED: Change = np.fliplr
SWAPPED: Change = np.transpose


class Models:
    """Models of the two gradients under one convention. `flips`: the way back to X has to flip the filter."""

    def __init__(self, convention: str) -> None:
        self.flips = convention == "cross-correlation"

    def input(self, change: Change = unchanged, pad: Change = lambda A: np.pad(A, 1)) -> OfCase:
        """dX with the right kernel changed, or with another padding of dY."""

        def model(case: Case) -> Floats:
            kernel = flipped(case.inputs["w"]) if self.flips else case.inputs["w"]
            return slide(pad(case.inputs["dY"]), change(kernel))

        return model

    def weight(self, pad: Change = lambda A: np.pad(A, 1), crop: Change = unchanged, dY: Change = unchanged) -> OfCase:
        """dw with another padding of X, or from another part of dY."""

        def model(case: Case) -> Floats:
            result = slide(pad(case.inputs["X"]), crop(dY(case.inputs["dY"])))
            return result if self.flips else flipped(result)

        return model

    def scattered_filter(self, case: Case) -> Floats:
        """What one output's gradient is multiplied with where it is scattered over dX."""
        return case.inputs["w"] if self.flips else flipped(case.inputs["w"])

    def input_of(self, dY: Floats, case: Case) -> Floats:
        """dX for another dY."""
        return slide(np.pad(dY, 1), flipped(case.inputs["w"]) if self.flips else case.inputs["w"])

    def weight_of(self, dY: Floats, case: Case) -> Floats:
        """dw for another dY."""
        result = slide(np.pad(case.inputs["X"], 1), dY)
        return result if self.flips else flipped(result)


def padding(mode: str) -> Change:
    """A ring of one entry, filled as numpy's `mode` says."""
    return lambda A: np.pad(A, 1, mode=mode)  # type: ignore[call-overload]


def one_sided(before: int) -> Change:
    """Two rows and columns of zeros, `before` of them in front."""
    return lambda A: np.pad(A, ((before, 2 - before), (before, 2 - before)))


def inner(A: Floats) -> Floats:
    return A[1:-1, 1:-1]


def framed(model: OfCase, before: int) -> OfCase:
    """The result without padding, laid into a map of zeros of the right size."""

    def framed(case: Case) -> Floats:
        part, result = model(case), np.zeros_like(case.expected)
        result[before : before + part.shape[0], before : before + part.shape[1]] = part
        return result

    return framed


def without_ring(A: Floats) -> Floats:
    """The outermost entries set to zero."""
    result = np.zeros_like(A)
    result[1:-1, 1:-1] = A[1:-1, 1:-1]
    return result


def scattered(dY: Floats, w: Floats, write: Callable[[Floats, Floats], None]) -> Floats:
    """dX of a loop over outputs that writes the product of dY[i, j] and the filter into a window of dX."""
    padded = np.zeros((dY.shape[0] + 2, dY.shape[1] + 2))
    for i, j in np.ndindex(dY.shape):
        write(padded[i : i + KERNEL, j : j + KERNEL], dY[i, j] * w)
    return inner(padded)


def overwrite(window: Floats, product: Floats) -> None:
    """= instead of +=."""
    window[...] = product


def add_twice(window: Floats, product: Floats) -> None:
    """Added to a slice, which is a view, and then the slice to the array: what is there already is doubled as well."""
    window[...] = 2 * (window + product)


def last_product(left: Floats, right: Floats) -> Floats:
    """dX[i, j] = left[i+a, j+b] right[a, b] in the innermost loop, instead of +=: the last weight alone counts."""
    return np.asarray(left[KERNEL - 1 :, KERNEL - 1 :] * right[-1, -1])


def last_outputs(case: Case) -> Floats:
    """dw[a, b] = dY[i, j] X[i+a-1, j+b-1] instead of +=, inside the map only: each weight keeps the last output that
    it meets X in."""
    dY, X = case.inputs["dY"], case.inputs["X"]
    dw = np.zeros((KERNEL, KERNEL))
    for a, b in np.ndindex(dw.shape):
        i, j = dY.shape[0] - 1 - max(a - 1, 0), dY.shape[1] - 1 - max(b - 1, 0)
        if min(i, j, i + a - 1, j + b - 1) >= 0:
            dw[a, b] = dY[i, j] * X[i + a - 1, j + b - 1]
    return dw


def wrapped_at(before: int) -> Change:
    """A ring that wraps around on one side, as a negative index does, and is zero on the other."""
    wrapped, zeros = ((1, 0), (1, 0)), ((0, 1), (0, 1))

    def pad(A: Floats) -> Floats:
        if before:
            return np.pad(np.pad(A, wrapped, mode="wrap"), zeros)
        return np.pad(np.pad(A, zeros, mode="wrap"), wrapped)

    return pad


def square_result(axis: int) -> OfCase:
    """dX made as a square, with the size along `axis` for both: raises where the other size is smaller."""

    def model(case: Case) -> Floats:
        size, other = case.expected.shape[axis], case.expected.shape[1 - axis]
        if other < size:
            raise ValueError("the window is cut off")
        return case.expected[:size, :size]

    return model


def only(*outputs: slice) -> Change:
    """The change of dY that leaves but some outputs' gradients."""

    def change(dY: Floats) -> Floats:
        result = np.zeros_like(dY)
        result[outputs] = dY[outputs]
        return result

    return change


FIRST, FIRST_ROW, LAST = only(np.s_[:1], np.s_[:1]), only(np.s_[:1]), only(np.s_[-1:], np.s_[-1:])


def square_only(right: OfCase) -> OfCase:
    """Right on square maps; raises elsewhere."""

    def model(case: Case) -> Numbers:
        if len(set(case.inputs["dY"].shape)) > 1:
            raise IndexError("an index is out of bounds")
        return right(case)

    return model


def one_side(axis: int, gradient: Callable[[Floats, Case], Floats], crop: bool) -> OfCase:
    """The size along `axis` taken for both: raises where the other one is smaller, and leaves out the rest where it is
    larger: of dY, or (crop) of the result."""

    def model(case: Case) -> Floats:
        dY = case.inputs["dY"]
        size = dY.shape[axis]
        if dY.shape[1 - axis] < size:
            raise IndexError("an index is out of bounds")
        part = only(np.s_[:size], np.s_[:size])
        return part(gradient(dY, case)) if crop else gradient(part(dY), case)

    return model
