"""Ctrl-C, once or often and at any moment: one sentence and exit code 130. What a class leaves: test_class."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer

from grader.cli import commands, interrupts, main
from grader.model import ExitCode
from tests.support.command import PATIENCE, ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a signal of POSIX")


@pytest.fixture
def own_handler() -> Iterator[None]:
    """The handler that pytest had, afterwards."""
    before, last = signal.getsignal(signal.SIGINT), interrupts.interrupt.last
    yield
    signal.signal(signal.SIGINT, before)
    interrupts.interrupt.last = last


@pytest.mark.usefixtures("own_handler")
@pytest.mark.parametrize("other", [None, ImportError("no numpy"), BaseExceptionGroup("", [KeyboardInterrupt()])])
def test_an_interrupt_that_no_command_answers_is_said(
    other: BaseException | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def work() -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt as error:
            raise other or error from error

    monkeypatch.setattr(commands, "app", app)
    monkeypatch.setattr(sys, "argv", ["grader"])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == interrupts.INTERRUPTED == ExitCode.INTERRUPTED
    assert capsys.readouterr().err.splitlines()[-1] == "grader: interrupted."


@pytest.mark.usefixtures("own_handler")
def test_a_second_interrupt_does_not_disturb_the_end_and_a_dropped_one_is_remembered() -> None:
    interrupts.catch_interrupts()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)  # what was begun is still being ended
    with pytest.raises(KeyboardInterrupt):
        interrupts.raise_dropped_interrupt()


def test_an_interrupt_while_the_command_is_imported_is_no_traceback() -> None:
    program = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "grader.cli.commands":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from grader.cli import main
main()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "grader: interrupted.\n")
