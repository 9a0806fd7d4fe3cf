"""Writes the pages of a class: each student's, class.html, and similar.html with the pairs of similar hand-ins."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from grader.classroom.class_model import ISSUE_TITLES, IssueKind, names_of
from grader.classroom.python_process import Start, start_python
from grader.classroom.reiterable import Reiterable
from grader.classroom.results import store
from grader.classroom.results.class_inputs import read_inputs
from grader.classroom.results.code_shape import shape_of
from grader.classroom.results.earlier_hand_ins import named, unpack
from grader.classroom.results.similarity_job import Search
from grader.errors import UsageError
from grader.report.pairs import Pair
from grader.report.results_json import write_atomically
from grader.report.side_by_side import file_pairs
from grader.schema import Report

if TYPE_CHECKING:
    from grader.report.html.class_statistics import Entry as HtmlEntry
    from grader.report.html.comparison_page import Comparison

ABSENT = IssueKind.ABSENT  # has a line in the table instead of a remark
ORDER = {kind: place for place, kind in enumerate(ISSUE_TITLES)}
_STATUS = {"absent": "nothing handed in", "fault": "not graded, the grader's fault", "waiting": "not graded yet"}
COMPARISON = "similar.html"
MAX_COMPARED = 25  # pairs, the most similar, that are shown side by side
Compared = Callable[[], None]  # waits until it is known which hand-ins are similar


def write_pages(results: Path, index: store.ClassIndex, compared: Compared) -> None:
    """Write all pages, with one report at a time in memory. Raises OutputError."""
    from grader.classroom.results.student_files import write_student
    from grader.report.html.class_page import Remark, Ungraded, class_page
    from grader.report.html.comparison_page import comparison_page

    for entry, report in store.reports(results, index):
        write_student(results / str(entry.folder), report, names_of(entry.students))
    compared()
    stored = _stored(results)
    issues = sorted((issue for issue in index.issues if issue.kind is not ABSENT), key=lambda issue: ORDER[issue.kind])
    remarks = [Remark(ISSUE_TITLES[issue.kind], issue.who, issue.message) for issue in issues]
    remarks += [Remark("Similar hand-ins", "", stored["problem"])] if stored.get("problem") else []
    pairs = [Pair(**pair) for pair in stored.get("pairs", [])]
    if pairs:
        write_atomically(results / COMPARISON, comparison_page(_compared(results, index, pairs), title=index.title))
    page = class_page(
        Reiterable(lambda: _graded(results, index)),
        title=index.title,
        pairs=pairs,
        comparison=COMPARISON if pairs else None,
        remarks=remarks,
        ungraded=(Ungraded(entry.id, names_of(entry.students), _STATUS[entry.status]) for entry in _ungraded(index)),
    )
    write_atomically(results / "class.html", page)


def _graded(results: Path, index: store.ClassIndex) -> Iterator["HtmlEntry"]:
    from grader.report.html.class_statistics import Entry

    for entry, report in store.reports(results, index):
        yield Entry(report, names_of(entry.students), notes_on(entry, report), entry.folder)


def _compared(results: Path, index: store.ClassIndex, pairs: Sequence[Pair]) -> Iterator["Comparison"]:
    """The most similar pairs with their files, one pair at a time in memory."""
    from grader.report.html.comparison_page import Comparison

    shown = pairs[:MAX_COMPARED]
    shown_names = {name for pair in shown for name in (pair.left, pair.right)}
    entries = {entry.id: entry for entry in index.entries if entry.id in shown_names and entry.folder}
    earlier = _earlier(results, {pair.right for pair in shown if pair.earlier})

    def hand_in_named(name: str) -> tuple[str, Mapping[str, bytes]] | None:
        entry = entries.get(name)
        if entry is None:
            return None
        return names_of(entry.students) or entry.id, store.read_files(results / str(entry.folder) / store.SUBMISSION)

    for pair in shown:
        left, right = hand_in_named(pair.left), earlier.get(pair.right) if pair.earlier else hand_in_named(pair.right)
        if left and right:
            files = tuple(file_pairs(left[1], right[1], shape_of))
            yield Comparison(left[0], right[0], pair.share, files)


def _earlier(results: Path, names: Collection[str]) -> dict[str, tuple[str, Mapping[str, bytes]]]:
    """The hand-ins of earlier years that go by these names: what the page calls them, and their files."""
    return {
        name: (f"earlier: {name}", hand_in.files)
        for file in (read_inputs(results).against or () if names else ())
        for hand_in in unpack(file.path)
        if (name := named(hand_in, file.name)) in names
    }


def _ungraded(index: store.ClassIndex) -> Iterator[store.Entry]:
    return (entry for entry in index.entries if entry.status != "graded")


@contextmanager
def comparing(results: Path, index: store.ClassIndex, handout: Path, start: Start = start_python) -> Iterator[Compared]:
    """Starts comparing the hand-ins in another process; what it yields waits for the pairs and writes them.

    What is in the folder `handout` counts for nobody. The pairs are a hint for a person: nothing is deducted. Where no
    hand-in has changed since the last comparison, that one stays.
    """
    earlier = read_inputs(results).against or ()
    of, number = sha256("".join(f"{file.sha256} {file.name}\n" for file in earlier).encode(errors="replace")), 0
    for entry in index.entries:  # always in the same order
        of.update(f"{entry.id} {entry.sha256}\n".encode())
        number += 1
    stored = _stored(results)
    if stored.get("of") == of.hexdigest() and not stored.get("problem"):
        yield lambda: None
        return
    with Search(results, handout, number, earlier, start) as search:
        _import_ahead()
        yield lambda: _keep(results, of.hexdigest(), search)


def _import_ahead() -> None:
    """Begins to import what pages are made with: jinja2 starts while job processes end."""
    Thread(target=import_module, args=("grader.report.html.class_page",), daemon=True).start()


def _keep(results: Path, of: str, search: Search) -> None:
    problem = None
    try:
        pairs, count = search.pairs()
    except UsageError as error:  # the class is graded without it
        pairs, count, problem = [], 0, f"similar hand-ins were not searched for: {error}"
    record = {"of": of, "count": count, "pairs": [asdict(pair) for pair in pairs], "problem": problem}
    write_atomically(results / store.PAIRS, json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def notes_on(entry: store.Entry, report: Report) -> tuple[str, ...]:
    """The notes on a hand-in as a whole: the intake's, and those from reading its files."""
    return tuple(dict.fromkeys((*entry.notes, *report.submission.notes)))


def _stored(results: Path) -> dict[str, Any]:
    """The content of similarity.json; empty where it cannot be read or does not exist yet."""
    try:
        return dict(json.loads((results / store.PAIRS).read_bytes()))
    except (OSError, ValueError):
        return {}
