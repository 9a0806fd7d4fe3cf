"""Compares the results that a student states with those of the re-run.

An honest student measured once, on another machine, from another seed. So an entry agrees where one more honest run
could have given it (`agreement`). Where it does not agree, the optimizer is trained from more seeds. If it then lies
beyond margin and spread, it disagrees. If it lies within the spread but beyond the bound (the network scatters too
widely), a person decides; so they do where time ran out, and on a single entry that is worse than the re-run: nobody
makes up such a one, and L-BFGS on batches may take one step too far in its last epoch, though three seeds show nothing
of it.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

import numpy as np

from grader.model import Verdict
from grader.oracles.figures import figure, figures_apart
from grader.oracles.training import statistics
from grader.oracles.training.agreement import MIN_SEEDS, Standing, agrees, is_worse, worst_of
from grader.oracles.training.statistics import Run, Trainings
from grader.oracles.training.unlearned import unless_learned

MIN_WRONG = 2  # with this many entries that surely disagree, the doubtful ones count as disagreeing, too
MIN_SUMS = 2  # entries that agree when divided by the number of batches; a single one may do so by chance
BETWEEN = "scatters-too-widely"
KEYS = ("train_loss", "test_accuracy")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said about one optimizer's numbers. `agrees` is None where that could not be decided; `is_worse`: see
    `agreement.is_worse`."""

    agrees: bool | None
    message: str = ""
    diagnosis: str | None = None
    is_worse: bool = False


def judge(results: Any, trainings: Trainings) -> Verdict:
    """Judge RESULTS, {optimizer: {"train_loss": ..., "test_accuracy": ...}}."""
    if not isinstance(results, dict):
        return Verdict.failed(
            'RESULTS should be a dict: {name: {"train_loss": ..., "test_accuracy": ...}}.', "not-a-dict"
        )
    names = tuple(trainings.runs())
    if _identical(results, names):
        return Verdict.failed(
            "All entries have the very same numbers, and optimizers never end alike: enter what you measured.",
            "identical-numbers",
        )
    entries = {name: _entry(name, results, trainings) for name in names}
    return unless_learned(_verdict(results, entries, trainings.runs(), trainings.batches), trainings)


def _verdict(
    results: Mapping[str, Any], entries: dict[str, Entry], runs: Mapping[str, Sequence[Run]], batches: int
) -> Verdict:
    for first, second in _swapped(results, entries, runs):
        for name, partner in ((first, second), (second, first)):
            entries[name] = Entry(False, f"{name}'s numbers are those that {partner} gets in the re-run.", "swapped")
    entries = _with_bad_luck(entries)
    share = sum(entry.agrees is True for entry in entries.values()) / len(entries)
    messages = _messages(results, entries)
    unknown = [str(key)[:40] for key in results if key not in entries]
    if unknown and share < 1:
        none = "which is none" if len(unknown) == 1 else "which are none"
        messages.append(f"RESULTS has {', '.join(unknown)}, {none} of the names ({', '.join(entries)}).")
    diagnoses = [entry.diagnosis for entry in entries.values() if entry.diagnosis]
    diagnosis = next((name for name in diagnoses if name != BETWEEN), None)
    if _sums(results, entries, runs, batches):
        diagnosis = "sum-of-losses"
        messages.append(
            f"Divided by {batches}, the number of batches, the losses would agree: a mean is asked for, not the sum."
        )
    if sum(entry.diagnosis == "disagrees" for entry in entries.values()) >= MIN_WRONG:
        doubtful = {name: replace(entry, agrees=False) for name, entry in entries.items() if entry.diagnosis == BETWEEN}
        entries = {**entries, **doubtful}
    disagreements = {name: entry.message for name, entry in entries.items() if entry.agrees is not True}
    if any(entry.agrees is None for entry in entries.values()):
        return Verdict.review(" ".join(messages), disagreements=disagreements)
    return Verdict.partial(share, " ".join(messages), diagnosis, disagreements=disagreements)


