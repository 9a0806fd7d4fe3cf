"""Classes for the desk: graded, as far as anybody can see, without any grading. Reports are made by the real score."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from grader.assignment_folder import Assignment, load_assignment
from grader.classroom.class_model import Format, Issue, IssueKind, Student
from grader.classroom.marks.finalize import finalize
from grader.classroom.results import store
from grader.classroom.results.store import ClassIndex, Entry
from grader.load.submission import digest
from grader.model import CheckResult, Frame, Outcome, Submission, Verdict
from grader.schema import Environment, Report, SubmissionId
from grader.score import score

REFERENCE = Path(__file__).parent.parent.parent / "reference"
NAMES = (
    "Ada Müller",
    "Ben Öztürk",
    "Cem Kovács",
    "Dora Schmidt",
    "Emil Nguyen",
    "Fatma Novák",
    "Georg Rossi",
    "Hana Weber",
)
SIX = ("Adadelta", "Adagrad", "Adam", "RMSprop", "SGD", "LBFGS")
SEED = 7


@dataclass(frozen=True, slots=True)
class Member:
    """One of a class: a name, a discussion, and what the files are besides. `undecided` are points left to a person."""

    name: str
    text: str
    files: Mapping[str, bytes]
    undecided: Sequence[str] = ()
    quote: str = ""  # a text of the submission's, wherever a verdict quotes one


def members(count: int) -> list[Member]:
    """An invented class, each with their own text; every fifth has a proof that the machine could not decide."""
    text = (REFERENCE / "report.md").read_text(encoding="utf-8")
    files = {path.name: path.read_bytes() for path in sorted(REFERENCE.glob("*.py"))}
    return [
        Member(
            name=name if number < len(NAMES) else f"{name} {number}",
            text=text.replace("six optimizers", f"six optimizers, number {number}", 1),
            files=files,
            undecided=("1.4",) if number % 5 == 4 else (),
        )
        for number, name in enumerate(islice(cycle(NAMES), count))
    ]


def write_class(results: Path, some: Sequence[Member], issues: Sequence[Issue] = ()) -> Assignment:
    """Writes RESULTS as `grader class` leaves it, without the tables and pages."""
    assignment = load_assignment()
    results.mkdir(parents=True, exist_ok=True)
    entries = []
    for number, member in enumerate(some):
        name = f"s{number:05d}"
        files = {**member.files, "report.md": member.text.encode("utf-8", "replace")}
        submission = Submission(name, files, digest(files))
        store.write_report(results / name, report_of(submission, member, assignment), submission)
        entries.append(
            Entry(
                id=name,
                folder=name,
                students=(Student(id=name, name=member.name, email=f"{name}@example.org", lms=""),),
                status="graded",
                source=name,
                sha256=submission.sha256,
            )
        )
    store.write_index(results, index_of(entries, assignment, issues))
    return assignment


def index_of(entries: Sequence[Entry], assignment: Assignment, issues: Sequence[Issue] = ()) -> ClassIndex:
    return ClassIndex(
        format=Format.FOLDERS,
        assignment=assignment.rubric.assignment,
        title=assignment.rubric.title,
        seed=SEED,
        grader="0.1.0",
        rubric_sha256=assignment.rubric_sha256,
        max_score=assignment.rubric.max_score,
        points=store.columns(assignment.rubric),
        issues=tuple(issues),
        entries=tuple(entries),
    )


def an_issue(kind: IssueKind, who: str) -> Issue:
    return Issue(kind=kind, who=who, message=f"{who}: a person has to look at this.")


def report_of(submission: Submission, member: Member, assignment: Assignment) -> Report:
    """A report on it: everything right but 2.4, 4.9 a person's, and what else is `undecided`."""
    rubric = assignment.rubric
    results = [
        CheckResult(point.id, part, _verdict(point.id, member), traceback=_trace(point.id, member))
        for point in rubric.points
        for part in (point.parts or {None: 1.0})
    ]
    scored = score(
        rubric,
        results,
        [point.id for point in rubric.points],
        submission=SubmissionId(
            id=submission.id, sha256=submission.sha256, notes=(member.quote,) if member.quote else ()
        ),
        seed=SEED,
        environment=Environment(
            grader="0.1.0",
            python="3.11.7",
            platform="Linux",
            sandbox="jail",
            device="cpu",
            rubric_sha256=assignment.rubric_sha256,
        ),
    )
    return finalize(scored, rubric.late, None, ())


