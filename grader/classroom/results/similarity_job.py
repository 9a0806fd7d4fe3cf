"""Find the similar hand-ins of a class in a separate process.

    python -m grader.classroom.results.similarity_job RESULTS HANDOUT [PACKED NAME]...       prints the pairs as JSON

So does `run`, in a process that was forked.
It reads everybody's code and compares each hand-in with each. The memory that this takes is freed
with the process, the time is bounded here, and whatever goes wrong costs the class only the hint.
"""

import json
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Self

from grader.classroom.python_process import Start, start_python
from grader.classroom.results import store
from grader.classroom.results.class_inputs import InputFile
from grader.classroom.results.earlier_hand_ins import named, number_in, unpack
from grader.counting import counted
from grader.errors import UsageError
from grader.load.submission import load
from grader.model import Expected
from grader.report.pairs import Pair
from grader.report.plain_text import one_line

if TYPE_CHECKING:
    from grader.classroom.results.similarity import Prints

MODULE = "grader.classroom.results.similarity_job"
NEEDS = ("grader.classroom.results.similarity",)  # what only the process itself imports
MIN_SECONDS = 60.0  # to start, and for a small class
SECONDS_EACH = 0.5  # for each hand-in; an honest one takes 2 ms
MAX_PAIRS = 1_000  # kept, the most similar; where all are similar, nobody reads half a million lines
MAX_SAID = 500  # characters of why it failed


class Search:
    """Looks for the pairs of a class of `count` hand-ins, until its context ends.

    What is in the folder `handout` is nobody's own; it may not be there. `earlier` are packed classes of other years.
    """

    def __init__(
        self,
        results: Path,
        handout: Path,
        count: int,
        earlier: Sequence[InputFile] = (),
        start: Start = start_python,
    ) -> None:
        self._seconds = MIN_SECONDS + SECONDS_EACH * (count + sum(number_in(file.path) for file in earlier))
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        arguments = [str(results), str(handout), *(text for file in earlier for text in (str(file.path), file.name))]
        self._process = start(MODULE, arguments, self._errors)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            if pipe:
                pipe.close()

    def pairs(self) -> tuple[list[Pair], int]:
        """Waits for the pairs: the most similar first, and how many there are.

        Raises UsageError, with the reason, where they were not looked for.
        """
        assert self._process.stdout
        too_late = threading.Event()

        def end() -> None:
            too_late.set()
            self._process.kill()

        stop = threading.Timer(self._seconds, end)
        stop.start()
        try:
            output = self._process.stdout.read()
            code = self._process.wait()
        finally:
            stop.cancel()
        if code and too_late.is_set():
            raise UsageError(f"it took more than {counted(self._seconds, 'second')}.")
        if code:
            self._errors.seek(0)
            printed = self._errors.read().decode("utf-8", "replace").strip().splitlines()
            raise UsageError(one_line(printed[-1], MAX_SAID) if printed else f"it ended with exit code {code}.")
        result = json.loads(output)
        return [Pair(**pair) for pair in result["pairs"]], result["count"]


def _looked_for(results: Path, handout: Path, earlier: Mapping[str, str]) -> tuple[list[Pair], int]:
    """The pairs of a class, one hand-in's code at a time in memory. `earlier`: packed classes and their names."""
    from grader.classroom.results.similarity import fingerprints_of, similar_pairs  # numpy, which takes its time

    def of_year(packed: str, year: str) -> "Iterator[tuple[str, Prints]]":
        return ((named(hand_in, year), fingerprints_of(hand_in.files)) for hand_in in unpack(Path(packed)))

    template = fingerprints_of(load(handout, Expected(())).files if handout.is_dir() else {})
    fingerprints = (
        (entry.id, fingerprints_of(store.read_files(results / entry.folder / store.SUBMISSION)))
        for entry in store.read_index(results).entries
        if entry.status == "graded" and entry.folder
    )
    return most_similar(similar_pairs(fingerprints, template, earlier=[of_year(*item) for item in earlier.items()]))


def most_similar(pairs: Iterable[Pair]) -> tuple[list[Pair], int]:
    """The `MAX_PAIRS` most similar pairs, and how many there are in all."""
    best: list[Pair] = []
    number = 0
    for pair in pairs:
        number += 1
        best.append(pair)
        if len(best) >= 2 * MAX_PAIRS:
            best = sorted(best, key=_by_similarity)[:MAX_PAIRS]
    return sorted(best, key=_by_similarity)[:MAX_PAIRS], number


def _by_similarity(pair: Pair) -> tuple[float, str, str]:
    return -pair.share, pair.left, pair.right


def run(arguments: Sequence[str]) -> None:
    """Prints the pairs."""
    results, handout, *earlier = arguments
    try:
        pairs, number = _looked_for(Path(results), Path(handout), dict(zip(*[iter(earlier)] * 2, strict=True)))
    except UsageError as problem:  # there is no class in that folder, or an earlier one is damaged
        sys.exit(str(problem))
    json.dump({"pairs": [asdict(pair) for pair in pairs], "count": number}, sys.stdout)


if __name__ == "__main__":
    run(sys.argv[1:])
