"""The comparisons behind exercise 3's expressions: the bounded oracle's answers, over all nine or at right labels only.

What is compared is read by name and by value; all that is worth telling the student of how it was read is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from grader.api import Tree, Value
from grader.assignment.neuron.neuron_misconceptions import Expressions
from grader.assignment.neuron.weights import DY, ENOUGH_LABELS, NEURONS, X_1, C, Labels, W
from grader.oracles import trees
from grader.oracles.misconceptions import Misconception

EQUAL, DIFFERENT, UNDECIDED = "equal", "different", "undecided"
MAX_PARTS = 20_000  # of the expressions in one message to the oracle, which the wire bounds
CANNOT_DECIDE = "The machine cannot decide whether this is right. A person will look at it."
_NAMED_TWICE = (
    f"In 3.1 fewer than {ENOUGH_LABELS} right positions are named once. Of those named more than once one entry is "
    "right and another is not, and nothing tells which of them is the answer. A person will look at it."
)
_NAMES = {str(symbol.args[0]) for symbol in (*W, *C, *DY, X_1)}


class Symbolic(Protocol):
    """The bounded oracle: for each pair {"verdict": "equal" | "different" | "undecided", "notes": sentences, ...}.

    The left ones are answers: what hands the question back is wrong there, and on the right undecided.
    """

    def equal_each(
        self, lefts: Sequence[Tree], rights: Sequence[Tree], domain: None, seed: int, witnessed: bool
    ) -> list[dict[str, Any]]: ...


class Algebra:
    """Compares a student's expressions, always the left ones, and collects the notes on how they were read. Their
    derivatives, which nobody answered with, are on the right."""

    def __init__(self, symbolic: Symbolic, seed: int) -> None:
        self._symbolic = symbolic
        self._seed = seed
        self._notes: dict[str, None] = {}
        self.why = ""  # what is wrong with the entry that `at_labels` found, as half a sentence, where that is known
        self.undecided = CANNOT_DECIDE  # what a person is told where `at_labels` leaves it open
        self.evidence: Mapping[str, Any] = {}  # of a comparison that could not be decided: what a person needs for it

    def notes(self, entries: Sequence[Tree]) -> tuple[str, ...]:
        """How the student's expressions were read, and which symbols only bear the names of the arguments."""
        symbols = {symbol for entry in entries for symbol in _symbols_in(entry)}
        names = sorted(name for name, assumption in symbols if name in _NAMES and assumption != "real")
        note = (
            (f"Symbols of your own were read as the arguments of the same name: {', '.join(names)}.",) if names else ()
        )
        return (*note, *self._notes)

    def each(self, lefts: Sequence[Tree], rights: Sequence[Tree]) -> list[str]:
        """The verdict on each pair."""
        results = [result for some, others in _batches(lefts, rights) for result in self._ask(some, others)]
        self._whys = [result.get("why", "") for result in results]
        self._notes |= dict.fromkeys(note for result in results for note in result.get("notes", ()))
        for result in results:
            if result["verdict"] == UNDECIDED and not self.evidence:
                self.evidence = {key: result[key] for key in ("expression", "question", "tried") if result.get(key)}
        return [result["verdict"] for result in results]

    def _ask(self, lefts: Sequence[Tree], rights: Sequence[Tree]) -> list[dict[str, Any]]:
        return self._symbolic.equal_each(list(lefts), list(rights), None, self._seed, False)

    def all(self, lefts: Sequence[Tree], rights: Sequence[Tree]) -> str:
        """The verdict on all pairs together."""
        return _worst(self.each(lefts, rights))

    def at_labels(self, entries: Sequence[Tree], rights: Sequence[Tree], labels: Labels) -> tuple[str, int]:
        """Over all right positions, and a bad entry's index. Of a position named twice one entry has to be right, where
        enough are named once; where not, it may be one of two guesses: undecided."""
        verdicts = self.each(entries, rights)
        groups = {group[0]: [verdicts[index] for index in group] for group in labels.groups()}
        states = {index: _best(group) for index, group in groups.items()}
        worst = _worst(list(states.values()))
        bad = next(index for index, state in states.items() if state == worst)
        self.why = self._whys[bad] if worst == DIFFERENT else ""
        if worst == EQUAL and not labels.has_enough_alone and any(_worst(group) != EQUAL for group in groups.values()):
            self.undecided = _NAMED_TWICE
            return UNDECIDED, bad
        return worst, bad

    def named(
        self, entries: Sequence[Tree], misconceptions: Sequence[Misconception[Expressions]], labels: Labels
    ) -> Misconception[Expressions] | None:
        """The first misconception that gives every entry at a right label; most are ruled out by one entry."""
        indices = [index for group in labels.groups() for index in group]
        models = [(item, model) for item in misconceptions for model in item.models]
        firsts = self.each([entries[indices[0]]] * len(models), [model[indices[0]] for _, model in models])
        for (item, model), first in zip(models, firsts, strict=True):
            if first == EQUAL and self.all([entries[i] for i in indices], [model[i] for i in indices]) == EQUAL:
                return item
        return None

    def have_nine_weights(self, entries: Sequence[Tree]) -> bool:
        """Whether each entry depends on one weight, and no two on the same: a trivial answer is not carried on."""
        pairs = [(i, w) for i, entry in enumerate(entries) for w in W if str(w.args[0]) in dict(_symbols_in(entry))]
        slopes = [trees.derivative(entries[i], w) for i, w in pairs]
        verdicts = self.each([trees.integer(0)] * len(slopes), slopes)
        used = [(i, w.args[0]) for (i, w), state in zip(pairs, verdicts, strict=True) if state == DIFFERENT]
        return len(used) == len({i for i, _ in used}) == len({name for _, name in used}) == NEURONS


def _batches(lefts: Sequence[Tree], rights: Sequence[Tree]) -> Iterator[tuple[list[Tree], list[Tree]]]:
    """The pairs, as many at a time as fit into one message."""
    some: list[tuple[Tree, Tree]] = []
    parts = 0
    for pair in zip(lefts, rights, strict=True):
        size = sum(map(_parts_of, pair))
        if some and parts + size > MAX_PARTS:
            yield [left for left, _ in some], [right for _, right in some]
            some, parts = [], 0
        some.append(pair)
        parts += size
    if some:
        yield [left for left, _ in some], [right for _, right in some]


def _parts_of(value: Value) -> int:
    if isinstance(value, Tree | list):
        return 1 + sum(map(_parts_of, value.args if isinstance(value, Tree) else value))
    return 1


def _symbols_in(value: Value) -> Iterator[tuple[str, str]]:
    """Names and assumptions of all symbols in an expression."""
    if isinstance(value, Tree) and value.head == "Symbol":
        yield str(value.args[0]), str(value.args[1])
    elif isinstance(value, Tree | list):
        for item in value.args if isinstance(value, Tree) else value:
            yield from _symbols_in(item)


def _best(verdicts: Sequence[str]) -> str:
    return next(state for state in (EQUAL, UNDECIDED, DIFFERENT) if state in verdicts)


def _worst(verdicts: Sequence[str]) -> str:
    return next(state for state in (DIFFERENT, UNDECIDED, EQUAL) if state in verdicts)
