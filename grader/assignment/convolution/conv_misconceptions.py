"""The misconceptions about the backward pass of a 3x3 convolution: names, sentences, and what they would give."""

from collections.abc import Callable

import numpy as np

from grader.assignment.convolution.conv_models import (
    BOTH,
    FIRST,
    FIRST_ROW,
    LAST,
    MIRRORED,
    SWAPPED,
    UPSIDE_DOWN,
    Models,
    add_twice,
    flipped,
    framed,
    last_outputs,
    last_product,
    one_side,
    one_sided,
    overwrite,
    padding,
    quarter_turned,
    scattered,
    slide,
    square_only,
    square_result,
    unchanged,
    without_ring,
    wrapped_at,
)
from grader.assignment.convolution.convolve import KERNEL
from grader.oracles.numeric import Case, Floats, Misconception, Model, common_misconceptions, of_result

_NOT_FLIPPED = (
    "The filter was laid over dY as it is, as in the forward pass. On the way back, which weight leads from an output "
    "to the entry of X above and to the left of it?"
)
_DW_FLIPPED = (
    "The result is flipped both ways, as it is with dY and X exchanged: is the order of the arguments dY, X, and is "
    "nothing flipped? Flipping belongs to the way back to X. Which entries of X does w[0, 0] meet?"
)
_FLIPPED_ONCE = (
    "Flipped along one axis only. Follow one entry of X to the outputs it takes part in, in both directions."
)
_VALID = "At the border something is left out: the layer pads X with zeros, so the outputs at the border count as well."
_CIRCULAR = "At the border the result wraps around to the other side (as an FFT or np.roll does). The padding is zeros."
_REPEATED = "At the border the outermost values are repeated. The padding of this layer is zeros."
_REFLECTED = "At the border the map is mirrored. The padding of this layer is zeros."
_SHIFTED = (
    "The result is shifted by one: the padding was put on one side only, or put on twice. It is one ring all around."
)
_OVERWRITTEN = (
    "Not all outputs' contributions are in the result. Is a `+=` missing? Where several outputs depend on one entry, "
    "their gradients add up."
)
_ADDED_TWICE = (
    "What is added is added twice, and what was there before is doubled with it. A slice of an array is a view of it: "
    "what is added to the slice is in the array already."
)
_RETURNED = "Only what comes from the first step, or the first row, is in the result. Is the return inside the loop?"
_MIXED_UP = (
    "This answer fits the other convention of *. CONVENTION says which one you are judged under: the forward pass, the "
    "coefficients and both gradients have to follow the same."
)
_EXCHANGED = (
    "Rows and columns are exchanged somewhere: square maps come out right, others do not. A map has the shape (H, W), "
    "and an index is [row, column]."
)
_ONE_SIZE = "Height and width are taken for equal: one of the two sizes is used for both directions."
_UPSTREAM_IGNORED = "The upstream gradient dY has no influence on the result: the chain rule multiplies by it."
_UPSTREAM_RETURNED = "This is dY itself: it has to be passed back through the filter."


def input_misconceptions(convention: str) -> tuple[Misconception[Model], ...]:
    """About dX = ∂L/∂X of (H, W)."""
    make = Models(convention)
    zeros, *others = common_misconceptions()
    return (
        zeros,
        *_sizes(make.input_of, (True, False), square_result(0), square_result(1)),
        *_input_kernels(make),
        *_input_paddings(make),
        *_input_terms(make),
        *others,
    )


def _sizes(
    gradient: Callable[[Floats, Case], Floats], of_result: tuple[bool, ...], *others: Model
) -> tuple[Misconception[Model], ...]:
    """Which sizes of a map were taken for which."""
    both = [*(one_side(axis, gradient, crop) for axis in (0, 1) for crop in of_result), *others]
    return (
        Misconception("rows-and-columns-exchanged", _EXCHANGED, (square_only(lambda case: case.expected),)),
        Misconception("one-size-for-both", _ONE_SIZE, tuple(both)),
    )


def _input_kernels(make: Models) -> tuple[Misconception[Model], ...]:
    """How the filter was laid over dY."""
    flip_id, flip_sentence = ("kernel-not-flipped", _NOT_FLIPPED) if make.flips else ("convention-mixed-up", _MIXED_UP)
    return (
        Misconception(flip_id, flip_sentence, (make.input(flipped),)),
        Misconception("kernel-flipped-on-one-axis", _FLIPPED_ONCE, (make.input(UPSIDE_DOWN), make.input(MIRRORED))),
        Misconception(
            "kernel-transposed",
            "The filter was transposed: rows and columns are exchanged instead of reversed.",
            (make.input(SWAPPED), make.input(lambda K: flipped(K).T)),
        ),
        Misconception(
            "kernel-rotated-by-90-degrees",
            "The filter was turned by 90 degrees; flipping it both ways is a turn by 180.",
            (make.input(quarter_turned), make.input(lambda K: np.rot90(K, 3))),
        ),
    )


def _input_paddings(make: Models) -> tuple[Misconception[Model], ...]:
    """What happened at the border, with either filter."""
    valid = tuple(make.input(change, unchanged) for change in BOTH)
    return (
        Misconception(
            "valid-instead-of-same-padding",
            _VALID,
            (*valid, *(framed(item, before) for item in valid for before in range(3))),
        ),
        Misconception(
            "padding-not-removed",
            "There is still padding around the result: it was put on twice, or not cut off. dX has the size of X.",
            tuple(make.input(change, pad) for change in BOTH for pad in (_two_rings, _three_and_one, _one_and_three)),
        ),
        Misconception(
            "wrapped-around-padding",
            _CIRCULAR,
            tuple(
                make.input(change, pad) for change in BOTH for pad in (padding("wrap"), wrapped_at(1), wrapped_at(0))
            ),
        ),
        Misconception(
            "repeated-edge-padding", _REPEATED, tuple(make.input(change, padding("edge")) for change in BOTH)
        ),
        Misconception(
            "reflected-padding", _REFLECTED, tuple(make.input(change, padding("reflect")) for change in BOTH)
        ),
        Misconception("shifted-by-one", _SHIFTED, tuple(make.input(unchanged, one_sided(before)) for before in (0, 2))),
    )


