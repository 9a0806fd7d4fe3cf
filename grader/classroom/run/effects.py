"""Find out what new inputs would do to the marks of a class; none of these changes without a person's word.

A hand-in is recognized by its place in SUBMISSIONS, so that one whose id changes (by a roster that comes later, or a
match) keeps its marks under the new id.
"""

from collections.abc import Iterable, Iterator, Sequence
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

_NAMED = 3  # hand-ins in a message, of those whose marks would change


@dataclass(frozen=True, slots=True)
class Effects:
    """What a run under other inputs would change, before any of it happens."""

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
    if not state.graded:
        return Effects()
    factors = {hand_in.id: _factor_of(hand_in, late) for hand_in in intake.hand_ins if hand_in.id in state.graded}
    before = [entry for entry in _entries(results, state) if entry.id in state.graded]
    lost = [entry for entry in before if entry.id not in factors]
    lost_sources = {entry.source for entry in lost}
    places = {hand_in.source: hand_in for hand_in in intake.hand_ins if hand_in.source in lost_sources}
    free = {entry.id for entry in lost if entry.source in places and places[entry.source].id not in state.graded}
    sources = places.keys() | intake.superseded
    renamed = tuple((entry, places[entry.source]) for entry in lost if entry.id in free)
    factors |= {hand_in.id: _factor_of(hand_in, late) for _, hand_in in renamed}
    new_ids = {entry.id: entry.id for entry in before} | {entry.id: hand_in.id for entry, hand_in in renamed}
    graded_under = ((new_id, state.graded[name].conditions) for name, new_id in new_ids.items() if new_id in factors)
    return Effects(
        renamed=renamed,
        dropped=tuple(entry for entry in lost if entry.id not in free and entry.source in sources),
        regraded=tuple(
            name for name, earlier in graded_under if replace(earlier, grader=conditions.grader) != conditions
        ),
        late=tuple(
            new_id
            for entry in before
            if (new_id := new_ids[entry.id]) in factors and _factor_of_entry(entry, late) != factors[new_id]
        ),
    )


def has_lost(intake: Intake, state: State) -> bool:
    """Whether somebody was graded under an id that no hand-in has now: it may have another, by a match at the desk."""
    return not state.graded.keys() <= {hand_in.id for hand_in in intake.hand_ins}


def refuse_another_class(results: Path, intake: Intake, state: State, effects: Effects) -> None:
    """Raises UsageError if nobody whom RESULTS holds is in the class: it was most probably given by mistake."""
    present = {hand_in.id for hand_in in intake.hand_ins}
    if not state.graded or effects.renamed or not present.isdisjoint(state.graded):
        return
    strangers = f"none of the {len(state.graded)} hand-ins graded in there ({_named(list(state.graded))})"
    raise UsageError(
        f"{results}: this holds another class: {strangers} is in {intake.place.where}. Nothing was changed. Give "
        "another --output; or, if these belong to the same class, add --replace: the marks of the others stay."
    )


def gone_entries(results: Path, intake: Intake, state: State) -> Sequence[Entry]:
    """Entries that were graded before and are not among the hand-ins now. Reads class.json only if there are any."""
    lost = state.graded.keys() - {hand_in.id for hand_in in intake.hand_ins}
    return [entry for entry in _entries(results, state) if entry.id in lost] if lost else ()


def admit(
    results: Path,
    journal: Journal,
    effects: Effects,
    earlier_inputs: ClassInputs,
    inputs: ClassInputs,
    *,
    replacing: bool,
    chosen: Iterable[str],
) -> None:
    """Accepts new inputs if no mark changes by them, or if `replacing`; else raises UsageError.

    Lateness from tables that come for the first time needs no `replacing`: that is what they were given for. `chosen`
    are the ids of the hand-ins that the run is about. If others would change too, it raises UsageError even with
    `replacing`, since their marks would no longer agree with the inputs.
    """
    changed = earlier_inputs.changed(inputs)
    others = dict.fromkeys((*effects.regraded, *effects.late))
    for name in chosen:
        others.pop(name, None)
    if others:
        raise UsageError(
            f"{results}: the options given now would change marks that --only and --failed leave out: "
            f"{_named(list(others))}. Nothing was changed. Run the class without these two first."
        )
    if (effects.regraded or effects.dropped or (effects.late and changed)) and not replacing:
        before = dict(earlier_inputs.items())
        new = [name for name, value in inputs.items() if before.get(name) != value]
        raise _refusal(results, new, effects)
    move_reports(results, journal, effects)
    journal.extend({"event": "dropped", "id": entry.id} for entry in effects.dropped)


def _refusal(results: Path, changed: Sequence[str], effects: Effects) -> UsageError:
    """The error that says what the inputs would change, and how to go on."""
    options = ", ".join(map(option, changed)) or "what was given now"
    rescoring = " `grader rescore` puts another rubric into force without grading again." if "rubric" in changed else ""
    return UsageError(
        f"{results}: this class was graded with another {options}, and marks would change: "
        f"{'; '.join(effects.sentences())}. Nothing was changed. Add --replace to do so, or leave {options} out to "
        f"go on with what is kept.{rescoring}"
    )


def move_reports(results: Path, journal: Journal, effects: Effects) -> None:
    """Moves each report to the new id of its hand-in. If it is cut off, the next run does it again."""
    used_names = {name.lower() for name in (*journal.state.folders.values(), *store.RESERVED_NAMES)}
    for entry, hand_in in effects.renamed:
        old = results / journal.state.folders[entry.id]
        name = folder_name(hand_in.id, used_names)
        used_names.add(name.lower())
        report = store.read_report(old / store.REPORT)
        about = report.submission.model_copy(update={"id": hand_in.id})
        store.make_results(results / name)
        if (old / store.SUBMISSION).is_file():
            copyfile(old / store.SUBMISSION, results / name / store.SUBMISSION)
        store.write_report(results / name, report.model_copy(update={"submission": about}))
        journal.append("renamed", id=hand_in.id, folder=name, before=entry.id)
        rmtree(old, ignore_errors=True)


def _entries(results: Path, state: State) -> Sequence[Entry]:
    """The class as the last run left it, with what only the journal has: graded by a run that was cut off."""
    try:
        entries = tuple(store.read_index(results).entries)
    except UsageError:
        entries = ()
    listed_ids = {entry.id for entry in entries}
    cut_off = [
        Entry(id=name, folder=state.folders.get(name), students=(Student(name),),
              status="graded", sha256=origin.sha256)
        for name, origin in state.graded.items()
        if name not in listed_ids
    ]  # fmt: skip
    return (*entries, *cut_off)


def _factor_of(hand_in: HandIn, late: Late) -> float:
    return lateness(late, hand_in.submitted, hand_in.extension).factor


def _factor_of_entry(entry: Entry, late: Late) -> float:
    extension = Extension.parse(entry.extension) if entry.extension else None
    return lateness(late, entry.moment, extension).factor
