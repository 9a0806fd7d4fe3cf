"""`pytest --json-report`: the verdicts stand in the metadata of its file, for whoever reads that in CI."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.command import ROOT
from tests.test_student import run_pytest

pytestmark = pytest.mark.slow

MISTAKE = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py"


def test_each_check_brings_its_verdict(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / "student_template", tmp_path / "work")
    shutil.copy(MISTAKE, folder)
    ended = run_pytest(folder, "-k", "exercise2", "--json-report", "--json-report-file=report.json")
    assert ended.returncode == 1, ended.stderr
    tests = json.loads((folder / "report.json").read_text(encoding="utf-8"))["tests"]
    results = {test["metadata"]["result"]["point"]: test["metadata"]["result"] for test in tests}
    verdicts = {point: result["verdict"]["outcome"] for point, result in results.items()}
    assert verdicts == {"2.1": "passed", "2.2": "passed", "2.3": "failed", "2.4": "passed", "2.5": "passed"}
    assert results["2.3"]["verdict"]["diagnosis"] == "zero-initialised-maximum"


def test_what_it_says_is_read_by_nobody_who_grades(tmp_path: Path) -> None:
    """Off the trusted path: without the plugin, and with an option that would write it elsewhere, nothing changes."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "grader").rglob("*.py")]
    assert not [source for source in sources if "pytest_jsonreport" in source]
