"""The report on a GPU goes through its whole plan on a machine without one, so that it does not rot."""

import json
from pathlib import Path

import pytest

from scripts.gpu_report import class_runs
from scripts.gpu_report.__main__ import SECTIONS, carried_out, markdown
from scripts.gpu_report.plan import Finding, Plan
from tests.support import warm_commands
from tests.support.command import PATIENCE, ROOT

pytestmark = pytest.mark.slow


def reported(folder: Path, *options: str) -> tuple[list[str], str]:
    """The sections of the report and its table, in the short form; what was claimed holds."""
    files = ["--json", str(folder / "r.json"), "--markdown", str(folder / "r.md")]
    command = ("scripts.gpu_report", "--short", "--device", "cpu", *files, *options)
    ended = warm_commands.run(*command, cwd=ROOT, timeout=3 * PATIENCE)
    assert ended.returncode == 0, ended.stderr
    sections = json.loads((folder / "r.json").read_text(encoding="utf-8"))["sections"]
    assert [own for findings in sections.values() for own in findings if own["holds"] is False] == []
    text = (folder / "r.md").read_text(encoding="utf-8")
    assert text.startswith("no GPU: everything below ran on the CPU; Python 3.")
    return list(sections), text


@pytest.mark.thorough
def test_the_whole_plan_in_its_short_form(tmp_path: Path) -> None:
    sections, text = reported(tmp_path)
    assert sections == [name for name, _, _ in SECTIONS]
    assert "| the same class on both | grader class of 2 | cpu " in text


IN_A_PROCESS = ("bounds of a worker", "jail")


@pytest.mark.thorough
def test_the_sections_that_need_no_class(tmp_path: Path) -> None:
    sections, text = reported(tmp_path, *(word for name in IN_A_PROCESS for word in ("--section", name)))
    assert sections == [*IN_A_PROCESS]
    assert "| jail | the jail on a CPU | holds and trains | yes |" in text


@pytest.mark.thorough
def test_the_same_class_on_both(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its commands forked from a warm process; of two classes at once, commands are started in the same way."""
    monkeypatch.setattr(class_runs.subprocess, "Popen", warm_commands.Process)
    (finding,) = class_runs.on_both(Plan("cpu", short=True, seconds=PATIENCE))
    assert (finding.what, finding.holds) == ("grader class of 2", True), finding.found
    assert finding.found.endswith("the same points")
    assert finding.figures["here"]["reference"] == [["4.5", 0.5, "passed"]]


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
