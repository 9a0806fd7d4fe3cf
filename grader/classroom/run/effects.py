"""Find out what new inputs would do to the marks of a class; none of these changes without a person's word.

A hand-in is recognized by its place in SUBMISSIONS, so that one whose id changes (by a roster that comes later, or a
match) keeps its marks under the new id; one that is there no longer, by its student on the roster. Ids may go round: a
table of which only one column was sorted gives everybody another's, and the next one everybody their own.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import rmtree

from grader.classroom.class_model import Extension, HandIn, Student
from grader.classroom.intake.hand_ins import Intake
from grader.classroom.intake.roster import Roster
from grader.classroom.marks.late import lateness
from grader.classroom.results import store
from grader.classroom.results.class_inputs import ClassInputs, option
from grader.classroom.results.journal import Conditions, Journal, State, ids_after
from grader.classroom.results.store import Entry
from grader.errors import UsageError
from grader.load.file_names import folder_name
from grader.report.results_json import write_atomically
from grader.rubric import Late
from grader.text import listed

_PIECE = 1 << 20  # bytes that are copied at once
_NAMED = 3  # hand-ins in a message, of those whose marks would change


@dataclass(frozen=True, slots=True)
class Effects:
    """What a run under other inputs would change, before any of it happens."""

    renamed: tuple[tuple[Entry, Entry], ...] = ()  # as they are listed, and with the id and the students of now
    dropped: tuple[Entry, ...] = ()  # graded before; another hand-in of the same person counts now
    regraded: tuple[str, ...] = ()
    late: tuple[str, ...] = ()  # those whose lateness costs something else

    @property
    def new_ids(self) -> dict[str, str]:
        """The id of now by the one before, of those that have another."""
        return {entry.id: now.id for entry, now in self.renamed if now.id != entry.id}

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
    return listed(ids, _NAMED)


def effects_of(results: Path, intake: Intake, state: State, conditions: Conditions, late: Late) -> Effects:
    """Compares a class as it was graded with the same class under what is given now."""
    if not state.graded:
        return Effects()
    factors = {hand_in.id: _factor_of(hand_in, late) for hand_in in intake.hand_ins}
    before = [entry for entry in _entries(results, state) if entry.id in state.graded]
    lost = [entry for entry in before if entry.id not in factors]
    places: dict[str, Entry] = {}
    for entry in (*(entry for entry in before if entry.id in factors), *lost):
        places.setdefault(entry.source, entry)
    renamed = _renamed(intake, state, places)
    new_ids = {entry.id: entry.id for entry in before} | {entry.id: now.id for entry, now in renamed}
    sources = intake.superseded.union(hand_in.source for hand_in in intake.hand_ins if hand_in.source in places)
    graded_under = ((new_id, state.graded[name].conditions) for name, new_id in new_ids.items() if new_id in factors)
    return Effects(
        renamed=renamed,
        dropped=tuple(entry for entry in lost if new_ids[entry.id] == entry.id and entry.source in sources),
        regraded=tuple(
            name for name, earlier in graded_under if replace(earlier, grader=conditions.grader) != conditions
        ),
        late=tuple(
            new_id
            for entry in before
            if (new_id := new_ids[entry.id]) in factors and _factor_of_entry(entry, late) != factors[new_id]
        ),
    )


def _renamed(intake: Intake, state: State, places: Mapping[str, Entry]) -> tuple[tuple[Entry, Entry], ...]:
    """The entries of `places` (by their place in SUBMISSIONS) that are called otherwise now, as they are and will be.

    None gets an id under which there is a report that stays.
    """
    here = {hand_in.source for hand_in in intake.hand_ins if hand_in.source in places} | intake.superseded
    pairs = [
        (places[hand_in.source], _called(places[hand_in.source], hand_in.id, hand_in.students))
        for hand_in in intake.hand_ins
        if hand_in.source in places and places[hand_in.source].id != hand_in.id
    ]
    if intake.roster:
        roster, absent = Roster(intake.roster), {student.id for student in intake.absent}
        gone = [entry for entry in places.values() if entry.source not in here]
        pairs += [(entry, now) for entry in gone if (now := _on_roster(entry, roster, absent)) != entry]
    while True:
        leaving = {entry.id for entry, _ in pairs}
        free = [(entry, now) for entry, now in pairs if now.id not in state.graded or now.id in leaving]
        if len(free) == len(pairs):
            return tuple(pairs)
        pairs = free


def _on_roster(entry: Entry, roster: Roster, absent: Collection[str]) -> Entry:
    """An entry of what is no longer there, under its students' names on the roster, if nothing else of theirs is."""
    students = tuple(
        replace(match, lms=student.lms or match.lms)
        if (match := roster.find(student, student.name or entry.id)) and match.id in absent
        else student
        for student in entry.students
    )
    name = students[0].id if len(students) == 1 and students[0].id in absent else entry.id
    return _called(entry, name, students)


def _called(entry: Entry, name: str, students: tuple[Student, ...]) -> Entry:
    return entry.model_copy(update={"id": name, "students": students})


