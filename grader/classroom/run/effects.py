"""What other inputs would do to marks that a class already has; nobody's mark is changed without a person's word.

Hand-ins are known by where they lie in SUBMISSIONS, so that one whose id changes (a roster that comes later, a match)
is found again under its new name and keeps its marks.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfile, rmtree

from grader.classroom.class_model import Extension, HandIn, Student
from grader.classroom.intake.hand_ins import Intake
from grader.classroom.marks.late import lateness
from grader.classroom.results import store
from grader.classroom.results.class_inputs import ClassInputs, option
from grader.classroom.results.journal import Conditions, Journal, State
from grader.classroom.results.store import Entry
from grader.errors import UsageError
from grader.load.file_names import folder_name
from grader.rubric import Late

_NAMED = 3  # of those whose marks would change


@dataclass(frozen=True, slots=True)
class Effects:
    """What a run under other inputs comes to, before any of it happens."""

    renamed: tuple[tuple[Entry, HandIn], ...] = ()
    dropped: tuple[Entry, ...] = ()  # graded before; another hand-in of the same person counts now
    regraded: tuple[str, ...] = ()
    late: tuple[str, ...] = ()  # those whose lateness costs something else

    def sentences(self) -> Iterator[str]:
        """Each kind of change to marks that exist, with the first of those it would happen to."""
        for ids, what in (
            (self.regraded, "graded again"),
            (self.late, "given another lateness"),
            (tuple(entry.id for entry in self.dropped), "left out"),
        ):
            if ids:
                yield f"{len(ids)} {what} ({_named(ids)})"


def _named(ids: Sequence[str]) -> str:
    """The first few of them."""
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return f"{', '.join(ids[:_NAMED])}{more}"


def effects_of(results: Path, intake: Intake, state: State, conditions: Conditions, late: Late) -> Effects:
    """Compares a class as it was graded with the same class under what is given now."""
    hand_ins = {hand_in.id: hand_in for hand_in in intake.hand_ins if hand_in.id in state.done}
    before = [entry for entry in _entries(results, state) if entry.id in state.done]
    places = {hand_in.source: hand_in for hand_in in intake.hand_ins}
    lost = [entry for entry in before if entry.id not in hand_ins]
    free = {entry.id for entry in lost if entry.source in places and places[entry.source].id not in state.done}
    known = places.keys() | intake.superseded
    under = ((name, state.done[name].conditions) for name in hand_ins)
    return Effects(
        renamed=tuple((entry, places[entry.source]) for entry in lost if entry.id in free),
        dropped=tuple(entry for entry in lost if entry.id not in free and entry.source in known),
        regraded=tuple(name for name, known in under if replace(known, grader=conditions.grader) != conditions),
        late=tuple(
            entry.id
            for entry in before
            if entry.id in hand_ins and _factor_of_entry(entry, late) != _factor_of(hand_ins[entry.id], late)
        ),
    )


def gone_entries(results: Path, intake: Intake, state: State) -> Sequence[Entry]:
    """What was graded before and is not among the hand-ins now. class.json is read only where there is any."""
    lost = state.done.keys() - {hand_in.id for hand_in in intake.hand_ins}
    return [entry for entry in _entries(results, state) if entry.id in lost] if lost else ()


def admit(
    results: Path,
    journal: Journal,
    effects: Effects,
    kept: ClassInputs,
    inputs: ClassInputs,
    *,
    replacing: bool,
    chosen: Collection[str],
) -> None:
    """Lets other inputs in where no mark changes by them, or where the person said so. Raises UsageError.

    Lateness by tables that come for the first time is what they were given for, and needs no word. `chosen` are the
    hand-ins that the run is about: marks of others cannot be left as they were, beside inputs that they do not follow.
    """
    changed = kept.changed(inputs)
    others = [name for name in dict.fromkeys((*effects.regraded, *effects.late)) if name not in chosen]
    if others:
        raise UsageError(
            f"{results}: what is given now would change marks that --only and --failed leave out: {_named(others)}. "
            "Nothing was changed. Run the class without these two first."
        )
    if (effects.regraded or effects.dropped or (effects.late and changed)) and not replacing:
        before = dict(kept.items())
        new = [name for name, value in inputs.items() if before.get(name) != value]
        raise _refusal(results, new, effects)
    _rename(results, journal, effects)
    journal.extend({"event": "dropped", "id": entry.id} for entry in effects.dropped)


def _refusal(results: Path, changed: Sequence[str], effects: Effects) -> UsageError:
    """The error that says what inputs would do, and how to go on."""
    options = ", ".join(map(option, changed)) or "what was given now"
    return UsageError(
        f"{results}: this class was graded with another {options}, and marks would change: "
        f"{'; '.join(effects.sentences())}. Nothing was changed. Add --replace to do so, or leave {options} out to "
        "go on with what is kept."
    )


def _rename(results: Path, journal: Journal, effects: Effects) -> None:
    """Moves each report to the name that its hand-in goes by now. Cut off, it is simply done again."""
    taken = {name.lower() for name in (*journal.state.folders.values(), *store.OWN)}
    for entry, hand_in in effects.renamed:
        old = results / journal.state.folders[entry.id]
        name = folder_name(hand_in.id, taken)
        taken.add(name.lower())
        report = store.read_report(old / store.REPORT)
        about = report.submission.model_copy(update={"id": hand_in.id})
        store.make_results(results / name)
        if (old / store.SUBMISSION).is_file():
            copyfile(old / store.SUBMISSION, results / name / store.SUBMISSION)
        store.write_report(results / name, report.model_copy(update={"submission": about}))
        journal.append("renamed", id=hand_in.id, folder=name, before=entry.id)
        rmtree(old, ignore_errors=True)


def _entries(results: Path, state: State) -> Sequence[Entry]:
    """The class as the last run left it; what its journal has besides was graded by a run that was cut off."""
    try:
        entries = tuple(store.read_index(results).entries)
    except UsageError:
        entries = ()
    known = {entry.id for entry in entries}
    cut_off = [
        Entry(id=name, folder=state.folders.get(name), students=(Student(name),),
              status="graded", sha256=done.sha256)
        for name, done in state.done.items()
        if name not in known
    ]  # fmt: skip
    return (*entries, *cut_off)


def _factor_of(hand_in: HandIn, late: Late) -> float:
    return lateness(late, hand_in.submitted, hand_in.extension).factor


def _factor_of_entry(entry: Entry, late: Late) -> float:
    extension = Extension.parse(entry.extension) if entry.extension else None
    return lateness(late, entry.moment, extension).factor
