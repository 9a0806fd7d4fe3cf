"""A terminal, or none, that nobody counts on: closed streams, a reader that has gone, no width, no login."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli.console import console
from grader.cli.login import login
from tests.support.command import ROOT

posix = pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell in which GRADER is the command."""
    return subprocess.run(
        ["bash", "-c", line.replace("GRADER", f"{sys.executable} -m grader")],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@posix
def test_a_reader_that_has_gone_is_no_fault_of_ours(tmp_path: Path) -> None:
    gone = tmp_path / "gone"  # says when it has, for which the command waits
    ended = shell(
        f"mkfifo '{gone}'; {{ read -r < '{gone}'; GRADER points; echo $? >&2; }} | {{ exec <&-; echo > '{gone}'; }}"
    )
    assert ended.stderr.strip() == "141"


@pytest.mark.slow
@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_output_that_cannot_be_written_is_a_sentence() -> None:
    ended = shell("GRADER points > /dev/full")
    assert (ended.returncode, ended.stderr) == (
        2,
        "grader: the output cannot be written (No space left on device).\n",
    )


OPENED = """
import os, sys
from grader.cli import _open_standard_streams
_open_standard_streams()
for stream in (sys.stdout, sys.stderr):
    print("lost", file=stream, flush=True)
with open(sys.argv[1], "w") as file:
    print(file.fileno() > 2, file=file)
"""


@posix
def test_the_number_of_a_closed_stream_is_given_to_no_file(tmp_path: Path) -> None:
    """What is printed would go there; and of a class, whose processes are given theirs by number, nothing came."""
    (tmp_path / "opened.py").write_text(OPENED)
    shell(f"{sys.executable} {tmp_path}/opened.py {tmp_path}/out <&- >&- 2>&-", PYTHONPATH=str(ROOT))
    assert (tmp_path / "out").read_text() == "True\n"


@pytest.mark.parametrize(("columns", "width"), [("0", 80), ("1", 40), ("20", 40), ("40", 40), ("100", 100)])
def test_a_terminal_without_a_width_worth_the_name_is_given_one(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert console().width == width


@pytest.mark.parametrize("error", [KeyError, OSError])  # of Python before 3.13 and since
def test_who_has_no_login_goes_by_a_number(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise error("getpwuid(): uid not found: 1234")

    monkeypatch.setattr("getpass.getuser", unknown)
    monkeypatch.setattr("os.getuid", lambda: 1234, raising=False)
    assert login() == "user 1234"
