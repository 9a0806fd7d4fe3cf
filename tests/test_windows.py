"""A student on Windows: an interpreter with what Python has there, output in the code page, CRLF in every file."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command import ROOT
from tests.support.engines import worker_image
from tests.support.tiers import again
from tests.support.windows_interpreter import environment, make_interpreter, run
from tests.support.windows_names import absent, lacking
from tests.test_student_states import with_limit

pytestmark = pytest.mark.slow

BOM = b"\xef\xbb\xbf"  # which Windows' own editor used to put before a text
GRADE = ("-m", "grader", "grade", ".", "--sandbox", "process")
ENDLESS = "def maxpool2x2_backward(dY, X):\n    while True:\n        pass\n"
PRINTS = "def maxpool2x2_backward(dY, X):\n    print('Größe θ ∂ 😀')\n    raise SystemExit(3)\n"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_interpreter(tmp_path_factory.mktemp("windows") / "venv")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """The solved exercises as Windows' editors save them, in a folder as people have them."""
    folder = tmp_path / "Übung 9" / "my work"
    shutil.copytree(ROOT / "reference", folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "student_template" / "pytest.ini", folder)
    for path in folder.iterdir():
        mark = BOM if path.suffix == ".py" else b""
        path.write_bytes(mark + path.read_bytes().replace(b"\n", b"\r\n"))
    return folder


def test_the_list_of_what_windows_lacks_is_the_one_that_everybody_knows() -> None:
    assert {"fork", "setsid", "killpg", "getuid", "uname", "O_NOFOLLOW", "set_blocking"} <= (absent("os") or set())
    assert {"SIGKILL", "SIGALRM", "SIGCHLD", "alarm", "setitimer"} <= (absent("signal") or set())
    assert {"AF_UNIX", "send_fds"} <= (absent("socket") or set())
    assert not {"kill", "environ", "replace", "SIGTERM", "socketpair"} & {
        *(absent("os") or ()),
        *(absent("signal") or ()),
    }
    none = {module for module, names in lacking().items() if names is None}
    assert {"resource", "fcntl", "termios", "pwd", "grp", "pty", "posix"} <= none
    assert not none & {"os", "signal", "socket", "xml", "concurrent", "select"}


def test_our_modules_see_that_view_and_the_packages_do_not(python: Path, work: Path) -> None:
    code = (
        "import os, grader.sandbox.choose as ours;"
        "print(ours.sys.platform, ours.os.name, hasattr(ours.os, 'fork'), os.name, hasattr(os, 'fork'));"
        "print(open(os.devnull).encoding)"
    )
    assert run(python, "-c", code, cwd=work).stdout.split() == ["win32", "nt", "False", "posix", "True", "cp1252"]


def test_pytest_in_a_students_folder(python: Path, work: Path) -> None:
    ran = run(python, "-m", "pytest", "-k", "not exercise4", cwd=work)
    assert "16 of 16 points in this selection." in ran.stdout
    assert "| 1.1   | df/dr by the chain rule" in ran.stdout
    assert len({line.rindex("|") for line in ran.stdout.splitlines() if line.startswith("|")}) == 1, ran.stdout


SIX = tuple(f"4.{number}" for number in range(1, 10))


@pytest.mark.parametrize("points", [("4.5",), pytest.param(SIX, marks=pytest.mark.thorough)], ids=["one trains", "all"])
def test_grade_writes_every_kind_of_report(points: tuple[str, ...], python: Path, work: Path) -> None:
    wrong = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py"
    (work / "exercise2.py").write_bytes(wrong.read_bytes().replace(b"\n", b"\r\n"))
    outputs = ("--output", "r.json", "--html", "r.html", "--markdown", "r.md")
    chosen = (word for point in ("1.1", "2.3", "2.4", *points) for word in ("--point", point))
    ran = run(python, *GRADE, "--seed", "7", *outputs, *chosen, cwd=work)
    report = json.loads((work / "r.json").read_text(encoding="utf-8"))
    # Windows does not tell how long a process waited for others: beside much other work a person decides on a training.
    lost = {
        point["id"]: (point["outcome"], point["message"])
        for point in report["points"]
        if point["score"] < point["max_score"] - point["pending"]
    }
    assert lost.keys() == {"2.3"}, lost
    pending = {point["id"] for point in report["points"] if point["pending"]}
    assert {"4.9"} & set(points) <= pending <= set(points), pending
    assert report["environment"]["sandbox"] == "process"
    assert "In windows without a positive value the maximum was missed" in ran.stdout
    assert "∂f/∂r" in (work / "r.html").read_text(encoding="utf-8")
    assert "∂f/∂r" in (work / "r.md").read_text(encoding="utf-8")


