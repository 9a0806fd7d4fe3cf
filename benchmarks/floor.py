"""What one submission costs us over the least that it could cost, for exercises 1 to 3.

    python -m benchmarks.floor [--students N] [--sandbox jail|process|docker] [--rounds N] [--json FILE]

Two floors: the student's calls alone in a forked warm child, and the same with the checks beside them in that child.
"""

from collections.abc import Callable

from benchmarks import bare, measure, students
from benchmarks.measure import Cost, Spread
from grader.assignment_folder import load_assignment
from grader.model import Submission
from grader.pipeline import GradingSession
from grader.report.results_json import to_json
from grader.sandbox.choose import default_kind
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.suite.runner import RunChecks, collected

SEED = 1


def each(class_: list[Submission], action: Callable[[Submission], object]) -> Callable[[], Cost]:
    """The mean cost of an action over a class, with all the processes that it takes."""

    def run() -> Cost:
        return measure.tree(lambda: [action(submission) for submission in class_]).each(len(class_))

    return run


def grading(session: GradingSession, run: RunChecks) -> Callable[[Submission], str]:
    """Ours, from the submission to the report's text, as a class's job process does it."""
    return lambda submission: to_json(session.grade(submission, run=run))


def main() -> None:
    parser = measure.options(__doc__)
    parser.add_argument("--students", type=int, help="how many students are graded a round")
    parser.add_argument("--sandbox", default=default_kind(), help="the sandbox that ours runs in")
    chosen = parser.parse_args()
    assignment = load_assignment()
    class_ = students.submissions(chosen.students or (2 if chosen.short else 20))
    questions_by_id = {submission.id: bare.questions(submission, assignment, SEED) for submission in class_}
    settings = RunSettings(SandboxSettings(chosen.sandbox), SEED, exercises=tuple(students.EXERCISES))
    with GradingSession(assignment, settings) as session:

        def measured(run: RunChecks) -> dict[str, list[Cost]]:
            grade = grading(session, run)
            grade(class_[0])  # the zygote and the oracles are started
            candidates = {
                "the student's calls": lambda submission: bare.forked(
                    lambda: bare.answer(submission.files, questions_by_id[submission.id])
                ),
                "the calls and the checks": lambda submission: bare.forked(
                    lambda: bare.check(submission, assignment, SEED)
                ),
                f"ours ({chosen.sandbox})": grade,
            }
            runs = {name: each(class_, action) for name, action in candidates.items()}
            return measure.interleaved(runs, chosen.rounds or (1 if chosen.short else 5))

        costs_by_name = collected(assignment, measured)
    calls, checks = (costs_by_name[name] for name in list(costs_by_name)[:2])
    rows = [
        {
            "per submission": name,
            "cpu ms": Spread.of([1000 * cost.cpu for cost in costs]),
            "wall ms": Spread.of([1000 * cost.wall for cost in costs]),
            "cpu over the calls": measure.ratios([cost.cpu for cost in costs], [cost.cpu for cost in calls]),
            "cpu over calls and checks": measure.ratios([cost.cpu for cost in costs], [cost.cpu for cost in checks]),
        }
        for name, costs in costs_by_name.items()
    ]
    per_student = sum(map(len, questions_by_id.values())) / len(class_)
    measure.publish("floor", rows, chosen, f"{len(class_)} students a round, {per_student:.0f} questions to each.")


if __name__ == "__main__":
    main()
