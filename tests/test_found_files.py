"""A hand-in is found wherever it lies, or it is said: which files count, which are asked about, which are named."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader.load import notebook_cells
from grader.load.author import author_of
from grader.load.misnamed import likely_file
from grader.load.notebook_cells import NotebookError, code_of
from grader.load.submission import load
from grader.model import Author, Expected, Question, Submission
from tests.support.classes import laid_out, tarred, zipped

TEMPLATE = {f"exercise{n}.py": b"def f():\n    raise NotImplementedError\n" for n in (1, 2, 3, 4)}
EXPECTED = Expected(tuple(name[:-3] for name in TEMPLATE), ("report.md", "student.toml"), TEMPLATE)
ONE, TWO, THREE, FOUR = (f"answer = {n}\n".encode() for n in (1, 2, 3, 4))
ALL = {"exercise1.py": ONE, "exercise2.py": TWO, "exercise3.py": THREE, "exercise4.py": FOUR}


def dated(files: Mapping[str, tuple[bytes, int]]) -> bytes:
    """A zip whose members were changed on some days of January 2022."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, (content, day) in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2022, 1, day, 12, 0, 0)), content)
    return buffer.getvalue()


def read(path: Path, files: Mapping[str, bytes], accepted: Mapping[str, str] | None = None) -> Submission:
    return load(laid_out(path, files), EXPECTED)


@pytest.mark.parametrize(
    "files",
    [
        {f"ex{n}/exercise{n}.py": content for n, content in enumerate(ALL.values(), 1)},
        {f"exercise{n}.zip": zipped({f"exercise{n}.py": content}) for n, content in enumerate(ALL.values(), 1)},
        {"abgabe.zip": zipped({f"{name[:-3]}.zip": zipped({name: content}) for name, content in ALL.items()})},
        {"abgabe.tar.gz": tarred({f"a/b/{name}": content for name, content in ALL.items()})},
        {f"solution/{name}": content for name, content in ALL.items()}
        | {f"handout/{name}": TEMPLATE[name] for name in ALL},
        {f"a/{name}": content for name, content in ALL.items()}
        | {f"b/{name}": content for name, content in ALL.items()},
        {f"env/{name}": content for name, content in ALL.items()},
        {**ALL, "venv/pyvenv.cfg": b"", "venv/lib/site-packages/exercise1.py": b"", "venv/lib/x.py": b""},
        {"exercise1.py": ONE, "exercise2.py": TWO, "rest/exercise3.py": THREE, "rest/exercise4.py": FOUR},
        {"src/work.zip": zipped(ALL), "src/exercise1.py": TEMPLATE["exercise1.py"].replace(b"\n", b"\r\n") + b"\n"},
    ],
)
def test_each_exercise_is_taken_from_where_its_only_candidate_lies(files: dict[str, bytes], tmp_path: Path) -> None:
    submission = read(tmp_path / "ada", files)
    assert {name: submission.files[name] for name in ALL} == ALL
    assert submission.questions == ()


def test_modules_travel_with_the_exercise_beside_which_they_lie(tmp_path: Path) -> None:
    files = {
        "ex1/exercise1.py": b"import helper\n",
        "ex1/helper.py": b"x = 1\n",
        "ex2/exercise2.py": b"import pools.best\n",
        "ex2/pools/best.py": b"",
        "report/report.md": b"# Optimizers\n",
        "elsewhere/script.py": b"",
    }
    submission = read(tmp_path / "ada", files)
    assert set(submission.files) == {"exercise1.py", "helper.py", "exercise2.py", "pools/best.py", "report.md"}
    assert submission.notes == ("elsewhere/script.py: not read; it lies outside the exercises' folder",)


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (4, "1 more Python file is not read; it lies outside the exercises' folder"),
        (5, "2 more Python files are not read; they lie outside the exercises' folder"),
    ],
)
def test_of_many_files_that_lie_elsewhere_the_last_are_counted(count: int, last: str, tmp_path: Path) -> None:
    files = {"ex1/exercise1.py": b"x = 1\n", **{f"elsewhere/{name}.py": b"" for name in "uvwxy"[:count]}}
    notes = read(tmp_path / "ada", files).notes
    assert (len(notes), notes[-1]) == (4, last)


def test_two_helpers_of_one_name_are_told(tmp_path: Path) -> None:
    files = {"a/exercise1.py": ONE, "a/helper.py": b"x = 1\n", "b/exercise2.py": TWO, "b/helper.py": b"x = 2\n"}
    submission = read(tmp_path / "ada", files)
    assert submission.files["helper.py"] == b"x = 1\n"
    assert submission.notes == ("b/helper.py: not read; the exercises' folders have different files of this name",)


