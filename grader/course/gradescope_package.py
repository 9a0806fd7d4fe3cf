"""The grader as a Gradescope autograder: a zip for the platform, and what its container runs.

Contract: https://gradescope-autograders.readthedocs.io/en/latest/specs/ . The zip is unpacked to /autograder/source;
`setup.sh` runs once, as root, when the platform builds its image, `run_autograder` for each submission, which lies in
/autograder/submission. What stands in /autograder/results/results.json at the end, or when time is up, is the result.
"""

import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from grader import BUILT_IN
from grader.assignment_folder import Assignment
from grader.classroom.marks.finalize import finalize
from grader.course.gradescope_metadata import read_metadata
from grader.course.wheel import write_wheel
from grader.errors import OutputError, UsageError
from grader.model import CheckResult, Submission
from grader.pipeline import GradingSession
from grader.report.gradescope_results import to_gradescope
from grader.report.results_json import to_json, write_atomically
from grader.rubric import Rubric
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.sandbox.scratch import temporary_folder
from grader.schema import Report
from grader.settings import RunSettings
from grader.suite.runner import run_checks

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")
NOT_YET = "Not judged: the platform's time was up before it. This is not a verdict on your answer."
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
"$AUTOGRADER/grader/bin/python" -m pip install --quiet "$(echo ./*.whl)[torch]"
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
        ids = [point.id for exercise in rubric.exercise for point in exercise.point if name in (exercise.id, point.id)]
        if not ids or visibility not in VISIBILITIES:
            allowed = ", ".join(VISIBILITIES)
            raise UsageError(f"--visibility {choice}: write POINT=WHEN or EXERCISE=WHEN; WHEN is {allowed}.")
        chosen |= dict.fromkeys(ids, visibility)
    return chosen


def build_package(out: Path, settings: Settings, assignment: Path = BUILT_IN, rubric: Path | None = None) -> None:
    """Write the zip to be uploaded, for the assignment in a folder under its own or another rubric.

    Raises OutputError.
    """
    try:
        with temporary_folder() as folder, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in (("setup.sh", _SETUP), ("run_autograder", _RUN), (_SETTINGS, settings.model_dump_json())):
                entry = zipfile.ZipInfo(name)
                entry.external_attr = _EXECUTABLE
                archive.writestr(entry, text)
            wheel = write_wheel(folder, assignment, rubric)
            archive.write(wheel, wheel.name)
            if _CONSTRAINTS.is_file():
                archive.write(_CONSTRAINTS, _CONSTRAINTS.name)
    except OSError as error:
        raise OutputError(f"{out}: the package cannot be written ({error.strerror}).") from error


def run(root: Path, assignment: Assignment) -> None:
    """Judge root/submission; root/results/results.json holds after every check what was earned until then.

    Lateness is deducted by the rubric's rule, with the due date, the extension and the time that the platform states in
    root/submission_metadata.json. A hand-in that cannot be read gets no points, and the reason. Faults of ours are
    raised: the platform then shows that the autograder failed.
    """
    settings = Settings.model_validate_json((root / "source" / _SETTINGS).read_text(encoding="utf-8"))
    results = root / "results" / "results.json"
    results.parent.mkdir(exist_ok=True)
    sandbox = SandboxSettings("jail", allow_weaker=settings.allow_weaker)
    with GradingSession(assignment, RunSettings(sandbox)) as grading:
        try:
            submission = grading.load(root / "submission")
        except UsageError as error:
            write_atomically(results, json.dumps({"score": 0.0, "output": str(error), "visibility": "visible"}))
            return
        metadata = read_metadata(root / "submission_metadata.json")
        late = metadata.rule(assignment.rubric.late)

        def write(report: Report) -> None:
            final = finalize(report, late, metadata.submitted, (), metadata.extension)
            _write(results, final, settings)
            write_atomically(results.with_name("report.json"), to_json(final))

        _judge(grading, submission, write)


def _judge(grading: GradingSession, submission: Submission, write: Callable[[Report], None]) -> None:
    """Judge, and write after every check the report that holds if time is up now."""
    results: list[CheckResult] = []
    with grading.begin(submission) as session:

        def keep(result: CheckResult) -> None:
            results.append(result)
            write(grading.report(session, results, grading.selected, unjudged=NOT_YET))

        write(grading.report(session, results, grading.selected, unjudged=NOT_YET))
        report = grading.report(session, run_checks(session, grading.selected, keep), grading.selected)
    write(report)


def _write(path: Path, report: Report, settings: Settings) -> None:
    whole = json.loads(to_gradescope(report))
    for test in whole["tests"]:
        test["visibility"] = settings.visibility.get(test["number"], test["visibility"])
    write_atomically(path, json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
