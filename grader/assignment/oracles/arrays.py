"""What came for one call: an array of the right shape, to be compared (see `agreement`), or what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.assignment.oracles.gradients import Floats
from grader.assignment.oracles.reading import Numbers, UnreadableError, read_array


@dataclass(frozen=True, slots=True)
class Precision:
    """`rtol` is relative to the entry. `atol` is relative to the norm of what was summed up, since that is what the
    error of a fast Fourier transform is relative to (Higham: Accuracy and Stability of Numerical Algorithms, 24.1)."""

    rtol: float
    atol: float


# The smallest planted error that must be caught is 1e-6 of an entry, and `cases` draws no entry below 1e-3 of the norm:
# there these two add up to 2e-7. FFT and other orders of summation stay below 1e-15 of the norm.
DOUBLE = Precision(rtol=1e-7, atol=1e-10)
# A float32 has 6e-8; sums of some ten terms and an FFT in float32 stay below ten times that.
SINGLE = Precision(rtol=1e-5, atol=1e-6)

SINGLE_NOTE = (
    "The result has float32's precision and was compared at that. NumPy's default, float64, is the safer choice."
)
COARSE_NOTES = {
    "float32": SINGLE_NOTE,
    "float16": "The result is float16, which keeps three digits; it was compared at float32's precision. Use float64.",
}
COMPLEX_NOTE = (
    "The result is an array of complex numbers whose imaginary parts are rounding; `.real` would take them off."
)


@dataclass(frozen=True, slots=True)
class Case:
    """One call: named arguments in the function's order, the expected result and the norm that tolerances go by.

    Where the maxima of a pool tie (`tied`), any subgradient will do, and `expected` is one of them.
    """

    inputs: Mapping[str, Floats]
    expected: Floats
    norm: float
    tied: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A result that has the right shape and holds real numbers, or `problem`, a sentence without its subject."""

    values: Floats | None
    problem: str = ""
    precision: Precision = DOUBLE
    notes: tuple[str, ...] = ()
    raw: Numbers | None = None


def answer(value: Any, case: Case) -> Answer:
    """Reads what came for a case; comparing the entries is left to `agreement`."""
    try:
        reading = read_array(value)
    except UnreadableError as error:
        return Answer(None, str(error))
    values = reading.values
    if values.shape != case.expected.shape:
        return Answer(None, shape_sentence(values.shape, case), raw=values)
    if np.iscomplexobj(values):
        if np.any(np.abs(values.imag) > SINGLE.atol * case.norm):
            return Answer(None, "has complex entries; a gradient of a real loss is real", raw=values)
        return Answer(values.real, notes=(COMPLEX_NOTE,), raw=values.real)
    if reading.dtype in COARSE_NOTES:
        return Answer(values, precision=SINGLE, notes=(COARSE_NOTES[reading.dtype],), raw=values)
    return Answer(values, raw=values)


def shape_sentence(shape: tuple[int, ...], case: Case) -> str:
    """What shape was expected, what came, and what the one that came looks like."""
    told = f"has the wrong shape: expected {case.expected.shape}, got {shape}"
    hint = _shape_hint(shape, case)
    return f"{told}: {hint}" if hint else told


def _shape_hint(shape: tuple[int, ...], case: Case) -> str:
    expected = case.expected.shape
    for name, array in case.inputs.items():
        if shape == array.shape:
            return f"that is {name}'s shape"
    if shape == ():
        return "that is a single number"
    if len(shape) < len(expected) and shape == expected[len(expected) - len(shape) :]:
        return "leading axes have been dropped"
    if np.prod(shape) == np.prod(expected) and sorted(shape) == sorted(expected):
        return "the axes are in another order; is it transposed?"
    if tuple(size for size in shape if size != 1) == tuple(size for size in expected if size != 1):
        return "axes of length 1 were dropped or added"
    if len(shape) != len(expected):
        return f"{len(expected)} axes were expected, not {len(shape)}"
    return _size_hint(shape, expected)


def _size_hint(shape: tuple[int, ...], expected: tuple[int, ...]) -> str:
    pairs = list(zip(shape[-2:], expected[-2:], strict=True))
    if shape[:-2] == expected[:-2] and all(got == size - size % 2 for got, size in pairs) and len(expected) == 4:
        return "the last row or column, which lies in no window, is missing; its gradient is part of the answer too"
    if all(got == size + 2 for got, size in pairs):
        return "the ring of padding is still around it"
    if all(got == max(size - 2, 0) for got, size in pairs):
        return "without padding the result shrinks; the layer pads so that the size stays"
    return ""
