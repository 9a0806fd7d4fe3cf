"""How everything in here is measured: candidates in turn, several rounds, medians and quartiles, ratios round by round.

On a machine that others use too, seconds mean little and drift by the minute. Candidates of one benchmark therefore run
interleaved, a round after the other, and a ratio is taken within a round before its median is.
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
# One thread each, so that processor time is work and not waiting for each other. What Python has compiled is kept, as
# it is for users, and for the other graders by their installation.
ALIKE = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PYTHONDONTWRITEBYTECODE": "",
}
_OUTPUT_TAIL = 500  # characters of what a command said before it failed


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds on the clock and of the processor, and the largest process's memory in MiB."""

    wall: float
    cpu: float
    peak: float | None = None

    def each(self, count: int) -> "Cost":
        """The mean of so many equal parts."""
        return Cost(self.wall / count, self.cpu / count, self.peak)


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and the quartiles around it."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(median, low, high)

    def __str__(self) -> str:
        return f"{short(self.median)} ({short(self.low)}–{short(self.high)})"


def short(value: float) -> str:
    """A number with three digits, without an exponent where that reads well."""
    return f"{value:,.0f}" if 100 <= abs(value) < 1e6 else f"{value:.3g}"


def seconds(function: Callable[[], object], least: float = 0.02) -> float:
    """Seconds that one call takes in this process, of as many calls as fill `least`."""
    calls, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < least or not calls:
        function()
        calls += 1
    return passed / calls


def here(function: Callable[[], object]) -> Cost:
    """What a function costs this process and those of its children that it waits for."""
    before, started = _used(), time.perf_counter()
    function()
    return Cost(time.perf_counter() - started, _used() - before)


def tree(function: Callable[[], object]) -> Cost:
    """What a function costs this process and all that it has started, those that live on included. Linux."""
    before, started = tree_cpu(), time.perf_counter()
    function()
    wall = time.perf_counter() - started
    return Cost(wall, tree_cpu() - before)


def tree_cpu() -> float:
    """Processor seconds of this process and of all that it has started, those that have ended included. Linux."""
    tick = 1 / os.sysconf("SC_CLK_TCK")
    used, children = {}, defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        pid = int(stat.parent.name)
        children[int(fields[1])].append(pid)
        used[pid] = sum(map(int, fields[11:15])) * tick
    total, waiting = 0.0, [os.getpid()]
    while waiting:
        pid = waiting.pop()
        total += used.get(pid, 0.0)
        waiting += children[pid]
    return total


class CommandError(Exception):
    """A command that is measured did not end well; with the end of what it said."""


def command(argv: Sequence[object], *, cwd: Path = ROOT, environment: Mapping[str, str] | None = None) -> Cost:
    """What a command costs with all that it waits for. Raises CommandError where it does not end with 0 or 1."""
    started = time.perf_counter()
    with subprocess.Popen(
        [str(part) for part in argv],
        cwd=cwd,
        env={**os.environ, **ALIKE, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise CommandError(f"exit code {process.returncode}: {output.decode(errors='replace')[-_OUTPUT_TAIL:]}")
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def interleaved(candidates: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[Any]]:
    """What each candidate gave, round by round; every other round the other way round, so that none is always first."""
    results: dict[str, list[Any]] = {name: [] for name in candidates}
    for number in range(rounds):
        for name in list(candidates)[:: 1 if number % 2 == 0 else -1]:
            results[name].append(candidates[name]())
    return results


def ratios(over: Sequence[float], under: Sequence[float]) -> Spread:
    """How many times `under` fits into `over`, round by round."""
    return Spread.of([a / b for a, b in zip(over, under, strict=True)])


def machine() -> dict[str, Any]:
    """Where and when this was measured."""
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def options(about: str | None) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--short", action="store_true", help="as little as shows that it runs")
    parser.add_argument("--rounds", type=int, help="how often everything is measured")
    return parser


def publish(name: str, rows: Sequence[Mapping[str, Any]], chosen: argparse.Namespace, *remarks: str) -> None:
    """Prints rows as a table, a spread as `median (quartiles)`, and writes them as JSON where a file was named."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    table = Table(title=name)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(_shown(row.get(column)) for column in columns))
    console.print(table)
    for remark in remarks:
        console.print(remark, highlight=False)
    if chosen.json:
        figures = {"benchmark": name, "machine": machine(), "rows": rows, "remarks": remarks}
        chosen.json.write_text(json.dumps(figures, indent=2, default=_plain) + "\n", encoding="utf-8")


def _shown(value: Any) -> str:
    match value:
        case None:
            return "–"
        case float():
            return short(value)
        case _:
            return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Spread | Cost):
        return asdict(value)
    raise TypeError(type(value).__name__)


def _used() -> float:
    """Processor seconds of this process and of the children that it has waited for."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
