"""`pytest` in a submission's own folder: the same checks, and at the end the points so far and the next thing to do.

A pytest plugin, named in the template's pytest.ini. It runs a student's own code on the student's own machine, so the
sandbox is a plain process; the official grading runs the same checks in a jail and with another seed.

What a student waits for is imports. Those of the workers take about as long as ours, so the process that workers are
forked from is started before ours begin: that is why this module imports next to nothing, and `practice` the rest.
Until the first check runs, what is imported stays, and nobody looks for garbage in it.
"""

import argparse
import atexit
import gc
import sys
from pathlib import Path

import pytest

from grader import BUILT_IN
from grader.report.spelling import never_fail
from grader.sandbox.choose import open_launcher
from grader.sandbox.sandbox_settings import SandboxSettings

# With one of these nothing is run, so that no worker will be needed. (What is not seen here starts one in vain.)
_NOTHING_RUNS = {"-h", "--help", "-V", "--version", "--co", "--collect-only", "--fixtures", "--markers"}

never_fail(sys.stdout)
gc.disable()
_launcher = open_launcher(SandboxSettings("process"), ahead=_NOTHING_RUNS.isdisjoint(sys.argv))
atexit.register(_launcher.close)  # also where pytest stops before there is a session


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("grader")
    group.addoption(
        "--submission", default=None, metavar="DIR", help="the folder to check (default: where pytest.ini is)"
    )
    group.addoption(
        "--assignment",
        type=_assignment,
        default=BUILT_IN,
        metavar="DIR",
        help="its folder, or the name of an installed one (default: what the grader came with)",
    )
    group.addoption(
        "--try", dest="try_it", action="store_true", help="debug the first failing input in pdb; so does --pdb"
    )
    group.addoption("--seed", type=int, default=None, help="seed of the random inputs (default: always the same one)")


def _assignment(name: str) -> Path:
    from grader.assignment_names import find_assignment
    from grader.errors import UsageError

    try:
        return find_assignment(Path(name))
    except UsageError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """No folder above the checks is a node of pytest's: `-k 3.1` finds a point, and not .venv/lib/python3.11."""
    early_config.known_args_namespace.confcutdir = str(early_config.known_args_namespace.assignment / "checks")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.option.help or config.option.version:
        return
    if config.option.tbstyle == "auto":
        config.option.tbstyle = "no"  # the summary says it once a point; `--tb=short` still gives pytest's own section
    from grader.student.practice import StudentRun

    config.pluginmanager.register(StudentRun(config, _launcher), "grader-student-run")


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