def test_what_never_ends_is_stopped_and_what_exits_is_told(python: Path, work: Path) -> None:
    (work / "exercise2.py").write_bytes(ENDLESS.replace("\n", "\r\n").encode())
    course = with_limit(work.parent / "course", 1.0)
    ran = run(python, "-m", "pytest", f"--assignment={course}", "-k", "2.1 or 3.1", cwd=work, code=1)
    assert "did not answer within" in " ".join(ran.stdout.split())
    assert "1 of 2 points in this selection." in ran.stdout
    (work / "exercise2.py").write_bytes(PRINTS.encode())
    ran = run(python, "-m", "pytest", "-k", "2.1", cwd=work, code=1)
    assert "Größe theta d ?" in ran.stdout


def test_check_try_and_explain_and_the_zip_that_is_handed_in(python: Path, work: Path) -> None:
    wrong = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py"
    (work / "exercise2.py").write_bytes(BOM + b"# L\xc3\xb6sung\r\n" + wrong.read_bytes().replace(b"\n", b"\r\n"))
    checked = run(python, "-m", "grader", "check", "--zip", "Abgabe Müller.zip", cwd=work)
    assert "ok exercise2.py has all its functions" in checked.stdout
    assert (work / "Abgabe Müller.zip").read_bytes().startswith(b"PK")
    tried = run(python, "-m", "grader", "try", "2.3", cwd=work)
    assert "from exercise2 import *" in tried.stdout
    assert "[[[[2. 0.]" in tried.stdout
    explained = run(python, "-m", "grader", "explain", "1.1", cwd=work)
    assert "df/dr by the chain rule" in explained.stdout


def test_where_no_engine_runs_the_sentence_names_what_there_is(python: Path, work: Path) -> None:
    ran = run(python, *GRADE[:4], "--exercise", "2", cwd=work, code=None)
    if ran.returncode:  # no engine answers
        assert "the jail needs Linux, and this is" in ran.stderr
        assert "--sandbox process, in which a program may do all that you may" in " ".join(ran.stderr.split())
    asked = run(python, *GRADE[:4], "--sandbox", "jail", cwd=work, code=1)
    assert "the jail needs Linux, and this is" in " ".join(asked.stderr.split())


@pytest.mark.parametrize("sandbox", ["process", again("docker")])
def test_a_class_is_graded_and_its_tables_are_straight(sandbox: str, python: Path, work: Path) -> None:
    """By somebody who marks on Windows, where the containers are the engine's own affair."""
    image = ("--image", worker_image()) if sandbox == "docker" else ()
    wrong = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum"
    for name, source in (("Ada Ö", ROOT / "reference"), ("Bob", wrong)):
        shutil.copytree(source, work / "Abgaben" / name, ignore=shutil.ignore_patterns("__pycache__"))
    options = ("--output", "Noten", "--sandbox", sandbox, *image, "--exercise", "1", "--exercise", "2")
    first = run(python, "-m", "grader", "class", "Abgaben", *options, cwd=work)
    assert "2 graded. Everything is in Noten." in first.stdout
    (header,) = (line for line in first.stdout.splitlines() if line.startswith("| point"))
    rows = [line for line in first.stdout.splitlines() if line.startswith(("| 1.", "| 2."))]
    assert any("df/dr by the chain rule" in row for row in rows)
    assert {len(row) for row in rows} == {len(header)}, first.stdout
    again_graded = run(python, "-m", "grader", "class", "Abgaben", *options, cwd=work)
    assert again_graded.stderr.count("(done before)") == 2
    grades = (work / "Noten" / "grades.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[4] for line in grades[1:]] == ["10", "5"]


@pytest.fixture
def watching(python: Path, work: Path) -> Iterator[subprocess.Popen[str]]:
    command = [str(python), "-u", "-m", "grader", "watch", str(work), "--exercise", "2"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="cp1252", env=environment(python), cwd=work
    ) as process:
        yield process
        process.terminate()


def test_watch_judges_at_once_and_at_each_save(watching: subprocess.Popen[str], work: Path) -> None:
    assert watching.stdout is not None

    def until(text: str) -> None:
        said = ""
        while text not in said:
            line = watching.stdout.readline()  # type: ignore[union-attr]
            assert line, said
            said += line

    until("Points so far: 6 of 6.")
    (work / "exercise2.py").write_bytes(BOM + b"def maxpool2x2_backward(dY, X):\r\n    return 0 * X\r\n")
    until("Points so far: 0 of 6.")
