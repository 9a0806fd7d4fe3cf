"""Which mutants of which right answers of the built-in assignment's gallery."""

import random
from collections.abc import Mapping

from grader.authoring.mutants import Mutant, Operators, draw, read_answer
from grader.authoring.mutations import mutations
from scripts.mutants.second_operators import second_mutations
from scripts.mutants.third_operators import third_mutations
from scripts.mutants.truths import MODULES
from tests.support.galleries import cases

UNDEFINED = frozenset({"pool-as-strided"})  # its mutants read and write memory that is not theirs: nothing is deserved


OPERATORS: Mapping[str, Operators] = {"first": mutations, "second": second_mutations, "third": third_mutations}


def draw_mutants(exercise: str, names: list[str], count: int, seed: int, operators: str = "first") -> list[Mutant]:
    """`count` mutants, the same for the same seed; all there are where those are fewer."""
    paths = {case.path.name: case.path for case in cases("right") if exercise in case.expected["exercises"]}
    chosen = [name for name in paths if name not in UNDEFINED and (not names or name in names)]
    others = {f"{module}.py" for key, module in MODULES.items() if key != exercise}
    answers = {name: read_answer(paths[name]) for name in chosen}
    return draw(answers, others, count, random.Random(f"{exercise} {seed}"), OPERATORS[operators])
