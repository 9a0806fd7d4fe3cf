"""Small assignments, for tests of what an author may write: one of a single exercise, and a copy of an example.

Each has a file of checks with a name of its own, since pytest keeps a module for each name.
"""

import shutil
from pathlib import Path

from tests.support.command import ROOT

SOFTMAX = ROOT / "examples" / "softmax"

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
    """The folder, new in `place`: what its rubric says of the exercise and of its points, and the checks."""
    folder = place / "course"
    (folder / "checks").mkdir(parents=True)
    rubric = f'{_HEAD}[[exercise]]\nid = "1"\n{exercise}{_BOUNDS}{points}'
    (folder / "rubric.toml").write_text(rubric, encoding="utf-8")
    (folder / "checks" / f"check_{place.name}.py").write_text(checks, encoding="utf-8")
    return folder


def softmax_course(place: Path) -> Path:
    """A copy of the softmax example, new in `place`, in which nothing is to be fixed."""
    folder, name = place / "course", f"check_{place.name}"
    shutil.copytree(SOFTMAX, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "checks" / "check_softmax.py").rename(folder / "checks" / f"{name}.py")
    text = (folder / "explain.toml").read_text(encoding="utf-8")
    (folder / "explain.toml").write_text(text.replace("{check_softmax.", f"{{{name}."), encoding="utf-8")
    return folder
