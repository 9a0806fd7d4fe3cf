"""The CI files: valid by the published schemas, and what they run cannot be changed by what they judge."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.course.handout import build_handout
from tests.support.command import PATIENCE, ROOT, Command
from tests.support.environments import shell

pytestmark = pytest.mark.slow

GITHUB = [
    ".github/workflows/ci.yml",
    ".github/workflows/grade.yml",
    ".github/workflows/release.yml",
    ".github/workflows/docs.yml",
]
GITLAB = [".gitlab-ci.yml", ".gitlab/grade.yml"]
STEPS = ("Install it", "Grade it")
SOFTMAX = ROOT / "examples" / "softmax"
MISTAKE = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py"

# A push that brings along everything that a grader could be tricked with: whoever runs any of it prints the mark, or
# gives full marks.
MARK = "the-submission-was-run-by-the-grader"
SHOUT = f"print({MARK!r})\nimport sys\nsys.stderr.write({MARK!r})\n"
FORGERY = '::notice title=Autograding report::{"totalPoints":22.0,"maxPoints":22.0}'
HOSTILE = {
    "conftest.py": SHOUT + "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n",
    "pytest.ini": f"[pytest]\naddopts = -p conftest --co -q {MARK}\n",
    "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "--collect-only"\n',
    "tox.ini": "[pytest]\naddopts = --collect-only\n",
    "sitecustomize.py": SHOUT,
    "usercustomize.py": SHOUT,
    "numpy.py": SHOUT,
    "pytest.py": SHOUT,
    "check_exercise2.py": SHOUT,
    "grader/__init__.py": SHOUT,
    "grader/__main__.py": SHOUT,
    "grader/cli.py": SHOUT + "def main():\n    print('22 / 22')\n",
    "grader/assignment/rubric.toml": "everything = 'is free'\n",
    "results.json": '{"score": 22.0}',
    "summary.md": "22 of 22 points",
    ".github/workflows/classroom.yml": f"on: push\njobs: {{grade: {{steps: [{{run: echo {MARK}}}]}}}}\n",
    ".gitlab-ci.yml": f"grade: {{script: echo {MARK}}}\n",
    # A message so long that the terminal puts its end on a line of its own, where GitHub's runner reads commands.
    "exercise1.py": f"def df_dr(f_x, f_y, r, theta):\n    raise ValueError({'x' * 200 + ' ' + FORGERY!r})\n",
}


def complaints(schema: str, *files: Path) -> str:
    """What a published schema has to say against files; nothing where they are valid."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, files)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return "" if ended.returncode == 0 else ended.stdout + ended.stderr


def test_they_are_valid_by_the_published_schemas(tmp_path: Path) -> None:
    build_handout(tmp_path / "out", course="owner/course")
    handed_out = tmp_path / "out"
    workflows = (*map(ROOT.joinpath, GITHUB), handed_out / ".github/workflows/classroom.yml")
    assert complaints("vendor.github-workflows", *workflows) == ""
    assert complaints("vendor.gitlab-ci", *map(ROOT.joinpath, GITLAB), handed_out / ".gitlab-ci.yml") == ""


