"""Misconceptions tried out on what the checks ask: one that is right, that equals another, that raises.

While the reference is graded, each model answers the very questions. So what is found is true of the inputs that were
drawn, with each of the seeds.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from grader.assignment_folder import Assignment
from grader.authoring.judging import part_name
from grader.authoring.lint.misconceptions_shown import places
from grader.authoring.lint.remark import Remark, at_point
from grader.model import CheckResult
from grader.oracles.misconceptions import Misconception, NoAnswerError, Rehearsal
from grader.oracles.numeric import common_misconceptions
from grader.suite.author_errors import located

COMMON = {misconception.id for misconception in common_misconceptions()}  # of any gradient; some never differ


@dataclass(slots=True)
class _Trials:
    """What is known of one misconception: `wrong` says, by part and model, with which seeds it was."""

    point: str  # the first that asks for it
    wrong: dict[tuple[str, int], dict[int, bool]] = field(default_factory=dict)
    is_told_apart: bool = False
    equals: str | None = None  # another that comes before it
    reason: str = ""  # why it gives no answer
    mistake: str | None = None


class Rehearsals:
    """Collects what the misconceptions of an assignment would answer."""

    def __init__(self, assignment: Assignment) -> None:
        self._assignment = assignment
        self._heard: list[Rehearsal[object]] = []
        self._trials: dict[str, _Trials] = {}
        self.seed = 0  # of the grading that goes on

    def hear(self, rehearsal: Rehearsal[object]) -> None:
        self._heard.append(rehearsal)

    def after_check(self, result: CheckResult) -> None:
        """Try what the check has asked."""
        heard, self._heard = self._heard, []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's, about what a wrong model does: a mean of nothing, for example
            for rehearsal in heard:
                earlier: list[tuple[str, object]] = []
                for misconception in rehearsal.misconceptions:
                    earlier += list(self._tried(result, rehearsal, misconception, earlier))

    def _tried(
        self,
        result: CheckResult,
        rehearsal: Rehearsal[object],
        misconception: Misconception[object],
        earlier: list[tuple[str, object]],
    ) -> Iterator[tuple[str, object]]:
        """The wrong answers that it gives, with its name."""
        trials = self._trials.setdefault(misconception.id, _Trials(result.point))
        if not isinstance(misconception.models, tuple | list):
            trials.mistake = "its models are not a tuple"
            return
        for index, model in enumerate(misconception.models):
            try:
                answer = rehearsal.answer(model)
                is_wrong = answer is None or not rehearsal.is_right(answer)
            except NoAnswerError as error:
                trials.reason = str(error)
                continue
            except Exception as error:  # noqa: BLE001 - an author's; it is told, and the others are tried all the same
                trials.mistake = trials.mistake or located(error, self._assignment.folder)
                continue
            seeds = trials.wrong.setdefault((part_name(result.point, result.part), index), {})
            seeds[self.seed] = seeds.get(self.seed, False) or is_wrong
            if is_wrong:
                equals = next(
                    (name for name, other in earlier if answer is not None and rehearsal.same(other, answer)), None
                )
                trials.is_told_apart = trials.is_told_apart or equals is None
                trials.equals = trials.equals or equals
                if answer is not None:
                    yield misconception.id, answer

    def remarks(self) -> Iterator[Remark]:
        """One for each misconception of the assignment's own with which something is wrong."""
        lines = places(self._assignment)
        for name, trials in self._trials.items():
            for sentence in self._sentences(name, trials) if name not in COMMON or name in lines else ():
                if name in lines:
                    yield Remark(*lines[name], sentence)
                else:
                    yield at_point(self._assignment, trials.point, sentence)

    def _sentences(self, name: str, trials: _Trials) -> Iterator[str]:
        parts = ", ".join(dict.fromkeys(part for part, _ in trials.wrong))
        if trials.mistake is not None:
            yield (
                f"the misconception {name!r} cannot be tried ({trials.mistake}): a wrong answer would be the grader's "
                "fault."
            )
        elif not trials.wrong:
            yield (
                f"the misconception {name!r} gives no answer to what {trials.point} asks ({trials.reason}): it is "
                "never named."
            )
        elif not any(is_wrong for seeds in trials.wrong.values() for is_wrong in seeds.values()):
            yield (
                f"the misconception {name!r} gives the right answer to all that is asked in {parts}: whoever holds it "
                "gets full marks. Draw inputs on which it is wrong, or remove it."
            )
        elif not trials.is_told_apart:
            yield (
                f"the misconception {name!r} is never named: it gives what {trials.equals!r} gives, which comes before "
                "it. Draw inputs that tell them apart, or make them one."
            )
        yield from self._luck(name, trials)

    def _luck(self, name: str, trials: _Trials) -> Iterator[str]:
        """Where it is wrong with some seeds only: the first part."""
        for (part, _), seeds in trials.wrong.items():
            right = [seed for seed, is_wrong in seeds.items() if not is_wrong]
            if 0 < len(right) < len(seeds):
                yield (
                    f"with {len(right)} of {len(seeds)} seeds (such as {right[0]}), the misconception {name!r} gives "
                    f"the right answer to all that is asked in {part}. The verdict is luck: let the check draw more."
                )
                return
