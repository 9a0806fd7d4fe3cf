"""The lines that a report offers to paste into Python, and what they come to."""

import builtins
import contextlib
import io
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.schema import PointScore, Report


def pasted(lines: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What the lines print, as the value that is printed; or the exception, with its type in its text."""
    printed: list[Any] = []
    monkeypatch.syspath_prepend(str(folder))
    printing = {**vars(builtins), "print": lambda *values: printed.extend(values)}
    names = {"__name__": "__main__", "__builtins__": printing}
    before = set(sys.modules)
    try:
        with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
            exec(compile(lines, "<pasted>", "exec"), names)
    except Exception as error:  # noqa: BLE001 - a student's
        return "".join(traceback.format_exception_only(error)).strip()
    finally:
        for name in set(sys.modules) - before:  # the next case has an exercise2 of its own
            if getattr(sys.modules[name], "__file__", None) and str(folder) in str(sys.modules[name].__file__):
                del sys.modules[name]
    return printed[-1]


def points_shown(report: Report) -> list[PointScore]:
    return [point for point in report.points if "paste" in point.evidence]
