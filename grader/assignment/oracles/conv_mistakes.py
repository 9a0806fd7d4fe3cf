"""The misconceptions about the backward pass of a 3x3 convolution, each as the few lines of numpy that it would give.

Everything is written with `_slide`, the cross-correlation of a map with a kernel under some padding. Written so, the
right dX slides K over dY, where K is the filter flipped both ways under cross-correlation and the filter itself under
convolution; the right dw slides dY over X, and is flipped at the end under convolution.
"""

from collections.abc import Callable

import numpy as np

from grader.assignment.oracles.arrays import Case
from grader.assignment.oracles.diagnoses import Explanation, Misconception, Variant, common, of_result
from grader.assignment.oracles.gradients import KERNEL, Floats

Change = Callable[[Floats], Floats]

_SAME = ((1, 1), (1, 1))


def _slide(A: Floats, K: Floats) -> Floats:
    """Cross-correlation without padding: (H, W) with (h, w) gives (H-h+1, W-w+1)."""
    height, width = (max(size - kernel + 1, 0) for size, kernel in zip(A.shape, K.shape, strict=True))
    result = np.zeros((height, width))
    for a, b in np.ndindex(K.shape):
        result += K[a, b] * A[a : a + height, b : b + width]
    return result


def _kept(K: Floats) -> Floats:
    return K


def _flipped(K: Floats) -> Floats:
    return K[::-1, ::-1]


def _quarter_turned(K: Floats) -> Floats:
    return np.rot90(K)


_BOTH: tuple[Change, ...] = (_kept, _flipped)  # the right filter, and the wrong one: one mistake may hide another
_UPSIDE_DOWN: Change = np.flipud
_MIRRORED: Change = np.fliplr
_SWAPPED: Change = np.transpose


class _Mistakes:
    """Variants of one of the two gradients: `over(case, kernel change, padded map)`."""

    def __init__(self, convention: str) -> None:
        self.flips = convention == "cross-correlation"

    def input(self, change: Change = _kept, pad: Change = lambda A: np.pad(A, 1)) -> Variant:
        """dX with the right kernel changed, or with another padding of dY."""

        def variant(case: Case) -> Floats:
            kernel = _flipped(case.inputs["w"]) if self.flips else case.inputs["w"]
            return _slide(pad(case.inputs["dY"]), change(kernel))

        return variant

    def weight(self, pad: Change = lambda A: np.pad(A, 1), crop: Change = _kept, dY: Change = _kept) -> Variant:
        """dw with another padding of X, or from another part of dY."""

        def variant(case: Case) -> Floats:
            result = _slide(pad(case.inputs["X"]), crop(dY(case.inputs["dY"])))
            return result if self.flips else _flipped(result)

        return variant


def _padding(mode: str) -> Change:
    return lambda A: np.pad(A, 1, mode=mode)  # type: ignore[call-overload]


def _one_sided(before: int) -> Change:
    return lambda A: np.pad(A, ((before, 2 - before), (before, 2 - before)))


def _inner(A: Floats) -> Floats:
    return A[1:-1, 1:-1]


def _framed(variant: Variant, before: int) -> Variant:
    """The result without padding, laid into a map of zeros of the right size."""

    def framed(case: Case) -> Floats:
        part, result = variant(case), np.zeros_like(case.expected)
        result[before : before + part.shape[0], before : before + part.shape[1]] = part
        return result

    return framed


def _without_ring(A: Floats) -> Floats:
    """The outermost entries set to zero."""
    result = np.zeros_like(A)
    result[1:-1, 1:-1] = A[1:-1, 1:-1]
    return result


def _overwritten_input(case: Case, flips: bool) -> Floats:
    """dX[window] = dY[i, j] * w instead of +=."""
    dY, w = case.inputs["dY"], case.inputs["w"] if flips else _flipped(case.inputs["w"])
    padded = np.zeros((dY.shape[0] + 2, dY.shape[1] + 2))
    for i, j in np.ndindex(dY.shape):
        padded[i : i + KERNEL, j : j + KERNEL] = dY[i, j] * w
    return _inner(padded)


def _overwritten_weight(case: Case, flips: bool) -> Floats:
    """dw = dY[i, j] * patch instead of +=: the last window stays."""
    dY, X = case.inputs["dY"], np.pad(case.inputs["X"], 1)
    result = dY[-1, -1] * X[-KERNEL:, -KERNEL:]
    return result if flips else _flipped(result)


