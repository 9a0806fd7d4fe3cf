"""Is a wrong answer told which mistake it makes, and one that raises for which input?

    python -m scripts.named_mistakes [--seeds N] [--case NAME ...] [--verbose]

Grades the wrong answers to exercises 1 to 3 whose mistake is known, each with several seeds:

    tests/gallery/wrong/                      cases whose expected.json pins a diagnosis
    tests/gallery/spellings/DIAGNOSIS/*.py    one mistake each, in the ways that people write it

and counts, part by part of each point that the answer gets wrong: named (by its own name), unnamed, named falsely,
named by some seeds only; and of the calls that raise, those told with the shapes of the smallest input that does.

Exits with 1 at a false name, at a name that depends on the seed, and at an exception without its input.
"""

import argparse
import ast
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from grader.assignment_folder import load_assignment
from grader.authoring.judging import Judge, part_name, submission_of
from grader.model import Outcome
from grader.pipeline import GradingSession
from grader.rubric import select
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.schema import Report
from grader.settings import RunSettings
from grader.suite.runner import RunChecks, collected
from tests.support.galleries import HERE, cases

SPELLINGS = HERE / "spellings"
FUNCTIONS = {"maxpool2x2_backward": "2", "conv3x3_backward_input": "3", "conv3x3_backward_weight": "3"}
SEEDS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """A wrong answer: its files, its exercises, and the names that are pinned for points (None: it has none there)."""

    title: str
    files: dict[str, str]
    exercises: tuple[str, ...]
    names: dict[str, str | None]

    def fits(self, point: str, name: str | None) -> bool:
        """No name is no false one. Where none is pinned for a point, another point's fits."""
        if name is None:
            return True
        return name == self.names[point] if point in self.names else name in self.names.values()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one seed's report says about one part that is wrong."""

    point: str
    outcome: Outcome
    diagnosis: str | None
    message: str

    @property
    def names_its_input(self) -> bool:
        return ", for " in self.message


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many seeds each answer is graded with")
    parser.add_argument("--case", action="append", default=[], help="only answers whose title contains this")
    parser.add_argument("--sandbox", help="where they run; this machine's default")
    parser.add_argument("--verbose", action="store_true", help="show what was not named, too")
    options = parser.parse_args()
    console = Console(file=sys.stdout, width=160)
    answers = [
        answer
        for answer in (*spelled(), *pinned())
        if not options.case or any(name in answer.title for name in options.case)
    ]
    counts: Counter[str] = Counter()

    def show(answer: Answer, results_by_part: dict[str, list[Feedback]]) -> None:
        for part, by_seed in results_by_part.items():
            kind = kind_of(answer, by_seed)
            counts[kind] += 1
            if kind in BAD or (options.verbose and kind not in GOOD):
                console.print(f"{answer.title} {part}: {kind}", style="red" if kind in BAD else "yellow", markup=False)
                for text in sorted({f"    {item.diagnosis}: {item.message[:200]}" for item in by_seed}):
                    console.print(text, markup=False, highlight=False)

    grade_each(answers, options.seeds, SandboxSettings(options.sandbox), show)
    console.print(summary(counts, len(answers), options.seeds))
    return 1 if any(counts[kind] for kind in BAD) else 0


GOOD = ("named", "with its input")
BAD = ("named falsely", "depends on the seed", "without its input")


def kind_of(answer: Answer, by_seed: Iterable[Feedback]) -> str:
    """What became of one part, over all seeds."""
    results = list(by_seed)
    if not all(answer.fits(item.point, item.diagnosis) for item in results):
        return "named falsely"
    if any(item.outcome is Outcome.ERROR for item in results):
        located = all(item.names_its_input for item in results if item.outcome is Outcome.ERROR)
        return "with its input" if located else "without its input"
    names = {item.diagnosis for item in results}
    return "depends on the seed" if len(names) > 1 else "unnamed" if names == {None} else "named"


def grade_each(
    answers: Iterable[Answer],
    seeds: int,
    sandbox: SandboxSettings,
    on_graded: Callable[[Answer, dict[str, list[Feedback]]], None],
) -> None:
    """Each answer in turn: by part that is wrong, what each seed's report says."""
    assignment = load_assignment()
    with GradingSession(assignment, RunSettings(sandbox, exercises=("1", "2", "3"))) as session:

        def work(run: RunChecks) -> None:
            judge = Judge(session, run)
            for answer in answers:
                results_by_part: dict[str, list[Feedback]] = {}
                selected = select(assignment.rubric, answer.exercises, [])
                for seed in range(seeds):
                    report = judge.report(submission_of(answer.title, answer.files), seed, selected)
                    for part, item in wrong_parts(report):
                        results_by_part.setdefault(part, []).append(item)
                on_graded(answer, results_by_part)

        collected(assignment, work)


def wrong_parts(report: Report) -> Iterator[tuple[str, Feedback]]:
    for point in report.points:
        for part in point.parts:
            if part.outcome in (Outcome.FAILED, Outcome.PARTIAL, Outcome.ERROR):
                yield (
                    part_name(point.id, part.part),
                    Feedback(point.id, part.outcome, part.diagnosis, part.message),
                )


def spelled() -> Iterator[Answer]:
    """The mistakes written in several ways: a folder's name is the name that fits."""
    for path in sorted(SPELLINGS.glob("*/*.py")):
        source = path.read_text(encoding="utf-8")
        functions = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
        (exercise,) = {FUNCTIONS[name] for name in functions if name in FUNCTIONS}
        title = f"{path.parent.name}/{path.stem}"
        yield Answer(title, {f"exercise{exercise}.py": source}, (exercise,), {"": path.parent.name})


def pinned() -> Iterator[Answer]:
    """The wrong gallery, as far as it pins names."""
    for case in cases("wrong"):
        if case.trains or "diagnoses" not in case.expected:
            continue
        paths = sorted(case.path.rglob("*.py"))
        files = {str(path.relative_to(case.path)): path.read_text(encoding="utf-8") for path in paths}
        yield Answer(case.path.name, files, tuple(case.expected["exercises"]), case.expected["diagnoses"])


def summary(counts: Counter[str], answers: int, seeds: int) -> Table:
    table = Table(title=f"{answers} wrong answers, {seeds} seeds each: parts of points")
    columns = ("named", "unnamed", "named falsely", "depends on the seed", "with its input", "without its input")
    for column in columns:
        table.add_column(f"raises, {column}" if column.endswith("its input") else column)
    table.add_row(*(str(counts[column]) for column in columns))
    return table


if __name__ == "__main__":
    sys.exit(main())
