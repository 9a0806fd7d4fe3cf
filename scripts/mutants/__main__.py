"""Mutants: one node of a right answer's syntax tree changed, graded, and judged by an independent plain calculation.

    python -m scripts.mutants [--exercise ID ...] [--case NAME ...] [--count N] [--seed N]
                              [--operators first|second|third] [--sandbox KIND] [--json FILE]

For each exercise, N mutants of the right answers in the gallery are drawn. Each is graded with a seed of its own, and
what it gets is compared, part by part of each point, with what it deserves; what is not the same is printed at once.
Exits with 1 at any deviation. What plain calculation cannot decide (an error between the tolerances, a call that takes
too long) is counted, and so is what the grader leaves to a person. The second set of operators changes statements,
axes, dtypes and lists where the first changes operators, comparisons and constants; the third wraps any expression,
keeps values between calls, and makes two changes at once. `grader mutants` needs no
calculation, and judges any assignment.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from grader.sandbox.sandbox_settings import SandboxSettings
from scripts.mutants.comparing import Compared, compare
from scripts.mutants.drawing_mutants import OPERATORS, draw_mutants

EXERCISES = ("1", "2", "3")
COUNT = 1000  # of each exercise
EVERY = 50  # mutants between two lines of progress


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exercise", action="append", choices=EXERCISES, default=[], help="only these exercises")
    parser.add_argument("--case", action="append", default=[], help="only mutants of these right answers")
    parser.add_argument("--count", type=int, default=COUNT, help="mutants of each exercise")
    parser.add_argument("--seed", type=int, default=1, help="which mutants, and the seeds they are graded with")
    parser.add_argument("--operators", choices=OPERATORS, default="first", help="which set of mutation operators")
    parser.add_argument("--sandbox", help="where they run; this machine's default")
    parser.add_argument("--json", type=Path, help="write all that was compared to a file")
    options = parser.parse_args()
    console, progress = Console(file=sys.stdout), Console(stderr=True)  # pytest's output goes elsewhere meanwhile
    all_compared: list[Compared] = []
    for exercise in options.exercise or EXERCISES:
        chosen = draw_mutants(exercise, options.case, options.count, options.seed, options.operators)

        def show(compared: Compared, chosen: int = len(chosen)) -> None:
            all_compared.append(compared)
            show_compared(compared, console)
            count = sum(item.exercise == compared.exercise for item in all_compared)
            if count % EVERY == 0:
                progress.print(f"exercise {compared.exercise}: {count} of {chosen} mutants", style="dim")

        compare(exercise, chosen, SandboxSettings(options.sandbox), options.seed, show)
    if options.json:
        options.json.write_text(json.dumps([item.plain() for item in all_compared], indent=1), encoding="utf-8")
    console.print(summary(all_compared))
    return 1 if any(item.deviations for item in all_compared) else 0


def show_compared(item: Compared, console: Console) -> None:
    """What did not get what it deserves, and what a person would have to look at."""
    if item.deviations or item.reviewed:
        style = "red" if item.deviations else "yellow"
        console.print(item.title, style=style, markup=False, highlight=False, soft_wrap=True)
    for part, (deserved, got, message) in item.deviations.items():
        console.print(f"    {part}: got {got:g}, deserves {deserved:g} {message[:160]}", markup=False)
    for part, message in item.reviewed.items():
        deserved_share = item.deserved.get(part)
        worth = "undecided" if deserved_share is None else f"{deserved_share:g}"
        console.print(f"    {part}: left to a person, deserves {worth} {message[:160]}", markup=False)


def summary(all_compared: list[Compared]) -> Table:
    """How many there were of each kind."""
    table = Table(title="mutants of right answers")
    columns = ("exercise", "mutants", "equivalent", "partly right", "wrong", "undecided parts", "for a person")
    for column in (*columns, "deviations"):
        table.add_column(column)
    for exercise in sorted({item.exercise for item in all_compared}):
        of_exercise = [item for item in all_compared if item.exercise == exercise]
        kinds = Counter(item.kind for item in of_exercise)
        table.add_row(
            exercise,
            str(len(of_exercise)),
            *(str(kinds[kind]) for kind in ("equivalent", "partly right", "wrong")),
            str(sum(len(item.undecided) for item in of_exercise)),
            str(sum(len(item.reviewed) for item in of_exercise)),
            str(sum(bool(item.deviations) for item in of_exercise)),
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