_NOT_FLIPPED = (
    "The filter was laid over dY as it is, as in the forward pass. On the way back, which weight leads from an output "
    "to the entry of X above and to the left of it?"
)
_DW_FLIPPED = (
    "The result is flipped both ways. Flipping belongs to the way back to X. Which entries of X does w[0, 0] meet?"
)
_FLIPPED_ONCE = (
    "Flipped along one axis only. Follow one entry of X to the outputs it takes part in, in both directions."
)
_VALID = "At the border something is left out: the layer pads X with zeros, so the outputs at the border count as well."
_CIRCULAR = "At the border the result wraps around to the other side (as an FFT or np.roll does). The padding is zeros."
_REPEATED = "At the border the outermost values are repeated. The padding of this layer is zeros."
_REFLECTED = "At the border the map is mirrored. The padding of this layer is zeros."
_SHIFTED = "The result is shifted by one: the padding was put on one side only, instead of one ring all around."
_OVERWRITTEN = "Contributions overwrite each other. Where several outputs depend on one entry, their gradients add up."
_MIXED_UP = (
    "This is the answer under the other convention of *. CONVENTION says which one you are judged under; "
    "the forward pass, the coefficients and both gradients have to follow the same."
)
_UPSTREAM_IGNORED = "The upstream gradient dY has no influence on the result: the chain rule multiplies by it."
_UPSTREAM_RETURNED = "This is dY itself: it has to be passed back through the filter."


def input_mistakes(convention: str) -> tuple[Explanation, ...]:
    """About dX = ∂L/∂X of (H, W)."""
    make = _Mistakes(convention)
    return (*_input_kernels(make), *_input_paddings(make), *_input_terms(make), *common())


def _input_kernels(make: _Mistakes) -> tuple[Explanation, ...]:
    """How the filter was laid over dY."""
    flip_id, flip_sentence = ("kernel-not-flipped", _NOT_FLIPPED) if make.flips else ("convention-mixed-up", _MIXED_UP)
    return (
        Misconception(flip_id, flip_sentence, (make.input(_flipped),)),
        Misconception("kernel-flipped-on-one-axis", _FLIPPED_ONCE, (make.input(_UPSIDE_DOWN), make.input(_MIRRORED))),
        Misconception(
            "kernel-transposed",
            "The filter was transposed: rows and columns are exchanged instead of reversed.",
            (make.input(_SWAPPED), make.input(lambda K: _flipped(K).T)),
        ),
        Misconception(
            "kernel-rotated-by-90-degrees",
            "The filter was turned by 90 degrees; flipping it both ways is a turn by 180.",
            (make.input(_quarter_turned), make.input(lambda K: np.rot90(K, 3))),
        ),
    )


def _input_paddings(make: _Mistakes) -> tuple[Explanation, ...]:
    """What happened at the border, with either filter."""
    valid = tuple(make.input(change, _kept) for change in _BOTH)
    return (
        Misconception(
            "valid-instead-of-same-padding",
            _VALID,
            (*valid, *(_framed(item, before) for item in valid for before in range(3))),
        ),
        Misconception(
            "padding-not-removed",
            "The ring of padding is still around the result. dX has the size of X.",
            tuple(make.input(change, lambda A: np.pad(A, 2)) for change in _BOTH),
        ),
        Misconception(
            "wrapped-around-padding", _CIRCULAR, tuple(make.input(change, _padding("wrap")) for change in _BOTH)
        ),
        Misconception(
            "repeated-edge-padding", _REPEATED, tuple(make.input(change, _padding("edge")) for change in _BOTH)
        ),
        Misconception(
            "reflected-padding", _REFLECTED, tuple(make.input(change, _padding("reflect")) for change in _BOTH)
        ),
        Misconception("shifted-by-one", _SHIFTED, tuple(make.input(_kept, _one_sided(before)) for before in (0, 2))),
    )