def _with_bad_luck(entries: dict[str, Entry]) -> dict[str, Entry]:
    """The entries, of which a single one that disagrees is left to a person if it is worse than the re-run."""
    match [name for name, entry in entries.items() if entry.agrees is False]:
        case [name] if entries[name].is_worse:
            message = f"{entries[name].message} One result that is worse than the re-run's may be bad luck."
            return {**entries, name: Entry(None, message, BETWEEN)}
    return entries


def _entry(name: str, results: Mapping[str, Any], trainings: Trainings) -> Entry:
    if name not in results:
        return Entry(False, f"{name} is missing.", "missing-optimizer")
    numbers = _numbers(results[name])
    if isinstance(numbers, str):
        return Entry(False, f"{name}: {numbers}", "not-a-number")
    loss, accuracy = numbers
    if 1 < accuracy <= 100:
        return Entry(False, f"{name}: {accuracy:g} is a percentage; write {accuracy / 100:g}.", "percent")
    if not 0 <= accuracy <= 1 or loss < 0:
        return Entry(False, f"{name}: an accuracy of {accuracy:g} with a loss of {loss:g} is impossible.", "impossible")
    if not trainings.runs()[name]:
        reason = trainings.why_not(name).rstrip(".")
        return Entry(False, f"{name} could not be re-run, so its numbers could not be confirmed: {reason}.", "no-rerun")
    if not math.isfinite(loss):
        return _diverged(name, loss, accuracy, trainings)
    return _compared(name, loss, accuracy, trainings)


def _diverged(name: str, loss: float, accuracy: float, trainings: Trainings) -> Entry:
    """A loss that is NaN or infinite, as L-BFGS without a line search may end though it had learned before. It agrees
    where a run of the re-run ends so, too."""
    if accuracy >= trainings.target:
        return Entry(False, f"{name}: train_loss is {loss}, and no network with it has learned.", "not-a-number")
    while all(statistics.losses([run]) for run in trainings.runs()[name]) and trainings.another(name):
        pass
    runs = trainings.runs()[name]
    if not all(statistics.losses([run]) for run in runs):
        return Entry(True)
    message = _disagreement(name, loss, accuracy, runs, Standing.BETWEEN, Standing.AGREES)
    return Entry(None, f"{message} What diverges at times may not have done so here.", BETWEEN)


def _compared(name: str, loss: float, accuracy: float, trainings: Trainings) -> Entry:
    if not all(run.whole for run in trainings.runs()[name]):
        return Entry(None, f"{name}'s re-run was cut short by the time box, so its numbers could not be confirmed.")
    while True:
        runs = trainings.runs()[name]
        finite_runs = _finite(runs)
        standings = agrees(loss, accuracy, finite_runs)
        worst = worst_of(standings)
        if worst is Standing.AGREES or not trainings.another(name):
            break
    message = _disagreement(name, loss, accuracy, finite_runs, *standings)
    match worst:
        case Standing.AGREES:
            return Entry(True)
        case Standing.OUTSIDE if max(accuracy, statistics.accuracy(finite_runs).mean) < trainings.target:
            return Entry(None, f"{message} Networks that have not learned scatter too widely to tell.", BETWEEN)
        case Standing.OUTSIDE if len(finite_runs) >= MIN_SEEDS:
            return Entry(False, message, "disagrees", is_worse(loss, accuracy, finite_runs))
        case Standing.OUTSIDE if len(runs) >= MIN_SEEDS:
            return Entry(None, f"{message} Too few of the re-runs came to an end in numbers.")
        case Standing.OUTSIDE:
            return Entry(None, f"{message} There was no time for further seeds.")
        case Standing.BETWEEN:
            return Entry(None, f"{message} The re-run scatters too widely to tell.", BETWEEN)
        case _:
            assert_never(worst)


def _finite(runs: Sequence[Run]) -> Sequence[Run]:
    """The runs whose losses are finite; all of them where none is."""
    return [run for run in runs if statistics.losses([run])] or runs


