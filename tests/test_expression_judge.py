"""A symbolic check of one line: whatever a function returns gets a verdict, and none is the grader's fault."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from grader.assignment_folder import load_assignment
from grader.authoring.judging import submission_of
from grader.authoring.lint import lint
from grader.authoring.lint.remark import Remark
from grader.course.new_assignment import write_assignment
from grader.model import Outcome
from grader.oracles.expression_judge import kind_of
from grader.pipeline import GradingSession
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings

pytestmark = pytest.mark.slow
INSTEAD = "The function returns {}; expected one expression."


def course_in(folder: Path) -> Path:
    """A new assignment, whose check files have names of their own: pytest keeps modules by name."""
    course = folder / "course"
    write_assignment(course)
    for path in (course / "checks").glob("check_*.py"):
        path.rename(path.with_stem(f"{path.stem}_{folder.name}"))
    text = (course / "explain.toml").read_text(encoding="utf-8")
    (course / "explain.toml").write_text(
        text.replace("check_momentum.", f"check_momentum_{folder.name}."), encoding="utf-8"
    )
    return course


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GradingSession]:
    course = course_in(tmp_path_factory.mktemp("expressions"))
    with GradingSession(load_assignment(course), RunSettings(SandboxSettings("process"), 1, ("2",))) as opened:
        yield opened


@pytest.mark.parametrize(
    ("returned", "outcome", "message"),
    [
        ("2*x*sympy.sin(x) + x**2*sympy.cos(x)", Outcome.PASSED, ""),
        ("sympy.Matrix([sympy.diff(x**2*sympy.sin(x), x)])", Outcome.PASSED, ""),
        ("2*x*sympy.cos(x)", Outcome.FAILED, "Each factor is differentiated on its own."),
        ("2*x", Outcome.FAILED, "The expression is wrong: for x = 1, your expression gives 2; the correct value is"),
        ("None", Outcome.FAILED, INSTEAD.format("None (is a return missing?)")),
        ("'2*x'", Outcome.FAILED, INSTEAD.format("a string")),
        ("lambda x: x", Outcome.FAILED, INSTEAD.format("a function")),
        ("{1, 2}", Outcome.FAILED, INSTEAD.format("a set")),
        ("object()", Outcome.FAILED, INSTEAD.format("an object")),
        ("[x, x]", Outcome.FAILED, INSTEAD.format("a list")),
        ("{x: x}", Outcome.FAILED, INSTEAD.format("a dict")),
        ("2j", Outcome.FAILED, INSTEAD.format("a complex number")),
        ("sympy.Eq(x, 1)", Outcome.FAILED, INSTEAD.format("an equation (Eq)")),
        ("True", Outcome.FAILED, INSTEAD.format("True or False")),
        ("sympy.oo", Outcome.FAILED, "The expression is wrong: the expression is not finite."),
    ],
)
def test_whatever_is_returned_gets_a_verdict(
    returned: str, outcome: Outcome, message: str, session: GradingSession
) -> None:
    code = f"import sympy\ndef derivative(x):\n    return {returned}\n"
    [point] = session.grade(submission_of("it", {"exercise2.py": code})).points
    assert (point.outcome, point.message[: len(message)]) == (outcome, message), point.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (0, "a number"),
        (0.5, "a number"),
        (True, "True or False"),
        (np.zeros(2), "an array"),
        (np.array(1j), "a complex number"),
    ],
)
def test_what_a_function_returned_has_a_name(answer: object, words: str) -> None:
    assert kind_of(answer) == words


def test_lint_tries_misconceptions_that_are_expressions(tmp_path: Path) -> None:
    course = course_in(tmp_path)
    [checks] = (course / "checks").glob("check_product_rule*.py")
    more = (
        'Misconception("it-is-right", APART, (add(mul(power(X, 2), COS), mul(integer(2), SIN, X)),)), '
        'Misconception("the-same", APART, (mul(COS, integer(2), X),))'
    )
    text = checks.read_text(encoding="utf-8")
    checks.write_text(text.replace("(mul(integer(2), X, COS),)),)", f"(mul(integer(2), X, COS),)), {more})"))
    remarks: list[Remark] = []
    settings = RunSettings(SandboxSettings("process"), 1, ("2",))
    lint(load_assignment(course), settings, range(1), range(1), remarks.append)
    told = [remark.sentence for remark in remarks if "no answer of the gallery" not in remark.sentence]
    assert told == [
        "the misconception 'it-is-right' gives the right answer to all that is asked in 2.1: whoever holds it gets "
        "full marks. Draw inputs on which it is wrong, or remove it.",
        "the misconception 'the-same' is never named: it gives what 'factors-apart' gives, which comes before it. Draw "
        "inputs that tell them apart, or make them one.",
    ]
