"""What the names in an LMS's download say: whose a file or folder is, which attempt, and when it came.

moodle       "Surname Firstname_12345_assignsubmission_file_[name]", also "…_onlinetext_": a folder each, or flat
canvas       "lastnamefirstname_[LATE_]12345_67890_name[-1].py": the user's number, the attachment's; a second file of
             one name gets "-1". Also "…_12345_text.html", "…_12345_link.html"; graded anonymously
             "[LATE_]anon_a1B2c_67890_name.py". The name may hold "_" itself, a group's may be all there is
blackboard   "Assignment_username_attempt_2022-01-25-13-59-59_name.py", and a receipt "…-59-59.txt" for each attempt
brightspace  folders "397063-2557369 - Ada Lovelace - Jan 25, 2022 159 PM", or files with " - name.py" behind that

docs/lms.md names the source of each.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from grader.classroom.class_model import Format, Student

GRADESCOPE_METADATA = "submission_metadata.yml"  # says of each "submission_12345" whose it is
CANVAS_LATE = "Canvas marks it late but does not say when it was handed in"
_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<file>.*))?", re.S
)
_UPLOAD = r"_(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<page>(?:text|link)\.html))"
_CANVAS = re.compile(r"(?P<name>.+?)_(?P<late>LATE_)?(?P<number>\d+)" + _UPLOAD, re.S)
_CANVAS_ANONYMOUS = re.compile(r"(?P<name>)(?P<late>LATE_)?(?P<number>anon_[A-Za-z0-9]+)" + _UPLOAD, re.S)
# A group called "team_1" makes "team_1_103_1000_name.py"; a user's number has more than two digits.
_CANVAS_NUMBERED = re.compile(r"(?P<name>.+?_\d{1,2})_(?P<late>LATE_)?(?P<number>\d{3,})" + _UPLOAD, re.S)
_BLACKBOARD = re.compile(
    r"(?P<who>(?:.+_)?(?P<user>[^_]+))_attempt_(?P<at>\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(?:_(?P<file>.+)|\.txt)", re.S
)
_BRIGHTSPACE = re.compile(
    r"(?P<number>\d+)-\d+ ?- (?P<name>.+?) ?- "
    r"(?P<at>[A-Za-z]{3,9}\.? \d{1,2}, \d{4} \d{3,4} [AP]M)(?: - (?P<file>.+))?",
    re.S,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What one name says. `key` tells people apart; `file` is the name it was uploaded under (None for a folder).

    `order` is a number that grows with time; `at` is what the LMS's clock showed.
    """

    key: str
    student: Student
    file: str | None
    order: int = 0
    at: datetime | None = None
    note: str | None = None

    @property
    def attempt(self) -> tuple[str, datetime | None]:
        """A key that all files of one hand-in share: the person, and the attempt if the LMS keeps attempts apart."""
        return self.key, self.at


def _moodle(name: str) -> Named | None:
    match = _MOODLE.fullmatch(name)
    if match is None:
        return None
    return Named(
        f"{match['name']}_{match['number']}", Student(name=match["name"], lms=match["number"]), match["file"] or None
    )


def _canvas(name: str) -> Named | None:
    patterns = (_CANVAS_ANONYMOUS, _CANVAS_NUMBERED, _CANVAS)
    match = next((match for pattern in patterns if (match := pattern.fullmatch(name))), None)
    if match is None:
        return None
    who = match["name"]
    key = f"{who}_{match['number']}" if who else match["number"]
    student = Student(name=who, lms=match["number"])
    note = CANVAS_LATE if match["late"] else None
    return Named(key, student, match["file"] or match["page"], int(match["attachment"] or 0), note=note)


def _blackboard(name: str) -> Named | None:
    match = _BLACKBOARD.fullmatch(name)
    if match is None:
        return None
    at = _time(match["at"], "%Y-%m-%d-%H-%M-%S")
    return Named(match["who"], Student(id=match["user"]), match["file"] or name, at=at) if at else None


def _brightspace(name: str) -> Named | None:
    match = _BRIGHTSPACE.fullmatch(name)
    if match is None:
        return None
    text = match["at"].replace(".", "")
    hour = text.split()[3]
    text = text.replace(f" {hour} ", f" {hour[:-2]}:{hour[-2:]} ")
    at = _time(text, "%b %d, %Y %I:%M %p") or _time(text, "%B %d, %Y %I:%M %p")
    student = Student(name=match["name"], lms=match["number"])
    return Named(f"{match['name']}_{match['number']}", student, match["file"], at=at) if at else None


def _time(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


READERS: dict[Format, Callable[[str], Named | None]] = {
    Format.MOODLE: _moodle,
    Format.CANVAS: _canvas,
    Format.BLACKBOARD: _blackboard,
    Format.BRIGHTSPACE: _brightspace,
}