def test_of_several_that_differ_the_newest_by_the_archives_time_counts(tmp_path: Path) -> None:
    old = {name: (b"old = 1\n" + content, 20) for name, content in ALL.items()}
    new = {name: (content, 24) for name, content in ALL.items()}
    files = {"abgabe.zip": dated(old), "abgabe_v2.zip": dated(new)}
    submission = read(tmp_path / "ada", files)
    assert submission.files == ALL
    assert submission.notes[0] == ("abgabe.zip/exercise1.py: not read; abgabe_v2.zip/exercise1.py is newer")
    assert submission.questions == ()


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        ({"backup/exercise2.py": b"old = 1\n", "src/exercise2.py": TWO}, "src/exercise2.py"),
        ({"old/exercise2.py": b"old = 1\n", "exercise2.py": TWO}, "exercise2.py"),
        ({"a.zip": zipped({"exercise2.py": TWO}), "b.zip": zipped({"exercise2.py": ONE})}, "a.zip/exercise2.py"),
        ({"a.zip": dated({"exercise2.py": (TWO, 3)}), "exercise2.py": ONE}, "exercise2.py"),
        ({"a.zip": dated({"old/exercise2.py": (ONE, 9), "exercise2.py": (TWO, 3)})}, "a.zip/exercise2.py"),
    ],
)
def test_where_nothing_tells_which_is_newer_a_person_is_asked(
    files: dict[str, bytes], taken: str, tmp_path: Path
) -> None:
    submission = read(tmp_path / "ada", files)
    (question,) = submission.questions
    assert (question.wanted, question.taken, len(question.candidates)) == ("exercise2.py", taken, 2)
    assert set(submission.files) >= {"exercise2.py"}
    assert submission.notes[0].startswith("exercise2.py: there are 2 that differ: ")
    assert submission.notes[0].endswith(
        f". {taken} was graded, and the person who grades this is asked which one counts"
    )


# --- names that are nearly right -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *(
            "exercise2-1.py",
            "exercise2 (1).py",
            "Copy of exercise2.py",
            "Kopie von exercise2.py",
            "exercise2 - Kopie.py",
        ),
        *(
            "exercise2_final.py",
            "exercise2_v2.py",
            "exercise2.py.txt",
            "exercise2.PY",
            "ex2.py",
            "Exercise2.py",
            "ex_02.py",
        ),
        *(
            "aufgabe2.py",
            "Aufgabe_2.py",
            "Übung2.py",
            "mueller_exercise2.py",
            "exercise2_jörg_müller.py",
            "EXERCISE 2.py",
        ),
        *(
            "exercise2.ipynb",
            "exercise2.py.html",
            "exercise2.html",
            "exercise2",
            "exercise2.txt",
            "copie de exercise2.py",
        ),
        *(
            "exercise2 (Copy) (3).py",
            "exercsie2.py",
            "exercise02.py",
            "muellerexercise2.py",
            "task2.py",
            "2.py",
            "a9_ex2.py",
        ),
        *(
            "blatt9-aufgabe2.py",
            "exercise2.py.zip.py",
            "Exercise_2_pooling.py",
            "exercise2final.py",
            "assignment9_exercise2.py",
        ),
    ],
)
def test_a_name_that_is_nearly_right_names_its_exercise(name: str, tmp_path: Path) -> None:
    assert likely_file(name, EXPECTED) == "exercise2.py"
    submission = read(tmp_path / "ada", {name: TWO, "exercise1.py": ONE})
    assert submission.questions == (Question("exercise2.py", (name,)),)
    assert any(text.startswith(f"exercise2.py: not found, but there is {name}. ") for text in submission.notes)
    assert "exercise2.py" not in submission.files


@pytest.mark.parametrize(
    "name",
    [
        "index2.py",
        "helper.py",
        "exercise22.py",
        "exercise5.py",
        "exercise12.py",
        "model2.pt",
        "exercise2.png",
        "compare.py",
        "exercise1_and_exercise2.py",
        "notes.txt",
        "requirements.txt",
        "data2.csv",
        "box2.py",
        "v2.py",
        "exercise.py",
        f"exercise{'1' * 5_000}.py",
    ],
)
def test_a_name_that_says_nothing_or_two_things_is_no_hint(name: str) -> None:
    assert likely_file(name, EXPECTED) is None


@pytest.mark.parametrize("ending", ["odt", "pages", "tex", "rst", "markdown", "docx", "rtf", "pdf", "txt", "md.txt"])
def test_a_report_from_any_program_is_asked_about(ending: str, tmp_path: Path) -> None:
    submission = read(tmp_path / "ada", {f"Report_Müller.{ending}": b"Adam is quick.", "exercise1.py": ONE})
    assert submission.questions == (Question("report.md", (f"Report_Müller.{ending}",)),)


def test_an_untouched_template_beside_a_renamed_answer_is_told(tmp_path: Path) -> None:
    submission = read(tmp_path / "ada", {**TEMPLATE, "exercise3_final.py": THREE})
    assert submission.questions == (Question("exercise3.py", ("exercise3_final.py",)),)
    hint = "exercise3.py: as it was handed out, but there is exercise3_final.py. Is that your answer? Rename it to "
    assert f"{hint}exercise3.py" in submission.notes


