"""What the names in an LMS's download say: whose a file or folder is, which attempt, and when it came.

moodle       "Surname Firstname_12345_assignsubmission_file_[name]", also "…_onlinetext_": a folder each, or flat
canvas       "lastnamefirstname_[LATE_]12345_67890_name[-1].py": the user's number, the attachment's; a second file of
             one name gets "-1". Also "…_12345_text.html", "…_12345_link.html"; graded anonymously
             "[LATE_]anon_a1B2c_67890_name.py". The name may hold "_" itself, a group's may be all there is
blackboard   "Assignment_username_attempt_2022-01-25-13-59-59_name.py", and a receipt "…-59-59.txt" for each attempt
brightspace  folders "397063-2557369 - Ada Lovelace - Jan 25, 2022 159 PM", or files with " - name.py" behind that; the
             date as the language of whoever downloads writes it
prairielearn "uid_1_question_1_2_8812_name.py": the instance of the assessment, the question, its variant, the
             submission's number and the number by which PrairieLearn goes; for manual grading "uid_uin_question_8812_…"
nbgrader     folders "ada+ps9+2022-01-25 12:59:59.123456 UTC" of its exchange, perhaps with "+" and a random text behind
autolab      "uid_2_handin.zip": the address, the number of the submission, and the name that all of them have
edx          "[1] - username - name.py", open response assessments, and "… - prompt_0.txt" for texts

docs/lms.md names the source of each.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from grader.classroom.class_model import Format, Student
from grader.classroom.intake.dates import UNREAD_TIME, time_in_name
from grader.classroom.intake.people import person_named
from grader.classroom.intake.time_stamps import read_stamp

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
_BRIGHTSPACE = re.compile(r"(?P<number>\d+)-\d+ ?- (?P<rest>.+)", re.S)
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")  # what shows that a part of a name is a date, in any language
_NUMBERS = r"_\d+_\d+_(?P<submission>\d+)_(?P<file>.+)"
_PRAIRIELEARN = (
    re.compile(r"(?P<uid>[^/]+@[^/_]+)_\d+_(?P<question>[^/]*?[^\W\d_].*?)" + _NUMBERS, re.S),
    # A group's name looks like a person's in Canvas, whose names have another number, a large one, before the file's.
    re.compile(r"(?P<uid>[^/@]+?)_\d{1,2}_(?P<question>[^\W\d_].*?)" + _NUMBERS, re.S),
    re.compile(
        r"(?P<uid>[^/]+@[^/_]+)_(?P<uin>[^_/]*)_(?P<question>.*?[^\W\d_].*?)_(?P<submission>\d+)_(?P<file>.+)", re.S
    ),
)
_AUTOLAB = re.compile(r"(?P<uid>[^/]+@[^/_]+)_(?P<submission>\d+)_(?P<file>.+)", re.S)
_NBGRADER = re.compile(r"(?P<user>[^+]+)\+[^+]+\+(?P<at>\d{4}-\d\d-\d\d [^+]+(?:\+\d\d:?\d\d)?)(?:\+.*)?", re.S)
_EDX = re.compile(r"\[(?:\d+|x)\] - (?P<user>.+?) - (?P<file>.+)", re.S)


@dataclass(frozen=True, slots=True)
class Named:
    """What one name says. `key` tells people apart; `file` is the name it was uploaded under (None for a folder).

    `order` is a number that grows with time; `at` is the moment that it gives, or what the LMS's clock showed.
    `attempt_text` tells one person's hand-ins apart, as it stands in the name, where the LMS keeps them apart.
    """

    key: str
    student: Student
    file: str | None
    order: int = 0
    at: datetime | None = None
    note: str | None = None
    attempt_text: str = ""

    @property
    def attempt(self) -> tuple[str, str]:
        """A key that all files of one hand-in share: the person, and the attempt if the LMS keeps attempts apart."""
        return self.key, self.attempt_text


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
    return (
        Named(match["who"], Student(id=match["user"]), match["file"] or name, at=at, attempt_text=match["at"])
        if at
        else None
    )


def _brightspace(name: str) -> Named | None:
    match = _BRIGHTSPACE.fullmatch(name)
    if match is None:
        return None
    parts = re.split(r" ?- ", match["rest"])
    dated = next((place for place, part in enumerate(parts) if place and _YEAR.search(part)), None)
    if dated is None:
        return None
    who, at = " - ".join(parts[:dated]), time_in_name(parts[dated])
    note = None if at else f"{UNREAD_TIME} ({parts[dated]})"
    student = Student(name=who, lms=match["number"])
    file = " - ".join(parts[dated + 1 :]) or None
    return Named(f"{who}_{match['number']}", student, file, at=at, note=note, attempt_text=parts[dated])


def _prairielearn(name: str) -> Named | None:
    match = next((match for pattern in _PRAIRIELEARN if (match := pattern.fullmatch(name))), None)
    if match is None:
        return None
    student = replace(person_named(match["uid"]), id=match.groupdict().get("uin") or "")
    return Named(match["uid"], student, match["file"], int(match["submission"]))


def _autolab(name: str) -> Named | None:
    match = _AUTOLAB.fullmatch(name)
    if match is None:
        return None
    student, number = person_named(match["uid"]), int(match["submission"])
    return Named(match["uid"], student, match["file"], number, attempt_text=match["submission"])


def _nbgrader(name: str) -> Named | None:
    match = _NBGRADER.fullmatch(name)
    if match is None:
        return None
    at = read_stamp(match["at"])
    note = None if at else f"{UNREAD_TIME} ({match['at']})"
    return Named(match["user"], Student(id=match["user"]), None, at=at, note=note, attempt_text=match["at"])


def _edx(name: str) -> Named | None:
    match = _EDX.fullmatch(name)
    return Named(match["user"], Student(id=match["user"]), match["file"]) if match else None


def _time(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)
    except ValueError:
        return None


# Of two that read as many names, the first counts: Canvas' pattern fits PrairieLearn's and Autolab's names, too, and
# Autolab's fits PrairieLearn's.
READERS: dict[Format, Callable[[str], Named | None]] = {
    Format.PRAIRIELEARN: _prairielearn,
    Format.AUTOLAB: _autolab,
    Format.NBGRADER: _nbgrader,
    Format.EDX: _edx,
    Format.MOODLE: _moodle,
    Format.CANVAS: _canvas,
    Format.BLACKBOARD: _blackboard,
    Format.BRIGHTSPACE: _brightspace,
}


def name_in_any_format(name: str) -> Named | None:
    """What a name says if it follows the naming of any LMS."""
    return next((named for reader in READERS.values() if (named := reader(name)) is not None), None)
