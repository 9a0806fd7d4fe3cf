"""An assignment of one exercise and one file of checks, for tests of what an author may write."""

from pathlib import Path

_HEAD = """schema_version = "1.0"
assignment = "small"
title = "A small assignment"
[late]
due = 2030-01-31T12:00:00
timezone = "UTC"
policy = "none"
[imports]
always = []
"""
_BOUNDS = """call_seconds = 60.0
memory_mib = 1024
"""


def small_course(place: Path, exercise: str, points: str, checks: str) -> Path:
    """The assignment's folder, new in `place`: what its rubric says of the exercise and of its points, and the checks.

    The file of checks has a name of its own, since pytest keeps a module for each name.
    """
    folder = place / "course"
    (folder / "checks").mkdir(parents=True)
    rubric = f'{_HEAD}[[exercise]]\nid = "1"\n{exercise}{_BOUNDS}{points}'
    (folder / "rubric.toml").write_text(rubric, encoding="utf-8")
    (folder / "checks" / f"check_{place.name}.py").write_text(checks, encoding="utf-8")
    return folder
