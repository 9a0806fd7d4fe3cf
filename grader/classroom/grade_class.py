"""Grade a whole class: from a path to a folder of reports. A run that is cut off goes on where it stopped."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from grader.assignment_folder import Assignment, template_of
from grader.classroom.class_model import JobSettings
from grader.classroom.intake.hand_ins import Intake
from grader.classroom.marks.clocks import clock_issues, no_time_issues
from grader.classroom.python_process import Start, start_python
from grader.classroom.results import store
from grader.classroom.results.class_index import build_index
from grader.classroom.results.class_inputs import ClassInputs, InputFile, keep_inputs, option, read_inputs
from grader.classroom.results.export import export
from grader.classroom.results.journal import Journal
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
from grader.classroom.run.prepare_class import assignment_of, completed, job_settings, open_class, unfilled
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

    Raises UsageError for what a person can fix, and KeyboardInterrupt; what was done until then is kept.
    """
    results = request.results
    _check_places(request.submissions, results, request.against)
    earlier_inputs = read_inputs(results)
    inputs = completed(earlier_inputs, request.inputs)
    assignment = assignment_of(inputs)
    with (
        earlier_classes(request.against, request.submissions, assignment) as earlier,
        open_class(request.submissions, results, inputs, assignment) as opened,
        store.lock(results),
        Journal(results) as journal,
        ExitStack() as stack,
    ):
        new_inputs = replace(request.inputs, against=earlier.files or None)
        inputs = inputs.updated(ClassInputs(against=new_inputs.against))
        intake = _with_doubtful_times(opened, assignment.rubric.late)
        if read_inputs(results) != earlier_inputs:
            raise UsageError(f"{results}: another run has just finished in this folder; run the command again.")
        settings = job_settings(inputs, assignment, request.sandbox)
        effects = Effects()
        if inputs != earlier_inputs or has_lost(intake, journal.state):
            conditions = conditions_of(settings, assignment)
            effects = effects_of(results, intake, journal.state, conditions, assignment.rubric.late)
        is_new, named_inputs = inputs != earlier_inputs, earlier_inputs.following(effects.new_ids)
        if effects.new_ids:  # which the list of the last run, from which options are copied, does not have yet
            new_inputs = new_inputs.following(_nobodys(effects.new_ids, intake))
            inputs = replace(inputs, accept=named_inputs.updated(new_inputs).accept)
            intake = intake.accepting(inputs.accept or ())
        _refuse_unused(intake, named_inputs, new_inputs)
        if not request.replace:
            refuse_another_class(results, intake, journal.state, effects)
        _tell_inputs(named_inputs, inputs, new_inputs, assignment, watcher)
        for sentence in earlier.notices:
            watcher.notice(sentence)
        if is_new:
            ids = (hand_in.id for hand_in in chosen(request.choice, intake, journal.state))
            admit(results, journal, effects, named_inputs, inputs, replacing=request.replace, chosen=ids)
            for sentence in effects.sentences():
                watcher.notice(f"With the options given now: {sentence}.")
        else:
            move_reports(results, journal, effects)
        if inputs != earlier_inputs:
            keep_inputs(results, inputs)
        gone = gone_entries(results, intake, journal.state)
        journal.append("class", seed=settings.seed, grader=VERSION, rubric=assignment.rubric_sha256, when=_now())
        run = ClassRun(intake, settings, assignment, results, journal, open_executor(settings, assignment), watcher)
        index, compared = _run(run, request.choice, gone, stack, start)
        return export(results, index, compared)


def _with_doubtful_times(intake: Intake, late: Late) -> Intake:
    """The class, with the issues about times of submission that may decide what lateness costs."""
    times = (*clock_issues(intake.hand_ins, late), *no_time_issues(intake.hand_ins, late))
    return replace(intake, issues=(*intake.issues, *times))


def _nobodys(new_ids: Mapping[str, str], intake: Intake) -> Mapping[str, str]:
    """The new ids of those whose old one is nobody's now: where it is somebody's, that hand-in is meant."""
    present = {hand_in.id for hand_in in intake.hand_ins}
    return {before: name for before, name in new_ids.items() if before not in present}


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


def _refuse_unused(intake: Intake, earlier_inputs: ClassInputs, new_inputs: ClassInputs) -> None:
    """Refuse a decision given now that is about nothing: kept, it would never do anything, and be mistyped for good."""
    decisions = {("--accept", value) for value in new_inputs.accept or ()}
    decisions |= {("--match", value) for value in new_inputs.match or ()}
    unused = next((option for option in intake.unused if (option.name, option.value) in decisions), None)
    if unused is not None:
        raise UsageError(f"{unused} Nothing was changed.")
    never = next(iter(earlier_inputs.never_decided(new_inputs)), None)
    if never is not None:
        raise UsageError(f"{never}: there is no such decision to take back. Nothing was changed.")


def _run(
    run: ClassRun, choice: Choice, gone: Sequence[store.Entry], stack: ExitStack, start: Start
) -> tuple[store.ClassIndex, Compared]:
    """Grades what is chosen.

    Until `stack` closes, hand-ins are compared with one another and the executor ends, beside all that is left.
    """

    def index() -> store.ClassIndex:
        return build_index(run.intake, run.settings, run.assignment, run.journal.state, gone)

    stack.callback(run.executor.stop)
    run.name_folders()
    store.write_index(run.results, index())
    run.run(choice)
    Thread(target=run.executor.stop, daemon=True).start()
    graded = index()
    store.write_index(run.results, graded)
    return graded, stack.enter_context(comparing(run.results, graded, template_of(run.assignment.folder), start))


def _tell_inputs(
    earlier_inputs: ClassInputs, inputs: ClassInputs, new_inputs: ClassInputs, assignment: Assignment, watcher: Watcher
) -> None:
    """Says what is used though it was not given this time, and what takes the place of something else."""
    own_rubric = assignment.folder / "rubric.toml"
    usual = {"seed", *(["rubric"] if own_rubric.is_file() and InputFile.at(own_rubric) == inputs.rubric else [])}
    in_use = {name for name, _ in inputs.items()}
    used = [
        f"{option(name)} {text}".strip() for name, text in earlier_inputs.reused(new_inputs) if name in in_use - usual
    ]
    if used:
        watcher.notice(f"Used as given in an earlier run: {', '.join(used)}.")
    reason = None if new_inputs.sheet else unfilled(inputs, new_inputs)
    if reason:
        watcher.notice(f"The worksheet is used, and not filled in as sheet.csv: {reason}")
    for name in earlier_inputs.changed(new_inputs):
        watcher.notice(f"{option(name)} differs from the earlier runs of this class.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
