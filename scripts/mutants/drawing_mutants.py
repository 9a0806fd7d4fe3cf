"""Which mutants of which right answers: drawn evenly over the cases of an exercise."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.mutants.mutations import mutations
from scripts.mutants.truths import MODULES
from tests.support.galleries import cases

UNDEFINED = frozenset({"pool-as-strided"})  # its mutants read and write memory that is not theirs: nothing is deserved


@dataclass(frozen=True, slots=True)
class Drawn:
    """One mutant: the case it is made of, what was changed, and all files of the submission."""

    case: str
    what: str
    files: dict[str, str]


def draw(exercise: str, names: list[str], count: int, seed: int) -> list[Drawn]:
    """`count` mutants, the same for the same seed; all there are where those are fewer. None twice."""
    rng = random.Random(f"{exercise} {seed}")
    own = {case.path.name: case.path for case in cases("right") if exercise in case.expected["exercises"]}
    chosen = [name for name in own if name not in UNDEFINED and (not names or name in names)]
    streams = [_of_case(own[name], exercise, rng) for name in chosen]
    found: list[Drawn] = []
    while streams and len(found) < count:
        for stream in list(streams):
            mutant = next(stream, None)
            found += [mutant] if mutant else []
            if mutant is None:
                streams.remove(stream)
    return found[:count]


def _of_case(path: Path, exercise: str, rng: random.Random) -> Iterator[Drawn]:
    files = {file.relative_to(path).as_posix(): file.read_text(encoding="utf-8") for file in sorted(path.rglob("*.py"))}
    others = {f"{module}.py" for key, module in MODULES.items() if key != exercise}
    own = {name: text for name, text in files.items() if name not in others}
    found = [(name, mutation) for name, text in own.items() for mutation in mutations(text)]
    rng.shuffle(found)
    seen = set()
    for name, mutation in found:
        source = mutation.source()
        if source is not None and (name, source) not in seen:
            seen.add((name, source))
            yield Drawn(path.name, f"{name} {mutation.what}", {**own, name: source})
