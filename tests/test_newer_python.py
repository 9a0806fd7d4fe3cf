"""What only a newer Python reads: a person's where the grader's is older, and told to students whose own is newer."""

import ast
import re
import shutil
import sys
from pathlib import Path

import pytest

from grader.assignment_folder import Assignment
from grader.load.newer_python import name_since, newer_error, newer_syntax
from grader.load.submission import load
from grader.model import CheckResult, Outcome, Verdict
from grader.pipeline import GradingSession
from grader.report.student_summary import advice
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.score import score
from grader.settings import RunSettings
from grader.student.older_pythons import MAY_BE_OLDER, OLDEST, with_notes
from grader.student.readiness import examine
from tests.support.command import ROOT
from tests.test_score import ABOUT

RIGHT = (ROOT / "reference/exercise2.py").read_text(encoding="utf-8")
# Of each: the line, and what Python 3.11 says where it stops.
IN_312 = {
    "s = f'{a['b']}'": "f-string: unmatched '['",
    'print(f"x {a} {a["b"]["c"]} y")': "f-string: unmatched '['",
    """s = f"{', '.join(a)} {", ".join(a)}" """: "f-string: expecting '}'",
    'f"{f"{a}"}"': "f-string: expecting '}'",
    "s = f\"{'\\n'.join(a)}\"": "f-string expression part cannot include a backslash",
    'f"{': "unterminated string literal (detected at line 1)",
    "def first[T](values): return values[0]": "expected '('",
    "class Stack[T]: pass": "invalid syntax",
    "type Pair[T] = tuple[T, T]": "invalid syntax",
    "type Pair = tuple": "invalid syntax",
}
IN_314 = {
    "s = t'{a}'": "invalid syntax",
    "except ValueError, np.linalg.LinAlgError:": "multiple exception types must be parenthesized",
}
OF_NONE = {
    "s = f'{a'": "f-string: expecting '}'",
    "s = f'{a b}'": "f-string: invalid syntax. Perhaps you forgot a comma?",
    "s = f'{a}}'": "f-string: single '}' is not allowed",
    "s = 'it's {a}'": "unterminated string literal (detected at line 1)",
    "except ValueError, error:": "multiple exception types must be parenthesized",
    "def first": "expected '('",
    "print 'x'": "Missing parentheses in call to 'print'. Did you mean print(...)?",
}


@pytest.mark.parametrize(("line", "message"), [*IN_312.items(), *IN_314.items()])
def test_what_a_newer_python_reads_is_recognized_where_an_older_one_stops(line: str, message: str) -> None:
    version = (3, 12) if line in IN_312 else (3, 14)
    newer = newer_syntax(message, line, running=(3, 11))
    assert newer is not None
    assert newer.version == version
    assert newer_syntax(message, line, running=version) is None, "there it is an error"


@pytest.mark.parametrize(("line", "message"), OF_NONE.items())
def test_an_error_in_every_python_stays_one(line: str, message: str) -> None:
    assert newer_syntax(message, line, running=(3, 11)) is None


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python 3.12 reads these lines")
@pytest.mark.parametrize(("line", "message"), IN_312.items())
def test_this_python_says_what_was_said_above(line: str, message: str) -> None:
    with pytest.raises(SyntaxError) as error:
        ast.parse(line)
    assert error.value.msg == message


