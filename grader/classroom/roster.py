"""Who is in the class, and who handed in when: the two tables that a course brings, and finding a person in them.

Headers may be English or German, as the LMS write them. A match is made only where exactly one person fits.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.classroom.late import moment
from grader.classroom.model import Student
from grader.classroom.tables import bare, read_table
from grader.errors import UsageError

# How the columns are called, by Moodle, Canvas, Gradescope and people; lower case, without signs.
_HEADERS = {
    "id": (
        "id",
        "sid",
        "studentid",
        "idnumber",
        "sisuserid",
        "matriculationnumber",
        "matrikelnummer",
        "student",
        "username",
    ),
    "name": ("name", "fullname", "studentname", "vollstandigername"),
    "first": ("firstname", "vorname", "givenname"),
    "last": ("lastname", "surname", "nachname", "familyname"),
    "email": ("email", "emailaddress", "mail", "emailadresse"),
    "time": ("time", "submitted", "submittedat", "timestamp", "date", "zeit", "abgabe", "lastmodifiedsubmission"),
}
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


def read_roster(path: Path) -> list[Student]:
    """The students of a roster: id, name (or first and last name), e-mail. Raises UsageError."""
    students: list[Student] = []
    for line, row in _rows(path):
        name = row.get("name") or " ".join(filter(None, (row.get("first"), row.get("last"))))
        student = Student(row.get("id", "") or row.get("email", "") or name, name, row.get("email", ""))
        if student.id:
            if any(student.id == other.id for other in students):
                raise UsageError(f"{path}, line {line}: {student.id} stands there for the second time.")
            students.append(student)
    if not students:
        raise UsageError(f"{path}: nobody is in there; a roster has a column id, and name and email where known.")
    return students


def read_times(path: Path, zone: ZoneInfo) -> dict[str, datetime]:
    """Whose hand-in came when: id, e-mail or folder name -> moment. A time without an offset is on the clock of `zone`.

    Where somebody stands there more than once, the latest time counts, as the newest hand-in does. Raises UsageError.
    """
    times: dict[str, datetime] = {}
    for line, row in _rows(path):
        who, text = row.get("id") or row.get("email") or row.get("name") or "", row.get("time", "")
        if not who or not text:
            continue
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise UsageError(
                f"{path}, line {line}: {text!r} is no time; write 2022-01-25T13:59:00 or with +01:00."
            ) from error
        at = at if at.tzinfo else moment(at, zone, "earlier")
        times[who] = max(at, times.get(who, at))
    if not times:
        raise UsageError(f"{path}: no times are in there; it needs the columns id and time.")
    return times


class Roster:
    """Finds people by whatever a hand-in says of them."""

    def __init__(self, students: Sequence[Student]) -> None:
        self.students = tuple(students)

    def find(self, said: Student, label: str) -> Student | None:
        """The one student who fits: by id or e-mail, then by an id within the hand-in's name, then by name."""
        for fits in (_same_id, _same_email, _id_in_label, _same_name):
            found = [student for student in self.students if fits(student, said, label)]
            if len(found) == 1:
                return found[0]
        return None


def _same_id(student: Student, said: Student, label: str) -> bool:
    return student.id in (said.id, said.lms, label)


def _same_email(student: Student, said: Student, label: str) -> bool:
    return bool(student.email) and student.email.casefold() in (said.email.casefold(), said.name.casefold())


def _id_in_label(student: Student, said: Student, label: str) -> bool:
    return student.id.casefold() in re.split(r"[\s_,;()+-]+", label.casefold())


def _same_name(student: Student, said: Student, label: str) -> bool:
    return not _spellings(student.name).isdisjoint(_spellings(said.name))


def _spellings(name: str) -> frozenset[str]:
    """A name without accents, order and spaces: "Müller, Jörg", "Jorg Muller" and Canvas' "muellerjoerg" share one."""
    found = set()
    for german in (True, False):
        text = unicodedata.normalize("NFC", name).casefold()
        for sign, letters in _GERMAN.items() if german else ():
            text = text.replace(sign, letters)
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
        words = re.findall(r"[^\W_]+", text.replace("'", "").replace("-", ""))
        found |= {"".join(words[turn:] + words[:turn]) for turn in range(len(words))}
    return frozenset(found)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, what stands under the known headers) of every row of a table. Raises UsageError."""
    rows = read_table(path).rows
    kinds = [_kind(name) for name in rows[0]]
    if not any(kinds):
        raise UsageError(f"{path}: the first line names no column that is known: id, name, email, time.")
    for line, row in enumerate(rows[1:], 2):
        known = zip(kinds, row, strict=False)
        yield line, {kind: value.strip() for kind, value in known if kind and value.strip()}


def _kind(header: str) -> str | None:
    return next((kind for kind, names in _HEADERS.items() if bare(header) in names), None)