def test_a_copy_beside_the_right_name_is_only_mentioned(tmp_path: Path) -> None:
    submission = read(tmp_path / "ada", {"exercise3.py": THREE, "exercise3 (1).py": ONE})
    assert (submission.questions, submission.files["exercise3.py"]) == ((), THREE)
    assert submission.notes == ("exercise3 (1).py: not graded; exercise3.py counts",)


def test_modules_with_other_names_are_meant_by_their_words() -> None:
    expected = Expected(("softmax", "part_b"))
    assert likely_file("Softmax (1).py", expected) == "softmax.py"
    assert likely_file("ada_part-b.py", expected) == "part_b.py"
    assert likely_file("ex1.py", expected) is None


# --- notebooks -------------------------------------------------------------------------------------------------------


def test_a_notebooks_code_cells_are_python() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# Exercise 2"},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import numpy as np\n", "np.sum?\n", "x = 7 % 2"]},
        {"cell_type": "code", "source": "%%time\ny = 1"},
        {"cell_type": "code", "source": "%%bash\nrm x"},
        {"cell_type": "code", "source": "if x:\n    !pip install numpy\n"},
    ]
    code = code_of(json.dumps({"nbformat": 4, "cells": cells}).encode())
    assert code.decode() == (
        "# %matplotlib inline\nimport numpy as np\n# np.sum?\nx = 7 % 2\n\n# %%time\ny = 1\n\n# %%bash\n# rm x\n\n"
        "if x:\n    pass  # !pip install numpy\n"
    )
    compile(code, "exercise2.py", "exec")
    old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["z = 1"]}]}]}
    assert code_of(json.dumps(old).encode()) == b"z = 1\n"


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("files = !ls\nhere = %pwd", "files = None  # !ls\nhere = None  # %pwd"),
        ("%time y = f(\n    3)", "y = f(\n    3)"),
        ("%timeit f(3)\n%time", "# %timeit f(3)\n# %time"),
        ("pip install numpy\nx = 1", "# pip install numpy\nx = 1"),
        ('print("%d"\n%n)\ndoc = """\n%matplotlib\n!x\n"""', 'print("%d"\n%n)\ndoc = """\n%matplotlib\n!x\n"""'),
    ],
)
def test_a_cells_commands_are_not_python_and_its_python_stays(cell: str, python: str) -> None:
    cells = [{"cell_type": "code", "source": cell}]
    assert code_of(json.dumps({"nbformat": 4, "cells": cells}).encode()).decode() == python + "\n"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"{" * 100_000, b'{"cells": 3}', b'{"cells": [3]}', b"\xff"])
def test_what_is_no_notebook_is_told(content: bytes) -> None:
    with pytest.raises(NotebookError, match="this is not a notebook that can be read"):
        code_of(content)


def test_of_a_notebook_python_reads_no_more_than_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook_cells, "parse", lambda *_: pytest.fail("read before it was measured"))
    cells = [{"cell_type": "code", "source": "a," * 10_000}] * 20
    with pytest.raises(NotebookError, match=r"larger than 256 KiB; skipped\. Data does not belong in a submission's"):
        code_of(json.dumps({"cells": cells}).encode())


# --- student.toml ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ('name = "Ada"\nid = "4711"\n', Author("Ada", "4711")),
        ("id = 4711\n", Author(None, "4711")),
        ('[student]\nName = "Ada\\u0007"\n', Author("Ada", None)),
        ("id = [1]\n", None),
        ("id = 0x" + "f" * 100_000, None),
        (f'name = "Ada"\n{"#" * 10_000}', None),  # of such a length, a.a.a... = 1 would take gigabytes
        ("not toml", None),
        ("", None),
    ],
)
def test_student_toml_says_who_it_is_by(text: str, author: Author | None) -> None:
    assert author_of({"student.toml": text.encode()}) == author


def test_a_file_that_holds_what_another_is_asked_for_is_asked_about(tmp_path: Path) -> None:
    expected = Expected(
        ("exercise1", "exercise2"),
        (),
        {"exercise2.py": b"def pool(): pass\n"},
        {"exercise1.py": ("proof",), "exercise2.py": ("pool",)},
    )
    cells = [{"cell_type": "code", "source": "def pool():\n    return 2"}]
    notebook = json.dumps({"nbformat": 4, "cells": cells}).encode()
    files = {
        "final.ipynb": notebook,
        "exercise2.py": b"def pool(): pass\n",
        "rest.py": b"x = 1\ndef proof():\n    return 1\n",
    }
    submission = load(laid_out(tmp_path, files), expected)
    assert submission.questions == (Question("exercise1.py", ("rest.py",)), Question("exercise2.py", ("final.ipynb",)))
    assert submission.notes == (
        "exercise1.py: not found, but there is rest.py. Line 2 of it has proof; move it to exercise1.py",
        "exercise2.py: as it was handed out, but there is final.ipynb. A cell of it has pool; "
        "export it as exercise2.py",
    )
