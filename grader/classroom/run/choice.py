"""Which hand-ins of a class a run is about."""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.classroom.class_model import HandIn
from grader.classroom.intake.hand_ins import Intake
from grader.classroom.results.hand_in_names import name_key
from grader.classroom.results.journal import State
from grader.errors import UsageError
from grader.text import listed


@dataclass(frozen=True, slots=True)
class Choice:
    """Which hand-ins a run is about: all that are not done; with `force` the done ones too.

    `only` are ids, names, e-mail addresses or numbers of the LMS.
    """

    force: bool = False
    failed: bool = False
    only: frozenset[str] = frozenset()


def chosen(choice: Choice, intake: Intake, state: State) -> Iterator[HandIn]:
    """The hand-ins that a run is about."""
    troubled = {*state.faults, *state.incomplete}
    ids = choice.only & {hand_in.id for hand_in in intake.hand_ins} if choice.only else choice.only
    names = {name_key(name) for name in choice.only - ids}  # an id is no one else's name
    for hand_in in intake.hand_ins:
        is_named = not choice.only or hand_in.id in ids or not names.isdisjoint(_names_of(hand_in))
        if is_named and (not choice.failed or hand_in.id in troubled):
            yield hand_in


def check_names(choice: Choice, intake: Intake) -> None:
    """Raises UsageError for a name that nobody in the class has, or that several have."""
    for name in sorted(choice.only):
        ids = [hand_in.id for hand_in in intake.hand_ins if name_key(name) in _names_of(hand_in)]
        if not ids:
            raise UsageError(f"nobody in this class is called {name}; grades.csv and class.json list the ids.")
        if len(ids) > 1 and name not in ids:
            raise UsageError(f"several in this class are called {name}; choose from the ids {listed(ids)}.")


def _names_of(hand_in: HandIn) -> set[str]:
    """The names that a person may use for it: its id, and its students' ids, names, addresses and LMS numbers."""
    people = (name for student in hand_in.students for name in student.identifiers)
    return {name_key(name) for name in (hand_in.id, *people) if name}
