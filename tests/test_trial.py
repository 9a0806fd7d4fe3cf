"""`grader try` and `grader check`: a failing input in one's own Python, and whether a folder is ready to hand in."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from grader.assignment_folder import Assignment
from grader.model import Submission
from grader.student.readiness import Item, Readiness, examine, pack
from grader.student.trial import without_breakpoints
from tests.support import warm_commands
from tests.support.command import PATIENCE, ROOT

pytestmark = pytest.mark.slow

WRONG = (ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py").read_text(encoding="utf-8")
SIX = ("Adadelta", "Adagrad", "Adam", "RMSprop", "SGD", "LBFGS")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "my work"
    shutil.copytree(ROOT / "student_template", place)
    (place / "exercise2.py").write_text(WRONG, encoding="utf-8")
    return place


def run(folder: Path, *args: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return warm_commands.run("grader", *args, cwd=folder, typed=typed, timeout=PATIENCE)


def test_it_calls_the_function_with_prints_and_a_breakpoint(folder: Path) -> None:
    code = WRONG.replace("    dX = ", "    print('shape', X.shape)\n    breakpoint()\n    dX = ", 1)
    (folder / "exercise2.py").write_text(code, encoding="utf-8")
    ended = run(folder, "try", "2.3", typed="p X.sum()\ncontinue\n")
    assert ended.returncode == 0, ended.stderr
    assert "X = np.array([[[[-4., -1.], [-2., -3.]]]])\nprint(maxpool2x2_backward(dY, X))\n" in ended.stdout
    assert "shape (1, 1, 2, 2)" in ended.stdout
    assert "(Pdb)" in ended.stdout
    assert "-10.0" in ended.stdout


def test_an_exception_is_shown_from_their_own_line_on(folder: Path) -> None:
    (folder / "exercise2.py").write_text("def maxpool2x2_backward(dY, X):\n    return X[99]\n", encoding="utf-8")
    ended = run(folder, "try", "2.1")
    assert ended.returncode == 1
    assert "IndexError: index 99 is out of bounds" in ended.stdout
    assert "trial.py" not in ended.stdout


def test_what_is_right_or_has_no_input_is_a_sentence(folder: Path) -> None:
    assert "2.1 is right: there is no failing input to try." in run(folder, "try", "2.1").stdout
    assert (
        "There is no input to try for 3.1: the message above has none that could be typed."
        in run(folder, "try", "3.1").stdout
    )
    assert "there is no point 9" in run(folder, "try", "9").stderr


def test_a_breakpoint_is_silenced_where_it_is_a_name_and_nowhere_else() -> None:
    source = b"x = 'breakpoint()'  # breakpoint()\nif x:\n    breakpoint()\ny = [breakpoint]\n"
    silenced = without_breakpoints({"a.py": source, "report.md": source, "b.py": b"breakpoint(:"})
    assert silenced["report.md"] == source
    assert silenced["a.py"].count(b"lambda") == 2
    assert silenced["a.py"].startswith(b"x = 'breakpoint()'  # breakpoint()\nif x:\n    (lambda")
    assert silenced["a.py"].count(b"\n") == source.count(b"\n")
    exec(silenced["a.py"], {})


def test_a_folder_that_is_not_ready_says_what_is_open(assignment: Assignment, folder: Path) -> None:
    (folder / "exercise3.py").write_text("import os\n", encoding="utf-8")
    (folder / "exercise1.py").unlink()
    sentences = [item.sentence for item in examine(assignment, folder).items if not item.ready]
    assert sentences[0] == "exercise1.py was not found in this folder."
    assert sentences[1].startswith("exercise3.py:1: import of os is not allowed")
    assert sentences[2] == "exercise4.py: not begun: build_network, make_optimizer, train_epoch."
    assert sentences[3] == f"exercise4.RESULTS says nothing about {', '.join(SIX)}."
    assert sentences[-1] == f"report.md says nothing about {', '.join(SIX)}."
    (folder / "report.md").unlink()
    (folder / "exercise4.py").unlink()
    sentences = [item.sentence for item in examine(assignment, folder).items if not item.ready]
    assert sentences[-3:] == [f"{place} was not found in this folder." for place in
                              ("exercise4.RESULTS", "exercise4.CLAIMS", "report.md")]  # fmt: skip
    (folder / "exercise2.py").write_text(WRONG.replace("    dX = ", "    breakpoint()\n    dX = ", 1), encoding="utf-8")
    assert any("exercise2.py:5 has breakpoint() in it" in item.sentence for item in examine(assignment, folder).items)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "    dX = ",
            "    input()\n    dX = ",
            "exercise2.py:5 has input() in it. Remove it: all values arrive",
        ),
        ("    dX = ", "    quit()\n    dX = ", "exercise2.py:5 has quit() in it. Remove it: it ends the program"),
        ("import numpy", "from .helpers import x\nimport numpy", "exercise2.py:1 has a relative import, which fails."),
        (
            "(dY, X)",
            "(dY, X, stride)",
            "(dY, X), found maxpool2x2_backward(dY, X, stride).",
        ),
        ("(dY, X)", "(dY)", "expected maxpool2x2_backward(dY, X), found maxpool2x2_backward(dY)."),
        (
            "    return dX",
            "    raise NotImplementedError",
            "still raises NotImplementedError at its end.",
        ),
    ],
)
def test_what_would_stop_an_exercise_is_said_before_it_is_handed_in(
    assignment: Assignment, folder: Path, old: str, new: str, sentence: str
) -> None:
    assert old in WRONG
    (folder / "exercise2.py").write_text(WRONG.replace(old, new, 1), encoding="utf-8")
    assert any(sentence in item.sentence for item in examine(assignment, folder).items if not item.ready)


def test_more_arguments_with_a_default_or_a_star_are_as_good(assignment: Assignment, folder: Path) -> None:
    for given in ("(dY, X, stride=2)", "(*maps)"):
        (folder / "exercise2.py").write_text(WRONG.replace("(dY, X)", given, 1), encoding="utf-8")
        assert examine(assignment, folder).items[1].ready


def test_a_file_of_another_name_is_told_once(assignment: Assignment, folder: Path) -> None:
    (folder / "exercise2.py").rename(folder / "exercise2 (1).py")
    told = [item.sentence for item in examine(assignment, folder).items if "exercise2 (1).py" in item.sentence]
    assert told == [
        "exercise2.py: not found, but there is exercise2 (1).py. Is that your answer? Rename it to exercise2.py."
    ]


def test_the_reference_is_ready_and_the_zip_has_what_is_read(assignment: Assignment, tmp_path: Path) -> None:
    readiness = examine(assignment, ROOT / "reference")
    assert readiness.ready, readiness.items
    pack(readiness.submission, tmp_path / "mine.zip")
    names = set(zipfile.ZipFile(tmp_path / "mine.zip").namelist())
    assert names == {"report.md", *(f"exercise{number}.py" for number in (1, 2, 3, 4))}


def test_what_was_packed_before_is_not_packed_again(folder: Path) -> None:
    first = run(folder, "check", "--zip", "mine.zip")
    (folder / "exercise2.py").write_text("def maxpool2x2_backward(dY, X): return X\n", encoding="utf-8")
    second = run(folder, "check", "--zip", "mine.zip")
    assert "mine.zip/" not in first.stdout + second.stdout, second.stdout
    assert not [name for name in zipfile.ZipFile(folder / "mine.zip").namelist() if name.startswith("mine.zip")]


@pytest.mark.parametrize(
    ("open_items", "conclusion"),
    [
        (0, "Ready to hand in. Whether the answers are right, `pytest` says."),
        (1, "1 of 3 things is open. You can hand in all the same; it costs points."),
        (2, "2 of 3 things are open. You can hand in all the same; they cost points."),
    ],
)
def test_the_conclusion_counts_what_is_open(open_items: int, conclusion: str) -> None:
    items = tuple(Item(place >= open_items, "…") for place in range(3))
    assert Readiness(Submission("ada", {}, ""), items).conclusion == conclusion


def test_the_command_ends_with_one_where_something_is_open(folder: Path, tmp_path: Path) -> None:
    ended = run(folder, "check", "--zip", str(tmp_path / "mine.zip"))
    assert ended.returncode == 1
    assert "things are open. You can hand in all the same; they cost points." in ended.stdout
    assert zipfile.is_zipfile(tmp_path / "mine.zip")
