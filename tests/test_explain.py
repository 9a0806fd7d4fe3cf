"""What `grader explain` says: something for every point, numbers that are the code's own, never the solution."""

import re
import shutil
from pathlib import Path

import pytest

from grader import BUILT_IN
from grader.assignment_folder import Assignment, load_assignment
from grader.errors import UsageError
from grader.oracles.numeric import comparison
from grader.oracles.training import agreement, claim_list
from grader.student.explain import explain
from tests.support.command import ROOT, Command

pytestmark = pytest.mark.slow

SOFTMAX = ROOT / "examples" / "softmax"


def test_every_point_is_explained_with_hints(assignment: Assignment) -> None:
    for point in assignment.rubric.points:
        said = explain(assignment, point.id)
        assert said.asks
        assert len(said.judged) == 2
        assert len(said.hints) >= 2
        assert "{" not in "".join((said.asks, *said.judged, *said.hints))


def test_the_numbers_are_the_codes_own(assignment: Assignment) -> None:
    numerical = explain(assignment, "3.4").judged[1]
    assert f"{comparison.DOUBLE.atol:g}·norm + {comparison.DOUBLE.rtol:g}·|true value|" in numerical
    assert f"agree within {agreement.ACCURACY_MARGIN:g}, or" in explain(assignment, "4.7").judged[0]
    assert f"At least {claim_list.MIN_CLAIMS} comparisons" in explain(assignment, "4.8").asks
    assert "at least 80% of the held-out images" in explain(assignment, "4.1").judged[0]


def test_no_line_of_the_solution_is_said(assignment: Assignment) -> None:
    given = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "student_template").glob("*.py"))
    solved = {
        line.strip()
        for path in (ROOT / "reference").glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line.strip()) > 12 and line.strip() not in given
    }
    said = (BUILT_IN / "explain.toml").read_text(encoding="utf-8")
    assert [line for line in solved if line in said] == []


def test_hints_come_one_after_the_other(grader: Command) -> None:
    plain, first, second = (
        " ".join(grader("explain", "2.3", *args).stdout.split()) for args in ((), ("--hint", 1), ("--hint", 2))
    )
    assert plain.startswith("2.3 Negative values, large and small magnitudes · 1 point The same where all values")
    assert "How it is judged" in plain
    assert "What is checked The same holds for windows of negative values only and for magnitudes" in plain
    assert "Hint 1" not in plain
    assert plain.endswith("There are 2 hints; `grader explain 2.3 --hint 1` shows hint 1 of 2.")
    assert "Hint 1 of 2 With which value does your search for the maximum begin?" in first
    assert "Hint 2 of 2" not in first
    assert "Hint 2 of 2" in second
    assert "--hint" not in second


def test_an_unknown_point_is_a_sentence(grader: Command) -> None:
    ended = grader("explain", "9.9")
    assert ended.returncode == 2
    assert "there is no point 9.9 (choose from 1.1, 1.2" in ended.stderr


def test_another_assignment_explains_itself_with_its_checks_own_numbers() -> None:
    assignment = load_assignment(SOFTMAX)
    for point in assignment.rubric.points:
        assert explain(assignment, point.id).hints
    assert "may differ by 1e-10 + 1e-07·|true value|" in explain(assignment, "1.1").judged[1]
    assert "Logits of about 1000:" in explain(assignment, "1.3").judged[0]


def test_an_assignment_without_texts_and_texts_with_unknown_numbers(tmp_path: Path) -> None:
    shutil.copy(SOFTMAX / "rubric.toml", tmp_path)
    with pytest.raises(UsageError, match=re.escape("explain.toml: this assignment has no explanations.")):
        explain(load_assignment(tmp_path), "1.1")
    (tmp_path / "explain.toml").write_text('[[point]]\nids = ["1.1"]\nasks = "{no.SUCH}"\njudged = ""\n')
    with pytest.raises(
        UsageError,
        match=re.escape(
            "{no.SUCH} is neither a constant of the assignment or of the library nor a setting of the rubric."
        ),
    ):
        explain(load_assignment(tmp_path), "1.1")
    with pytest.raises(UsageError, match=re.escape("nothing is said about point 1.2")):
        explain(load_assignment(tmp_path), "1.2")
    (tmp_path / "explain.toml").write_text("[[point]\n")
    with pytest.raises(UsageError, match="the explanations cannot be read"):
        explain(load_assignment(tmp_path), "1.1")
    (tmp_path / "explain.toml").write_text('[[point]]\nids = ["1.1"]\nask = "What?"\njudged = "So."\n')
    with pytest.raises(UsageError, match=re.escape("cannot be read (point.0.asks: it is missing).")):
        explain(load_assignment(tmp_path), "1.1")
