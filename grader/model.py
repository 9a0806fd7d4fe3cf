"""The frozen values that cross the boundaries between the stages, and the two closed enums everybody speaks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum
from typing import Any

MAX_CODE = 200  # characters of a line that is shown
WHOLE_FILE = "<module>"  # the function of a line outside of all functions, as Python calls it


class Outcome(StrEnum):
    """What became of one point. The wording is the contract's."""

    PASSED = "passed"
    PARTIAL = "partial"
    FAILED = "failed"  # a wrong answer
    MISSING = "missing"  # not attempted: NotImplementedError, no such function or file
    ERROR = "error"  # the student's code raised
    TIMEOUT = "timeout"
    CRASHED = "crashed"  # died, out of memory, killed
    FORBIDDEN = "forbidden"  # an import that the exercise does not allow
    REVIEW = "review"  # a person's to give
    GRADER_ERROR = "grader_error"  # ours; never a zero


class ExitCode(IntEnum):
    """What the command's exit status means."""

    GRADED = 0  # whatever the score
    GRADER_ERROR = 1  # a point could not be judged; the fault is ours. Or most of a class fits no roster
    OUT_OF_ORDER = 1  # the same number: what was to be looked at (`check`, `lint`, `reproduce`) is not as it should be
    USAGE = 2  # a path, an option or a file that cannot be used
    INTERRUPTED = 130  # Ctrl-C
    NO_READER = 141  # who read the output has gone, as `head` does; as the shell counts SIGPIPE


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found out about one point, or about one part of it.

    `share` is the part of the maximum that was earned, 0 to 1. `message` is for the student and empty when nothing was
    lost. `diagnosis` is the stable id of a known misconception. `notes` are said whatever the mark. `evidence` is plain
    JSON data for the report: a smallest failing input, a witness, a table.
    """

    outcome: Outcome
    share: float
    message: str = ""
    diagnosis: str | None = None
    notes: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def passed(cls, *notes: str) -> "Verdict":
        return cls(Outcome.PASSED, 1.0, notes=notes)

    @classmethod
    def failed(cls, message: str, diagnosis: str | None = None, **evidence: Any) -> "Verdict":
        return cls(Outcome.FAILED, 0.0, message, diagnosis, evidence=evidence)

    @classmethod
    def partial(cls, share: float, message: str, diagnosis: str | None = None, **evidence: Any) -> "Verdict":
        """A share of the point; 0 is `failed` and 1 is `passed`, so that a caller need not tell them apart."""
        outcome = Outcome.FAILED if share <= 0 else Outcome.PASSED if share >= 1 else Outcome.PARTIAL
        return cls(outcome, min(max(share, 0.0), 1.0), message, diagnosis, evidence=evidence)

    @classmethod
    def missing(cls, message: str) -> "Verdict":
        return cls(Outcome.MISSING, 0.0, message)

    @classmethod
    def review(cls, message: str, **evidence: Any) -> "Verdict":
        return cls(Outcome.REVIEW, 0.0, message, evidence=evidence)

    @classmethod
    def grader_error(cls, reason: str, **evidence: Any) -> "Verdict":
        """A fault of ours, or of the assignment's author: no zero. `reason` is for whoever runs the grader."""
        message = f"This point could not be judged; that is the grader's fault, not yours ({reason.rstrip('.')})."
        return cls(Outcome.GRADER_ERROR, 0.0, message, evidence=evidence)

    @classmethod
    def of_all(cls, verdicts: Iterable["Verdict"]) -> "Verdict":
        """The first one that is not full, no further ones being asked for; passed where all are."""
        return next((verdict for verdict in verdicts if verdict.share < 1), cls.passed())

    def noting(self, *notes: str) -> "Verdict":
        """The same verdict with further notes, each said once."""
        return replace(self, notes=tuple(dict.fromkeys((*self.notes, *notes))))


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a student's own traceback. `code[column:end_column]` is where in it, None where that is not known."""

    file: str
    line: int
    function: str
    code: str
    column: int | None = None
    end_column: int | None = None

    @classmethod
    def at(cls, source: str, file: str, line: int, function: str, columns: tuple[int, int] | None = None) -> "Frame":
        """The frame of a line of `source`; `columns` are those of the line as it stands there."""
        lines = source.splitlines()
        whole = lines[line - 1] if 0 < line <= len(lines) else ""
        code = whole.strip()[:MAX_CODE]
        indent = len(whole) - len(whole.lstrip())
        if columns is None or not 0 <= columns[0] - indent < columns[1] - indent <= len(code):
            return cls(file, line, function, code)
        return cls(file, line, function, code, columns[0] - indent, columns[1] - indent)


@dataclass(frozen=True, slots=True)
class Author:
    """Who a submission's student.toml says it is by; None where it does not say it."""

    name: str | None = None
    id: str | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.id})" if self.name and self.id else self.name or self.id or ""


class CallFailure(Exception):  # noqa: N818 - not an error of ours: a verdict
    """The student's code gave no value. `verdict` says what it did instead, in words for the student.

    Its message may end in `advice`, a sentence on what to do.
    """

    def __init__(self, verdict: Verdict, kind: str, frames: tuple[Frame, ...] = (), advice: str = "") -> None:
        super().__init__(verdict.message)
        self.verdict = verdict
        self.kind = kind
        self.frames = frames
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened on the way to a point and that a person may want to know: a timeout, a crash, a limit."""

    point: str
    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check, as the suite hands it to the score. `part` is None where it is the point's only one."""

    point: str
    part: str | None
    verdict: Verdict
    incidents: tuple[Incident, ...] = ()
    traceback: tuple[Frame, ...] = ()
    output: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What reading a file without running it has already decided about everything in it."""

    outcome: Outcome
    message: str
    line: int | None = None
    frame: Frame | None = None


def module_file(module: str) -> str:
    """The file of a module: `course.layers` -> `course/layers.py`."""
    return f"{module.replace('.', '/')}.py"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a hand-in consists of: a module an exercise, further files, and the template that students begin with.

    A module may lie in a package (`course.layers`); its file is then asked for by its path (`course/layers.py`), and
    found by its own name, `layers.py`, in whatever folder. `names` are the functions and constants that are asked for
    in each file.
    """

    modules: tuple[str, ...]
    extra: tuple[str, ...] = ()
    template: Mapping[str, bytes] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that are asked for by name."""
        return (*map(module_file, self.modules), *self.extra)

    def file_named(self, name: str) -> str | None:
        """The file that is asked for and has this name, without its folders; None where there is none."""
        return next((path for path in self.files if path.rpartition("/")[2] == name), None)

    @property
    def module_names(self) -> frozenset[str]:
        """The modules' files without their folders."""
        return frozenset(module_file(module).rpartition("/")[2] for module in self.modules)

    def is_untouched(self, name: str, content: bytes) -> bool:
        """Whether this is the template's file of that name, but for blanks and line ends."""
        original = self.template.get(name)
        return original is not None and original.split() == content.removeprefix(b"\xef\xbb\xbf").split()


@dataclass(frozen=True, slots=True)
class Question:
    """Which file is an answer, where no rule decides: a person does.

    `wanted` is the file that is asked for, `candidates` the paths of those that could be it, `taken` the one among them
    that is graded meanwhile (None: none of them).
    """

    wanted: str
    candidates: tuple[str, ...]
    taken: str | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """A hand-in as bytes, bounded and never imported on this side.

    `files` maps relative POSIX paths to contents. `sha256` is over names and contents: equal hand-ins are equal.
    `notes` says what loading left out and why, `questions` what a person has to decide.
    """

    id: str
    files: Mapping[str, bytes]
    sha256: str
    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
