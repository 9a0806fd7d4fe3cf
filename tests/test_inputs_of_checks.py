"""What a check asks with is shown and named whatever it is: masks, None, numbers, infinities, functions of its own."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignment_folder import load_assignment
from grader.model import Outcome
from grader.oracles.layers import CachedLayer
from grader.oracles.numeric.input_texts import described, inline, literal, plain, plain_arguments, size
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import PointScore
from grader.settings import RunSettings
from tests.support.small_course import small_course

pytestmark = pytest.mark.slow

EXERCISE = """title = "Masked scores"
module = "masks"
imports = ["numpy"]
functions = ["scaled(x, factor, mask)", "layer_forward(x, factor) -> y, cache", "layer_backward(dy, cache)"]
handles = ["cache"]
"""
POINTS = """    [[exercise.point]]
    id = "1.1"
    title = "Without a mask"
    max = 1.0
    kind = "numerical"
    [[exercise.point]]
    id = "1.2"
    title = "Through a function of the check's own"
    max = 1.0
    kind = "numerical"
    [[exercise.point]]
    id = "1.3"
    title = "Backward"
    max = 1.0
    kind = "numerical"
"""
CHECKS = '''
import numpy as np
from grader.api import module, points
from grader.oracles.layers import CachedLayer
from grader.oracles.numeric import Case, Misconception, Question, judge

masks = module("masks")
X = np.array([[1.0, 2.0, 3.0]])
MASK = np.array([[True, False, True]])


@points("1.1")
def check_plain(masks):
    """None and a number go to the student as they are."""
    case = Case("out", {"x": X, "factor": 2.0, "mask": None}, 2 * X)
    forgotten = Misconception("factor-forgotten", "The factor.", (lambda case: case["x"],))
    return judge(masks.scaled, Question([case], [case], (forgotten,)))


@points("1.2")
def check_wrapped(masks):
    """A mask stays a mask."""
    written = "scaled(x, 2.0, mask)" if masks.scaled(X, 1.0, None) is not None else ""
    case = Case("out", {"x": X, "mask": MASK}, np.where(MASK, 2 * X, 0), call=written)
    return judge(lambda x, mask: masks.scaled(x, 2.0, mask), Question([case], [case]))


@points("1.3")
def check_layer(masks, rng):
    """What comes back has the names of the layer."""
    layer = CachedLayer(
        "layer_forward", "layer_backward", ("x", "factor"), (), ("dx",), lambda x, factor: x * factor,
        lambda rng: [{"x": rng.normal(size=(2, 3)), "factor": np.array(3.0)}], [{"x": X, "factor": np.array(0.5)}],
        output="y",
    )
    return judge(layer.asks_backward(masks, "dx"), layer.backward_question("dx", rng))
'''
RIGHT = """import numpy as np
def scaled(x, factor, mask):
    assert type(factor) is float
    return factor * x if mask is None else np.where(mask, factor * x, 0)
def layer_forward(x, factor):
    assert type(factor) is float
    return factor * x, factor
def layer_backward(dy, cache):
    return cache * dy
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return small_course(tmp_path, EXERCISE, POINTS, CHECKS)


def graded(course: Path, *changes: tuple[str, str]) -> dict[str, PointScore]:
    answer = course.parent / "answer"
    answer.mkdir()
    text = RIGHT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (answer / "masks.py").write_text(text)
    with GradingSession(load_assignment(course), RunSettings(SandboxSettings("process"), 1)) as session:
        return {point.id: point for point in session.grade(session.load(answer)).points}


def rooted(course: Path, less: int) -> PointScore:
    """Point 1.1 of an answer that takes roots, of negative numbers where an entry is below `less`: a misconception."""
    checks = next((course / "checks").glob("check_*.py"))
    known = f'Misconception("rooted", "A root.", (lambda case: np.sqrt(case["x"] - {less}),))'
    text = checks.read_text().replace("Question([case], [case], (forgotten,))", f"Question([case], [], ({known},))")
    checks.write_text(text)
    return graded(course, ("return factor * x if mask", f"return np.sqrt(x - {less}) if mask"))["1.1"]


def test_a_right_answer_gets_what_it_is_written_for(course: Path) -> None:
    assert {point.outcome for point in graded(course).values()} == {Outcome.PASSED}


def test_what_is_not_finite_is_named_by_a_model_that_is_not_finite_there(course: Path) -> None:
    """Here: a square root of negative numbers. That everything is NaN would have many reasons, and gets no name."""
    point = rooted(course, 2)
    assert (point.outcome, point.diagnosis) == (Outcome.FAILED, "rooted"), point.message


def test_all_nan_gets_no_name(course: Path) -> None:
    point = rooted(course, 9)
    assert (point.diagnosis, point.message) == (None, "out is not finite: nan at [0, 0], 3 such entries in all.")