def _verdict(point: str, member: Member) -> Verdict:
    quote = member.quote or "rho*cos(theta)"
    if point in member.undecided:
        return Verdict.review(
            f"Line 3 of the proof: the machine cannot decide whether it is right. {member.quote}",
            expression=member.quote or "f_x**2*(sin(theta)**2 + cos(theta)**2) + sqrt(f_y)/r",
            witness={"r": 1.25, "theta": 2.1},
        )
    if point == "4.9":
        return Verdict.review(
            "A person reads the discussion and gives this point.",
            text=member.text,
            not_mentioned=[],
            measured={name: _measured(place) for place, name in enumerate(SIX)},
        )
    if point == "2.4":
        return Verdict(
            Outcome.FAILED,
            0.0,
            f"exercise2.py:12: each tied entry gets the full gradient. {member.quote}",
            "tied-mask",
            evidence={
                "input": {"X": [[1, 1], [0, 0]]},
                "expected": [[1, 0], [0, 0]],
                "got": [[1, 1], [0, 0]],
                "difference": [[0, 1], [0, 0]],
            },
        )
    if point in ("4.1", "4.2", "4.3", "4.4", "4.5", "4.6"):
        return Verdict(Outcome.PASSED, 1.0, evidence={"curve": _curve(int(point[-1]))})
    if point == "4.8":
        claims = [
            {"claim": f"{left} train_loss < {quote}", "verdict": "supported", "left": 0.052, "right": 0.188}
            for left in SIX[1:]
        ]
        return Verdict(Outcome.PASSED, 1.0, evidence={"claims": claims})
    return Verdict.passed()


def _trace(point: str, member: Member) -> tuple[Frame, ...]:
    return (
        (Frame("exercise2.py", 12, "maxpool2x2_backward", member.quote or "mask = X == X.max()"),)
        if point == "2.4"
        else ()
    )


def _measured(place: int) -> dict[str, Any]:
    return {
        "seeds": 3,
        "epochs": 10,
        "train_loss": [0.05 + 0.03 * place, 0.07 + 0.03 * place],
        "test_accuracy": round(0.97 - 0.008 * place, 3),
        "epochs_to_target": 1 + place,
    }


def _curve(place: int) -> dict[str, list[float]]:
    epochs = range(10)
    return {
        "loss": [2.2 * math.exp(-(0.2 + 0.06 * place) * epoch) + 0.02 * place for epoch in epochs],
        "accuracy": [0.97 - 0.85 * math.exp(-(0.3 + 0.1 * place) * epoch) for epoch in epochs],
    }


def write_copies(results: Path, count: int) -> None:
    """A class of many who handed in the same: one report, under many ids. Not synced, so that 10,000 are quick."""
    (member,) = members(1)
    assignment = write_class(results, [member])
    source = results / "s00000"
    text, packed = (source / store.REPORT).read_text(encoding="utf-8"), (source / store.SUBMISSION).read_bytes()
    (first,) = store.read_index(results).entries
    entries = [first]
    for number in range(1, count):
        name = f"s{number:05d}"
        folder = results / name
        folder.mkdir()
        (folder / store.REPORT).write_text(text.replace('"s00000"', f'"{name}"'), encoding="utf-8")
        (folder / store.SUBMISSION).write_bytes(packed)
        person = Student(id=name, name=f"{NAMES[number % len(NAMES)]} {number}", email="", lms="")
        entries.append(first.model_copy(update={"id": name, "folder": name, "students": (person,)}))
    store.write_index(results, index_of(entries, assignment))
