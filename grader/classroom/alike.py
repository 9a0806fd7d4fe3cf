"""Which hand-ins of a class are alike, found in a process of its own.

    python -m grader.classroom.alike RESULTS HANDOUT        prints the pairs as JSON

It reads everybody's code with somebody else's tokenizer, and compares each with each. The memory that this takes ends
with the process, the time is bounded here, and whatever goes wrong costs the class nothing but the hint.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Self

from grader.classroom import store
from grader.errors import UsageError
from grader.load import load
from grader.report.pairs import Pair
from grader.report.text import one_line

LEAST_SECONDS = 60.0  # to start, and for a small class
SECONDS_EACH = 0.5  # for each hand-in; an honest one takes 20 ms
MAX_PAIRS = 1_000  # kept, the most alike; where all are alike, nobody reads half a million lines
MAX_SAID = 500  # characters of why it failed


class Search:
    """Looks for the pairs of a class of `count` hand-ins, until its context ends.

    What is in the folder `handout` is nobody's own; it may not be there.
    """

    def __init__(self, results: Path, handout: Path, count: int) -> None:
        self._seconds = LEAST_SECONDS + SECONDS_EACH * count
        command = [sys.executable, "-m", "grader.classroom.alike", str(results), str(handout)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        with self._process:  # closes its pipes, and waits
            self._process.kill()

    def pairs(self) -> tuple[list[Pair], int]:
        """Waits for the pairs: the most alike first, and how many there are.

        Raises UsageError, with the reason, where they were not looked for.
        """
        try:
            output, errors = self._process.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired as error:
            raise UsageError(f"it took more than {self._seconds:g} seconds.") from error
        if self._process.returncode:
            said = errors.decode("utf-8", "replace").strip().splitlines()
            code = self._process.returncode
            raise UsageError(one_line(said[-1], MAX_SAID) if said else f"it ended with exit code {code}.")
        found = json.loads(output)
        return [Pair(**pair) for pair in found["pairs"]], found["count"]


def _submissions(results: Path) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    for entry in store.read_list(results).entries:
        if entry.status == "graded" and entry.folder:
            yield entry.id, store.read_files(results / entry.folder / store.SUBMISSION)


def _given(handout: Path) -> Mapping[str, bytes]:
    """What every hand-in has in common, since it was given out."""
    return load(handout, ()).files if handout.is_dir() else {}


def most_alike(pairs: Iterable[Pair]) -> tuple[list[Pair], int]:
    """The first of them to be looked at, and how many there are."""
    kept: list[Pair] = []
    number = 0
    for pair in pairs:
        number += 1
        kept.append(pair)
        if len(kept) >= 2 * MAX_PAIRS:
            kept = sorted(kept, key=_likeness)[:MAX_PAIRS]
    return sorted(kept, key=_likeness)[:MAX_PAIRS], number


def _likeness(pair: Pair) -> tuple[float, str, str]:
    return -pair.share, pair.left, pair.right


if __name__ == "__main__":
    # copydetect imports what would draw its pictures, for longer than comparing a small class takes. None is drawn.
    sys.modules["matplotlib"] = sys.modules["matplotlib.pyplot"] = ModuleType("matplotlib")
    from grader.report.similarity import similar_pairs  # which nobody needs who only asks for the pairs

    try:
        found, of = most_alike(similar_pairs(_submissions(Path(sys.argv[1])), _given(Path(sys.argv[2]))))
    except UsageError as problem:  # an optional library is not there
        sys.exit(str(problem))
    json.dump({"pairs": [asdict(pair) for pair in found], "count": of}, sys.stdout)
