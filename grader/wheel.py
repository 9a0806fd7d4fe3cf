"""The grader as one file that pip installs, made of the installed grader itself: no build tool, no network.

Format: https://packaging.python.org/en/latest/specifications/binary-distribution-format/ . The same grader gives the
same bytes. Only `grader/` goes in: whoever has the wheel has every check, and neither the solution nor our tests.
"""

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from grader.errors import UsageError
from grader.version import VERSION

PACKAGE = Path(__file__).parent
NAME = "backprop-grader"
# What belongs to the package; whatever else lies in its folder (caches, a developer's notes) does not travel.
_SUFFIXES = frozenset({".py", ".toml", ".ini", ".json", ".css", ".js", ".jinja", ".npz", ".md"})
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can state
_WHEEL = "Wheel-Version: 1.0\nGenerator: backprop-grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel_name() -> str:
    return f"{NAME.replace('-', '_')}-{VERSION}-py3-none-any.whl"


def write_wheel(folder: Path) -> Path:
    """Writes the wheel into `folder`; its path. Raises UsageError where the installed grader is another version."""
    path = folder / wheel_name()
    record = f"{NAME.replace('-', '_')}-{VERSION}.dist-info/RECORD"
    lines = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*_package(), *_about()):
            archive.writestr(_entry(name), content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={digest},{len(content)}\n")
        archive.writestr(_entry(record), "".join([*lines, f"{record},,\n"]))
    return path


def _package() -> Iterator[tuple[str, bytes]]:
    for path in sorted(PACKAGE.rglob("*")):
        inner = path.relative_to(PACKAGE.parent)
        if path.is_file() and path.suffix in _SUFFIXES and "__pycache__" not in inner.parts:
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
        ("METADATA", metadata),
        ("entry_points.txt", installed.read_text("entry_points.txt")),
        ("licenses/LICENSE", installed.read_text("licenses/LICENSE")),
    ):
        if text is not None:
            yield f"{folder}/{name}", text.encode()
    yield f"{folder}/WHEEL", _WHEEL.encode()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
