"""What goes into the images, and that nothing else does."""

import io
import re
import tarfile
from pathlib import Path

import pytest

from grader.course.docker_image import ROOT, Recipe, _pack, build, default_wheels
from grader.errors import SandboxError, UsageError
from grader.sandbox.docker.container import CHILD, child_hash
from tests.support.command import Command
from tests.support.engines import worker_image


def test_the_dockerfile_copies_the_childs_folder_and_nothing_else_of_ours() -> None:
    worker = (ROOT / "Dockerfile").read_text().partition(" AS worker\n")[2].partition("\nFROM ")[0]
    assert re.findall(r"grader/\S+", worker) == ["grader/sandbox/child"]


def test_the_version_of_the_child_is_that_of_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    before = child_hash()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * path.samefile(CHILD / "convert.py"))
    assert child_hash() != before


def test_the_context_holds_no_submission_no_reference_and_no_history(tmp_path: Path) -> None:
    for name in ("torch-1-cp311-manylinux.whl", "any-1-py3-none-any.whl", "torch-1-cp311-win_amd64.whl", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    packed = [io.BytesIO(), io.BytesIO()]
    for context in packed:
        _pack(context, Recipe(wheels=tmp_path))
    assert packed[0].getvalue() == packed[1].getvalue()
    packed[0].seek(0)
    with tarfile.open(fileobj=packed[0]) as archive:
        names = archive.getnames()
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"Dockerfile", "constraints.txt", "pyproject.toml", "README.md", "LICENSE", "grader", "wheels"}
    wheels = {name for name in names if name.startswith("wheels/")}
    assert wheels == {"wheels/torch-1-cp311-manylinux.whl", "wheels/any-1-py3-none-any.whl"}


def test_wheels_come_from_where_pip_finds_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for value, expected in ((str(tmp_path), tmp_path), ("", None), (str(tmp_path / "none"), None)):
        monkeypatch.setenv("PIP_FIND_LINKS", value)
        assert default_wheels() == expected


def test_what_cannot_be_built_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no image walker; there are worker, grader"):
        build(Recipe("walker"))
    with pytest.raises(UsageError, match="none is no folder with wheels"):
        build(Recipe(wheels=tmp_path / "none"))


@pytest.mark.slow
def test_a_step_that_fails_is_told_with_its_last_words() -> None:
    worker_image()  # skips where there is no engine
    with pytest.raises(SandboxError, match="the image could not be built: ") as raised:
        build(Recipe(tag="backprop-grader-worker:broken", torch="--no-such-option"))
    assert "no such option: --no-such-option" in str(raised.value)


@pytest.mark.slow
def test_the_command_builds_and_says_how_to_use(grader: Command) -> None:
    name = worker_image()
    ended = grader("image", "--torch", "", "--tag", name)
    assert ended.returncode == 0, ended.stderr
    assert re.search(
        rf"^{name}  0\.\d\d GB\ngrader grade SUBMISSION --sandbox docker --image {name}$", ended.stdout, re.M
    )