def test_a_name_that_came_later_is_recognized_where_it_is_not_there() -> None:
    for text in (
        "ImportError: cannot import name 'batched' from 'itertools' (unknown location)",
        "AttributeError: module 'itertools' has no attribute 'batched'. Did you mean: 'tee'?",
    ):
        newer = newer_error(text, "")
        assert str(newer) == "only Python 3.12 and newer know itertools.batched"
    assert newer_error("ImportError: cannot import name 'bached' from 'itertools'", "") is None
    assert name_since("math", "sqrt") is None
    undefined = "NameError: name 'Array' is not defined"
    assert str(newer_error(undefined, "def f(dY: int, X: Array):")) == (
        "only Python 3.14 and newer know an annotation of what is not defined"
    )
    assert newer_error(undefined, "def f(dY: int, X=Array):") is None
    assert newer_error(undefined, "    return Array") is None


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 reads both")
def test_a_right_answer_for_a_newer_python_is_a_persons_and_not_wrong(assignment: Assignment, tmp_path: Path) -> None:
    """A student whose own Python is newer had all points there, and here an exercise of 0 with "This is Python 2"."""
    sentences = {
        RIGHT.replace(
            "    return dX", "    try:\n        return dX\n    except ValueError, TypeError:\n        return X"
        ): (
            "exercise2.py:15: only Python 3.14 and newer know an `except` of several errors without parentheses, and "
            rf"this is Python 3\.{sys.version_info.minor}: write it another way, or a person decides\."
        ),
        RIGHT.replace("import numpy", "from operator import is_none\nimport numpy"): (
            r"Importing exercise2\.py raised ImportError: cannot import name 'is_none' from 'operator' .*"
            r"Only Python 3\.14 and newer know operator\.is_none: write it another way, or a person decides\."
        ),
    }
    settings = RunSettings(SandboxSettings("process"), 1, (), ("2.1", "2.2"))
    with GradingSession(assignment, settings) as session:
        for source, sentence in sentences.items():
            (tmp_path / "exercise2.py").write_text(source, encoding="utf-8")
            report = session.grade(session.load(tmp_path))
            assert [point.outcome for point in report.points] == [Outcome.REVIEW] * 2
            assert (report.score, report.pending) == (0, 3)
            assert re.fullmatch(sentence, report.points[0].message)
            assert re.fullmatch(
                r"Next: write line \d+ of exercise2\.py another way\. Until then, a person decides 2\.1, 2\.2\.",
                advice(report, 200),
            )


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Python 3.14 reads it")
def test_check_says_of_a_line_for_a_newer_python_that_a_person_decides(assignment: Assignment, tmp_path: Path) -> None:
    """And not that it costs points."""
    shutil.copytree(ROOT / "reference", tmp_path, dirs_exist_ok=True)
    with (tmp_path / "exercise2.py").open("a", encoding="utf-8") as file:
        file.write("template = t'{np}'\n")
    readiness = examine(assignment, tmp_path)
    assert [item.sentence.partition(" ")[0] for item in readiness.items if not item.ready] == ["exercise2.py:14:"]
    assert readiness.conclusion == ("1 thing is open. You can hand in all the same; a person then decides about it.")


def test_what_only_a_newer_python_reads_is_the_next_thing_to_do_where_all_is_right(assignment: Assignment) -> None:
    """Under the student's own Python, which reads it; "Nothing left to fix" stood below the note."""
    points = [point.id for point in assignment.rubric.points]
    results = [CheckResult(point, None, Verdict.passed()) for point in points]
    note = f"exercise2.py:17: such an f-string is read only since Python 3.12{MAY_BE_OLDER}"
    about = {**ABOUT, "submission": {**ABOUT["submission"], "notes": (note,)}}
    report = score(assignment.rubric, results, points, **about)
    assert advice(report) == "Next: write line 17 of exercise2.py another way (see above)."


NEW = {
    "type Array = list": "type statement came with Python 3.12",
    "def f[T](a): return a": "type parameter lists came with Python 3.12",
    "s = f'{X['a']}'": "such an f-string is read only since Python 3.12",
    "s = f'{\"\\n\".join(X)}'": "such an f-string is read only since Python 3.12",
    "s = f'{X  # all\n}'": "such an f-string is read only since Python 3.12",
    "from itertools import batched": "only Python 3.12 and newer know itertools.batched",
    "import math\ny = math.sumprod": "only Python 3.12 and newer know math.sumprod",
}
OLD = (
    "s = f'{X[\"a\"]:>{10}} {{x}}\\n'",
    'def f(): return f"""{X["a"]} "b"\n{\n1}"""',
    "try:\n    from itertools import batched\nexcept ImportError:\n    batched = None",
)


def test_a_student_with_a_newer_python_is_told_what_an_older_one_does_not_read(
    assignment: Assignment, tmp_path: Path
) -> None:
    for text, what in {**NEW, **dict.fromkeys(OLD)}.items():
        (tmp_path / "exercise2.py").write_text(f"X = 0\n{text}\n", encoding="utf-8")
        notes = with_notes(load(tmp_path, assignment.expected)).notes
        line = 3 if text.startswith("import math") else 2
        remedy = f"{what}; whoever grades it may have Python 3.11: write it another way"
        is_newer = what is not None and sys.version_info >= (3, 12)
        assert notes == ((f"exercise2.py:{line}: {remedy}",) if is_newer else ())


def test_the_oldest_python_is_the_one_that_the_grader_asks_for() -> None:
    (version,) = re.findall(r'requires-python = ">=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert tuple(map(int, version)) == OLDEST
