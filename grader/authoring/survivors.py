"""The mutation test of an assignment: which checks let which mutants of its right answers live.

A mutant is graded like the answer that it is made of, with the same seed, and what both said to each question of each
check is compared. One that keeps every point *survives*, and then either
- a check heard another answer and gave full marks all the same (it tolerates too much, or both answers are right), or
- only some seeds catch it (the check draws too little), or
- it answered every question as its original does (it is the same function, or nobody asks about what was changed).

Where several answers to a point are right, such as the maximum of a tie, an assignment's `mutants.toml` says why:

    [several_right_answers]
    "2.4" = "Which of the tied maxima gets the gradient is free."
"""

import random
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from grader.assignment_folder import Assignment
from grader.authoring.gallery import gallery_of, read_gallery, reference_of
from grader.authoring.judging import Judge, Judged, PartResult, impatient, submission_of
from grader.authoring.mutants import Mutant, draw, read_answer
from grader.authoring.same_answer import EqualTrees, same_reply
from grader.errors import UsageError
from grader.model import Outcome
from grader.pipeline import GradingSession
from grader.rubric import PERSON, Exercise, Oracle
from grader.sandbox.child.protocol import Tree
from grader.settings import RunSettings
from grader.suite.runner import RunChecks, collected
from grader.suite.session import OracleError, OracleStoppedError

CALL_SECONDS = 4.0  # instead of the rubric's: an endless loop costs this once
AGAIN_SECONDS = 0.5  # and this wherever else the same function is asked
_UNDECIDED = (Outcome.GRADER_ERROR, Outcome.REVIEW)
SEVERAL = "mutants.toml"
_ALGEBRA = Oracle(module="grader.oracles.symbolic", preload=("sympy",))


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    REVIEW = "left to a person"
    BREAKS = "makes a check raise"
    LET_LIVE = "let live"  # a check heard another answer and gave full marks
    ALSO_RIGHT = "let live where several answers are right"
    LUCKY = "caught by some seeds only"
    SAME = "answers everything like the original"


@dataclass(frozen=True, slots=True)
class Examined:
    """One mutant and what became of it. `heard` are the parts whose questions it answered otherwise than its original,
    `kept` those of them that it got in full."""

    exercise: str
    mutant: Mutant
    fate: Fate
    heard: tuple[str, ...]
    kept: tuple[str, ...]
    reason: str = ""  # why a check broke, or a person is asked

    @property
    def is_finding(self) -> bool:
        """Whether the author has to look at it."""
        return self.fate in (Fate.LET_LIVE, Fate.LUCKY, Fate.BREAKS)


def examine(
    assignment: Assignment,
    settings: RunSettings,
    count: int,
    seeds: Sequence[int],
    on_examined: Callable[[Examined], None] = lambda examined: None,
) -> list[Examined]:
    """`count` mutants of each exercise that is selected, drawn and graded with `seeds`; `on_examined` gets each.

    Raises UsageError where there is no right answer to be changed, or one does not get what its mutants are to keep.
    """
    answers = right_answers(assignment)
    if not answers:
        raise UsageError(f"{reference_of(assignment.folder)}: there is no right answer to make mutants of.")
    examined_mutants: list[Examined] = []
    with GradingSession(_with_algebra(impatient(assignment, CALL_SECONDS)), settings) as session:

        def work(run: RunChecks) -> None:
            judge = Judge(session, run, AGAIN_SECONDS)
            several = several_right_answers(assignment)
            for exercise in assignment.rubric.exercises_run(session.selected):
                for item in _of_exercise(judge, exercise, answers, count, seeds):
                    if item.fate is Fate.LET_LIVE and all(part.partition("/")[0] in several for part in item.kept):
                        item = replace(item, fate=Fate.ALSO_RIGHT)
                    examined_mutants.append(item)
                    on_examined(item)

        collected(assignment, work)
    return examined_mutants


