"""The grader as one file that pip installs, made of the installed grader itself: no build tool, no network.

Format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/ . The same grader gives the
same bytes. Only `grader/` goes in, with one assignment in the place of the built-in one: whoever has the wheel has
every check of that assignment, and neither the solution nor our tests.
"""

import base64
import hashlib
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

from grader import BUILT_IN
from grader.errors import UsageError
from grader.load.submission import EPOCH
from grader.version import VERSION

PACKAGE = Path(__file__).parent.parent
NAME = "backprop-grader"
# What belongs to the package; whatever else lies in its folder (caches, a developer's notes) does not travel.
_SUFFIXES = frozenset({".py", ".toml", ".ini", ".json", ".css", ".js", ".svg", ".jinja", ".npz", ".md", ".txt"})
_NAMES = frozenset({"Dockerfile", "py.typed"})
# Of an assignment's folder: what grades, which is these and its Python packages. The template is handed out beside the
# wheel, a solution nowhere.
_PARTS = frozenset({"__init__.py", "rubric.toml", "explain.toml", "checks", "bounded", "harness", "given", "data"})
_WHEEL = "Wheel-Version: 1.0\nGenerator: backprop-grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel_name() -> str:
    return f"{NAME.replace('-', '_')}-{VERSION}-py3-none-any.whl"


def write_wheel(folder: Path, assignment: Path = BUILT_IN, rubric: Path | None = None) -> Path:
    """Write the wheel into `folder`; its path. The grader in it has `assignment` built in, under `rubric` if given.

    Raises UsageError where the installed grader is another version.
    """
    path = folder / wheel_name()
    record = f"{NAME.replace('-', '_')}-{VERSION}.dist-info/RECORD"
    lines = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*_package(), *_carried(assignment, rubric), *_about()):
            archive.writestr(_entry(name), content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={digest},{len(content)}\n")
        archive.writestr(_entry(record), "".join([*lines, f"{record},,\n"]))
    return path


def _package() -> Iterator[tuple[str, bytes]]:
    for inner, content in _files(PACKAGE):
        if not (PACKAGE / inner).is_relative_to(BUILT_IN):
            yield f"{PACKAGE.name}/{inner}", content


def _carried(assignment: Path, rubric: Path | None) -> Iterator[tuple[str, bytes]]:
    """The assignment's files, under the names of the built-in one's."""
    for inner, content in _files(assignment):
        part = inner.split("/")[0]
        if part in _PARTS or (assignment / part / "__init__.py").is_file():
            if inner == "rubric.toml" and rubric is not None:
                content = rubric.read_bytes()
            yield f"{PACKAGE.name}/{BUILT_IN.name}/{inner}", content


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and (path.suffix in _SUFFIXES or path.name in _NAMES) and "__pycache__" not in inner.parts:
            yield inner.as_posix(), path.read_bytes()


def _about() -> Iterator[tuple[str, bytes]]:
    """What pip reads: name, version, dependencies, the command."""
    try:
        installed = distribution(NAME)
    except PackageNotFoundError as error:
        raise UsageError(f"{NAME} is not installed here; `pip install .` in its repository first.") from error
    if installed.version != VERSION:
        raise UsageError(f"{installed.version} is installed, and this is {VERSION}; `pip install .` again first.")
    folder = f"{NAME.replace('-', '_')}-{VERSION}.dist-info"
    metadata = installed.read_text("METADATA") or installed.read_text("PKG-INFO")  # the latter beside a checkout
    for name, text in (
        ("METADATA", _as_stated(metadata or "", PACKAGE.parent / "pyproject.toml")),
        ("entry_points.txt", installed.read_text("entry_points.txt")),
        ("licenses/LICENSE", installed.read_text("licenses/LICENSE")),
    ):
        if text is not None:
            yield f"{folder}/{name}", text.encode()
    yield f"{folder}/WHEEL", _WHEEL.encode()


def _as_stated(metadata: str, project: Path) -> str:
    """The metadata with the dependencies of a checkout's `project`, where it is one.

    An editable install keeps those of the day it was made, and a student would install what nobody needs any more.
    """
    stated = tomllib.loads(project.read_text(encoding="utf-8")).get("project", {}) if project.is_file() else {}
    if stated.get("name") != NAME:
        return metadata
    header, blank, description = metadata.partition("\n\n")
    fields = [line for line in header.splitlines() if not line.startswith(("Requires-Dist:", "Provides-Extra:"))]
    lines = [f"Requires-Dist: {Requirement(text)}" for text in stated.get("dependencies", [])]
    for extra, texts in stated.get("optional-dependencies", {}).items():
        lines += [f"Provides-Extra: {extra}", *(f"Requires-Dist: {_of_extra(text, extra)}" for text in texts)]
    return "\n".join([*fields, *lines]) + blank + description


def _of_extra(text: str, extra: str) -> str:
    """A dependency that is installed with an extra only."""
    requirement = Requirement(text)
    condition = f"({requirement.marker}) and " if requirement.marker else ""
    requirement.marker = None
    return f'{requirement}; {condition}extra == "{extra}"'


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
