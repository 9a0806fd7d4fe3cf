"""The grader as a Gradescope autograder: a zip for the platform, and what its container runs.

Contract: https://gradescope-autograders.readthedocs.io/en/latest/specs/ . The zip is unpacked to /autograder/source;
`setup.sh` runs once, as root, when the platform builds its image, `run_autograder` for each submission, which lies in
/autograder/submission. What stands in /autograder/results/results.json at the end, or when time is up, is the result.
"""

import json
import secrets
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from grader import BUILT_IN
from grader.course.wheel import write_wheel
from grader.errors import OutputError, UsageError
from grader.load.submission import load
from grader.model import CheckResult, Submission, Verdict
from grader.pipeline import about, examine
from grader.report.gradescope_results import to_gradescope
from grader.report.results_json import to_json, write_atomically
from grader.rubric import Assignment, Rubric
from grader.sandbox.choose import open_launcher
from grader.schema import Report
from grader.score import score
from grader.suite.session import Oracles

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
NOT_YET = "Not judged: the platform's time was up before it. This is no verdict on your answer."
_CONSTRAINTS = Path(__file__).parent.parent.parent / "constraints.txt"
_SETTINGS = "settings.json"
_EXECUTABLE = 0o755 << 16

_SETUP = """\
#!/usr/bin/env bash
# Runs once, when Gradescope builds the image: Python 3.11 or newer, and the grader in an environment of its own.
set -euo pipefail
cd "${AUTOGRADER:=/autograder}/source"
python=""
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then python=$candidate; break; fi
done
if [ -z "$python" ] || ! "$python" -c 'import ensurepip' 2> /dev/null; then
  apt-get update && apt-get install --yes --no-install-recommends python3.11 python3.11-venv
  python=python3.11
fi
"$python" -m venv "$AUTOGRADER/grader"
if [ -e constraints.txt ]; then export PIP_CONSTRAINT=constraints.txt; fi
"$AUTOGRADER/grader/bin/python" -m pip install --quiet ./*.whl
"""
_RUN = """\
#!/usr/bin/env bash
# Runs for each submission. PYTHONSAFEPATH: no folder of the submission is on Python's path.
: "${AUTOGRADER:=/autograder}"
export PYTHONSAFEPATH=1
cd /
exec "$AUTOGRADER/grader/bin/grader" gradescope-run "$AUTOGRADER"
"""


class Settings(BaseModel):
    """What the course decided when it built the package. `visibility` is by point."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    visibility: dict[str, str] = {}
    allow_weaker: bool = False


def visibility_of(rubric: Rubric, choices: Iterable[str]) -> dict[str, str]:
    """`2.4=hidden`, or `4=after_due_date` for a whole exercise, as point -> visibility. Raises UsageError."""
    chosen: dict[str, str] = {}
    for choice in choices:
        name, _, visibility = choice.partition("=")
        own = [point.id for exercise in rubric.exercise for point in exercise.point if name in (exercise.id, point.id)]
        if not own or visibility not in VISIBILITIES:
            known = ", ".join(VISIBILITIES)
            raise UsageError(f"--visibility {choice}: write POINT=WHEN or EXERCISE=WHEN; WHEN is {known}.")
        chosen |= dict.fromkeys(own, visibility)
    return chosen


def build_package(out: Path, settings: Settings, assignment: Path = BUILT_IN, rubric: Path | None = None) -> None:
    """Writes the zip to be uploaded, for the assignment in a folder under its own or another rubric.

    Raises OutputError.
    """
    try:
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in (("setup.sh", _SETUP), ("run_autograder", _RUN), (_SETTINGS, settings.model_dump_json())):
                entry = zipfile.ZipInfo(name)
                entry.external_attr = _EXECUTABLE
                archive.writestr(entry, text)
            wheel = write_wheel(Path(folder), assignment, rubric)
            archive.write(wheel, wheel.name)
            if _CONSTRAINTS.is_file():
                archive.write(_CONSTRAINTS, _CONSTRAINTS.name)
    except OSError as error:
        raise OutputError(f"{out}: the package cannot be written there ({error.strerror}).") from error


def run(root: Path, assignment: Assignment) -> None:
    """Judges root/submission; root/results/results.json holds after every check what was earned until then.
    What cannot be read is told there, with no points. Faults of ours are raised: the platform shows that it failed.
    """
    settings = Settings.model_validate_json((root / "source" / _SETTINGS).read_text(encoding="utf-8"))
    results = root / "results" / "results.json"
    results.parent.mkdir(exist_ok=True)
    try:
        submission = load(root / "submission", assignment.expected)
    except UsageError as error:
        write_atomically(results, json.dumps({"score": 0.0, "output": str(error), "visibility": "visible"}))
        return
    write_atomically(results.with_name("report.json"), to_json(_judge(submission, assignment, settings, results)))


def _judge(submission: Submission, assignment: Assignment, settings: Settings, results: Path) -> Report:
    found: list[CheckResult] = []
    seed = secrets.randbelow(1 << 31)
    with ExitStack() as stack:
        launcher = stack.enter_context(closing(open_launcher("jail", allow_weaker=settings.allow_weaker)))
        oracles = stack.enter_context(Oracles(launcher, assignment))
        facts = about(submission, assignment, launcher, seed)

        def keep(result: CheckResult) -> None:
            found.append(result)
            _write(results, _so_far(assignment.rubric, found, facts), settings)

        _write(results, _so_far(assignment.rubric, found, facts), settings)
        report = examine(submission, assignment, launcher, oracles, seed=seed, on_result=keep)
    _write(results, report, settings)
    return report


def _so_far(rubric: Rubric, found: list[CheckResult], facts: Mapping[str, Any]) -> Report:
    """The report if it ended now: what was not judged yet says so."""
    seen = {(result.point, result.part) for result in found}
    waiting = [
        CheckResult(point.id, part, Verdict.missing(NOT_YET))
        for point in rubric.points
        for part in (point.parts or [None])
        if (point.id, part) not in seen
    ]
    return score(rubric, [*found, *waiting], {point.id for point in rubric.points}, **facts)


def _write(path: Path, report: Report, settings: Settings) -> None:
    whole = json.loads(to_gradescope(report))
    for test in whole["tests"]:
        test["visibility"] = settings.visibility.get(test["number"], test["visibility"])
    write_atomically(path, json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
