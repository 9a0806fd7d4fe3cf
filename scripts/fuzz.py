"""Throws mutated and grammar-made bytes at everything that reads a submission's or a worker's: `make fuzz`.

    python -m scripts.fuzz [--messages N] [--trees N] [--handles N] [--archives N] [--seed N]

Messages go through the frame reader, the decoder, the reply's parser and the proxy: each is refused by ProtocolError or
comes out as values that encode and decode to themselves. Trees that pass as expressions are put to the symbolic oracle,
which has an answer for each. Handles are used at random, on workers that answer anything: what comes is a value, a
handle, or a failure of the student's. Archives are loaded: a SubmissionError, or a submission within its bounds. The
address space is bounded throughout, so an allocation that follows a forged length fails the run. Exits with 1 at the
first breach and prints the bytes.
"""

import argparse
import itertools
import operator
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from grader.api import CallFailure, Handle, fetch
from grader.assignment_folder import load_assignment
from grader.errors import SubmissionError
from grader.load.placement import MAX_FILES, MAX_TOTAL_BYTES
from grader.load.submission import load
from grader.model import Expected
from grader.sandbox.child.protocol import MAGIC, REPLY, ProtocolError, decode, encode, read_frame
from grader.sandbox.launcher import Bundle, CallFailed, Returned
from grader.sandbox.process import ProcessLauncher
from grader.sandbox.replies import parse
from grader.sandbox.supervisor import Sandbox
from grader.suite.endpoint import Contract, Endpoint
from grader.suite.expressions import flaw
from grader.suite.proxy import ModuleProxy
from grader.suite.session import Oracles, OracleStoppedError
from grader.suite.wire_values import from_wire
from tests.support import wire
from tests.support.babble import BabbleLauncher

EXTRA_BYTES = 512 << 20  # of address space beyond what is mapped at the start: the inputs here have kilobytes
SLOW_SECONDS = 2.0  # for one input: the bounds allow 200,000 values, which take under a second
STEPS = 50  # with the handles of one worker
SHOWN = 300  # bytes of a breach; the seed makes it again in full
FILES = {"exercise2.py": b"import numpy\n"}


