"""The misconceptions about a convolution's dw: names, sentences, and what they would give."""

import numpy as np

from grader.assignment.convolution import conv_sentences as sentences
from grader.assignment.convolution.conv_models import (
    FIRST,
    FIRST_ROW,
    LAST,
    MIRRORED,
    SWAPPED,
    UPSIDE_DOWN,
    Models,
    flipped,
    last_outputs,
    one_sided,
    padding,
    unchanged,
    without_ring,
    wrapped_at,
)
from grader.assignment.convolution.convolve import KERNEL
from grader.oracles.numeric import Misconception, Model, common_misconceptions, of_result


def weight_misconceptions(convention: str) -> tuple[Misconception[Model], ...]:
    """About dw = ∂L/∂w of (3, 3)."""
    make = Models(convention)
    zeros, *others = common_misconceptions()
    return (
        zeros,
        *sentences.mistaken_sizes(make.weight_of, (False,)),
        *_weight_kernels(make),
        *_weight_paddings(make),
        *_weight_terms(make),
        *(item for item in others if item.id not in _NOT_OF_WEIGHTS),
    )


_NOT_OF_WEIGHTS = ("result-transposed", "axes-dropped")  # "dw-transposed" says more; (3, 3) has no axis to drop


def _weight_kernels(make: Models) -> tuple[Misconception[Model], ...]:
    """The right numbers at the wrong places."""
    flip_id, flip_sentence = (
        ("dw-flipped", sentences.DW_FLIPPED) if make.flips else ("convention-mixed-up", sentences.MIXED_UP)
    )
    return (
        Misconception(flip_id, flip_sentence, of_result(flipped)),
        Misconception(
            "dw-flipped-on-one-axis", sentences.FLIPPED_ONCE, (*of_result(UPSIDE_DOWN), *of_result(MIRRORED))
        ),
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
            sentences.VALID,
            (inner, lambda case: flipped(inner(case))),
        ),
        Misconception(
            "wrapped-around-padding",
            sentences.CIRCULAR,
            tuple(make.weight(pad) for pad in (padding("wrap"), wrapped_at(1), wrapped_at(0))),
        ),
        Misconception("repeated-edge-padding", sentences.REPEATED, (make.weight(padding("edge")),)),
        Misconception("reflected-padding", sentences.REFLECTED, (make.weight(padding("reflect")),)),
        Misconception(
            "shifted-by-one",
            sentences.SHIFTED,
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
            sentences.OVERWRITTEN,
            (make.weight(dY=LAST), last_outputs if make.flips else lambda case: flipped(last_outputs(case))),
        ),
        Misconception(
            "returned-inside-the-loop",
            sentences.RETURNED,
            (make.weight(dY=FIRST), make.weight(dY=FIRST_ROW), *of_result(FIRST), *of_result(FIRST_ROW)),
        ),
        Misconception("upstream-gradient-ignored", sentences.UPSTREAM_IGNORED, (make.weight(dY=np.ones_like),)),
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
