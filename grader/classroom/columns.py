"""Recognize the columns of an LMS's tables by their headers. `headers.toml` lists the words of each, with sources."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from pathlib import Path

from grader.classroom.tables import bare

_HEADERS = Path(__file__).with_name("headers.toml")


class Column(Enum):
    """What a column holds."""

    ID = auto()  # the course's own number of a person
    LMS = auto()  # the LMS's: its number, or the name that somebody logs in with
    NAME = auto()
    FIRST = auto()
    LAST = auto()
    EMAIL = auto()
    SUBMITTED = auto()  # when it was handed in
    STATUS = auto()  # Moodle's words about a hand-in, an extension among them
    DUE = auto()  # until when somebody has an extension
    DAYS = auto()  # for how many days
    GRADE = auto()
    MAXIMUM = auto()
    SCALE = auto()  # the words of a scale, in the place of a maximum
    GRADED = auto()  # when it was graded
    FEEDBACK = auto()


@dataclass(frozen=True, slots=True)
class Dialect:
    """A platform's table in one language. `marks` are headers that only such a table has together."""

    name: str
    marks: frozenset[str]
    words: Mapping[str, Column]

    @property
    def is_canvas(self) -> bool:
        """Whether it is Canvas' gradebook, in which some lines are about points and not about people."""
        return self.name.startswith("canvas")

    @property
    def is_moodle(self) -> bool:
        """Whether it is Moodle's grading worksheet, in which the LMS's number is the one that its uploads go by."""
        return self.name.startswith("moodle")


def dialect_of(header: Sequence[str]) -> Dialect:
    """The dialect of a table: of those whose marks it has, the one that knows most headers, then has most marks."""
    written = {name.strip().casefold() for name in header}
    names = {bare(name) for name in header}
    fitting = [dialect for dialect in _dialects() if dialect.marks <= written]
    return max(
        fitting, key=lambda dialect: (bool(dialect.marks), len(names & dialect.words.keys()), len(dialect.marks))
    )


def columns(header: Sequence[str]) -> list[Column | None]:
    """What each column of a table holds; None for those that are nothing to us."""
    words_here = dialect_of(header).words
    all_words = _every_word()
    return [words_here.get(name) or all_words.get(name) for name in map(bare, header)]


@cache
def _dialects() -> tuple[Dialect, ...]:
    sections = tomllib.loads(_HEADERS.read_text(encoding="utf-8"))
    return tuple(_dialect(name, section) for name, section in sections.items())


def _dialect(name: str, section: dict[str, list[str]]) -> Dialect:
    marks = frozenset(word.casefold() for word in section.pop("marks", []))
    words = {bare(word): Column[column.upper()] for column, listed in section.items() for word in listed}
    return Dialect(name, marks, words)


@cache
def _every_word() -> Mapping[str, Column]:
    """What each word means in the first dialect that has it."""
    return {word: column for dialect in reversed(_dialects()) for word, column in dialect.words.items()}