class BreachError(Exception):
    """An input that did what none may."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--trees", type=int, default=2_000)
    parser.add_argument("--handles", type=int, default=20_000)
    parser.add_argument("--archives", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    try:
        trees(options.trees, options.seed)  # before the bound: the worker is to have its own
        bound_memory(EXTRA_BYTES)
        messages(options.messages, options.seed)
        handles(options.handles, options.seed)
        archives(options.archives, options.seed)
    except BreachError as breach:
        print(f"BREACH: {breach}")
        return 1
    return 0


def bound_memory(extra: int) -> None:
    """No more address space than there is now and `extra` (Linux; elsewhere the run does without)."""
    if sys.platform == "linux":
        import resource

        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + extra, mapped + extra))


def messages(count: int, seed: int) -> None:
    draw = random.Random(seed)
    seeds = wire.seeds(draw)
    outcomes: Counter[str] = Counter()
    started = time.perf_counter()
    for _ in range(count):
        data = wire.message(draw, seeds)
        outcomes[timed(read_message, data)] += 1
        if draw.random() < 0.02:
            outcomes[timed(read_stream, wire.mutated(draw, MAGIC + len(data).to_bytes(4, "little") + data, data))] += 1
    tell("messages", count, started, outcomes)


def read_message(data: bytes) -> str:
    """One message through everything behind the pipe."""
    try:
        value = decode(data, REPLY)
    except ProtocolError:
        return "refused"
    if b"HandleNumber" in repr(value).encode():
        raise BreachError(f"a worker says a handle: {data[:SHOWN]!r}")
    again = encode(value)
    if encode(decode(again)) != again:
        raise BreachError(f"does not come back as it was sent: {data[:SHOWN]!r}")
    reply = parse(value, 1, FILES, "")
    if reply is not None and not isinstance(reply, Returned | CallFailed):
        raise BreachError(f"parsed as {reply!r}: {data[:SHOWN]!r}")
    from_wire(reply.value if isinstance(reply, Returned) else value)
    return "read" if reply is None else "answers"


def read_stream(data: bytes) -> str:
    """The same bytes as a stream of frames."""
    position = 0

    def read(count: int) -> bytes:
        nonlocal position
        part = data[position : position + count]
        position += len(part)
        return part

    try:
        read_frame(read, REPLY)
    except (ProtocolError, EOFError):
        return "frames refused"
    return "frames read"


def trees(count: int, seed: int) -> None:
    """Whatever passes as an expression is one for the oracle, in any question."""
    draw = random.Random(seed)
    outcomes: Counter[str] = Counter()
    started = time.perf_counter()
    with Oracles(ProcessLauncher(), load_assignment()) as oracles:
        oracle = oracles.proxy("algebra")
        for _ in range(count):
            left, right = wire.tree(draw), wire.tree(draw)
            if not (flaw(left) is None and flaw(right) is None):
                outcomes["no expression"] += 1
                continue
            try:
                outcomes[oracle.equal(left, right)["verdict"]] += 1
            except OracleStoppedError:
                outcomes["stopped"] += 1
            except Exception as error:
                raise BreachError(f"{error}: {left!r} = {right!r}") from error
    tell("trees", count, started, outcomes)


def handles(count: int, seed: int) -> Counter[str]:
    """Whatever a worker answers, a step with a handle gives a handle, plain data, or a failure of the student's.

    How often each kind of outcome came.
    """
    draw = random.Random(seed)
    outcomes: Counter[str] = Counter()
    started = time.perf_counter()
    signatures = {"make": "make() -> value", "Net": "Net() -> value", "Net.loss": "Net.loss(x) -> out, value"}
    for _ in range(count // STEPS):
        with Sandbox(BabbleLauncher(draw.randrange(1 << 32)), {"module": Bundle({}, {})}) as sandbox:
            endpoint = Endpoint(sandbox, "module", 5.0, Contract(signatures, handles=("value",)))
            live_handles: list[Any] = []
            for _ in range(STEPS):
                step = draw.choice(HANDLE_STEPS if live_handles else HANDLE_STEPS[:2])
                outcomes[_step(partial(step, ModuleProxy(endpoint, "module"), draw, live_handles), live_handles)] += 1
    tell("handles", count, started, outcomes)
    return outcomes


def _step(action: Callable[[], Any], live_handles: list[Any]) -> str:
    try:
        result = action()
    except CallFailure as failure:
        return failure.kind
    except Exception as error:
        raise BreachError(f"{type(error).__name__}: {error}") from error
    live_handles += [part for part in (result if isinstance(result, list) else [result]) if isinstance(part, Handle)]
    return "handle" if isinstance(result, Handle) else "value"


HANDLE_STEPS: list[Callable[[ModuleProxy, random.Random, list[Any]], Any]] = [
    lambda module, draw, live_handles: module.make(draw.choice((1.0, None, "x" * 500, [1, {"a": 2}]))),
    lambda module, draw, live_handles: module.Net().loss(2.0),
    lambda module, draw, live_handles: draw.choice(live_handles).grad,
    lambda module, draw, live_handles: draw.choice(live_handles)(
        draw.choice(live_handles), key=[draw.choice(live_handles)]
    ),
    lambda module, draw, live_handles: draw.choice(live_handles)[draw.choice((0, "W", draw.choice(live_handles)))],
    lambda module, draw, live_handles: setattr(draw.choice(live_handles), "data", draw.choice(live_handles)),
    lambda module, draw, live_handles: draw.choice(live_handles) + draw.choice(live_handles),
    lambda module, draw, live_handles: 2 * draw.choice(live_handles),
    lambda module, draw, live_handles: -draw.choice(live_handles),
    lambda module, draw, live_handles: len(draw.choice(live_handles)),
    lambda module, draw, live_handles: list(itertools.islice(draw.choice(live_handles), 3)),
    lambda module, draw, live_handles: float(draw.choice(live_handles)),
    lambda module, draw, live_handles: fetch(draw.choice(live_handles)),
    lambda module, draw, live_handles: repr(draw.choice(live_handles)),
    lambda module, draw, live_handles: operator.delitem(live_handles, draw.randrange(len(live_handles))),
]


def archives(count: int, seed: int) -> None:
    draw = random.Random(seed)
    outcomes: Counter[str] = Counter()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        path = Path(folder) / "submission.zip"
        for _ in range(count):
            data = wire.archive(draw)
            path.write_bytes(data)
            outcomes[timed(lambda content: read_archive(path, content), data)] += 1
    tell("archives", count, started, outcomes)


def read_archive(path: Path, data: bytes) -> str:
    try:
        submission = load(path, Expected(("exercise1", "exercise2")))
    except SubmissionError:
        return "refused"
    total = sum(map(len, submission.files.values()))
    if total > MAX_TOTAL_BYTES or len(submission.files) > MAX_FILES:
        raise BreachError(f"{len(submission.files)} files of {total} bytes: {data[:SHOWN]!r}")
    if not all(name.isprintable() and ".." not in name and not name.startswith("/") for name in submission.files):
        raise BreachError(f"names {list(submission.files)}: {data[:SHOWN]!r}")
    return "read"


def timed(read: Callable[[bytes], str], data: bytes) -> str:
    """What came of one input. Raises BreachError for an exception that is not announced, and for slowness."""
    started = time.perf_counter()
    try:
        result = read(data)
    except BreachError:
        raise
    except BaseException as error:
        raise BreachError(f"{type(error).__name__}: {error}: {data[:SHOWN]!r}") from error
    if time.perf_counter() - started > SLOW_SECONDS:
        raise BreachError(f"took {time.perf_counter() - started:.1f} s: {data[:SHOWN]!r}")
    return result


def tell(what: str, count: int, started: float, outcomes: Counter[str]) -> None:
    seconds = time.perf_counter() - started
    parts = ", ".join(f"{number:,} {name}" for name, number in outcomes.most_common())
    print(f"{count:,} {what} in {seconds:.0f} s ({count / max(seconds, 1e-9):,.0f} a second): {parts}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
