"""The report on a GPU goes through its whole plan on a machine without one, so that it does not rot."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.gpu_report.__main__ import SECTIONS, carried_out, markdown
from scripts.gpu_report.plan import Finding, Plan
from tests.support.command import PATIENCE, ROOT

pytestmark = pytest.mark.slow


def test_the_whole_plan_in_its_short_form(tmp_path: Path) -> None:
    files = ["--json", str(tmp_path / "r.json"), "--markdown", str(tmp_path / "r.md")]
    command = [sys.executable, "-m", "scripts.gpu_report", "--short", "--device", "cpu", *files]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=3 * PATIENCE, check=True)
    report = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert list(report["sections"]) == [name for name, _, _ in SECTIONS]
    broken = [own for findings in report["sections"].values() for own in findings if own["holds"] is False]
    assert broken == []
    text = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert text.startswith("no GPU: everything below ran on the CPU; Python 3.")
    assert "| the same class on both | grader class of 2 | cpu " in text


def test_a_section_that_fails_costs_itself_alone() -> None:
    def failing(plan: Plan) -> list[Finding]:
        raise ValueError("no such card")

    first, _ = carried_out(failing, Plan("cpu", short=True, seconds=60.0))
    assert (first.what, first.found, first.holds) == ("failed", "ValueError: no such card", False)
    (late,) = carried_out(failing, Plan("cpu", short=True, seconds=1.0))
    assert (late.what, late.found, late.holds) == ("left out", "no time was left", None)


def test_what_does_not_hold_stands_out() -> None:
    about = {"gpu": {"name": "H", "memory_gib": 8}, "python": "3", "torch": "2", "platform": "L"}
    findings = [Finding("a | b", "x\ny", holds=False).data()]
    text = markdown({"machine": about, "sections": {"s": findings}})
    assert text.splitlines()[0] == "H, 8 GiB; Python 3, torch 2, L"
    assert text.splitlines()[-1] == "| s | a | b | x y | NO |"
