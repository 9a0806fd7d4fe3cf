"""Every script runs in its shortest form, to its good end: what only its owner starts breaks unseen.

Those with a test file of their own are not here; `kernels` boots machines, and `pythons` installs releases of Debian.
"""

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.measure import ROOT
from tests.support import warm_commands
from tests.support.browser import PROGRAM
from tests.support.command import PATIENCE

pytestmark = pytest.mark.slow

ELSEWHERE = {
    "slowest_tests",
    "gpu_report",
    "honest_reruns",
    "kernel_guest",
    "kernels",
    "leftovers",
    "mutants",
    "named_mistakes",
    "pythons",
    "site_links",
    "soak",
    "soak_faults",
    "stored_points",
}
SHORT = {
    "compare_sandboxes": ["--students", "2", "--sandbox", "process", "--exercise", "2"],
    "fuzz": ["--messages", "200", "--trees", "20", "--handles", "50", "--archives", "20"],
    "galleries": ["--seeds", "1", "--case", "pool-loops", "--case", "pool-einsum", "--part", "1/2"],
    "hostile_table": ["--sandbox", "process", "--case", "answer-generator"],
    "kill_class": ["--kills", "1", "--helpers", "1", "--students", "2"],
}
# tests/test_class.py kills warm classes as this one kills cold ones, tests/test_soak.py what a class started; the desk
# is in a browser in tests/test_desk_browser.py.
AGAIN = {"compare_sandboxes", "kill_class", "pictures", "desk_pictures"}
PICTURES = {"pictures": {"table.svg", "page.png"}, "desk_pictures": {"desk-queue.png", "desk-sheet.png"}}


def run(name: str, *options: object) -> subprocess.CompletedProcess[str]:
    return warm_commands.run(f"scripts.{name}", *options, cwd=ROOT, timeout=PATIENCE)


def tiers(names: Iterable[str]) -> list[Any]:
    return [pytest.param(name, marks=[pytest.mark.thorough] * (name in AGAIN)) for name in names]


@pytest.mark.parametrize("name", tiers(SHORT))
def test_a_script_runs_to_its_end(name: str) -> None:
    ended = run(name, *SHORT[name])
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]


@pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)")
@pytest.mark.parametrize("name", tiers(PICTURES))
def test_the_pictures_can_be_made_anew(name: str, tmp_path: Path) -> None:
    ended = run(name, tmp_path / "new")
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert {path.name for path in (tmp_path / "new").iterdir()} >= PICTURES[name]


def test_no_script_is_left_out() -> None:
    found = {path.stem for path in (ROOT / "scripts").iterdir() if not path.name.startswith("__")}
    assert found == SHORT.keys() | PICTURES.keys() | ELSEWHERE
