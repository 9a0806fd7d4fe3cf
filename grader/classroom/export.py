"""The tables that a course hands on: written after every run, rescore and review."""

from pathlib import Path

from grader.classroom.store import ClassList


def export(results: Path, listed: ClassList) -> None:
    """Writes all of them."""
