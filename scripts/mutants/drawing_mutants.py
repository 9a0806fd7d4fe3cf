"""Which mutants of which right answers of the built-in assignment's gallery."""

import random

from grader.authoring.mutants import Mutant, draw, read_answer
from scripts.mutants.truths import MODULES
from tests.support.galleries import cases

UNDEFINED = frozenset({"pool-as-strided"})  # its mutants read and write memory that is not theirs: nothing is deserved


def draw_mutants(exercise: str, names: list[str], count: int, seed: int) -> list[Mutant]:
    """`count` mutants, the same for the same seed; all there are where those are fewer."""
    own = {case.path.name: case.path for case in cases("right") if exercise in case.expected["exercises"]}
    chosen = [name for name in own if name not in UNDEFINED and (not names or name in names)]
    others = {f"{module}.py" for key, module in MODULES.items() if key != exercise}
    return draw({name: read_answer(own[name]) for name in chosen}, others, count, random.Random(f"{exercise} {seed}"))
