"""Does an answer agree with what is expected, and if not, what is wrong with it?

Agreement is `abs(a - b) <= atol + rtol * abs(b)`, never a division; what is not finite never gets here (`arrays`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from grader.oracles.figures import figures_apart
from grader.oracles.numeric.arrays import Floats, Numbers, UnreadableError, read_array
from grader.oracles.numeric.input_texts import described, size

Inputs: TypeAlias = Mapping[str, Any]  # named arguments, in the order of the call: arrays, or other plain data


@dataclass(frozen=True, slots=True)
class Precision:
    """`rtol` is relative to the entry. `atol` is relative to the norm of what was summed up, since that is what the
    error of a fast Fourier transform is relative to (Higham: Accuracy and Stability of Numerical Algorithms, 24.1)."""

    rtol: float
    atol: float


# The smallest planted error that must be caught is 1e-6 of an entry. Where no entry that is compared lies below 1e-3 of
# the norm (`drawing.well_conditioned`), these two add up to 2e-7. FFT and other orders of summation stay below 1e-15.
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
class Accepted:
    """Where several answers are right: a whole sentence on what is wrong with one, empty if nothing is; and the right
    answer that is nearest to a wrong one, for the picture."""

    mismatch: Callable[[Floats, "Case", Precision], str]
    nearest: Callable[[Floats, "Case", Precision], Floats]


@dataclass(frozen=True, slots=True)
class Case:
    """One call: named arguments in the function's order (arrays, or other plain data), the expected result, what it is
    called (`dX`), and the norm that tolerances go by. `single` is what a result of float32's precision is compared at.
    Where `accepted` is given, `expected` is one of several right answers. `call` says how to get the result where that
    takes more than calling the function with the inputs: lines of Python, the last an expression."""

    result: str
    inputs: Inputs
    expected: Floats
    norm: float = 1.0
    single: Precision = SINGLE
    accepted: Accepted | None = None
    call: str = ""

    def __getitem__(self, name: str) -> Any:
        """The input of that name, for models: `case["x"]`."""
        return self.inputs[name]

    @property
    def size(self) -> int:
        """Entries of all inputs."""
        return sum(map(size, self.inputs.values()))

    @property
    def shapes(self) -> str:
        """`dY of shape (1, 2) and X of shape (2, 4)`; a single number by its value, `stride 2`."""
        named = [described(name, value) for name, value in self.inputs.items()]
        return " and ".join(filter(None, [", ".join(named[:-1]), named[-1]]))


MAX_KEPT = 1 << 16  # entries of an answer of a wrong shape that may still tell which mistake it was


@dataclass(frozen=True, slots=True)
class Answer:
    """A result that has the right shape and holds real numbers, or `problem`, a sentence. `raw` is what came, if it
    holds finite numbers; `not_finite` if some are not. `is_none` says that nothing came."""

    values: Floats | None
    precision: Precision = DOUBLE
    problem: str = ""
    notes: tuple[str, ...] = ()
    raw: Numbers | None = None
    is_none: bool = False
    not_finite: Numbers | None = None


def read_and_compare(value: Any, case: Case) -> Answer:
    """The answer to one case. Where it is wrong, but holds float32 numbers only (say, a list of them), it is read as
    one of float32's precision if that makes it right."""
    answer = _read(value, case)
    if answer.values is None or answer.precision is case.single or not mismatch(case, answer):
        return answer
    if not _all_single(answer.values):
        return answer
    single = replace(answer, precision=case.single, notes=(*answer.notes, SINGLE_NOTE))
    return answer if mismatch(case, single) else single


def mismatch(case: Case, answer: Answer) -> str:
    """What is wrong with an answer, a whole sentence; empty if nothing is."""
    if answer.values is None:
        return answer.problem
    if case.accepted is not None:
        return case.accepted.mismatch(answer.values, case, answer.precision)
    right = close(answer.values, case.expected, case.norm, answer.precision).all()
    return "" if right else _value_sentence(answer.values, case, answer.precision)


def close(values: Floats, expected: Floats, norm: float, precision: Precision) -> NDArray[np.bool_]:
    """Where the entries agree."""
    return np.asarray(np.abs(values - expected) <= precision.atol * norm + precision.rtol * np.abs(expected))


def _read(value: Any, case: Case) -> Answer:
    try:
        reading = read_array(value)
    except UnreadableError as error:
        problem = f"{case.result} {error}."
        return Answer(None, problem=problem, is_none=value is None, not_finite=error.values)
    values = reading.values
    if values.shape != case.expected.shape:
        raw = values if values.size <= MAX_KEPT else None
        return Answer(None, problem=_shape_sentence(values.shape, case), raw=raw)
    if np.iscomplexobj(values):
        rounding = SINGLE if reading.dtype == "complex64" else DOUBLE
        if np.any(np.abs(values.imag) > rounding.atol * case.norm):
            problem = f"{case.result} has complex entries; a gradient of a real loss is real."
            return Answer(None, problem=problem, raw=values)
        return Answer(values.real, notes=(COMPLEX_NOTE,), raw=values.real)
    if reading.dtype in COARSE_NOTES:
        return Answer(values, case.single, notes=(COARSE_NOTES[reading.dtype],), raw=values)
    return Answer(values, raw=values)


def _all_single(values: Floats) -> bool:
    with np.errstate(over="ignore", under="ignore"):
        return bool(np.all(values.astype(np.float32) == values))


def _value_sentence(values: Floats, case: Case, precision: Precision) -> str:
    """How many entries are wrong, and the worst of them."""
    wrong = ~close(values, case.expected, case.norm, precision)
    place = np.unravel_index(int(np.argmax(np.where(wrong, np.abs(values - case.expected), -1.0))), values.shape)
    where = f" is at [{', '.join(str(int(index)) for index in place)}]" if place else ""
    expected, got = figures_apart(float(case.expected[place]), float(values[place]))
    verb = "is" if wrong.sum() == 1 else "are"
    return (
        f"{int(wrong.sum())} of {wrong.size} entries of {case.result} {verb} wrong; the largest error{where}: "
        f"expected {expected}, got {got}."
    )


def _shape_sentence(shape: tuple[int, ...], case: Case) -> str:
    """What shape was expected, what came, and what the one that came looks like."""
    sentence = f"{case.result} has the wrong shape: expected {case.expected.shape}, got {shape}"
    hint = _shape_hint(shape, case)
    return f"{sentence}: {hint}" if hint.endswith("?") else f"{sentence}{hint and ': ' + hint}."


def _shape_hint(shape: tuple[int, ...], case: Case) -> str:
    expected = case.expected.shape
    for name, value in case.inputs.items():
        if isinstance(value, np.ndarray) and shape == value.shape:
            return f"that is {name}'s shape"
    if len(shape) == len(expected) + 1 and shape[1:] == expected:
        return f"those are {shape[0]} results of the right shape; is a tuple returned? Return {case.result} alone"
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
    if shape[:-2] == expected[:-2] and all(got == size - size % 2 for got, size in pairs):
        return "the last row or column is missing where their number is odd; its entries are part of the result too"
    if all(got == size + 2 for got, size in pairs):
        return "the ring of padding is still around it"
    if all(got == max(size - 2, 0) for got, size in pairs):
        return "without padding the result shrinks; the layer pads so that the size stays"
    return ""