def test_none_and_numbers_are_shown_beside_arrays(course: Path) -> None:
    point = graded(course, ("return factor * x if mask", "return x if mask"))["1.1"]
    assert (point.outcome, point.diagnosis) == (Outcome.FAILED, "factor-forgotten"), point.message
    assert "For x = [[1, 2, 3]], factor = 2, mask = None: expected [[2, 4, 6]], got [[1, 2, 3]]." in point.message
    assert point.evidence["input"] == {"x": [[1, 2, 3]], "factor": 2}
    assert point.evidence["paste"].splitlines() == [
        "import numpy as np",
        "from masks import *",
        "x = np.array([[1., 2., 3.]])",
        "factor = 2.",
        "mask = None",
        "print(scaled(x, factor, mask))",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "return factor * x if mask is None else",
            "return (factor * x).T if mask is None else",
            "out has the wrong shape: expected (1, 3), got (3, 1): the axes are in another order; is it transposed?",
        ),
        (
            "return factor * x if mask is None else",
            "return 1 / 0 if mask is None else",
            "for x of shape (1, 3), factor 2 and mask None.",
        ),
    ],
)
def test_what_else_is_wrong_with_them_is_told(old: str, new: str, message: str, course: Path) -> None:
    point = graded(course, (old, new))["1.1"]
    assert point.outcome in (Outcome.FAILED, Outcome.ERROR)
    assert message in point.message


def test_lines_to_paste_name_the_students_module_behind_a_function_of_the_checks(course: Path) -> None:
    point = graded(course, ("np.where(mask, factor * x, 0)", "factor * x"))["1.2"]
    assert point.evidence["paste"].splitlines() == [
        "import numpy as np",
        "from masks import *",
        "x = np.array([[1., 2., 3.]])",
        "mask = np.array([[True, False, True]])",
        "print(scaled(x, 2.0, mask))",
    ]
    assert "mask = [[True, False, True]]" in point.message


def test_there_are_none_where_nobody_says_what_a_student_would_write(course: Path) -> None:
    point = graded(course, ("np.where(mask, factor * x, 0)", "factor * x"), ("return factor * x if", "return None if"))[
        "1.2"
    ]
    assert "input" in point.evidence
    assert "paste" not in point.evidence


def test_a_layers_results_have_the_courses_names(course: Path) -> None:
    point = graded(course, ("return cache * dy", "return dy"))["1.3"]
    assert "factor = 0.5, dy = [[1, 2, 3]]: expected [[0.5, 1, 1.5]]" in point.message
    assert point.evidence["paste"].splitlines()[1:] == [
        "from masks import *",
        "x = np.array([[1., 2., 3.]])",
        "factor = 0.5",
        "dy = np.array([[1., 2., 3.]])",
        "y, cache = layer_forward(x, factor)",
        "print(layer_backward(dy, cache))",
    ]


def test_a_layers_output_has_its_name() -> None:
    layer = CachedLayer("f", "b", ("x",), (), ("dx",), lambda x: x, lambda rng: [{"x": np.ones(2)}], output="next_h")
    [case] = layer.forward_question(np.random.default_rng(0)).cases
    assert case.result == "next_h"


@pytest.mark.parametrize(
    ("value", "text", "lines", "data", "entries"),
    [
        (np.array([[1.5, -0.0]]), "[[1.5, 0]]", "np.array([[1.5, 0.]])", [[1.5, 0]], 2),
        (np.array([True, False]), "[True, False]", "np.array([True, False])", [1, 0], 2),
        (np.array([0.0, -np.inf]), "[0, -inf]", "np.array([0., -np.inf])", [0, "-inf"], 2),
        (np.array(np.nan), "nan", "np.nan", "nan", 1),
        (np.zeros((0, 3)), "[]", "np.zeros((0, 3))", [], 0),
        (np.float64(0.5), "0.5", "0.5", 0.5, 1),
        (1e-5, "1e-05", "1e-05", 1e-5, 1),
        (True, "True", "True", 1, 1),
        (None, "None", "None", None, 1),
        ("train", "'train'", "'train'", None, 1),
        ([np.array([1.0, 2.0]), 3], "[[1, 2], 3]", "[np.array([1., 2.]), 3]", None, 3),
        ((2, 3), "(2, 3)", "(2, 3)", None, 2),
        ((np.array(2.0),), "(2,)", "(2.,)", None, 1),
        ({"p": 0.5}, "{'p': 0.5}", "{'p': 0.5}", None, 1),
    ],
)
def test_a_value_as_text(value: Any, text: str, lines: str, data: Any, entries: int) -> None:
    assert inline(value) == text
    assert literal(value) == lines
    assert size(value) == entries
    assert plain_arguments({"x": value}) == ({} if data is None else {"x": data})
    if data is not None:
        assert plain(value) == data
    again = eval(literal(value), {"np": np})
    assert repr(again).replace("-0.", "0.") == repr(value).replace("-0.", "0.") or np.array_equal(
        again, value, equal_nan=True
    )


def test_what_has_axes_is_described_by_them() -> None:
    assert described("x", np.ones((2, 3))) == "x of shape (2, 3)"
    assert described("mask", None) == "mask None"
    assert described("axes", (0, 1)) == "axes (0, 1)"
