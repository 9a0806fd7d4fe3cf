"""Point 4.7: do the numbers in RESULTS agree with the re-run, within its spread and a stated margin?

An honest student measured on another machine, from another seed, once. So an entry agrees when it lies where one more
honest run would: within three standard deviations of the re-run's accuracy, and within the range of its losses (by
either way to take them) widened by as many, each with a margin on top. Ninety honest runs of three networks, judged
against re-runs of three other seeds, give the numbers in docs/optimizers.md.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.model import Verdict
from grader.oracles.training import statistics
from grader.oracles.training.statistics import Run

ACCURACY_MARGIN = 0.03  # eleven of 360 images
LOSS_MARGIN = 0.5  # of a logarithm: a factor of 1.6
ACCURACY_DEVIATIONS = 3.0
LOSS_DEVIATIONS = 2.5
WIDEST_LOSS = math.log(10)  # an optimizer whose losses scatter more than that does not make every number agree
# Few seeds know their own spread badly, so that it counts for more (Student's t, roughly), on top of 1 + 1/n.
FEW_SEEDS = {1: 3.0, 2: 1.3}
LEAST_SUMS = 2  # one alone may be that by chance
KEYS = ("train_loss", "test_accuracy")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is said about one optimizer's numbers. `agrees` is None where there is no re-run to compare with."""

    agrees: bool
    message: str = ""
    diagnosis: str | None = None


def judge(
    results: Any, runs: Mapping[str, Sequence[Run]], reasons: Mapping[str, str], batches: int | None = None
) -> Verdict:
    """The verdict on RESULTS. `reasons` says why an optimizer has no runs; `batches` is how many an epoch has."""
    if not isinstance(results, dict):
        return Verdict.failed(
            'RESULTS should be a dict: {name: {"train_loss": ..., "test_accuracy": ...}}.', "not-a-dict"
        )
    entries = {name: _entry(name, results, runs[name], reasons.get(name, "")) for name in runs}
    swapped = _swapped(results, entries, runs)
    for one, other in swapped:
        for name, partner in ((one, other), (other, one)):
            entries[name] = Entry(False, f"{name}'s numbers are those that {partner} gets in the re-run.", "swapped")
    share = sum(entry.agrees for entry in entries.values()) / len(runs)
    messages = [entry.message for entry in entries.values() if entry.message]
    unknown = [str(key)[:40] for key in results if key not in runs]
    if unknown and share < 1:
        none = "which is none" if len(unknown) == 1 else "which are none"
        messages.append(f"RESULTS has {', '.join(unknown)}, {none} of the names ({', '.join(runs)}).")
    diagnosis = next((entry.diagnosis for entry in entries.values() if entry.diagnosis), None)
    if batches is not None and _sums(results, entries, runs, batches):
        diagnosis = "sum-of-losses"
        messages.append(
            f"Divided by {batches}, the number of batches, the losses would agree: a mean is asked for, not the sum."
        )
    if share < 1 and _identical(results, runs):
        diagnosis = "identical-numbers"
        messages.append(
            "All six have the very same numbers, and six optimizers never end alike: enter what you measured."
        )
    disagreements = {name: entry.message for name, entry in entries.items() if not entry.agrees}
    return Verdict.partial(share, " ".join(messages), diagnosis, disagreements=disagreements)


def agrees(loss: float, accuracy: float, runs: Sequence[Run]) -> tuple[bool, bool]:
    """Whether a loss, and whether an accuracy, are where one more honest run might be.

    A run that the time box ended early says only in which direction the numbers were going.
    """
    whole = all(run.whole for run in runs)
    scale = scatter_scale(len(runs))
    quantity = statistics.accuracy(runs)
    width = ACCURACY_MARGIN + ACCURACY_DEVIATIONS * scale * quantity.spread
    accuracy_agrees = quantity.mean - width <= accuracy and (accuracy <= quantity.mean + width or not whole)
    found = statistics.losses(runs)
    if not found or not math.isfinite(loss):
        return False, accuracy_agrees
    values = [value for one in found for value in one.values]
    width = LOSS_MARGIN + min(LOSS_DEVIATIONS * scale * max(one.spread for one in found), WIDEST_LOSS)
    log = math.log(max(loss, statistics.LEAST_LOSS))
    return log <= max(values) + width and (log >= min(values) - width or not whole), accuracy_agrees


