"""feedback.zip: each student's page, named for Moodle's "Upload multiple feedback files in a zip".

Moodle splits a folder's name at its underscores: NAME_NUMBER_assignfeedback_file_ (mod/assign/feedback/file,
importziplib.php), where NUMBER is the participant's. So a name may have none itself.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.classroom.class_model import Format, Student
from grader.classroom.results.store import ClassIndex
from grader.load.file_names import readable
from grader.load.submission import EPOCH

NAME = "feedback.zip"
_PAGE = "report.html"
_UNWANTED = re.compile(r"[_/\\:*?\"<>|\x00-\x1f]+")


def feedback_zip(results: Path, index: ClassIndex, numbers: Mapping[str, str]) -> Iterator[bytes]:
    """The archive in pieces, one page held at a time; an empty one where no number of Moodle's is known.

    `numbers` are Moodle's, by whatever its worksheet calls a person.
    """
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in index.entries:
            page = results / str(entry.folder) / _PAGE
            if entry.status != "graded" or not page.is_file():
                continue
            for person in entry.students:
                number = number_of(person, index.format, numbers)
                if number:
                    name = _UNWANTED.sub(" ", readable(person.name)).strip(" .") or "Participant"
                    about = zipfile.ZipInfo(f"{name}_{number}_assignfeedback_file_/{_PAGE}", EPOCH)
                    archive.writestr(about, page.read_bytes(), zipfile.ZIP_DEFLATED)
                    yield pieces.drain()
    yield pieces.drain()


def number_of(person: Student, shape: Format, numbers: Mapping[str, str]) -> str:
    """Moodle's number of a person: by its download or its worksheet, never another LMS's. Empty where unknown."""
    if shape is Format.MOODLE and person.lms:
        return person.lms
    names = (person.id, person.email)
    return next((numbers[name.casefold()] for name in names if name and name.casefold() in numbers), "")


class _Pieces(io.RawIOBase):
    """A file in memory that is only written to. `drain` empties it, so that it never holds more than one page."""

    def __init__(self) -> None:
        super().__init__()
        self._buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        chunk = bytes(data)  # type: ignore[call-overload]
        self._buffer += chunk
        return len(chunk)

    def drain(self) -> bytes:
        """Takes out what was written since the last call."""
        content = bytes(self._buffer)
        self._buffer.clear()
        return content
