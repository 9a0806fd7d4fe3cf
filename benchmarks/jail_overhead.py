"""What a warm, jailed worker costs over the same calls made directly in a forked child of a warm process.

    python -m benchmarks.jail_overhead [--rounds 30]

Both sides import the reference's exercise 2 and answer the same calls. "directly" forks from a process that has numpy,
runs the module and the calls with no restrictions and no wire, and ends. "jail" and "process" are whole submissions as
the grader makes them: a worker forked, shut in, sent its files, asked, and ended with all that it may have started.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial

import numpy as np

from benchmarks import measure
from benchmarks.measure import ROOT, Spread
from grader.sandbox.choose import open_launcher
from grader.sandbox.launcher import Bundle, Launcher, Request, Returned
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.sandbox.supervisor import Sandbox
from grader.suite.wire_values import to_wire

SOURCE = ROOT / "reference" / "exercise2.py"
SHAPES = [(1, 1, 2, 2), (2, 3, 4, 6), (1, 1, 5, 7), (2, 2, 8, 8), (4, 8, 16, 16)]
CALLS = 6  # of each shape


def cases() -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(0)
    return [(rng.normal(size=(n, c, h // 2, w // 2)), rng.normal(size=(n, c, h, w))) for n, c, h, w in SHAPES * CALLS]


def directly(inputs: list[tuple[np.ndarray, np.ndarray]]) -> None:
    child = os.fork()
    if child == 0:
        scope: dict[str, Callable[..., object]] = {}
        exec(compile(SOURCE.read_bytes(), "exercise2.py", "exec"), scope)
        for dY, X in inputs:
            scope["maxpool2x2_backward"](dY, X)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def sandboxed(launcher: Launcher, inputs: list[tuple[np.ndarray, np.ndarray]]) -> None:
    bundle = Bundle({"exercise2.py": SOURCE.read_bytes()}, {}, ("numpy",), preload=("numpy",))
    with Sandbox(launcher, {"exercise2": bundle}) as sandbox:
        for dY, X in inputs:
            args = (to_wire(dY), to_wire(X))
            reply = sandbox.call(Request("exercise2", "exercise2", "maxpool2x2_backward", args, 60.0))
            assert isinstance(reply, Returned), reply


def main() -> None:
    chosen = measure.options(__doc__).parse_args()
    inputs, first = cases(), {}
    runs: dict[str, Callable[[], None]] = {"directly, in a forked child": partial(directly, inputs)}
    with ExitStack() as stack:

        def begin(kind: str) -> None:
            launcher = stack.enter_context(closing(open_launcher(SandboxSettings(kind))))
            sandboxed(launcher, inputs[:1])
            runs[f"{kind}, the same {len(inputs)} calls"] = partial(sandboxed, launcher, inputs)
            runs[f"{kind}, one call"] = partial(sandboxed, launcher, inputs[:1])

        for kind in ("process", "jail"):
            first[kind] = 1000 * measure.here(partial(begin, kind)).wall
        for run in runs.values():
            run()  # what is made once is made
        candidates = {name: partial(measure.here, run) for name, run in runs.items()}
        rounds = measure.interleaved(candidates, chosen.rounds or (1 if chosen.short else 30))
    rows = [{"": name, "ms": Spread.of([1000 * cost.wall for cost in costs])} for name, costs in rounds.items()]
    cold = (f"{kind}: first answer {wait:.0f} ms after the start, all cold." for kind, wait in first.items())
    measure.publish("jail_overhead", rows, chosen, *cold)


if __name__ == "__main__":
    main()
