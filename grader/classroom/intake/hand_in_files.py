"""A hand-in's files: read when its turn comes, wherever its parts lie."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace

from grader.classroom.class_model import HandIn, Part
from grader.load.author import author_of
from grader.load.collect import collect
from grader.load.content import UPLOADS, Moment
from grader.load.submission import assemble, nothing_in
from grader.load.tree import File, Folder
from grader.model import Expected, Submission
from grader.text import listed


def read_hand_in(place: Folder, hand_in: HandIn, expected: Expected, accepted: Mapping[str, str]) -> Submission:
    """Reads a hand-in's files into a submission. `accepted` maps names to the files read as them. Raises OSError."""
    with ExitStack() as stack:
        collected = collect([_opened(place, part) for part in hand_in.parts], expected, stack)
        submission = assemble(hand_in.id, collected, expected, accepted)
    notes = (*hand_in.notes, *submission.notes, *_claims(hand_in, submission))
    if not submission.files and not submission.notes:
        notes = (*notes, f"{hand_in.source}: {nothing_in(expected)}")
    return replace(submission, id=hand_in.id, notes=notes)


def _opened(place: Folder, part: Part) -> tuple[str, File | Folder, Moment | None]:
    uploaded = (UPLOADS, float(part.order)) if part.order is not None else None
    return part.name, place.file(part.key) if part.name else place.folder(part.key), uploaded


def _claims(hand_in: HandIn, submission: Submission) -> list[str]:
    """A note if student.toml names another id than the roster or the LMS: somebody else's copy, or a slip."""
    author = author_of(submission.files)
    ids = {student.id for student in hand_in.students if student.id}
    if author is None or author.id is None or not ids or author.id in ids:
        return []
    if any(author.id.lstrip("0") == hand_in_id.lstrip("0") for hand_in_id in ids):
        return []
    return [f"student.toml: it gives the id {author.id}, and this was handed in by {listed(sorted(ids))}"]
