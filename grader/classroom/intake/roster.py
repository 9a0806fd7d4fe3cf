"""Who is in the class, and who handed in when: the two tables that a course brings, and finding a person in them.

Headers may be English or German, as the LMS write them. A match is made only where exactly one person fits.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from grader.classroom.class_model import Extension, Student
from grader.classroom.intake.dates import moment, read_time
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
    "lms": ("identifier",),
    "name": ("name", "fullname", "studentname", "vollstandigername"),
    "first": ("firstname", "vorname", "givenname"),
    "last": ("lastname", "surname", "nachname", "familyname"),
    "email": ("email", "emailaddress", "mail", "emailadresse"),
    "due": ("due", "duedate", "extendedto", "until", "frist"),
    "days": ("days", "extradays", "tage"),
    "time": ("time", "submitted", "submittedat", "timestamp", "date", "zeit", "abgabe", "lastmodifiedsubmission"),
}
_CANVAS = {"student": "name", "id": "identifier", "sisloginid": "email"}
_GERMAN = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}


def read_roster(path: Path) -> list[Student]:
    """The students of a roster: id, name (or first and last name), e-mail. Raises UsageError."""
    students: dict[str, Student] = {}
    for line, row in _rows(path):
        name = row.get("name") or " ".join(filter(None, (row.get("first"), row.get("last"))))
        email, lms = row.get("email", ""), row.get("lms", "")
        student = Student(row.get("id", "") or lms or email or name, name, email, lms)
        if student.id and students.setdefault(student.id, student) != student:
            raise UsageError(f"{path}, line {line}: {student.id} stands there for the second time.")
    if not students:
        raise UsageError(f"{path}: nobody is in there; a roster has a column id, and name and email where known.")
    return list(students.values())


def read_times(path: Path, zone: ZoneInfo) -> dict[str, datetime]:
    """Whose hand-in came when: id, e-mail or folder name -> moment. A time without an offset is on the clock of `zone`.

    Where somebody stands there more than once, the latest time counts, as the newest hand-in does. Raises UsageError.
    """
    times: dict[str, datetime] = {}
    for line, row in _rows(path):
        who = next((row[kind] for kind in ("lms", "id", "email", "name") if kind in row), "")
        text = row.get("time", "-")
        if not who or text == "-":  # Moodle's word for nothing
            continue
        try:
            at = read_time(text)
        except ValueError as error:
            raise UsageError(
                f"{path}, line {line}: {text!r} is no time; write 2022-01-25T13:59:00 or with +01:00."
            ) from error
        at = at if at.tzinfo else moment(at, zone, "earlier")
        times[who] = max(at, times.get(who, at))
    if not times:
        raise UsageError(f"{path}: no times are in there; it needs the columns id and time.")
    return times


def read_extensions(path: Path) -> dict[str, Extension]:
    """Who has more time: id, e-mail or name -> until when, or for how many days more. Raises UsageError."""
    extensions: dict[str, Extension] = {}
    for line, row in _rows(path):
        who = next((row[kind] for kind in ("lms", "id", "email", "name") if kind in row), "")
        due, days = row.get("due", "-"), row.get("days", "-")
        if not who or due == days == "-":
            continue
        if due != "-" and days != "-":
            raise UsageError(f"{path}, line {line}: {who} has both a due date and a number of days; give one of them.")
        try:
            extensions[who] = Extension(until=read_time(due)) if due != "-" else Extension(days=int(days))
        except ValueError as error:
            value = due if due != "-" else days
            raise UsageError(
                f"{path}, line {line}: {value!r} is not a valid extension; write a time (2022-01-27T14:00) below due, "
                "or a whole number below days."
            ) from error
    if not extensions:
        raise UsageError(f"{path}: there are no extensions in this table; it needs the columns id, and due or days.")
    return extensions


class Roster:
    """Finds people by whatever a hand-in says of them. Each rule has its index, so that a class may be of any size."""

    def __init__(self, students: Sequence[Student]) -> None:
        self._rules: list[tuple[_Said, dict[Hashable, list[Student]]]] = []
        for known, said in _RULES:
            index = defaultdict(list)
            for student in students:
                for key in filter(None, known(student)):
                    index[key].append(student)
            self._rules.append((said, index))

    def find(self, said: Student, label: str) -> Student | None:
        """The one student who fits: by id or e-mail, then by an id within the hand-in's name, then by name."""
        for keys, index in self._rules:
            found = {student for key in keys(said, label) for student in index.get(key, ())}
            if len(found) == 1:
                return found.pop()
        return None


def _ids(student: Student) -> Iterable[Hashable]:
    return {student.id, _lms(student)}


def _said_ids(said: Student, label: str) -> Iterable[Hashable]:
    return {said.id, said.lms, label, _lms(said)}


def _lms(student: Student) -> Hashable:
    """The LMS's number, which is not to be taken for an id of the course's."""
    return ("lms", student.lms) if student.lms else None


def _words(label: str) -> Iterable[Hashable]:
    return re.split(r"[\s_,;()+-]+", label.casefold())


def _number_of(name: str) -> Hashable:
    """Spreadsheets take 004711 for the number 4711."""
    return name.lstrip("0") if name.isdigit() else None


def _behind_group(name: str) -> Iterable[Hashable]:
    """Moodle writes "Group 3-Ada Lovelace" where students work in groups."""
    words = name.split("-")
    return {spelling for place in range(1, len(words)) for spelling in _spellings("-".join(words[place:]))}


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


# What a student goes by, and what a hand-in says of whose it is: they fit where the two share something.
_Said = Callable[[Student, str], Iterable[Hashable]]
_RULES: tuple[tuple[Callable[[Student], Iterable[Hashable]], _Said], ...] = (
    (_ids, _said_ids),
    (lambda one: {one.email.casefold()}, lambda said, label: {said.email.casefold(), said.name.casefold()}),
    (lambda one: {one.id.casefold()}, lambda said, label: _words(label)),
    (lambda one: {_number_of(one.id)}, lambda said, label: {_number_of(said.id), _number_of(label)}),
    (lambda one: _spellings(one.name), lambda said, label: _spellings(said.name)),
    (lambda one: _spellings(one.name), lambda said, label: _behind_group(said.name)),
)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, what stands under the known headers) of every row of a table. Raises UsageError."""
    rows = read_table(path).rows
    headers = [bare(name) for name in rows[0]]
    if "sisuserid" in headers:  # Canvas' gradebook, whose ID is Canvas' own, and which has a line about the points
        headers = [_CANVAS.get(name, name) for name in headers]
        rows = [row for row in rows if "Points Possible" not in row[0]]
    kinds = [next((kind for kind, names in _HEADERS.items() if name in names), None) for name in headers]
    if not any(kinds):
        known = "id, name, email; or id, time"
        raise UsageError(f"{path}: its first line names no column that is known; it has to name the columns: {known}.")
    for line, row in enumerate(rows[1:], 2):
        values = [(kind, value.strip()) for kind, value in zip(kinds, row, strict=False) if kind and value.strip()]
        yield line, {kind: _number(value) if kind == "lms" else value for kind, value in values}


def _number(identifier: str) -> str:
    """Moodle's "Participant 101" -> "101", in any language."""
    return re.sub(r"^\D+ ?(?=\d+$)", "", identifier)
