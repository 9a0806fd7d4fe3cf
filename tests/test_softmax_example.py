"""The example assignment judges as the built-in one does: with the library's readings, notes and counterexamples."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.assignment_folder import load_assignment
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import Report
from grader.settings import RunSettings
from tests.support.command import ROOT

pytestmark = pytest.mark.slow

Grade = Callable[[str], Report]

RIGHT = """
import numpy as np

def backward(logits, labels):
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    exp /= exp.sum(axis=1, keepdims=True)
    exp[np.arange(len(labels)), labels] -= 1
    return exp / len(labels)

def softmax_cross_entropy_backward(logits, labels):
    return """


@pytest.fixture
def grade(tmp_path: Path) -> Iterator[Grade]:
    """Grades a file that ends in an expression."""

    def grade(returned: str) -> Report:
        (tmp_path / "softmax.py").write_text(RIGHT + returned)
        return session.grade(session.load(tmp_path))

    settings = RunSettings(SandboxSettings("process"), seed=1)
    with GradingSession(load_assignment(ROOT / "examples" / "softmax"), settings) as session:
        yield grade


def test_lists_and_float32_count_as_what_they_are(grade: Grade) -> None:
    assert grade("backward(logits, labels).tolist()").score == 3
    single = grade("backward(logits, labels).astype(np.float32)")
    assert single.score == 3
    assert "float32's precision" in single.points[0].notes[0]


def test_what_is_not_finite_is_told(grade: Grade) -> None:
    large = grade("backward(logits, labels) + (np.nan if abs(logits).max() > 100 else 0)").points[2]
    assert large.message.startswith("dlogits is not finite: nan at [0, 0], 12 such entries in all.")
    assert large.evidence["input"] == {"logits": [[1000, 0]], "labels": [0]}


def test_a_wrong_answer_is_named_and_shown_on_the_smallest_input(grade: Grade) -> None:
    report = grade("backward(logits, labels) * len(labels)")
    assert [point.score for point in report.points] == [1, 0, 1]
    wrong = report.points[1]
    assert wrong.diagnosis == "sum-for-mean"
    assert wrong.message.startswith("This is the gradient of the sum over the batch; the loss is its mean.")
    assert wrong.evidence["paste"] == (
        "import numpy as np\nfrom softmax import *\n"
        "logits = np.array([[0., 1.], [2., 0.]])\nlabels = np.array([1, 0])\n"
        "print(softmax_cross_entropy_backward(logits, labels))"
    )


def test_an_exception_says_for_which_input(grade: Grade) -> None:
    raised = grade("backward(logits, labels) if len(labels) == 1 else 1 / 0").points[1]
    assert (raised.outcome.value, raised.score) == ("error", 0)
    assert raised.message.endswith("for logits of shape (2, 2) and labels of shape (2,).")
