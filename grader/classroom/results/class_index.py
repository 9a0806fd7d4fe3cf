"""class.json out of the intake and the journal: every hand-in, everybody without one, what needs a person. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from grader.classroom.class_model import HandIn, Issue, IssueKind, Student, Terms
from grader.classroom.intake.hand_ins import Intake
from grader.classroom.intake.lms_names import CANVAS_LATE
from grader.classroom.reiterable import Reiterable
from grader.classroom.results.journal import State
from grader.classroom.results.store import ClassIndex, Entry, IssueEntry, Person
from grader.load.submission import digest
from grader.rubric import Assignment
from grader.version import VERSION

MAX_OPTIONS = 3  # of those that decide a question, in a sentence
MAX_NAMED = 10  # of those that handed in the same
_NOTHING = digest({})


def build_index(intake: Intake, terms: Terms, assignment: Assignment, state: State) -> ClassIndex:
    """The class as it stands."""
    rubric = assignment.rubric
    issues = [*intake.issues, *_issues(intake, state)]
    return ClassIndex(
        format=intake.format,
        assignment=rubric.assignment,
        title=rubric.title,
        seed=terms.seed,
        grader=VERSION,
        rubric_sha256=assignment.rubric_sha256,
        max_score=round(sum(point.max for point in rubric.points if point.id in terms.points), 6),
        issues=tuple(IssueEntry(kind=issue.kind, who=issue.who, message=issue.message) for issue in issues),
        entries=Reiterable(lambda: _entries(intake, state)),
    )


def _entries(intake: Intake, state: State) -> Iterator[Entry]:
    for hand_in in intake.hand_ins:
        yield _entry(hand_in, state)
    for one in intake.absent:
        yield Entry(id=one.id, folder=None, students=(_person(one),), status="absent")


def _entry(hand_in: HandIn, state: State) -> Entry:
    done = state.done.get(hand_in.id)
    return Entry(
        id=hand_in.id,
        folder=state.folders.get(hand_in.id),
        students=tuple(_person(student) for student in hand_in.students),
        status="fault" if hand_in.id in state.faults else "graded" if done else "waiting",
        submitted=hand_in.submitted.isoformat() if hand_in.submitted else None,
        source=hand_in.source,
        sha256=done.sha256 if done else None,
        notes=hand_in.notes,
    )


def _person(student: Student) -> Person:
    return Person(id=student.id, name=student.name, email=student.email, lms=student.lms)


def _issues(intake: Intake, state: State) -> Iterator[Issue]:
    """What is known only once the hand-ins were read."""
    times = Counter(done.sha256 for done in state.done.values())
    same = defaultdict(list)
    for hand_in in intake.hand_ins:
        done = state.done.get(hand_in.id)
        if done is not None and done.sha256 == _NOTHING:
            said = (
                f"{hand_in.source}: nothing in it that could be graded, so all points are missing; its report says why."
            )
            yield Issue(IssueKind.EMPTY, hand_in.id, said)
        elif done is not None and times[done.sha256] > 1:
            same[done.sha256].append(hand_in.id)
        yield from _open_questions(hand_in, state)
        if CANVAS_LATE in hand_in.notes and hand_in.submitted is None:
            said = f"{CANVAS_LATE}; nothing was deducted. `--submitted` tells the time."
            yield Issue(IssueKind.TIME, hand_in.id, said)
        if hand_in.id in state.faults:
            yield Issue(IssueKind.FAULT, hand_in.id, state.faults[hand_in.id])
        elif hand_in.id in state.incomplete:
            said = "some of its points could not be judged, which is the grader's fault; its report says why."
            yield Issue(IssueKind.FAULT, hand_in.id, said)
    for names in same.values():
        for name in names if len(names) > 1 else ():
            yield Issue(IssueKind.DUPLICATE, name, f"byte for byte the same as {_others(names, name)}.")


def _open_questions(hand_in: HandIn, state: State) -> Iterator[Issue]:
    """What of a hand-in was not read, and what a person has to decide, with the option that does it."""
    questions = state.questions.get(hand_in.id, ())
    for question in questions:
        options = [f"--accept '{hand_in.id}:{path}={question.wanted}'" for path in question.candidates]
        several = (
            f"{len(options)} files differ" if question.taken else f"not found, but perhaps {question.candidates[0]}"
        )
        graded = (
            f"; {question.taken} was graded"
            if question.taken
            else ""
            if len(options) == 1
            else f" or {len(options) - 1} more"
        )
        how = " or ".join(options[:MAX_OPTIONS])
        yield Issue(IssueKind.CHOICE, hand_in.id, f"{question.wanted}: {several}{graded}. To decide: {how}.")
    asked = tuple(f"{question.wanted}: " for question in questions)
    notes = [note for note in state.notes.get(hand_in.id, ()) if not note.startswith(asked)]
    if notes:
        more = f" (and {len(notes) - 1} more; its report has all)" if len(notes) > 1 else ""
        yield Issue(IssueKind.UNREAD, hand_in.id, f"{notes[0]}{more}.")


def _others(names: Sequence[str], name: str) -> str:
    """A few of them by name: where half a class hands in the template, each would name all."""
    named = [other for other in names[: MAX_NAMED + 1] if other != name][:MAX_NAMED]
    more = len(names) - 1 - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