def _two_rings(A: Floats) -> Floats:
    return np.pad(A, 2)


def _three_and_one(A: Floats) -> Floats:
    return np.pad(A, ((3, 1), (3, 1)))


def _one_and_three(A: Floats) -> Floats:
    return np.pad(A, ((1, 3), (1, 3)))


def _input_terms(make: Models) -> tuple[Misconception[Model], ...]:
    """Which products were summed up, and how."""
    return (
        Misconception(
            "overwritten-instead-of-added",
            _OVERWRITTEN,
            (
                lambda case: scattered(case.inputs["dY"], make.scattered_filter(case), overwrite),
                *(
                    lambda case, change=change: last_product(np.pad(case.inputs["dY"], 1), change(case.inputs["w"]))
                    for change in BOTH
                ),
            ),
        ),
        Misconception(
            "added-to-a-view-and-again",
            _ADDED_TWICE,
            (lambda case: scattered(case.inputs["dY"], make.scattered_filter(case), add_twice),),
        ),
        Misconception(
            "returned-inside-the-loop",
            _RETURNED,
            (
                make.input(pad=lambda A: np.pad(FIRST(A), 1)),
                make.input(pad=lambda A: np.pad(FIRST_ROW(A), 1)),
                *of_result(FIRST),
                *of_result(FIRST_ROW),
            ),
        ),
        Misconception("upstream-gradient-returned", _UPSTREAM_RETURNED, (lambda case: case.inputs["dY"],)),
        Misconception(
            "upstream-gradient-ignored",
            _UPSTREAM_IGNORED,
            tuple(make.input(change, lambda A: np.pad(np.ones_like(A), 1)) for change in BOTH),
        ),
        Misconception(
            "upstream-gradient-flipped",
            "dY was flipped. It is the filter that is flipped, and the map stays as it is.",
            tuple(make.input(change, lambda A: np.pad(flipped(A), 1)) for change in BOTH),
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
                lambda case: slide(np.pad(case.inputs["dY"], 1), np.ones((KERNEL, KERNEL))) * case.inputs["w"].sum(),
            ),
        ),
        Misconception(
            "mean-for-sum",
            "The result is divided by the number of terms. The contributions are added up, not averaged.",
            (*of_result(lambda dX: dX / KERNEL**2), *of_result(lambda dX: dX / dX.size)),
        ),
    )


def weight_misconceptions(convention: str) -> tuple[Misconception[Model], ...]:
    """About dw = ∂L/∂w of (3, 3)."""
    make = Models(convention)
    zeros, *others = common_misconceptions()
    return (
        zeros,
        *_sizes(make.weight_of, (False,)),
        *_weight_kernels(make),
        *_weight_paddings(make),
        *_weight_terms(make),
        *(item for item in others if item.id not in _NOT_OF_WEIGHTS),
    )


_NOT_OF_WEIGHTS = ("result-transposed", "axes-dropped")  # "dw-transposed" says more; (3, 3) has no axis to drop


def _weight_kernels(make: Models) -> tuple[Misconception[Model], ...]:
    """The right numbers at the wrong places."""
    flip_id, flip_sentence = ("dw-flipped", _DW_FLIPPED) if make.flips else ("convention-mixed-up", _MIXED_UP)
    return (
        Misconception(flip_id, flip_sentence, of_result(flipped)),
        Misconception("dw-flipped-on-one-axis", _FLIPPED_ONCE, (*of_result(UPSIDE_DOWN), *of_result(MIRRORED))),
        Misconception(
            "dw-transposed",
            "The result is right, but its rows and columns are exchanged.",
            (*of_result(SWAPPED), *of_result(lambda dw: flipped(dw).T)),
        ),
    )


def _weight_paddings(make: Models) -> tuple[Misconception[Model], ...]:
    """What happened at the border."""
    inner = make.weight(dY=without_ring)
    return (
        Misconception(
            "valid-instead-of-same-padding",
            _VALID,
            (inner, lambda case: flipped(inner(case))),
        ),
        Misconception(
            "wrapped-around-padding",
            _CIRCULAR,
            tuple(make.weight(pad) for pad in (padding("wrap"), wrapped_at(1), wrapped_at(0))),
        ),
        Misconception("repeated-edge-padding", _REPEATED, (make.weight(padding("edge")),)),
        Misconception("reflected-padding", _REFLECTED, (make.weight(padding("reflect")),)),
        Misconception(
            "shifted-by-one",
            _SHIFTED,
            (
                *(make.weight(one_sided(before)) for before in (0, 2)),
                make.weight(unchanged, lambda A: A[:-2, :-2]),
                make.weight(unchanged, lambda A: A[2:, 2:]),
            ),
        ),
    )


def _weight_terms(make: Models) -> tuple[Misconception[Model], ...]:
    """Which products were summed up, and how."""
    return (
        Misconception(
            "overwritten-instead-of-added",
            _OVERWRITTEN,
            (make.weight(dY=LAST), last_outputs if make.flips else lambda case: flipped(last_outputs(case))),
        ),
        Misconception(
            "returned-inside-the-loop",
            _RETURNED,
            (make.weight(dY=FIRST), make.weight(dY=FIRST_ROW), *of_result(FIRST), *of_result(FIRST_ROW)),
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
