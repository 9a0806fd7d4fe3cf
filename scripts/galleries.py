"""The kill matrix: which point catches which wrong answer, and whether any verdict depends on the seed.

    python -m scripts.galleries [--gallery right|wrong] [--exercise ID ...] [--case NAME ...]
                                [--seeds N] [--train-seeds N] [--beside N] [--part K/N]

Training is dear, so that exercise 4 is graded with one seed; `--exercise 4 --gallery right --train-seeds 20` is the
study in docs/optimizers.md, an hour or two on one core.

Beside busy processes a point may wait for a person, which is not less. That takes long, so `--part 2/8` grades the
second eighth of the cases only: `--exercise 4 --beside 8` some three minutes each on two cores.

Exits with 1 if a right answer lost a point, a wrong one did not get its exact points, or a seed changed a verdict.
"""

import argparse
import json
import sys
from collections import Counter

from rich.console import Console
from rich.table import Table

from grader.assignment_folder import load_assignment
from grader.pipeline import GradingSession
from grader.report.results_json import to_json
from grader.rubric import select
from grader.sandbox.process import ProcessLauncher
from tests.support.busy import busy
from tests.support.galleries import Case, cases, differences

GALLERIES = ("right", "wrong")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds each case is graded with")
    parser.add_argument("--train-seeds", type=int, default=1, help="the same for the cases of exercise 4")
    parser.add_argument("--gallery", choices=GALLERIES, action="append", default=[], help="only these cases")
    parser.add_argument("--exercise", action="append", default=[], help="only the cases of these exercises")
    parser.add_argument("--case", action="append", default=[], help="only these, by the names of their folders")
    parser.add_argument("--beside", type=int, default=0, help="how many busy processes run beside it")
    parser.add_argument(
        "--part", type=part, default=(1, 1), metavar="K/N", help="only the K-th of N parts of the cases"
    )
    options = parser.parse_args()
    number, parts = options.part
    selected = [
        case
        for gallery in options.gallery or GALLERIES
        for case in cases(gallery)
        if not options.exercise or set(options.exercise) & set(case.expected["exercises"])
        if not options.case or case.path.name in options.case
    ][number - 1 :: parts]
    console = Console()
    with busy(options.beside):
        wrong_by_seed = grade_all(selected, options, console)
    console.print(matrix([case for case in selected if case.gallery == "wrong"]))
    return summary(selected, wrong_by_seed, console)


def part(text: str) -> tuple[int, int]:
    """`2/8`: which part, and of how many."""
    number, _, parts = text.partition("/")
    if not (number.isdigit() and parts.isdigit() and 1 <= int(number) <= int(parts)):
        raise argparse.ArgumentTypeError(f"{text!r} is not a part: write 2/8 for the second of eight")
    return int(number), int(parts)


def grade_all(selected_cases: list[Case], options: argparse.Namespace, console: Console) -> dict[str, list[list[str]]]:
    """Case -> for each seed, where the report was not what was expected. A case that trains is told when it is done."""
    assignment, launcher = load_assignment(), ProcessLauncher()
    result: dict[str, list[list[str]]] = {}
    with GradingSession(assignment, launcher=launcher) as grading:
        for case in selected_cases:
            selected = select(assignment.rubric, case.expected["exercises"], [])
            submission = grading.load(case.path)
            result[case.name] = [
                differences(
                    case,
                    json.loads(to_json(grading.grade(submission, seed=seed, selected=selected))),
                    busy=options.beside > 0,
                )
                for seed in range(options.train_seeds if case.trains else options.seeds)
            ]
            if case.trains:
                bad = sum(map(bool, result[case.name]))
                console.print(f"{case.name}: {bad} of {options.train_seeds} seeds not as expected", markup=False)
    return result


def matrix(wrong: list[Case]) -> Table:
    """Wrong answers by points; a cross where the point is what catches it."""
    names = sorted({point for case in wrong for point in case.expected["points"]})
    maxima = {point.id: point.max for point in load_assignment().rubric.points}
    table = Table(title="which point catches which wrong answer")
    table.add_column("wrong answer")
    for name in names:
        table.add_column(name)
    caught: Counter[str] = Counter()
    for case in wrong:
        lost = [name for name in names if case.expected["points"].get(name, maxima[name]) < maxima[name]]
        caught.update(lost)
        table.add_row(case.path.name, *("×" if name in lost else "" for name in names))
    table.add_section()
    table.add_row("caught", *(str(caught[name]) for name in names))
    return table


def summary(selected: list[Case], by_seed: dict[str, list[list[str]]], console: Console) -> int:
    """Prints what went wrong and returns the exit code."""
    bad = {name: problems for name, problems in by_seed.items() if any(problems)}
    for name, problems in bad.items():
        console.print(f"{name}: {sum(map(bool, problems))} of {len(problems)} seeds", style="red", markup=False)
        for line in next(filter(None, problems)):
            console.print(f"    {line}", markup=False, highlight=False)
    rejects = sum(name.startswith("right/") for name in bad)
    accepts = sum(name.startswith("wrong/") for name in bad)
    unstable = sum(any(problems) and not all(problems) for problems in bad.values())
    right = sum(case.gallery == "right" for case in selected)
    graded = sum(map(len, by_seed.values()))
    console.print(
        f"{right} right answers, {rejects} falsely rejected; {len(selected) - right} wrong answers, {accepts} not "
        f"given their exact points; {unstable} cases that depend on the seed ({graded} gradings)."
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
