"""What each test costs in seconds: of the processor (its own and that of processes that ended in it), of the clock.

`--costs=FILE` writes a line for each test and prints what the dearest files took; `python -m scripts.slowest_tests`
prints the dearest tests of the last whole run, each with its reason. A process that outlives a test counts where it
ends: a module's warm processes with its last test.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import warm_commands

MAX_FILES = 20  # that are printed


@dataclass(frozen=True, slots=True)
class Used:
    """Of the clock and of the processor, in seconds."""

    clock: float
    processor: float

    @classmethod
    def now(cls) -> "Used":
        spent = os.times()
        cpu_seconds = spent.user + spent.system + spent.children_user + spent.children_system
        return cls(time.monotonic(), cpu_seconds + warm_commands.processor_seconds())


class Costs:
    """The plugin: in the process that runs a test it measures, in the one that reports it adds up."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = Used.now()
        self._clock: dict[str, float] = defaultdict(float)
        self._processor: dict[str, float] = defaultdict(float)

    def pytest_collection_finish(self) -> None:
        self._last = Used.now()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Iterator[None]:
        report = yield
        if call.when != "teardown":  # one look at the end of each test: it goes through all processes there are
            return report
        now = Used.now()
        report.costs = [now.clock - self._last.clock, now.processor - self._last.processor]  # travels with the report
        self._last = now
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        clock, processor = getattr(report, "costs", (0.0, 0.0))  # none of a worker that crashed
        self._clock[report.nodeid] += clock
        self._processor[report.nodeid] += processor

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        lines = [f"{cost:.2f}\t{self._clock[name]:.2f}\t{name}" for name, cost in _dearest(self._processor)]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        clock, processor = _by_file(self._clock), _by_file(self._processor)
        terminalreporter.section("seconds of the processor, of the clock")
        terminalreporter.write_line(f"{sum(processor.values()):7.1f} {sum(clock.values()):7.1f}  all")
        for name, cost in _dearest(processor)[:MAX_FILES]:
            terminalreporter.write_line(f"{cost:7.1f} {clock[name]:7.1f}  {name}")


def _dearest(costs: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(costs.items(), key=lambda item: -item[1])


def _by_file(costs: dict[str, float]) -> dict[str, float]:
    seconds_by_file: dict[str, float] = defaultdict(float)
    for name, cost in costs.items():
        seconds_by_file[name.partition("::")[0]] += cost
    return seconds_by_file
