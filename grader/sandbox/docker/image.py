"""Images, built through the Docker SDK from what a build needs and no more: a worker's, and the whole grader's.

The worker's is built from this package alone, wherever it is installed; the grader's needs a checkout of the project.
"""

import hashlib
import os
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import docker
from filelock import FileLock

from grader.errors import SandboxError, UsageError
from grader.sandbox import scratch
from grader.sandbox.docker.engine import connect, engine_errors
from grader.sandbox.launcher import OnStep
from grader.sandbox.process import CHILD
from grader.version import VERSION

WORKER_IMAGE = f"backprop-grader-worker:{VERSION}"
CHILD_LABEL = "backprop-grader.child"  # on the image: which version of the files in `child/` it holds
ROOT = Path(__file__).parent.parent.parent.parent
TAGS = {"worker": WORKER_IMAGE, "grader": f"backprop-grader:{VERSION}"}
BUILD_SECONDS = 3600  # between two lines of a build: torch with CUDA is some GiB to download
_CONTEXT = ("Dockerfile", "constraints.txt", "pyproject.toml", "README.md", "LICENSE")
_WORKER_CONTEXT = ("docker/Dockerfile", "docker/pins.txt")  # from the folder of the sandboxes
_STEP = re.compile(r"^Step (\d+)/(\d+) : (.*)")
_LAST_LINES = 15  # of what a failed step said


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to build, from what. `torch` is what pip is asked for: "" for none, None for the Dockerfile's default."""

    target: str = "worker"
    tag: str | None = None
    base: str | None = None
    torch: str | None = None
    wheels: Path | None = None

    @property
    def name(self) -> str:
        return self.tag or TAGS[self.target]

    @property
    def dockerfile(self) -> str:
        return "docker/Dockerfile" if self.target == "worker" else "Dockerfile"

    @property
    def arguments(self) -> dict[str, str]:
        arguments = {"BASE": self.base, "TORCH": self.torch}
        return {name: value for name, value in arguments.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Image:
    """A built image; `size` in bytes."""

    name: str
    size: int
    build: Recipe = field(repr=False)


def default_wheels() -> Path | None:
    """The folder in which pip looks for wheels here, if it is one."""
    folder = Path(os.environ.get("PIP_FIND_LINKS", ""))
    return folder if folder.name and folder.is_dir() else None


def child_hash() -> str:
    """The version of what runs inside a container, as the image's label has it."""
    digest = hashlib.sha256()
    for path in sorted(CHILD.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def build(recipe: Recipe, on_step: OnStep = lambda number, count, what: None) -> Image:
    """Build and tag an image. Layers that the engine has built before are not built again.

    Raises UsageError where there is nothing to build from, SandboxError where the engine cannot or a step fails.
    """
    _check(recipe)
    child = child_hash()
    client = connect()
    try:
        with tempfile.TemporaryFile() as context:
            _pack(context, recipe)
            context.seek(0)
            with engine_errors("building the image"):
                _follow(_lines(client, recipe, child, context), on_step)
                size = int(client.images.get(recipe.name).attrs["Size"])
    finally:
        client.close()
    return Image(recipe.name, size, recipe)


def build_once(is_missing: Callable[[], bool], on_step: OnStep) -> None:
    """Build the worker image with the grader's own defaults; of several processes that want to, the first does.

    Raises as `build` does.
    """
    with FileLock(scratch.place() / f"{WORKER_IMAGE.replace(':', '-')}.lock"):
        if is_missing():
            build(Recipe(wheels=default_wheels()), on_step)


def _check(recipe: Recipe) -> None:
    if recipe.target not in TAGS:
        raise UsageError(f"unknown image {recipe.target!r} (choose from {', '.join(TAGS)}).")
    if recipe.target == "grader" and not (ROOT / "Dockerfile").is_file():
        raise UsageError(f"{ROOT} has no Dockerfile; build this image from a checkout of the project.")
    if recipe.wheels is not None and not recipe.wheels.is_dir():
        raise UsageError(f"{recipe.wheels} is not a folder with wheels.")


def _pack(context: IO[bytes], recipe: Recipe) -> None:
    """The build context, the same bytes for the same files, so that the engine finds its layers again."""
    with tarfile.open(fileobj=context, mode="w") as archive:
        for path, name in _sources(recipe.target):
            archive.add(path, name, filter=_anonymous)
        for path in sorted(recipe.wheels.glob("*.whl")) if recipe.wheels else ():
            if path.stem.endswith("-any") or "linux" in path.stem:
                archive.add(path, f"wheels/{path.name}", filter=_anonymous)


def _sources(target: str) -> Iterator[tuple[Path, str]]:
    """The files of a build context and their names in it."""
    root, folder = (CHILD.parent, CHILD) if target == "worker" else (ROOT, ROOT / "grader")
    names: tuple[str, ...] = _WORKER_CONTEXT if target == "worker" else _CONTEXT
    for name in names:
        yield root / name, name
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path, path.relative_to(root).as_posix()


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o644
    return entry


def _lines(client: docker.DockerClient, recipe: Recipe, child: str, context: IO[bytes]) -> Iterator[dict[str, Any]]:
    lines: Iterator[dict[str, Any]] = client.api.build(
        fileobj=context,
        custom_context=True,
        tag=recipe.name,
        dockerfile=recipe.dockerfile,
        target=recipe.target,
        buildargs=recipe.arguments,
        labels={CHILD_LABEL: child},
        # An engine without a bridge has no other network to download from.
        network_mode=None if client.networks.list(names=["bridge"]) else "host",
        rm=True,
        forcerm=True,
        decode=True,
        timeout=BUILD_SECONDS,
    )
    return lines


def _follow(lines: Iterator[dict[str, Any]], on_step: OnStep) -> None:
    printed: list[str] = []
    for line in lines:
        text = str(line.get("stream", "")).rstrip()
        step = _STEP.match(text)
        if step:
            on_step(int(step[1]), int(step[2]), step[3])
            printed.clear()
        elif text:
            printed.append(text)
        if "error" in line:
            last = "\n".join("  " + text for text in printed[-_LAST_LINES:])
            raise SandboxError(f"the image could not be built: {line['error']}\n{last}")