def _input_terms(make: _Mistakes) -> tuple[Explanation, ...]:
    """Which products were summed up, and how."""
    return (
        Misconception(
            "overwritten-instead-of-added", _OVERWRITTEN, (lambda case: _overwritten_input(case, make.flips),)
        ),
        Misconception("upstream-gradient-returned", _UPSTREAM_RETURNED, (lambda case: case.inputs["dY"],)),
        Misconception(
            "upstream-gradient-ignored",
            _UPSTREAM_IGNORED,
            tuple(make.input(change, lambda A: np.pad(np.ones_like(A), 1)) for change in _BOTH),
        ),
        Misconception(
            "upstream-gradient-flipped",
            "dY was flipped. It is the filter that is flipped, and the map stays as it is.",
            tuple(make.input(change, lambda A: np.pad(_flipped(A), 1)) for change in _BOTH),
        ),
        Misconception(
            "centre-weight-only",
            "Only the middle weight is in the result. An entry of X takes part in up to nine outputs.",
            (lambda case: case.inputs["dY"] * case.inputs["w"][1, 1],),
        ),
        Misconception(
            "sum-of-weights",
            "dY was multiplied with the sum of all weights. Each of the nine outputs has a weight of its own.",
            (
                lambda case: case.inputs["dY"] * case.inputs["w"].sum(),
                lambda case: _slide(np.pad(case.inputs["dY"], 1), np.ones((KERNEL, KERNEL))) * case.inputs["w"].sum(),
            ),
        ),
        Misconception(
            "mean-for-sum",
            "The result is divided by the number of terms. The contributions are added up, not averaged.",
            (*of_result(lambda dX: dX / KERNEL**2), *of_result(lambda dX: dX / dX.size)),
        ),
    )


def weight_mistakes(convention: str) -> tuple[Explanation, ...]:
    """About dw = ∂L/∂w of (3, 3)."""
    make = _Mistakes(convention)
    others = (mistake for mistake in common() if mistake.id != "result-transposed")  # "dw-transposed" says more
    return (*_weight_kernels(make), *_weight_paddings(make), *_weight_terms(make), *others)


def _weight_kernels(make: _Mistakes) -> tuple[Explanation, ...]:
    """The right numbers at the wrong places."""
    flip_id, flip_sentence = ("dw-flipped", _DW_FLIPPED) if make.flips else ("convention-mixed-up", _MIXED_UP)
    return (
        Misconception(flip_id, flip_sentence, of_result(_flipped)),
        Misconception("dw-flipped-on-one-axis", _FLIPPED_ONCE, (*of_result(_UPSIDE_DOWN), *of_result(_MIRRORED))),
        Misconception(
            "dw-transposed",
            "The result is right, but its rows and columns are exchanged.",
            (*of_result(_SWAPPED), *of_result(lambda dw: _flipped(dw).T)),
        ),
    )


def _weight_paddings(make: _Mistakes) -> tuple[Explanation, ...]:
    """What happened at the border."""
    inner = make.weight(dY=_without_ring)
    return (
        Misconception(
            "valid-instead-of-same-padding",
            _VALID,
            (inner, lambda case: _flipped(inner(case))),
        ),
        Misconception("wrapped-around-padding", _CIRCULAR, (make.weight(_padding("wrap")),)),
        Misconception("repeated-edge-padding", _REPEATED, (make.weight(_padding("edge")),)),
        Misconception("reflected-padding", _REFLECTED, (make.weight(_padding("reflect")),)),
        Misconception(
            "shifted-by-one",
            _SHIFTED,
            (
                *(make.weight(_one_sided(before)) for before in (0, 2)),
                make.weight(_kept, lambda A: A[:-2, :-2]),
                make.weight(_kept, lambda A: A[2:, 2:]),
            ),
        ),
    )


def _weight_terms(make: _Mistakes) -> tuple[Explanation, ...]:
    """Which products were summed up, and how."""
    return (
        Misconception(
            "overwritten-instead-of-added", _OVERWRITTEN, (lambda case: _overwritten_weight(case, make.flips),)
        ),
        Misconception("upstream-gradient-ignored", _UPSTREAM_IGNORED, (make.weight(dY=np.ones_like),)),
        Misconception(
            "input-ignored",
            "X has no influence on the result. Each weight was multiplied with entries of X on the way forward.",
            (
                make.weight(lambda A: np.pad(np.ones_like(A), 1)),
                lambda case: np.full((KERNEL, KERNEL), case.inputs["dY"].sum()),
            ),
        ),
        Misconception(
            "one-number-for-all",
            "All nine entries are the same number. Each weight meets X at a different shift.",
            (
                lambda case: np.full((KERNEL, KERNEL), (case.inputs["dY"] * case.inputs["X"]).sum()),
                *of_result(lambda dw: np.full_like(dw, dw.sum())),
                *of_result(lambda dw: np.full_like(dw, dw.mean())),
            ),
        ),
        Misconception(
            "mean-for-sum",
            "The result is divided by the number of terms. Every output's contribution is added up, not averaged.",
            (*of_result(lambda dw: dw / dw.size), lambda case: case.expected / case.inputs["X"].size),
        ),
    )
