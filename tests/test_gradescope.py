"""The Gradescope package: its scripts run as in the platform's container, and what was earned is always on disk."""

import json
import shutil
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from grader.assignment_folder import Assignment
from grader.course import gradescope_package
from grader.course.gradescope_metadata import read_metadata
from grader.course.gradescope_package import NOT_YET, Settings, build_package, run, visibility_of
from grader.errors import SandboxError, UsageError
from grader.sandbox.docker.engine import connect
from tests.support.command import ROOT, Command
from tests.support.environments import SITE_PACKAGES, collect_dependencies, link_dependencies, make_environment, shell

pytestmark = pytest.mark.slow


MISTAKE = ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py"


def unpacked(root: Path, settings: Settings) -> Path:
    """The platform's folders: the package unpacked as its source, one submission."""
    build_package(root / "package.zip", settings)
    with zipfile.ZipFile(root / "package.zip") as archive:
        archive.extractall(root / "source")
        for entry in archive.infolist():
            (root / "source" / entry.filename).chmod((entry.external_attr >> 16) or 0o644)
    (root / "submission").mkdir()
    shutil.copy(MISTAKE, root / "submission")
    return root


def results(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "autograder"
    folder.mkdir()
    return folder


def test_visibilities_are_by_point_or_exercise(assignment: Assignment) -> None:
    chosen = visibility_of(assignment.rubric, ["2=hidden", "2.4=after_due_date"])
    assert chosen["2.1"] == "hidden"
    assert chosen["2.4"] == "after_due_date"
    assert len(chosen) == 5
    for wrong in ("9=hidden", "2.4", "2.4=never"):
        with pytest.raises(UsageError, match="WHEN is visible, hidden, after_due_date, after_published"):
            visibility_of(assignment.rubric, [wrong])


def test_after_every_check_what_was_earned_is_on_disk(
    root: Path, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform may stop it at any moment: here, after each check, the file is read as it would be then."""
    unpacked(root, Settings(visibility={"2.3": "hidden"}))
    seen = []
    write = gradescope_package._write

    def spy(*args: Any) -> None:
        write(*args)
        seen.append(results(root))

    monkeypatch.setattr(gradescope_package, "_write", spy)
    run(root, assignment)
    assert len(seen) == 1 + 25 + 1
    scores = [whole["score"] for whole in seen]
    assert scores == sorted(scores)
    assert (scores[0], scores[-1]) == (0.0, 5.0)
    halfway = {test["number"]: test for test in seen[6]["tests"]}
    assert len(halfway) == 23
    assert halfway["4.1"]["output"] == NOT_YET
    assert halfway["2.1"]["score"] == 1.0
    last = {test["number"]: test for test in seen[-1]["tests"]}
    assert NOT_YET not in json.dumps(seen[-1])
    assert (last["2.3"]["visibility"], last["2.2"]["visibility"]) == ("hidden", "visible")
    report = json.loads((root / "results" / "report.json").read_text(encoding="utf-8"))
    assert (report["score"], report["environment"]["sandbox"]) == (5.0, "jail")
    assert seen[0]["extra_data"]["seed"] == report["seed"]


def metadata(root: Path, created: str, due: str, own: str | None = None) -> None:
    """submission_metadata.json as the platform writes it."""
    users: list[dict[str, Any]] = [{"email": "ada@example.org", "id": 1, "name": "Ada"}]
    if own is not None:
        users.append({"id": 2, "name": "Alan", "assignment": {"due_date": own}})
    about = {"id": 5, "created_at": created, "assignment": {"due_date": due, "late_due_date": None}, "users": users}
    (root / "submission_metadata.json").write_text(json.dumps(about))


@pytest.mark.parametrize(
    ("created", "due", "own", "score", "said"),
    [
        ("2026-05-01T13:00:00-07:00", "2026-05-01T14:00:00-07:00", None, 5.0, "Handed in on time"),
        ("2026-05-01T15:00:00-07:00", "2026-05-01T14:00:00-07:00", None, 0.0, "due 2026-05-01 23:00:00 CEST"),
        ("2026-05-01T15:00:00-07:00", "2026-05-01T14:00:00-07:00", "2026-05-03T14:00:00-07:00", 5.0,
         "extended to 2026-05-03 23:00:00 CEST"),
    ],
)  # fmt: skip
def test_lateness_is_by_the_platforms_dates(
    created: str, due: str, own: str | None, score: float, said: str, root: Path, assignment: Assignment
) -> None:
    """The rubric's rule, which is that late work earns nothing; its own due date is years past."""
    unpacked(root, Settings())
    metadata(root, created, due, own)
    run(root, assignment)
    assert (results(root)["score"], said in results(root)["output"]) == (score, True), results(root)["output"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"created_at": 5, "assignment": [], "users": [1]}', '{"users": 3}'])
def test_where_the_platform_tells_no_time_nothing_is_deducted(
    text: str, tmp_path: Path, assignment: Assignment
) -> None:
    path = tmp_path / "submission_metadata.json"
    path.write_text(text)
    found = read_metadata(path)
    assert (found.submitted, found.due, found.extension) == (None, None, None)
    assert found.rule(assignment.rubric.late) == assignment.rubric.late


def test_an_empty_submission_is_told_on_the_platform(root: Path, assignment: Assignment) -> None:
    unpacked(root, Settings())
    (root / "submission" / "exercise2.py").unlink()
    run(root, assignment)
    assert results(root)["score"] == 0.0
    assert "nothing to grade here" in results(root)["output"]


@pytest.mark.slow
def test_its_scripts_install_and_judge(root: Path) -> None:
    """setup.sh and run_autograder themselves, in a folder that stands for /autograder; the download is left out."""
    unpacked(root, Settings())
    environment = root / "grader"
    make_environment(environment)
    link_dependencies(environment)
    built = shell("source/setup.sh", root, AUTOGRADER=str(root))
    assert built.returncode == 0, built.stdout + built.stderr
    ended = shell("source/run_autograder", root, AUTOGRADER=str(root))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert results(root)["score"] == 5.0
    message = next(test["output"] for test in results(root)["tests"] if test["number"] == "2.3")
    assert "In windows without a positive value the maximum was missed" in message


_IMAGE = "python:3.11-slim"  # its Python is the one that the linked packages are built for
_IN_CONTAINER = """\
python3 -m venv /autograder/grader
echo "import sys; sys.path.insert(0, '/autograder/dependencies')" \
    > "$(echo /autograder/grader/lib/python*/site-packages)/dependencies.pth"
/autograder/source/setup.sh && /autograder/source/run_autograder
"""


@pytest.mark.slow
def test_its_scripts_run_in_a_real_container(root: Path) -> None:
    """As root in a default container without a network, where the jail has all its restrictions."""
    try:
        client = connect()
    except SandboxError as error:
        pytest.skip(f"no containers here: {error}")
    if sys.version_info[:2] != (3, 11):
        pytest.skip(f"the linked packages are not for {_IMAGE}")
    unpacked(root, Settings())
    collect_dependencies(root / "dependencies")
    binds = [f"{root}:/autograder", f"{SITE_PACKAGES}:{SITE_PACKAGES}:ro"]
    with closing(client):
        if not client.images.list(_IMAGE):
            pytest.skip(f"the engine has no {_IMAGE}")
        said = client.containers.run(
            _IMAGE,
            ["bash", "-c", _IN_CONTAINER],
            environment={"PIP_NO_INDEX": "1"},
            network_mode="none",
            remove=True,
            stderr=True,
            volumes=binds,
        )
    assert results(root)["score"] == 5.0, said
    report = json.loads((root / "results" / "report.json").read_text(encoding="utf-8"))
    assert report["environment"]["sandbox"] == "jail"
    restrictions = " ".join(report["environment"]["restrictions"])
    assert "Landlock" in restrictions
    assert "seccomp" in restrictions


def test_the_command_says_what_to_do_with_it(grader: Command, tmp_path: Path) -> None:
    ended = grader("gradescope", tmp_path / "autograder.zip", "--visibility", "4=after_due_date")
    assert ended.returncode == 0, ended.stderr
    assert "is ready to be uploaded. Switch Gradescope's own late penalty off" in ended.stdout
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        assert {"setup.sh", "run_autograder", "settings.json"} < set(archive.namelist())
        assert json.loads(archive.read("settings.json"))["visibility"]["4.1"] == "after_due_date"
        assert not [name for name in archive.namelist() if "reference" in name]
    assert grader("gradescope", tmp_path / "x.zip", "--visibility", "7=hidden").returncode == 2
