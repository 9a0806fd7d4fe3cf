"""What goes into the images, and that nothing else does."""

import io
import re
import tarfile
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from grader.errors import SandboxError, UsageError
from grader.sandbox.choose import open_launcher
from grader.sandbox.docker import container, image
from grader.sandbox.docker.engine import connect
from grader.sandbox.docker.image import ROOT, Recipe, _pack, build, child_hash, default_wheels
from grader.sandbox.process import CHILD
from grader.sandbox.sandbox_settings import SandboxSettings
from tests.support.command import Command
from tests.support.engines import worker_image

pytestmark = pytest.mark.slow


def test_the_dockerfile_copies_the_childs_folder_and_nothing_else_of_ours() -> None:
    recipe = CHILD.parent / "docker" / "Dockerfile"
    copied = [line.split()[1:-1] for line in recipe.read_text().splitlines() if line.startswith("COPY ")]
    ours = {name for names in copied if not names[0].startswith("--from") for name in names}
    assert ours == {"child", "docker/pins.txt", "wheel[s]"}


def test_a_worker_has_the_versions_that_were_tested_together() -> None:
    tested = (ROOT / "constraints.txt").read_text().splitlines()
    pins = (CHILD.parent / "docker" / "pins.txt").read_text().splitlines()
    assert {re.split("==", pin)[0].lower() for pin in pins} >= {"numpy", "sympy", "mpmath", "torch"}
    assert set(pins) <= set(tested)


def test_the_version_of_the_child_is_that_of_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    before = child_hash()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"#" * path.samefile(CHILD / "convert.py"))
    assert child_hash() != before


@pytest.mark.parametrize(
    ("target", "holds"),
    [
        ("worker", {"docker", "child", "wheels"}),
        ("grader", {"Dockerfile", "constraints.txt", "pyproject.toml", "README.md", "LICENSE", "grader", "wheels"}),
    ],
)
def test_the_context_holds_no_submission_no_reference_and_no_history(
    target: str, holds: set[str], tmp_path: Path
) -> None:
    for name in ("torch-1-cp311-manylinux.whl", "any-1-py3-none-any.whl", "torch-1-cp311-win_amd64.whl", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    packed = [io.BytesIO(), io.BytesIO()]
    for context in packed:
        _pack(context, Recipe(target, wheels=tmp_path))
    assert packed[0].getvalue() == packed[1].getvalue()
    packed[0].seek(0)
    with tarfile.open(fileobj=packed[0]) as archive:
        names = archive.getnames()
    tops = {name.partition("/")[0] for name in names}
    assert tops == holds
    wheels = {name for name in names if name.startswith("wheels/")}
    assert wheels == {"wheels/torch-1-cp311-manylinux.whl", "wheels/any-1-py3-none-any.whl"}


def test_wheels_come_from_where_pip_finds_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for value, expected in ((str(tmp_path), tmp_path), ("", None), (str(tmp_path / "none"), None)):
        monkeypatch.setenv("PIP_FIND_LINKS", value)
        assert default_wheels() == expected


def test_what_cannot_be_built_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"unknown image 'walker' \(choose from worker, grader\)"):
        build(Recipe("walker"))
    with pytest.raises(UsageError, match="none is not a folder with wheels"):
        build(Recipe(wheels=tmp_path / "none"))


@pytest.mark.slow
def test_the_image_is_built_at_its_first_use_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    worker_image()  # skips where there is no engine
    name = "backprop-grader-worker:test-first-use"
    for module in (image, container):
        monkeypatch.setattr(module, "WORKER_IMAGE", name)
    monkeypatch.setattr(image, "TAGS", {"worker": name})
    monkeypatch.setattr(image, "Recipe", partial(Recipe, torch=""))
    with closing(connect()) as client:
        if client.images.list(name):
            client.images.remove(name, force=True)  # its name: other images may stand on its layers
    with pytest.raises(SandboxError, match=f"there is no worker image {name}; `grader image` builds it"):
        open_launcher(SandboxSettings("docker", build=False))
    steps: list[str] = []
    for _ in range(2):
        open_launcher(SandboxSettings("docker"), on_step=lambda number, count, what: steps.append(what)).close()
    assert steps[0].startswith("ARG BASE")
    assert len([step for step in steps if step.startswith("ENTRYPOINT")]) == 1


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