def _messages(results: Mapping[str, Any], entries: Mapping[str, Entry]) -> list[str]:
    """One sentence for each entry that has one; a single sentence if all accuracies are percentages."""
    if not all(entry.diagnosis == "percent" for entry in entries.values()):
        return [entry.message for entry in entries.values() if entry.message]
    _, accuracy = _pair(results[next(iter(entries))])
    return [f"All accuracies look like percentages; write {accuracy / 100:g}, not {accuracy:g}."]


def _disagreement(
    name: str, loss: float, accuracy: float, runs: Sequence[Run], loss_stands: Standing, accuracy_stands: Standing
) -> str:
    parts = []
    if accuracy_stands is not Standing.AGREES:
        stated, again = figures_apart(accuracy, statistics.significant(statistics.accuracy(runs).mean))
        parts.append(f"test_accuracy {stated}, re-run {again}")
    if loss_stands is not Standing.AGREES:
        again = " to ".join(figure(math.exp(value)) for value in sorted(_range(runs))) or "not finite"
        parts.append(f"train_loss {figure(loss)}, re-run {again}")
    return f"{name}: {' and '.join(parts)}."


def _range(runs: Sequence[Run]) -> set[float]:
    values = [value for quantity in statistics.losses(runs) for value in quantity.values]
    return {min(values), max(values)} if values else set()


def _numbers(entry: Any) -> tuple[float, float] | str:
    """(train_loss, test_accuracy), or the end of a sentence on what is wrong with them."""
    if not isinstance(entry, dict):
        return 'needs {"train_loss": ..., "test_accuracy": ...}.'
    missing = [key for key in KEYS if key not in entry]
    if missing:
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."
    values = [_plain(entry[key]) for key in KEYS]
    for key, value in zip(KEYS, values, strict=True):
        if not isinstance(value, int | float) or isinstance(value, bool):
            return f"{key} is not a number."
    loss, accuracy = map(float, values)
    return (
        (loss, accuracy)
        if math.isfinite(accuracy)
        else f"test_accuracy is {accuracy}, which is not a number between 0 and 1."
    )


def _plain(value: Any) -> Any:
    """A number that came as an array without axes, as a tensor's `.numpy()` is one."""
    return value.item() if isinstance(value, np.ndarray) and not value.ndim else value


def _both_agree(loss: float, accuracy: float, runs: Sequence[Run]) -> bool:
    return agrees(loss, accuracy, runs) == (Standing.AGREES, Standing.AGREES)


def _swapped(
    results: Mapping[str, Any], entries: Mapping[str, Entry], runs: Mapping[str, Sequence[Run]]
) -> list[tuple[str, str]]:
    """Pairs of optimizers whose numbers disagree with their own re-run and agree with each other's."""
    open_ = [name for name in entries if entries[name].diagnosis == "disagrees"]
    return [
        (first, second)
        for place, first in enumerate(open_)
        for second in open_[place + 1 :]
        if _both_agree(*_pair(results[first]), runs[second]) and _both_agree(*_pair(results[second]), runs[first])
    ]


def _sums(
    results: Mapping[str, Any], entries: Mapping[str, Entry], runs: Mapping[str, Sequence[Run]], batches: int
) -> bool:
    """Whether at least `MIN_SUMS` entries disagree, and all of these would agree with losses divided by `batches`."""
    wrong = [name for name in entries if entries[name].diagnosis == "disagrees"]
    pairs = [(_pair(results[name]), runs[name]) for name in wrong]
    return len(wrong) >= MIN_SUMS and all(
        _both_agree(loss / batches, accuracy, trainings) for (loss, accuracy), trainings in pairs
    )


def _pair(entry: Any) -> tuple[float, float]:
    numbers = _numbers(entry)
    return (math.nan, math.nan) if isinstance(numbers, str) else numbers


def _identical(results: Mapping[str, Any], names: Collection[str]) -> bool:
    pairs = [_numbers(results[name]) for name in names if name in results]
    if not len(pairs) == len(names) > 1 or isinstance(pairs[0], str):
        return False
    return len({str(pair) for pair in pairs}) == 1  # as text, where NaN is NaN
