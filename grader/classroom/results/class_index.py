"""Build class.json from the intake and the journal: all hand-ins, who has none, and what needs a person. Pure."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from grader.assignment_folder import Assignment
from grader.classroom.class_model import HandIn, Issue, IssueKind, JobSettings, label
from grader.classroom.intake.dates import UNREAD_TIME
from grader.classroom.intake.decision_options import quoted
from grader.classroom.intake.hand_ins import Intake
from grader.classroom.intake.lms_names import CANVAS_LATE
from grader.classroom.reiterable import Reiterable
from grader.classroom.results.journal import State
from grader.classroom.results.store import ClassIndex, Entry, columns
from grader.counting import counted
from grader.load.decisions import ABSENT, DECIDED
from grader.load.submission import digest
from grader.model import Expected, Question
from grader.text import listed
from grader.version import VERSION

MAX_OPTIONS = 3  # of those that decide a question, in a sentence
MAX_NAMED = 10  # of those that handed in the same
_NOTHING = digest({})


def build_index(
    intake: Intake, settings: JobSettings, assignment: Assignment, state: State, gone: Sequence[Entry] = ()
) -> ClassIndex:
    """The class as it stands. `gone` are entries that were graded before, and that are not in `intake`: they stay."""
    rubric = assignment.rubric
    present = {person.id for entry in gone for person in entry.students}
    unused = (decision.issue for decision in intake.unused)
    issues = [*intake.issues, *unused, *_issues(intake, state), *map(_gone, gone)]
    return ClassIndex(
        format=intake.format,
        assignment=rubric.assignment,
        title=rubric.title,
        seed=settings.seed,
        grader=VERSION,
        rubric_sha256=assignment.rubric_sha256,
        max_score=round(sum(point.max for point in rubric.points if point.id in settings.points), 6),
        points=columns(rubric),
        moves=len(state.moves),
        issues=tuple(issue for issue in issues if issue.kind is not IssueKind.ABSENT or issue.who not in present),
        entries=Reiterable(lambda: _entries(intake, state, gone, present)),
    )


def _gone(entry: Entry) -> Issue:
    message = f"{entry.source or entry.id}: graded in an earlier run and not among the submissions now; the marks stay."
    return Issue(IssueKind.GONE, entry.id, message)


def _entries(intake: Intake, state: State, gone: Sequence[Entry], present: Collection[str]) -> Iterator[Entry]:
    for hand_in in intake.hand_ins:
        yield _entry(hand_in, state)
    yield from gone
    for student in intake.absent:
        if student.id not in present:
            yield Entry(id=student.id, folder=None, students=(student,), status="absent")


def _entry(hand_in: HandIn, state: State) -> Entry:
    origin = state.graded.get(hand_in.id)
    return Entry(
        id=hand_in.id,
        folder=state.folders.get(hand_in.id),
        students=hand_in.students,
        status="fault" if hand_in.id in state.faults else "graded" if origin else "waiting",
        submitted=hand_in.submitted.isoformat() if hand_in.submitted else None,
        extension=str(hand_in.extension) if hand_in.extension else None,
        source=hand_in.source,
        sha256=origin.sha256 if origin else None,
        notes=hand_in.notes,
    )


def _issues(intake: Intake, state: State) -> Iterator[Issue]:
    """What is known only once the hand-ins were read."""
    repeated = state.graded.repeated()
    same: dict[str, list[str]] = defaultdict(list)
    for hand_in in intake.hand_ins:
        origin = state.graded.get(hand_in.id)
        if origin is not None and origin.sha256 == _NOTHING:
            message = (
                f"{hand_in.source}: nothing in it that could be graded, so all points are missing; its report says why."
            )
            yield Issue(IssueKind.EMPTY, hand_in.id, message)
        elif origin is not None and origin.sha256 in repeated:
            same[origin.sha256].append(label(hand_in.id, hand_in.students))
        yield from _open_questions(hand_in, state, intake.expected)
        if CANVAS_LATE in hand_in.notes and hand_in.submitted is None:
            message = f"{CANVAS_LATE}. Nothing was deducted; give the time with --submitted."
            yield Issue(IssueKind.TIME, hand_in.id, message)
        if hand_in.id in state.faults:
            yield Issue(IssueKind.FAULT, hand_in.id, state.faults[hand_in.id])
        elif hand_in.id in state.incomplete:
            message = "some of its points could not be judged, which is the grader's fault; its report says why."
            yield Issue(IssueKind.FAULT, hand_in.id, message)
    yield from _unread_times(intake)
    for names in same.values():
        if len(names) > 1:
            message = f"{len(names)} hand-ins are the same to the byte: {listed(names, MAX_NAMED)}."
            yield Issue(IssueKind.DUPLICATE, names[0], message)


def _unread_times(intake: Intake) -> Iterator[Issue]:
    """An issue about the hand-ins whose time the platform gives in words or on a clock that nobody knows."""
    unread_times = {
        label(hand_in.id, hand_in.students): note.removeprefix(UNREAD_TIME).strip(" ()")
        for hand_in in intake.hand_ins
        for note in hand_in.notes
        if note.startswith(UNREAD_TIME) and hand_in.submitted is None
    }
    if unread_times:
        shown = "; ".join(f"{who}: {text}" for who, text in list(unread_times.items())[:MAX_NAMED])
        more = f"; and {len(unread_times) - MAX_NAMED} more" if len(unread_times) > MAX_NAMED else ""
        hand_ins = counted(len(unread_times), "hand-in")
        message = (
            f"{UNREAD_TIME} for {hand_ins} ({shown}{more}). Nothing was deducted; give the times with --submitted."
        )
        yield Issue(IssueKind.TIME, "times", message)


def _open_questions(hand_in: HandIn, state: State, expected: Expected) -> Iterator[Issue]:
    """The questions that a person has to decide about a hand-in, and one issue about files that were not read."""
    questions = state.questions.get(hand_in.id, ())
    unread = state.notes.get(hand_in.id, ())
    for question in questions:
        text = _question_text(hand_in.id, question, unread)
        yield Issue(IssueKind.CHOICE, hand_in.id, f"{text}{_own_answer(hand_in.id, question, expected)}")
    prefixes = tuple(f"{question.wanted}: " for question in questions)
    notes = [note for note in unread if not note.startswith(prefixes) and not note.endswith(DECIDED)]
    if notes:
        more = f" (and {len(notes) - 1} more; its report has all)" if len(notes) > 1 else ""
        yield Issue(IssueKind.UNREAD, hand_in.id, f"{notes[0]}{more}.")


def _own_answer(name: str, question: Question, expected: Expected) -> str:
    """What to do about another exercise's own file that has this one's answer, too: nothing of it is left out there,
    such as an import that only this one may have. Empty for other files.
    """
    if len(question.candidates) != 1:
        return ""
    (path,) = question.candidates
    exercise_file = expected.file_named(path.rpartition("/")[2])
    if exercise_file is None or exercise_file == question.wanted:
        return ""
    how = quoted("--accept", f"{name}:{path}={exercise_file}")
    return f" {how} leaves out of {exercise_file} itself what only other exercises need."


def _question_text(name: str, question: Question, notes: Sequence[str]) -> str:
    """A question about a file in words, with the options that answer it; one that was answered in vain says so."""
    options = [quoted("--accept", f"{name}:{path}={question.wanted}") for path in question.candidates[:MAX_OPTIONS]]
    how = " or ".join(options)
    more = len(question.candidates) - len(options)
    rest = f" (or one of {more} more)" if more else ""
    if question.taken is not None:
        differ = f"{len(question.candidates)} files differ, and {question.taken} was graded"
        return f"{question.wanted}: {differ}. {how} decides{rest}."
    vain = (note for note in notes if note.startswith(f"{question.wanted}: ") and note.endswith(ABSENT))
    state = next(vain, f"{question.wanted}: not handed in under this name")
    return f"{state}. {how} reads what may be meant{rest}."
