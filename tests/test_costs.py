"""What the tests cost has its reasons; a command that is forked from a warm process is that command."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import slowest_tests
from scripts.leftovers import lasting
from tests.support import warm_commands
from tests.support.command import PATIENCE, ROOT

FILES = {path.name for path in (ROOT / "tests").glob("test_*.py")}


def test_every_reason_is_of_a_test_that_there_is() -> None:
    code = "".join((ROOT / "tests" / name).read_text(encoding="utf-8") for name in FILES)
    known = slowest_tests.reasons(slowest_tests.PAGE.read_text(encoding="utf-8"))
    assert len(known) > 70
    assert [name for name in known if name not in FILES and f"def {name}(" not in code] == []


def test_every_slow_file_has_a_reason() -> None:
    known = slowest_tests.reasons(slowest_tests.PAGE.read_text(encoding="utf-8"))
    slow = {name for name in FILES if "pytest.mark.slow" in (ROOT / "tests" / name).read_text(encoding="utf-8")}
    assert slow - known.keys() == set()


def test_the_dearest_are_listed_with_their_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    costs, page = tmp_path / "test-costs.tsv", tmp_path / "tests.md"
    again = tmp_path / "thorough-costs.tsv"
    again.write_text("3.00\t3.00\ttests/test_a.py::test_b[3]\n")
    costs.write_text(
        "2.00\t9.00\ttests/test_a.py::test_b[1]\n1.50\t9.00\ttests/test_a.py::test_b[2]\n1.00\t1.00\ttests/test_c.py::test_d\n"
    )
    page.write_text("| `test_b` | it has to |\n")
    monkeypatch.setattr(slowest_tests, "PAGE", page)
    monkeypatch.setattr("sys.argv", ["slowest_tests", str(costs), str(again)])
    assert slowest_tests.main() == 1
    assert capsys.readouterr().out == (
        "8 seconds of the processor in all; the 70 dearest tests:\n"
        "    3.5 s    2 x test: tests/test_a.py::test_b: it has to\n"
        "    3.0 s    1 x thorough: tests/test_a.py::test_b: it has to\n"
        "    1.0 s    1 x test: tests/test_c.py::test_d: NO REASON GIVEN\n"
    )
    page.write_text("| `test_b` | it has to |\n| `test_c.py` | all of it is |\n")
    assert slowest_tests.main() == 0


def echo(folder: Path, code: str, **more: object) -> "subprocess.CompletedProcess[str]":
    (folder / "echo.py").write_text(code, encoding="utf-8")
    command = warm_commands.command("echo", "one", "two words")
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False, **more)  # type: ignore[call-overload, no-any-return]


@pytest.mark.slow
def test_a_warm_command_has_the_words_folder_environment_and_streams_of_who_asked(tmp_path: Path) -> None:
    code = "import os, sys\nprint(sys.argv[1:], os.getcwd(), os.environ['KEY'], 'HOME' in os.environ, input())\n"
    code += "sys.exit('no')"
    ended = echo(tmp_path, code, env={"KEY": "value"}, input="typed\n")
    assert (ended.returncode, ended.stderr) == (1, "no\n")
    assert ended.stdout == f"['one', 'two words'] {tmp_path} value False typed\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "ends"), [("", 0), ("raise SystemExit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9)]
)
def test_a_warm_command_ends_as_it_would(code: str, ends: int, tmp_path: Path) -> None:
    assert echo(tmp_path, code).returncode == ends


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="commands are forked on Linux only")
def test_a_signal_reaches_a_forked_command_itself(tmp_path: Path) -> None:
    (tmp_path / "wait.py").write_text("import os\nprint(os.getpid(), flush=True)\ninput()\n", encoding="utf-8")
    words = [sys.executable, "-m", "wait"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with warm_commands.Process(words, cwd=tmp_path, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert int(process.stdout.readline()) == process.pid
        process.kill()
        assert process.wait(PATIENCE) == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="commands are forked on Linux only")
def test_a_lent_zygote_is_as_warm_and_ends_with_its_command(tmp_path: Path) -> None:
    code = "from grader.sandbox.linux.jail import JailLauncher\n"
    code += "launcher = JailLauncher()\nprint(launcher.restrictions, flush=True)\n"
    code += "print(type(next(iter(launcher._zygotes.values()))).__name__)\n"
    (tmp_path / "look.py").write_text(code, encoding="utf-8")
    first = warm_commands.run("look", cwd=tmp_path, timeout=PATIENCE)
    before = warm_commands.family()
    again = warm_commands.run("look", cwd=tmp_path, timeout=PATIENCE)
    assert first.stdout == again.stdout, first.stderr
    assert "seccomp" in again.stdout
    assert again.stdout.splitlines()[-1] == "LentZygote"
    assert lasting(warm_commands.family() - before) == []