def several_right_answers(assignment: Assignment) -> dict[str, str]:
    """Point -> why more than one answer to it is right. Raises UsageError where that cannot be read."""
    path = assignment.folder / SEVERAL
    points = {point.id for point in assignment.rubric.points}
    try:
        reasons = tomllib.loads(path.read_text(encoding="utf-8"))["several_right_answers"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{path}: it cannot be read ({error}); it has one table, [several_right_answers].") from error
    for point, why in reasons.items():
        if point not in points or not isinstance(why, str):
            raise UsageError(f"{path}: {point} = {why!r} has to be a point of the rubric, and a sentence why.")
    return dict(reasons)


def right_answers(assignment: Assignment) -> dict[str, tuple[Mapping[str, str], Collection[str]]]:
    """Name -> files and the exercises that they solve: the reference, and the right answers of the gallery."""
    reference = reference_of(assignment.folder)
    cases = [case for case in read_gallery(gallery_of(assignment.folder)) if case.side == "right"]
    answers: dict[str, tuple[Mapping[str, str], Collection[str]]] = {}
    if reference.is_dir():
        answers["reference"] = read_answer(reference), [exercise.id for exercise in assignment.rubric.exercise]
    return answers | {case.name: (read_answer(case.path), case.expected.exercises) for case in cases}


def _of_exercise(
    judge: Judge,
    exercise: Exercise,
    answers: Mapping[str, tuple[Mapping[str, str], Collection[str]]],
    count: int,
    seeds: Sequence[int],
) -> Iterator[Examined]:
    rubric = judge.session.assignment.rubric
    others = {other.file for other in rubric.exercise if other.id != exercise.id}
    solved_by = {
        name: files for name, (files, solved) in answers.items() if exercise.id in solved and exercise.file in files
    }
    selected = {point.id for point in exercise.point if point.kind != PERSON} & judge.session.selected
    originals = _Originals(judge, solved_by, selected)
    for mutant in draw(solved_by, others, count, random.Random(f"{exercise.id} {seeds[0]}")):
        yield _examined(exercise, mutant, originals, judge, seeds, selected)


@dataclass(frozen=True, slots=True)
class _Originals:
    """What the right answers earn and say, by answer and seed; each is graded once."""

    judge: Judge
    files: Mapping[str, Mapping[str, str]]
    selected: Collection[str]
    results: dict[tuple[str, int], Judged] = field(default_factory=dict)

    def judged(self, name: str, seed: int) -> Judged:
        """What one right answer earns. Raises UsageError if it loses a point."""
        if (name, seed) not in self.results:
            judged = self.judge.judge(submission_of(name, self.files[name]), seed, self.selected)
            lost = next(
                ((part, result) for part, result in judged.items() if result.share < 1 and result.outcome != "review"),
                None,
            )
            if lost is not None:
                raise UsageError(
                    f"{name} is to be right, but with seed {seed} it loses {lost[0]}: {lost[1].message} "
                    "`grader lint` says more."
                )
            self.results[name, seed] = judged
        return self.results[name, seed]


def _examined(
    exercise: Exercise,
    mutant: Mutant,
    originals: _Originals,
    judge: Judge,
    seeds: Sequence[int],
    selected: Collection[str],
) -> Examined:
    equal = _equal_trees(judge.session)
    heard: dict[str, None] = {}
    full_marks: dict[str, None] = {}
    for index, seed in enumerate(seeds):
        original = originals.judged(mutant.origin, seed)
        judged = judge.judge(submission_of(mutant.origin, mutant.files), seed, selected)
        differing = [part for part in judged if _differs(original[part], judged[part], equal)]
        heard.update(dict.fromkeys(differing))
        full_marks.update(dict.fromkeys(part for part in differing if judged[part].share == 1))
        fate = _fate(original, judged)
        if fate is not None:
            final = Fate.LUCKY if fate is Fate.KILLED and index else fate
            reason = next((result.message for result in judged.values() if result.outcome in _UNDECIDED), "")
            return Examined(exercise.id, mutant, final, tuple(heard), tuple(full_marks), reason)
    return Examined(exercise.id, mutant, Fate.LET_LIVE if full_marks else Fate.SAME, tuple(heard), tuple(full_marks))


def _fate(original: Judged, judged: Judged) -> Fate | None:
    """What one seed made of a mutant; None where it keeps all that its original has."""
    outcomes = {result.outcome for part, result in judged.items() if original[part].outcome is not result.outcome}
    if Outcome.GRADER_ERROR in outcomes:
        return Fate.BREAKS
    if any(
        result.share < original[part].share and result.outcome is not Outcome.REVIEW for part, result in judged.items()
    ):
        return Fate.KILLED
    return Fate.REVIEW if Outcome.REVIEW in outcomes else None


def _differs(original: PartResult, mutant: PartResult, equal_trees: EqualTrees) -> bool:
    return any(
        not same_reply(original.answers[question], reply, equal_trees)
        for question, reply in mutant.answers.items()
        if question in original.answers
    )


def _with_algebra(assignment: Assignment) -> Assignment:
    """The same assignment with an oracle that tells whether two expressions are equal; its checks may have none."""
    rubric = assignment.rubric
    if any(oracle.name == _ALGEBRA.name for oracle in rubric.oracle):
        return assignment
    return Assignment(assignment.folder, rubric.model_copy(update={"oracle": (*rubric.oracle, _ALGEBRA)}))


def _equal_trees(session: GradingSession) -> EqualTrees:
    """Equal for all real values of their symbols, as far as the library can tell; else they are not the same."""

    def equal(left: Tree, right: Tree) -> bool:
        try:
            verdict = session.oracles.proxy(_ALGEBRA.name).equal(left, right)["verdict"]
        except (OracleError, OracleStoppedError):  # an oracle of the author's with that name, or too large a question
            return False
        return bool(verdict == "equal")

    return equal
