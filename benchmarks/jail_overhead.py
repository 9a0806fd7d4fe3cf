"""What a warm, jailed worker costs over the same calls made directly in a forked child of a warm process.

    python -m benchmarks.jail_overhead [--times 30]

Both sides import the reference's exercise 2 and answer the same calls. "directly" forks from a process that has numpy,
runs the module and the calls with no restrictions and no wire, and ends. "jail" and "process" are whole submissions as
the grader makes them: a worker forked, shut in, sent its files, asked, and ended with all that it may have started.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from grader.sandbox.choose import open_launcher
from grader.sandbox.launcher import Bundle, Launcher, Request, Returned
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.sandbox.supervisor import Sandbox
from grader.suite.wire_values import to_wire

SOURCE = Path(__file__).parent.parent / "reference" / "exercise2.py"
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


def measure(times: int, run: Callable[[], None]) -> tuple[float, float, float]:
    """Least, median and greatest milliseconds."""
    run()
    milliseconds = []
    for _ in range(times):
        started = time.perf_counter()
        run()
        milliseconds.append((time.perf_counter() - started) * 1000)
    return min(milliseconds), statistics.median(milliseconds), max(milliseconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=30)
    times = parser.parse_args().times
    inputs = cases()
    rows = {"directly, in a forked child": measure(times, lambda: directly(inputs))}
    for kind in ("process", "jail"):
        started = time.perf_counter()
        with closing(open_launcher(SandboxSettings(kind))) as launcher:
            sandboxed(launcher, inputs[:1])
            print(f"{kind}: first answer {(time.perf_counter() - started) * 1000:.0f} ms after the start, all cold")
            rows[f"{kind}, the same {len(inputs)} calls"] = measure(times, lambda: sandboxed(launcher, inputs))
            rows[f"{kind}, one call"] = measure(times, lambda: sandboxed(launcher, inputs[:1]))
    print(f"{'milliseconds':36}{'least':>8}{'median':>8}{'most':>8}")
    for name, figures in rows.items():
        print(f"{name:36}" + "".join(f"{figure:8.1f}" for figure in figures))


if __name__ == "__main__":
    main()