def has_lost(intake: Intake, state: State) -> bool:
    """Whether somebody was graded under an id that no hand-in has now: it may have another, by a match at the desk."""
    return not state.graded.keys() <= {hand_in.id for hand_in in intake.hand_ins}


def refuse_another_class(results: Path, intake: Intake, state: State, effects: Effects) -> None:
    """Raises UsageError if nobody whom RESULTS holds is in the class: it was most probably given by mistake."""
    present = {hand_in.id for hand_in in intake.hand_ins}
    if not state.graded or not present.isdisjoint({*state.graded, *effects.new_ids.values()}):
        return
    strangers = f"none of the {len(state.graded)} hand-ins graded in there ({_named(list(state.graded))})"
    raise UsageError(
        f"{results}: this holds another class: {strangers} is in {intake.place.where}. Nothing was changed. Give "
        "another --output; or, if these belong to the same class, add --replace: the marks of the others stay."
    )


def gone_entries(results: Path, intake: Intake, state: State, effects: Effects) -> Sequence[Entry]:
    """Entries that were graded before and are not among the hand-ins now, by what they are called now.

    Reads class.json only if there are any.
    """
    lost = state.graded.keys() - {hand_in.id for hand_in in intake.hand_ins}
    if not lost:
        return ()
    students = {now.id: now.students for _, now in effects.renamed}
    return [
        entry.model_copy(update={"students": students.get(entry.id, entry.students)})
        for entry in _entries(results, state)
        if entry.id in lost
    ]


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
    """Moves each report to the new id of its hand-in. If it is cut off, the next run goes on from what the journal has.

    Until class.json is written, that is behind (`store.ClassIndex.moves`). Raises UsageError where somebody else is
    writing reports for too long, and OutputError.
    """
    moves = effects.new_ids
    if not moves:
        return
    with store.writing_reports(results):
        _count_moves(results, journal.state)
        while moves:
            before = next((before for before, name in moves.items() if name not in moves), None)
            if before is None:  # ids that go round: one of them waits under a name that no id is
                before, name = next(iter(moves.items()))
                del moves[before]
                moves[_waiting(before)] = name
                _move(results, journal, before, _waiting(before))
            else:
                _move(results, journal, before, moves.pop(before))


def _count_moves(results: Path, state: State) -> None:
    """Has a list that an earlier version wrote say which moves it knows."""
    with suppress(UsageError):  # the first run was cut off; the list comes with this one
        index = store.stored_index(results)
        if index.moves is None:
            store.write_index(results, index.model_copy(update={"moves": len(state.moves)}))


def _move(results: Path, journal: Journal, before: str, name: str) -> None:
    """Moves one report to an id under which there is none."""
    folders = journal.state.folders
    old = results / folders[before]
    folder = folder_name(name, {used.lower() for used in (*folders.values(), *store.RESERVED_NAMES)})
    store.make_results(results / folder)
    for file in (store.SUBMISSION, store.SET_ASIDE, store.REPORT):
        if (old / file).is_file():
            write_atomically(results / folder / file, _pieces(old / file))
        else:  # what a cut left there of the one that had this folder before
            (results / folder / file).unlink(missing_ok=True)
    with suppress(UsageError):  # damaged: it is graded again, and what can be saved of it is
        report = store.read_report(old / store.REPORT)
        about = report.submission.model_copy(update={"id": name})
        store.write_report(results / folder, report.model_copy(update={"submission": about}))
    journal.append("renamed", id=name, folder=folder, before=before)
    rmtree(old, ignore_errors=True)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _entries(results: Path, state: State) -> Sequence[Entry]:
    """The class as the last run left it, with what only the journal has: graded by a run that was cut off."""
    try:
        entries = _as_moved(store.stored_index(results), state)
    except UsageError:
        entries = []
    listed_ids = {entry.id for entry in entries}
    cut_off = [
        Entry(id=name, folder=state.folders.get(name), students=(Student(name),),
              status="graded", sha256=origin.sha256)
        for name, origin in state.graded.items()
        if name not in listed_ids
    ]  # fmt: skip
    return (*entries, *cut_off)


def _as_moved(index: store.ClassIndex, state: State) -> list[Entry]:
    """The entries of a list under the ids that the journal knows them by: a cut may lie between the two."""
    known_moves = len(state.moves) if index.moves is None else index.moves
    now = ids_after(state.moves[known_moves:])
    return [
        entry.model_copy(update={"id": name, "folder": state.folders.get(name, entry.folder)})
        if (name := now.get(entry.id))
        else entry
        for entry in index.entries
    ]


def _waiting(name: str) -> str:
    """A name that no id is, for a report whose new id is still another one's."""
    return f"{name}\n"


def _factor_of(hand_in: HandIn, late: Late) -> float:
    return lateness(late, hand_in.submitted, hand_in.extension).factor


def _factor_of_entry(entry: Entry, late: Late) -> float:
    extension = Extension.parse(entry.extension) if entry.extension else None
    return lateness(late, entry.moment, extension).factor
