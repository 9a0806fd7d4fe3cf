"""The misconceptions about a convolution's dX: names, sentences, and what they would give."""

import numpy as np

from grader.assignment.convolution import conv_sentences as sentences
from grader.assignment.convolution.conv_models import (
    BOTH,
    FIRST,
    FIRST_ROW,
    MIRRORED,
    SWAPPED,
    UPSIDE_DOWN,
    Models,
    add_twice,
    flipped,
    framed,
    last_product,
    one_sided,
    overwrite,
    padding,
    quarter_turned,
    scattered,
    slide,
    square_result,
    unchanged,
    wrapped_at,
)
from grader.assignment.convolution.convolve import KERNEL
from grader.oracles.numeric import Floats, Misconception, Model, common_misconceptions, of_result


def input_misconceptions(convention: str) -> tuple[Misconception[Model], ...]:
    """About dX = ∂L/∂X of (H, W)."""
    make = Models(convention)
    zeros, *others = common_misconceptions()
    return (
        zeros,
        *sentences.mistaken_sizes(make.input_of, (True, False), square_result(0), square_result(1)),
        *_input_kernels(make),
        *_input_paddings(make),
        *_input_terms(make),
        *_input_factors(make),
        *others,
    )


def _input_kernels(make: Models) -> tuple[Misconception[Model], ...]:
    """How the filter was laid over dY."""
    flip_id, flip_sentence = (
        ("kernel-not-flipped", sentences.NOT_FLIPPED) if make.flips else ("convention-mixed-up", sentences.MIXED_UP)
    )
    return (
        Misconception(flip_id, flip_sentence, (make.input(flipped),)),
        Misconception(
            "kernel-flipped-on-one-axis", sentences.FLIPPED_ONCE, (make.input(UPSIDE_DOWN), make.input(MIRRORED))
        ),
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
            sentences.VALID,
            (*valid, *(framed(item, before) for item in valid for before in range(3))),
        ),
        Misconception(
            "padding-not-removed",
            "There is still padding around the result: it was put on twice, or not cut off. dX has the size of X.",
            tuple(make.input(change, pad) for change in BOTH for pad in (_two_rings, _three_and_one, _one_and_three)),
        ),
        Misconception(
            "wrapped-around-padding",
            sentences.CIRCULAR,
            tuple(
                make.input(change, pad) for change in BOTH for pad in (padding("wrap"), wrapped_at(1), wrapped_at(0))
            ),
        ),
        Misconception(
            "repeated-edge-padding", sentences.REPEATED, tuple(make.input(change, padding("edge")) for change in BOTH)
        ),
        Misconception(
            "reflected-padding", sentences.REFLECTED, tuple(make.input(change, padding("reflect")) for change in BOTH)
        ),
        Misconception(
            "shifted-by-one", sentences.SHIFTED, tuple(make.input(unchanged, one_sided(before)) for before in (0, 2))
        ),
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
            sentences.OVERWRITTEN,
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
            sentences.ADDED_TWICE,
            (lambda case: scattered(case.inputs["dY"], make.scattered_filter(case), add_twice),),
        ),
        Misconception(
            "returned-inside-the-loop",
            sentences.RETURNED,
            (
                make.input(pad=lambda A: np.pad(FIRST(A), 1)),
                make.input(pad=lambda A: np.pad(FIRST_ROW(A), 1)),
                *of_result(FIRST),
                *of_result(FIRST_ROW),
            ),
        ),
    )


def _input_factors(make: Models) -> tuple[Misconception[Model], ...]:
    """What was multiplied with what."""
    return (
        Misconception("upstream-gradient-returned", sentences.UPSTREAM_RETURNED, (lambda case: case.inputs["dY"],)),
        Misconception(
            "upstream-gradient-ignored",
            sentences.UPSTREAM_IGNORED,
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
