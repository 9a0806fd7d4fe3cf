"""Classes for tests: hand-ins in every shape in which an LMS gives them."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from grader.classroom.class_model import HandIn
from grader.classroom.intake.hand_ins import Intake
from grader.model import Expected, Submission

MODULES = ("exercise1", "exercise2", "exercise3", "exercise4")
EXPECTED = Expected(MODULES, ("report.md", "student.toml"))
GOOD = b"def maxpool2x2_backward(dY, X):\n    raise NotImplementedError\n"


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of some files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w:gz") -> bytes:
    """A tar of some files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def laid_out(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Some files in a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def in_every_packing(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """The same class as a folder, as a zip, as a tar, and as a zip with one folder around all."""
    paths = [laid_out(folder / "plain", files), folder / "class.zip", folder / "class.tar.gz", folder / "wrapped.zip"]
    paths[1].write_bytes(zipped(files))
    paths[2].write_bytes(tarred(files))
    paths[3].write_bytes(zipped({f"around/{name}": content for name, content in files.items()}))
    return paths


def read(intake: Intake, hand_in: HandIn) -> Submission:
    """A hand-in as the run would read it."""
    return intake.read(hand_in)


def contents(intake: Intake) -> dict[str, set[str]]:
    """id -> names of the files that would be graded."""
    return {hand_in.id: set(read(intake, hand_in).files) for hand_in in intake.hand_ins}
