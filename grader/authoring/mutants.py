"""Mutants of right answers: whole submissions with one node of one file changed, drawn evenly over the answers."""

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.authoring.mutations import Mutation, mutations

Operators = Callable[[str], list[Mutation]]  # a file's source -> all ways to change it


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mutant: the answer that it is made of, what was changed where, and all files of the submission."""

    origin: str
    file: str
    line: int
    what: str
    difference: str  # the changed line, before and after
    files: Mapping[str, str]

    @property
    def title(self) -> str:
        """One line that says which mutant it is."""
        return f"{self.origin}/{self.file}:{self.line}  {self.difference}"


def read_answer(folder: Path) -> dict[str, str]:
    """The Python files of an answer, by their paths in it."""
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.py"))}


def draw(
    answers: Mapping[str, Mapping[str, str]],
    untouched: Collection[str],
    count: int,
    rng: random.Random,
    operators: Operators = mutations,
) -> list[Mutant]:
    """`count` mutants, the same for the same state of `rng`; all there are where those are fewer. None twice.

    `answers` are the files of right answers by the names of these. Files named in `untouched`, other exercises', stay
    as they are. `operators` gives all that can be changed in a file.
    """
    streams = [_of_answer(name, files, untouched, rng, operators) for name, files in answers.items()]
    mutants: list[Mutant] = []
    while streams and len(mutants) < count:
        for stream in list(streams):
            mutant = next(stream, None)
            mutants += [mutant] if mutant else []
            if mutant is None:
                streams.remove(stream)
    return mutants[:count]


def _of_answer(
    name: str, files: Mapping[str, str], untouched: Collection[str], rng: random.Random, operators: Operators
) -> Iterator[Mutant]:
    sources = {file: text for file, text in files.items() if file not in untouched}
    drawable: list[tuple[str, Mutation]] = [
        (file, mutation) for file, text in sources.items() for mutation in operators(text)
    ]
    rng.shuffle(drawable)
    drawn = set()
    for file, mutation in drawable:
        source = mutation.source()
        if source is not None and (file, source) not in drawn:
            drawn.add((file, source))
            difference = mutation.difference(source)
            yield Mutant(name, file, mutation.line, mutation.what, difference, {**files, file: source})
