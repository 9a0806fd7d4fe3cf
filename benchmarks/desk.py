"""What a page of the desk takes, in a class of 1,000 and of 10,000: opened, the queue, the next sheet, a mark.

    python -m benchmarks.desk [--students 1000,10000] [--short] [--json FILE]

One request after the other, each read to its end, in milliseconds of the clock, and of the processor that the desk
takes (Linux), which others on the machine change less. The class is one invented report under many ids. A mark is timed
until its answer; with that it is on the disk. "grader review" is one that a command gives, from its start to its end.
"opened" is until the command says its link and the first page is there, once with nothing remembered and once again.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import measure
from benchmarks.measure import Spread
from tests.support.desk import Door, RunningDesk
from tests.support.desk_classes import write_copies

DEFAULT = (1_000, 10_000)
SHORT = (20,)
MARKS = 40  # of each, with the sheet after it
REVIEWS = 5  # marks that are given by a command each
GRADER = (sys.executable, "-m", "grader")
TARGETS = {
    "grader review": 500.0,
    "opened, first time": 1_000.0,
    "opened again": 1_000.0,
    "next sheet": 100.0,
    "a mark": 50.0,
}


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds, and what came of it."""
    began = time.perf_counter()
    result = act()
    return 1_000 * (time.perf_counter() - began), result


def opened(results: Path) -> tuple[RunningDesk, Door]:
    running = RunningDesk(results, "--by", "Emmy")
    door = Door(running.link).enter()
    assert door.get("/").status == 200
    return running, door


def processor(running: RunningDesk | None) -> float | None:
    """Milliseconds of the processor that the desk has taken; None where nobody tells."""
    path = Path(f"/proc/{running.process.pid}/stat") if running else Path()
    if not path.is_file():
        return None
    user, system = path.read_text(encoding="utf-8").rpartition(")")[2].split()[11:13]
    return 1_000 * (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def measured(count: int, marks: int) -> list[dict[str, Any]]:
    """A row for each thing that people wait for."""
    times_by_name: dict[str, list[float]] = {}
    cpu_by_name: dict[str, float] = {}

    def note(name: str, act: Callable[[], Any], desk: RunningDesk | None = None) -> Any:
        before = processor(desk)
        milliseconds, value = timed(act)
        times_by_name.setdefault(name, []).append(milliseconds)
        after = processor(desk or value[0])
        if after is not None:
            cpu_by_name[name] = cpu_by_name.get(name, 0.0) + after - (before or 0.0)
        return value

    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        write_copies(results, count)
        running, _ = note("opened, first time", lambda: opened(results))
        running.kill()
        running, door = note("opened again", lambda: opened(results))
        address = door.get("/next?kind=mark").headers["location"]
        for _ in range(marks):
            note("queue", lambda: door.get("/?kind=mark"), running)
            note("next sheet", lambda: door.get(address), running)  # noqa: B023 - called at once
            where = address.replace("/sheet/", "/mark/")
            answer = note("a mark", lambda: door.post(where, {"score": "0.5"}), running)  # noqa: B023
            address = answer.json["next"]
        running.kill()  # the tables of the class are another benchmark's
        for number in range(min(marks, REVIEWS)):
            typed = [*GRADER, "review", str(results / f"s{number:05d}"), "--point", "4.9", "--score", "1"]
            cost = measure.command(typed)
            times_by_name.setdefault("grader review", []).append(1_000 * cost.wall)
            cpu_by_name["grader review"] = cpu_by_name.get("grader review", 0.0) + 1_000 * cost.cpu
    return [
        {
            "students": count,
            "what": name,
            "ms": Spread.of(times),
            "slowest": max(times),
            "cpu ms": cpu_by_name[name] / len(times) if name in cpu_by_name else None,
            "target": TARGETS.get(name, ""),
        }
        for name, times in times_by_name.items()
    ]


def main() -> None:
    parser = measure.options(__doc__)
    parser.add_argument("--students", help="how many, separated by commas")
    chosen = parser.parse_args()
    counts = tuple(map(int, chosen.students.split(","))) if chosen.students else SHORT if chosen.short else DEFAULT
    rows = [row for count in counts for row in measured(count, 3 if chosen.short else MARKS)]
    measure.publish("desk", rows, chosen, "Milliseconds; opened is with the start of Python and all imports.")


if __name__ == "__main__":
    main()
