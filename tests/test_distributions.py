"""What is published: `python -m build` makes both distributions, they agree, and an index would take them."""

import subprocess
import sys
import tarfile
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from tests.support.command import PATIENCE, ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (find_spec("build") and find_spec("twine")), reason="needs build and twine: pip install '.[dev]'"
    ),
]
WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both: the wheel is built from the source distribution, as an index's users could."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(lambda name: (ROOT / name).is_file(), listed.stdout.splitlines()):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source]
    ended = subprocess.run(command, timeout=PATIENCE, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return folder


def test_an_index_would_take_them(built: Path) -> None:
    assert sorted(path.suffix for path in built.iterdir()) == [".gz", ".whl"]
    command = [sys.executable, "-m", "twine", "check", "--strict", *built.iterdir()]
    ended = subprocess.run(command, timeout=PATIENCE, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("PASSED") == 2


def test_the_source_holds_the_package_and_not_the_solution(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        sources = {name.partition("/")[2] for name in archive.getnames() if not name.endswith("/")}
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        wheel = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert wheel <= sources
    assert {"grader/py.typed", "grader/sandbox/docker/Dockerfile", "grader/suite/suite.ini"} <= wheel
    assert {"LICENSE", "README.md", "constraints.txt", "pyproject.toml"} <= sources
    beside = {"LICENSE", "MANIFEST.in", "PKG-INFO", "README.md", "constraints.txt", "pyproject.toml", "setup.cfg"}
    assert {name.partition("/")[0] for name in sources} - {""} == beside | {"grader", "backprop_grader.egg-info"}


def test_the_release_pins_each_action_and_keeps_no_token() -> None:
    jobs = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert len(used) >= 5
    assert [action for action in used if len(action.partition("@")[2]) != 40] == []
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["needs"] == "build"
    assert "secrets." not in WORKFLOW.read_text(encoding="utf-8")