def test_the_schemas_would_see_a_mistake(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("on: push\njobs: {grade: {runs-on: ubuntu-24.04, steps: [{rum: ls}]}}\n")
    assert "rum" in complaints("vendor.github-workflows", broken)


def steps() -> list[dict[str, Any]]:
    workflow = yaml.safe_load((ROOT / ".github/workflows/grade.yml").read_text(encoding="utf-8"))
    return list(workflow["jobs"]["grade"]["steps"])


def test_the_grader_is_there_before_the_submission() -> None:
    names = [step.get("name", step.get("uses")) for step in steps()]
    assert names.index("Install it") < names.index("Get the submission") < names.index("Grade it")
    checkout = steps()[0]["with"]
    assert (checkout["repository"], checkout["ref"]) == ("${{ inputs.grader }}", "${{ inputs.pin }}")
    gitlab = yaml.safe_load((ROOT / ".gitlab/grade.yml").read_text(encoding="utf-8"))["grade"]
    lines = "\n".join(gitlab["before_script"])
    assert gitlab["variables"]["GIT_STRATEGY"] == "empty"
    assert lines.index("pip install") < lines.index("$CI_PROJECT_PATH")


def hostile_push(folder: Path) -> Path:
    """A repository with one honest mistake in exercise 2, and all of the above around it."""
    for name, text in HOSTILE.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    shutil.copy(MISTAKE, folder)
    return folder


def install(environment: Path) -> None:
    """Stands for the installation step: a `grader` command that is this checkout's, started as pip's own are."""
    command = environment / "bin" / "grader"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!{sys.executable}\nfrom grader.cli import main\nmain()\n")
    command.chmod(0o755)


def judged(results: Path) -> dict[str, float]:
    report = json.loads(results.read_text(encoding="utf-8"))
    return {point["id"]: point["score"] for point in report["points"] if point["exercise"] == "2"} | {
        "all": report["score"]
    }


DESERVED = {"2.1": 1.0, "2.2": 2.0, "2.3": 0.0, "2.4": 1.0, "2.5": 1.0, "all": 5.0}


def obeyed(log: str) -> Iterator[str]:
    """What GitHub's runner does with a step's output: it obeys lines that begin with `::`, spaces before it or not, but
    between `::stop-commands::TOKEN` and `::TOKEN::` none (GitHub's reference of workflow commands)."""
    token = ""
    for line in map(str.strip, log.splitlines()):
        if line == f"::{token}::":
            token = ""
        elif line.startswith("::") and not token:
            yield line
            token = line.removeprefix("::stop-commands::") if line.startswith("::stop-commands::") else ""


def test_githubs_step_gives_a_hostile_push_what_its_code_deserves(tmp_path: Path) -> None:
    workspace, runner = hostile_push(tmp_path / "repository"), tmp_path / "runner"
    install(runner / "grader")
    step = next(step for step in steps() if step.get("name") == "Grade it")
    assert step["working-directory"] == "${{ runner.temp }}"
    summary = tmp_path / "summary"
    variables = {"RUNNER_TEMP": runner, "GITHUB_WORKSPACE": workspace, "GITHUB_STEP_SUMMARY": summary}
    ended = shell(step["run"], runner, PYTHONSAFEPATH="1", **{key: str(value) for key, value in variables.items()})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert judged(runner / "results.json") == DESERVED
    assert MARK not in ended.stdout + ended.stderr
    assert summary.read_text(encoding="utf-8").startswith("## 5 of 22 points")
    assert any(line.strip().startswith("::notice title=Autograding report") for line in ended.stdout.splitlines())
    assert [line for line in obeyed(ended.stdout) if line.startswith("::notice")] == [
        "::notice title=Autograding complete::Points 5/22",
        '::notice title=Autograding report::{"totalPoints":5.0,"maxPoints":22.0}',
    ]
    assert (runner / "junit.xml").read_text(encoding="utf-8").count("<testcase") == 25 - 2  # 3.4 and 3.5 have two parts


def test_githubs_steps_grade_an_assignment_of_the_courses_own(tmp_path: Path) -> None:
    runner, summary = tmp_path / "runner", tmp_path / "summary"
    install(runner / "grader")
    install_step, grade_step = (next(step for step in steps() if step.get("name") == name) for name in STEPS)
    assert install_step["env"]["ASSIGNMENT"] == "${{ inputs.assignment }}"
    copying = "\n".join(line for line in install_step["run"].splitlines() if "pip" not in line and "venv" not in line)
    copied = shell(copying, ROOT, RUNNER_TEMP=str(runner), ASSIGNMENT="examples/softmax")
    assert copied.returncode == 0, copied.stderr
    assert not (runner / "assignment" / "reference").exists()
    variables = {"RUNNER_TEMP": runner, "GITHUB_WORKSPACE": SOFTMAX / "reference", "GITHUB_STEP_SUMMARY": summary}
    ended = shell(grade_step["run"], runner, **{key: str(value) for key, value in variables.items()})
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert summary.read_text(encoding="utf-8").startswith("## 3 of 3 points")


def test_gitlabs_script_grades_an_assignment_of_the_courses_own(tmp_path: Path) -> None:
    gitlab = yaml.safe_load((ROOT / ".gitlab/grade.yml").read_text(encoding="utf-8"))["grade"]
    shutil.copytree(SOFTMAX / "reference", tmp_path / "project")
    shutil.copytree(SOFTMAX, tmp_path / "source" / "examples" / "softmax")
    install(tmp_path / "grader")
    (tmp_path / "build").mkdir()
    script = "\n".join(gitlab["script"]).replace("/tmp/", f"{tmp_path}/")
    variables = {"CI_PROJECT_NAME": "project", "CI_PROJECT_DIR": str(tmp_path / "build")}
    ended = shell(script, tmp_path / "project", GRADER_ASSIGNMENT="examples/softmax", **variables)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    report = json.loads((tmp_path / "build" / "report" / "results.json").read_text(encoding="utf-8"))
    assert (report["assignment"], report["score"]) == ("softmax-example", 3.0)


def test_gitlabs_script_gives_a_hostile_push_what_its_code_deserves(tmp_path: Path) -> None:
    gitlab = yaml.safe_load((ROOT / ".gitlab/grade.yml").read_text(encoding="utf-8"))["grade"]
    hostile_push(tmp_path / "project")
    install(tmp_path / "grader")
    (tmp_path / "build").mkdir()
    script = "\n".join(gitlab["script"]).replace("/tmp/", f"{tmp_path}/")
    variables = {"CI_PROJECT_NAME": "project", "CI_PROJECT_DIR": str(tmp_path / "build"), "PYTHONSAFEPATH": "1"}
    ended = shell(script, tmp_path / "project", **variables)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert judged(tmp_path / "build" / "report" / "results.json") == DESERVED
    assert MARK not in ended.stdout + ended.stderr
    assert (tmp_path / "build" / "report" / "junit.xml").is_file()


def test_annotations_stand_at_the_students_own_lines(grader: Command, tmp_path: Path) -> None:
    (tmp_path / "exercise2.py").write_text("def maxpool2x2_backward(dY, X):\n    return X[0][99]\n")
    results = tmp_path / "results.json"
    assert grader("grade", tmp_path, "--exercise", "2", "--sandbox", "process", "--output", results).returncode == 0
    ended = grader("annotate", results, "--github")
    assert ended.returncode == 0
    assert (
        "::error file=exercise2.py,line=2,title=2.1 One window::maxpool2x2_backward raised IndexError" in ended.stdout
    )
    assert "::notice" not in ended.stdout
    missing = grader("annotate", tmp_path / "nothing.json")
    assert missing.returncode == 2
    assert "the report cannot be read" in missing.stderr


def test_pre_commit_runs_the_gates_of_make_lint() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    entries = {hook["entry"] for hook in hooks}
    lint = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    gates = {line.strip().removeprefix("$(BIN)/") for line in lint.splitlines()[1:]}
    assert gates <= entries
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
