"""Which of several hand-ins of one person counts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby, pairwise
from operator import attrgetter

from grader.classroom.class_model import HandIn, Issue, IssueKind
from grader.classroom.intake.decision_options import quoted
from grader.classroom.intake.hand_in_files import read_hand_in
from grader.load.file_names import readable
from grader.load.tree import Folder
from grader.model import Expected

_NEVER = datetime.min.replace(tzinfo=UTC)  # sorts before every known time
_by_id = attrgetter("id")


def newest_of_each(
    place: Folder, hand_ins: Sequence[HandIn], expected: Expected
) -> tuple[Sequence[HandIn], list[Issue], frozenset[str]]:
    """One hand-in per id, sorted by ids; an issue for each other one, and where it stands.

    A person's decision counts first, then the time, then the LMS's numbers; where none of them tells, the issue asks.
    """
    ids = [hand_in.id for hand_in in hand_ins]
    if all(before < after for before, after in pairwise(ids)):
        return hand_ins, [], frozenset()
    chosen, issues, older_sources = [], [], set()
    for name, group in groupby(sorted(hand_ins, key=_by_id), key=_by_id):
        *earlier, newest = sorted(group, key=lambda hand_in: (hand_in.decided, *_age(hand_in), hand_in.source))
        if not earlier:
            chosen.append(newest)
            continue
        how = _how_known(newest, earlier)
        same = how is None and _are_same(place, (newest, *earlier), expected)
        note = f"handed in {len(earlier) + 1} times; {how or ('all are the same' if same else _UNKNOWN)}"
        chosen.append(replace(newest, notes=(*newest.notes, note)))
        for older in earlier:
            older_sources.add(older.source)
            if how is None and not same:
                message = (
                    f"{older.source} and {newest.source} are both {name}'s, and it is not known which is newer; "
                    f"{newest.source} was graded. {quoted('--match', f'{_key(older)}={name}')} takes the other, "
                    f"{quoted('--match', f'{_key(newest)}={name}')} keeps this one."
                )
                issues.append(Issue(IssueKind.CHOICE, name, message))
            else:
                message = f"{older.source}: handed in more than once; {newest.source} counts."
                issues.append(Issue(IssueKind.SUPERSEDED, name, message))
    return chosen, issues, frozenset(older_sources - {hand_in.source for hand_in in chosen})


_UNKNOWN = "it is not known which is the newest, so the person who grades this is asked"


def _key(hand_in: HandIn) -> str:
    return readable(hand_in.parts[0].key)


def _age(hand_in: HandIn) -> tuple[datetime, int]:
    return hand_in.submitted or _NEVER, hand_in.order[0]


def _how_known(newest: HandIn, earlier: Sequence[HandIn]) -> str | None:
    """How it is known which is the newest, in words; None if nothing tells."""
    if newest.decided and not any(hand_in.decided for hand_in in earlier):
        return "a person decided which counts"
    if all(hand_in.submitted for hand_in in (newest, *earlier)) and newest.submitted not in [
        hand_in.submitted for hand_in in earlier
    ]:
        return "the newest counts"
    orders = [hand_in.order[0] for hand_in in (newest, *earlier)]
    undated = not any(hand_in.submitted for hand_in in (newest, *earlier))
    return "the newest counts" if undated and len(set(orders)) == len(orders) else None


def _are_same(place: Folder, hand_ins: Sequence[HandIn], expected: Expected) -> bool:
    """Whether they hold the same files, as an archive and the folder that it was unpacked to do."""
    try:
        return len({read_hand_in(place, hand_in, expected, {}).sha256 for hand_in in hand_ins}) == 1
    except OSError:
        return False
