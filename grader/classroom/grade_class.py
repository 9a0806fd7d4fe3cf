"""Grade a whole class: from a path to a folder of reports. A run that is cut off goes on where it stopped."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from grader.assignment_folder import Assignment, template_of
from grader.classroom.class_model import JobSettings
from grader.classroom.given_inputs import GivenInputs
from grader.classroom.intake.hand_ins import Intake
from grader.classroom.marks.clocks import clock_issues, no_time_issues
from grader.classroom.python_process import Start, start_python
from grader.classroom.results import store
from grader.classroom.results.class_index import build_index
from grader.classroom.results.class_inputs import ClassInputs
from grader.classroom.results.export import export
from grader.classroom.results.journal import Conditions, Journal, State
from grader.classroom.results.pages import Compared, comparing
from grader.classroom.run.choice import Choice, chosen
from grader.classroom.run.class_run import ClassRun, Watcher, conditions_of
from grader.classroom.run.earlier_classes import earlier_classes
from grader.classroom.run.effects import (
    Effects,
    admit,
    effects_of,
    gone_entries,
    has_lost,
    move_reports,
    refuse_another_class,
)
from grader.classroom.run.executor import Executor
from grader.classroom.run.prepare_class import assignment_of, job_settings, open_class
from grader.errors import UsageError
from grader.rubric import Late
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.version import VERSION


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked for. `inputs` are those given now; they join what RESULTS keeps from earlier runs.

    `against` are classes of earlier years, which join `inputs` once they are packed. Inputs that would change marks
    that exist are refused without `replace`.
    """

    submissions: Path
    results: Path
    inputs: ClassInputs = field(default_factory=ClassInputs)
    sandbox: SandboxSettings = field(default_factory=SandboxSettings)
    choice: Choice = field(default_factory=Choice)
    replace: bool = False
    against: tuple[Path, ...] = ()


def grade_class(
    request: Request,
    open_executor: Callable[[JobSettings, Assignment], Executor],
    watcher: Watcher,
    start: Start = start_python,
) -> store.ClassIndex:
    """Grades a class and writes everything about it into `request.results`; returns what then stands in class.json.

    The steps need their order: ids may change from one to the next, and with them the inputs and the intake, and no
    report is touched until all is known that a person could have mistaken. Raises UsageError for what a person can fix,
    and KeyboardInterrupt; what was done until then is kept.
    """
    results = request.results
    _check_places(request.submissions, results, request.against)
    inputs = GivenInputs.of(results, request.inputs)
    assignment = assignment_of(inputs.together)
    with (
        earlier_classes(request.against, request.submissions, assignment) as earlier,
        open_class(request.submissions, results, inputs.together, assignment) as opened,
        store.lock(results),
        Journal(results) as journal,
        ExitStack() as stack,
    ):
        inputs = inputs.compared_with(earlier.files)
        intake = _with_doubtful_times(opened, assignment.rubric.late)
        inputs.refuse_overtaken(results)
        settings = job_settings(inputs.together, assignment, request.sandbox)
        effects = _effects(results, intake, journal.state, inputs, conditions_of(settings, assignment), assignment)
        are_new = inputs.are_new  # before they follow ids that changed by themselves
        inputs, intake = _with_new_ids(inputs, intake, effects)
        inputs.refuse_unused(intake)
        if not request.replace:
            refuse_another_class(results, intake, journal.state, effects)
        for sentence in (*inputs.notices(assignment), *earlier.notices):
            watcher.notice(sentence)
        if are_new:
            _admit(request, intake, journal, effects, inputs, watcher)
        else:
            move_reports(results, journal, effects)
        inputs.keep(results)
        run = ClassRun(intake, settings, assignment, results, journal, open_executor(settings, assignment), watcher)
        graded, compared = _grade(run, effects, request.choice, stack, start)
        return export(results, graded, compared)


def _effects(
    results: Path, intake: Intake, state: State, inputs: GivenInputs, conditions: Conditions, assignment: Assignment
) -> Effects:
    """What this run changes of marks that exist; found out only where something may have: it reads the whole class."""
    if inputs.are_new or has_lost(intake, state) or state.moves:  # which a cut may have separated from all else
        return effects_of(results, intake, state, conditions, assignment.rubric.late)
    return Effects()


def _with_new_ids(inputs: GivenInputs, intake: Intake, effects: Effects) -> tuple[GivenInputs, Intake]:
    """Decisions follow the hand-ins that they are about, and are about the hand-ins of now."""
    if not effects.new_ids:
        return inputs, intake
    inputs = inputs.following(effects.new_ids, intake)
    return inputs, intake.accepting(inputs.together.accept or ())


def _admit(
    request: Request, intake: Intake, journal: Journal, effects: Effects, inputs: GivenInputs, watcher: Watcher
) -> None:
    """Takes new inputs, and says what they change. Raises UsageError where that needs a person's word."""
    ids = (hand_in.id for hand_in in chosen(request.choice, intake, journal.state))
    admit(
        request.results, journal, effects, inputs.earlier_inputs, inputs.together, replacing=request.replace, chosen=ids
    )
    for sentence in effects.sentences():
        watcher.notice(f"With the options given now: {sentence}.")


def _with_doubtful_times(intake: Intake, late: Late) -> Intake:
    """The class, with the issues about times of submission that may decide what lateness costs."""
    times = (*clock_issues(intake.hand_ins, late), *no_time_issues(intake.hand_ins, late))
    return replace(intake, issues=(*intake.issues, *times))


def _check_places(submissions: Path, results: Path, against: Sequence[Path]) -> None:
    """Refuse hand-ins and results that were given in each other's place: nothing in RESULTS is a hand-in."""
    if results.exists() and not results.is_dir():
        raise UsageError(f"{results}: this is a file; --output is a folder.")
    if (submissions / store.INDEX).is_file():
        raise UsageError(
            f"{submissions}: this is a graded class, which `grader class` has written. The hand-ins come first, and "
            "this folder behind --output."
        )
    if results.exists() and submissions.exists() and results.samefile(submissions):
        raise UsageError(f"--output {results}: the hand-ins are in this folder; name another one.")
    same = next(
        (folder for folder in against if results.exists() and folder.exists() and folder.samefile(results)), None
    )
    if same is not None:
        raise UsageError(f"--against {same}: these are this class's own results; give an earlier year's.")


def _grade(
    run: ClassRun, effects: Effects, choice: Choice, stack: ExitStack, start: Start
) -> tuple[store.ClassIndex, Compared]:
    """Grades what is chosen.

    Until `stack` closes, hand-ins are compared with one another and the executor ends, beside all that is left.
    """
    gone = gone_entries(run.results, run.intake, run.journal.state, effects)

    def index() -> store.ClassIndex:
        return build_index(run.intake, run.settings, run.assignment, run.journal.state, gone)

    stack.callback(run.executor.stop)
    rubric = run.assignment.rubric_sha256
    run.journal.append("class", seed=run.settings.seed, grader=VERSION, rubric=rubric, when=_now())
    run.name_folders()
    store.write_index(run.results, index())
    run.run(choice)
    Thread(target=run.executor.stop, daemon=True).start()
    graded = index()
    store.write_index(run.results, graded)
    return graded, stack.enter_context(comparing(run.results, graded, template_of(run.assignment.folder), start))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
