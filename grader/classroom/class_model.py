"""The frozen values of a class: who handed in what, what a job needs, and what comes of it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from grader.counting import counted
from grader.load.file_names import readable
from grader.model import Submission
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.text import listed


class Format(StrEnum):
    """The LMS whose naming a class follows, or plain folders."""

    MOODLE = "moodle"
    CANVAS = "canvas"
    BLACKBOARD = "blackboard"
    BRIGHTSPACE = "brightspace"
    PRAIRIELEARN = "prairielearn"
    AUTOLAB = "autolab"
    NBGRADER = "nbgrader"
    EDX = "edx"
    GRADESCOPE = "gradescope"
    FOLDERS = "folders"


class IssueKind(StrEnum):
    """The kinds of what a person may want to know about a class. None of it is ever dropped silently."""

    UNMATCHED = "unmatched"  # nobody's, as far as can be told
    SUPERSEDED = "superseded"  # an earlier hand-in of somebody who handed in again
    DUPLICATE = "duplicate"  # byte for byte another one's
    CHOICE = "choice"  # which file or hand-in counts is a person's to decide; one was graded meanwhile, or none
    UNREAD = "unread"  # a file that was not read
    TABLE = "table"  # a table that was given has a flaw that could be read over
    ROSTER = "roster"  # so many are unmatched that the roster or the download must be the wrong one
    EMPTY = "empty"  # nothing in it that could be graded
    ABSENT = "absent"  # on the roster, and nothing handed in
    TIME = "time"  # when it was handed in is in doubt
    GONE = "gone"  # graded in an earlier run, and not among the submissions now
    OLD_MARK = "old mark"  # a person's, for an earlier hand-in than the one that counts
    DAMAGED = "damaged"  # a stored report that cannot be read
    FAULT = "fault"  # the grader's own: not graded, and no zero


# In what words a page tells a kind, in the order in which a person has to act.
ISSUE_TITLES = {
    IssueKind.UNMATCHED: "Nobody's hand-ins",
    IssueKind.EMPTY: "Nothing that could be graded",
    IssueKind.CHOICE: "Which file counts",
    IssueKind.UNREAD: "Files that were not read",
    IssueKind.TABLE: "Tables with flaws",
    IssueKind.ROSTER: "The wrong roster?",
    IssueKind.GONE: "No longer there",
    IssueKind.TIME: "Late, or not: no time",
    IssueKind.OLD_MARK: "Marks of an earlier hand-in",
    IssueKind.DAMAGED: "Damaged reports",
    IssueKind.FAULT: "Faults of the grader",
    IssueKind.DUPLICATE: "The same files",
    IssueKind.SUPERSEDED: "Earlier hand-ins",
    IssueKind.ABSENT: "Nothing handed in",
}


@dataclass(frozen=True, slots=True)
class Issue:
    """One line of the list of what needs a person. `who` is an id, or the name of a file that is nobody's."""

    kind: IssueKind
    who: str
    message: str


@dataclass(frozen=True, slots=True)
class Student:
    """One person, as far as a roster or an LMS told: empty where unknown. `lms` is the number that the LMS goes by."""

    id: str = ""
    name: str = ""
    email: str = ""
    lms: str = ""

    @property
    def identifiers(self) -> tuple[str, str, str, str]:
        """Whatever a person may call them by."""
        return self.id, self.name, self.email, self.lms


def names_of(students: Iterable[Student]) -> str:
    """`Ada Lovelace, Alan Turing`; nothing where no name is known."""
    return listed([student.name for student in students if student.name])


def label(name: str, students: Iterable[Student]) -> str:
    """Whom the hand-in with the id `name` is of: the students' names, and the id where it is another text."""
    names = names_of(students)
    return names if names == name else f"{names} ({name})" if names else name


class Part(NamedTuple):
    """What a hand-in is made of: the name under which a file stands in it ("" for a folder: its own place), and the
    key by which the class's folder finds the file or folder. Of two files, the LMS got the one of higher `order` later.
    """

    name: str
    key: str
    order: int | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """More time for one person: until a moment, or so many days after the due date of the rubric. One of the two.

    `until` is a moment where it has an offset, else what the clock of the rubric's time zone shows.
    """

    until: datetime | None = None
    days: int | None = None

    def __str__(self) -> str:
        return self.until.isoformat() if self.until else counted(self.days or 0, "day")

    @classmethod
    def parse(cls, text: str) -> "Extension":
        """What `str` made of one. Raises ValueError."""
        days = re.fullmatch(r"(-?\d+) days?", text)
        return cls(days=int(days[1])) if days else cls(until=datetime.fromisoformat(text))


class Submitted(NamedTuple):
    """When something was handed in. `zoneless`: it was what some clock showed, and was read on that of the rubric."""

    at: datetime
    zoneless: bool = False


@dataclass(frozen=True, slots=True)
class HandIn:
    """One hand-in that counts or might: whose, when, and where. Names alone, and few: a class may have thousands.

    `id` is what it is called everywhere. `order` tells which of several is newer where the times do not. `decided` is
    set where a person said whose it is, `zoneless` where `submitted` was read from a clock in no known time zone.
    """

    id: str
    students: tuple[Student, ...]
    parts: tuple[Part, ...]
    submitted: datetime | None = None
    order: tuple[int, str] = (0, "")
    notes: tuple[str, ...] = ()
    decided: bool = False
    extension: Extension | None = None
    zoneless: bool = False

    @property
    def source(self) -> str:
        """Where in the class it stands, for messages."""
        first = readable(self.parts[0].key)
        return first if len(self.parts) == 1 else f"{first} and {len(self.parts) - 1} more"

    def handed_in(self, when: Submitted | None) -> "HandIn":
        """The same with this time, where there is one."""
        return replace(self, submitted=when.at, zoneless=when.zoneless) if when else self


class Worth(NamedTuple):
    """What the points that are graded are worth, and all points of the rubric."""

    graded: float
    whole: float


@dataclass(frozen=True, slots=True)
class SettingFile:
    """A file that a setting of the assignment's names, as bytes: machines may share no disk."""

    name: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class JobSettings:
    """The settings under which all submissions of a class are graded: pure data, the same on every machine.

    `rubric` is its text and `assignment` the folder; `points` are all that are judged, in the rubric's order.
    `overrides` and `files` stand for settings of the assignment's own.
    """

    rubric: str
    assignment: str
    sandbox: SandboxSettings
    seed: int
    points: tuple[str, ...]
    overrides: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, SettingFile] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Job:
    """One submission, to be graded under the class's settings. `attempt` counts from 1."""

    submission: Submission
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Graded:
    """A job's report, as results.json has it."""

    report: str


@dataclass(frozen=True, slots=True)
class JobFailed:
    """A job that brought no report, through no fault of the submission's: retried, then listed."""

    message: str


@dataclass(frozen=True, slots=True)
class JobRejected:
    """A request that cannot be met for any submission: the class ends, and shows this sentence."""

    message: str


JobResult = Graded | JobFailed | JobRejected