def scatter_scale(seeds: int) -> float:
    """By how much one more run scatters about the mean of `seeds` runs, in the standard deviations of those few."""
    return math.sqrt(1 + 1 / seeds) * FEW_SEEDS.get(seeds, 1.0)


def _entry(name: str, results: Mapping[str, Any], runs: Sequence[Run], reason: str) -> Entry:
    if name not in results:
        return Entry(False, f"{name} is missing.", "missing-optimizer")
    numbers = _numbers(results[name])
    if isinstance(numbers, str):
        return Entry(False, f"{name}: {numbers}", "not-a-number")
    loss, accuracy = numbers
    if 1 < accuracy <= 100:
        return Entry(
            False,
            f"{name}: {accuracy:g} is a percentage; accuracies are fractions here, {accuracy / 100:g}.",
            "percent",
        )
    if not 0 <= accuracy <= 1 or loss < 0:
        return Entry(False, f"{name}: an accuracy of {accuracy:g} with a loss of {loss:g} is impossible.", "impossible")
    if not runs:
        return Entry(
            False,
            f"{name} could not be re-run, so its numbers could not be confirmed: {reason.rstrip('.')}.",
            "no-rerun",
        )
    loss_agrees, accuracy_agrees = agrees(loss, accuracy, runs)
    if loss_agrees and accuracy_agrees:
        return Entry(True)
    return Entry(False, _disagreement(name, loss, accuracy, runs, loss_agrees, accuracy_agrees), "disagrees")


def _disagreement(
    name: str, loss: float, accuracy: float, runs: Sequence[Run], loss_agrees: bool, accuracy_agrees: bool
) -> str:
    parts = []
    if not accuracy_agrees:
        parts.append(f"test_accuracy {accuracy:.3g}, re-run {statistics.accuracy(runs).mean:.3f}")
    if not loss_agrees:
        again = " to ".join(f"{math.exp(value):.3g}" for value in sorted(_range(runs))) or "not finite"
        parts.append(f"train_loss {loss:.3g}, re-run {again}")
    return f"{name}: {' and '.join(parts)}."


def _range(runs: Sequence[Run]) -> set[float]:
    values = [value for one in statistics.losses(runs) for value in one.values]
    return {min(values), max(values)} if values else set()


def _numbers(entry: Any) -> tuple[float, float] | str:
    """(train_loss, test_accuracy), or what is wrong with them."""
    if not isinstance(entry, dict):
        return 'needs {"train_loss": ..., "test_accuracy": ...}.'
    missing = [key for key in KEYS if key not in entry]
    if missing:
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."
    for key in KEYS:
        value = entry[key]
        if not isinstance(value, int | float) or isinstance(value, bool):
            return f"{key} is not a number."
        if not math.isfinite(value):
            return f"{key} is {value}, which is no measurement of a network that has learned."
    return float(entry[KEYS[0]]), float(entry[KEYS[1]])


def _swapped(
    results: Mapping[str, Any], entries: Mapping[str, Entry], runs: Mapping[str, Sequence[Run]]
) -> list[tuple[str, str]]:
    """Pairs of optimizers that disagree as they stand and agree with each other's re-run."""
    open_ = [name for name in entries if entries[name].diagnosis == "disagrees"]
    return [
        (one, other)
        for place, one in enumerate(open_)
        for other in open_[place + 1 :]
        if all(agrees(*_pair(results[one]), runs[other])) and all(agrees(*_pair(results[other]), runs[one]))
    ]


def _sums(
    results: Mapping[str, Any], entries: Mapping[str, Entry], runs: Mapping[str, Sequence[Run]], batches: int
) -> bool:
    """Whether the entries that disagree, several of them, would all agree as sums over the batches."""
    wrong = [_pair(results[name]) for name in entries if entries[name].diagnosis == "disagrees"]
    told = [runs[name] for name in entries if entries[name].diagnosis == "disagrees"]
    return len(wrong) >= LEAST_SUMS and all(
        all(agrees(loss / batches, accuracy, found)) for (loss, accuracy), found in zip(wrong, told, strict=True)
    )


def _pair(entry: Any) -> tuple[float, float]:
    numbers = _numbers(entry)
    return (math.nan, math.nan) if isinstance(numbers, str) else numbers


def _identical(results: Mapping[str, Any], names: Collection[str]) -> bool:
    found = [_numbers(results[name]) for name in names if name in results]
    return len(found) == len(names) and not isinstance(found[0], str) and all(numbers == found[0] for numbers in found)
