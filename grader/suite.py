"""Runs pytest over an assignment's checks and reads its JSON report.

pytest runs here, on the trusted side, with our own ini file and our own checks folder: nothing that a submission holds
is collected, imported or read by it.
"""

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from pytest_jsonreport.plugin import JSONReport

from grader.errors import SuiteError
from grader.examination import Examination
from grader.model import CheckResult
from grader.plugin import CheckPlugin

_INI = Path(__file__).with_name("suite.ini")
_RESULT: TypeAdapter[CheckResult] = TypeAdapter(CheckResult)
# Exit codes after which the report is whole: all passed, some lost points, nothing selected.
_ENDED = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED}

# pytest's own plugins that no check needs, and that each cost every submission something; the last two would collect
# all garbage of the process twice. Named here and not in the ini file, they are not even loaded.
_WITHOUT = [
    f"-pno:{name}"
    for name in (
        *("doctest", "pastebin", "junitxml", "setuponly", "setupplan", "stepwise", "faulthandler", "logging"),
        *("subtests", "unittest", "unraisableexception", "threadexception"),
    )
]


def run_checks(
    examination: Examination, selected: frozenset[str], on_result: Callable[[CheckResult], None]
) -> tuple[CheckResult, ...]:
    """The results of the checks of the selected points, in the order in which they ran.

    Raises SuiteError if pytest itself did not come to its end, UsageError if a check was asked for what cannot be had
    (a device, a file of data), KeyboardInterrupt if a person stopped it.
    """
    report, plugin = JSONReport(), CheckPlugin(examination, selected, on_result)
    checks = examination.assignment.checks
    said = io.StringIO()
    with _quiet_environment(), redirect_stdout(said):
        code = pytest.main(
            ["-c", str(_INI), *_WITHOUT, f"--rootdir={checks}", str(checks)],
            plugins=[report, plugin],
        )
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if plugin.usage_error is not None:
        raise plugin.usage_error
    if code not in _ENDED:
        raise SuiteError(f"pytest ended with exit code {int(code)} over the checks in {checks}:\n{said.getvalue()}")
    return tuple(_results(report.report or {}))


def _results(report: dict[str, Any]) -> Iterator[CheckResult]:
    for test in report.get("tests", []):
        result = test.get("metadata", {}).get("result")
        if result is not None:
            yield _RESULT.validate_python(result)


@contextmanager
def _quiet_environment() -> Iterator[None]:
    """No pytest plugin and no option of the person's own environment gets into the grading."""
    changes = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
