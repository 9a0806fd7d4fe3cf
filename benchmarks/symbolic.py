"""Our equality oracle beside sympy's simplify and equals, over true pairs and near misses: time and wrong verdicts.

    python -m benchmarks.symbolic [--rounds N] [--json FILE]

Each decision begins with an empty cache of sympy's, in a forked child that is killed after LIMIT seconds, as a grader
would have to kill it.
"""

import multiprocessing
import multiprocessing.connection
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import sympy as sp

from benchmarks import measure
from benchmarks.measure import Spread
from benchmarks.pairs import DIFFERENT, EQUAL
from grader.oracles import symbolic

DOMAIN = symbolic.Domain({"r": "positive", "theta": "angle"})
LIMIT = 10.0  # seconds for one pair; the rubric's `call_seconds` of our own oracle
_NAMES = {True: "equal", False: "different", None: "undecided"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was said of one pair, and how long it took."""

    verdict: str
    seconds: float


def ours(left: sp.Expr, right: sp.Expr) -> str:
    return str(symbolic.equal(left, right, DOMAIN)["verdict"])


def simplify(left: sp.Expr, right: sp.Expr) -> str:
    return _NAMES[bool(sp.simplify(left - right) == 0)]


def equals(left: sp.Expr, right: sp.Expr) -> str:
    return _NAMES[left.equals(right)]


METHODS: dict[str, Callable[[sp.Expr, sp.Expr], str]] = {
    "ours": ours, "simplify(a - b) == 0": simplify, "a.equals(b)": equals
}  # fmt: skip


def decide(method: Callable[[sp.Expr, sp.Expr], str], pair: tuple[sp.Expr, sp.Expr]) -> Decision:
    """One decision, in a child of its own."""
    context = multiprocessing.get_context("fork")
    answers, answer = context.Pipe(duplex=False)
    child = context.Process(target=_decide, args=(method, pair, answer), daemon=True)
    child.start()
    answer.close()
    try:
        if not answers.poll(LIMIT):
            return Decision("no answer", LIMIT)
        return Decision(*answers.recv())
    except EOFError:
        return Decision("no answer", LIMIT)
    finally:
        child.kill()
        child.join()
        answers.close()


def _decide(
    method: Callable[..., str], pair: tuple[sp.Expr, sp.Expr], answer: multiprocessing.connection.Connection
) -> None:
    sp.core.cache.clear_cache()
    started = time.perf_counter()
    try:
        verdict = method(*pair)
    except (TypeError, ValueError, AttributeError, NotImplementedError) as error:
        verdict = type(error).__name__
    answer.send((verdict, time.perf_counter() - started))


def judge(right: str, verdict: str) -> str:
    """How good a verdict is: to give no answer is no wrong mark, since a person will have to look."""
    if verdict == right:
        return "right"
    return "wrong" if verdict in ("equal", "different") else "none"


def main() -> None:
    chosen = measure.options(__doc__).parse_args()
    pairs = [("equal", name, pair) for name, pair in EQUAL.items()]
    pairs += [("different", name, pair) for name, pair in DIFFERENT.items()]
    if chosen.short:
        pairs = pairs[:2] + pairs[-2:]
    for function in METHODS.values():
        function(*EQUAL["the identity itself"])  # what a method imports at its first call is no pair's cost
    rows = []
    summary: dict[str, list[tuple[str, str, float]]] = {name: [] for name in METHODS}
    for truth, name, pair in pairs:
        runs = {method: partial(decide, function, pair) for method, function in METHODS.items()}
        decisions_by_method = measure.interleaved(runs, chosen.rounds or (1 if chosen.short else 3))
        row: dict[str, object] = {"pair": name, "truth": truth}
        for method, decisions in decisions_by_method.items():
            took = Spread.of([1000 * decision.seconds for decision in decisions])
            verdicts = " ".join(sorted({decision.verdict for decision in decisions}))
            row[method] = f"{'' if verdicts == truth else verdicts + ', '}{measure.short(took.median)} ms"
            summary[method].append((truth, decisions[0].verdict, took.median))
        rows.append(row)
    measure.publish("symbolic", rows, chosen, *(_summary(name, decisions) for name, decisions in summary.items()))


def _summary(method: str, decisions: list[tuple[str, str, float]]) -> str:
    judged = [judge(truth, verdict) for truth, verdict, _ in decisions]
    times = [took for _, _, took in decisions]
    return (
        f"{method}: {judged.count('right')} of {len(decisions)} right, {judged.count('wrong')} wrong, "
        f"{judged.count('none')} not decided; median {measure.short(Spread.of(times).median)} ms, "
        f"slowest {measure.short(max(times))} ms, in all {measure.short(sum(times))} ms"
    )


if __name__ == "__main__":
    main()
