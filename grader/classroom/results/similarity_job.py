"""Find the similar hand-ins of a class in a separate process.

    python -m grader.classroom.results.similarity_job RESULTS HANDOUT [PACKED NAME]...       prints the pairs as JSON

So does `run`, in a process that was forked.
It reads everybody's code with a tokenizer and compares each hand-in with each. The memory that this takes is freed
with the process, the time is bounded here, and whatever goes wrong costs the class only the hint.
"""

import json
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from itertools import repeat
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from grader.classroom.python_process import Start, start_python
from grader.classroom.results import store
from grader.classroom.results.class_inputs import InputFile
from grader.classroom.results.earlier_hand_ins import EarlierHandIn, named, number_in, unpack
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
SECONDS_EACH = 0.5  # for each hand-in; an honest one takes 20 ms
MAX_PAIRS = 1_000  # kept, the most similar; where all are similar, nobody reads half a million lines
MAX_PROCESSES = 32  # Windows takes no more than 61
EACH = 50  # hand-ins, for which one more process is worth its start
CHUNK = 8  # of them that a process is given at a time
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
    """The pairs of a class, read and cut into fingerprints on all cores. `earlier`: packed classes and their names."""
    from grader.classroom.results.similarity import fingerprints_of, similar_pairs  # which only this process needs

    template = fingerprints_of(load(handout, Expected(())).files if handout.is_dir() else {})
    graded = [entry for entry in store.read_index(results).entries if entry.status == "graded" and entry.folder]
    names = [entry.id for entry in graded]
    paths = [results / str(entry.folder) / store.SUBMISSION for entry in graded]
    workers = min(os.cpu_count() or 1, MAX_PROCESSES, 1 + len(graded) // EACH)
    with _mapping(workers) as apply:
        fingerprints = zip(names, apply(_read, paths), strict=True)
        others = [apply(_cut, unpack(Path(path)), repeat(year)) for path, year in earlier.items()]
        return most_similar(similar_pairs(fingerprints, template, earlier=others))


@contextmanager
def _mapping(processes: int) -> "Iterator[Callable[..., Iterator[Any]]]":
    """A `map` over so many processes; over this one, where one is enough."""
    if processes == 1:
        yield map
        return
    with ProcessPoolExecutor(processes, initializer=_begin) as pool:
        yield partial(pool.map, chunksize=CHUNK)


def _read(path: Path) -> "Prints":
    from grader.classroom.results.similarity import fingerprints_of

    return fingerprints_of(store.read_files(path))


def _cut(hand_in: EarlierHandIn, year: str) -> "tuple[str, Prints]":
    from grader.classroom.results.similarity import fingerprints_of

    return named(hand_in, year), fingerprints_of(hand_in.files)


def _begin() -> None:
    """Has a worker process end with the one that started it, which may be killed."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (wait([parent.sentinel]), os._exit(1)), daemon=True).start()


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
