"""All tests that are marked for a GPU."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from scripts.gpu_report.plan import Finding, Plan

ROOT = Path(__file__).resolve().parents[2]


def run(plan: Plan) -> list[Finding]:
    """How many passed, failed and were skipped; on a machine without a GPU all have to be skipped."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "-p", "no:randomly"]
        options = ["--json-report", f"--json-report-file={report}", "--json-report-omit=log,streams"]
        where = ["tests/test_training.py"] if plan.short else ["tests"]
        subprocess.run([*command, *options, *where], cwd=ROOT, capture_output=True, timeout=plan.seconds, check=False)
        tests = json.loads(report.read_text(encoding="utf-8"))["tests"]
    outcomes = Counter(test["outcome"] for test in tests)
    failed = [test["nodeid"] for test in tests if test["outcome"] not in ("passed", "skipped")]
    well = bool(tests) and not failed and (outcomes["skipped"] == 0 if plan.has_gpu else outcomes["passed"] == 0)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    return [Finding("tests marked gpu", f"{counts or 'none found'} {' '.join(failed)}", well, dict(outcomes))]
