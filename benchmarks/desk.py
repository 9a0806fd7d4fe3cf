"""What a page of the desk takes, in a class of 1,000 and of 10,000: opened, the queue, the next sheet, a mark.

    python -m benchmarks.desk [--students 1000,10000] [--short] [--json FILE]

One request after the other, each read to its end, in milliseconds of the clock. The class is one invented report under
many ids. A mark is timed until its answer; with that it is on the disk. "opened" is until the command says its link and
the first page is there, once with nothing remembered and once again.
"""

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
TARGETS = {"opened, first time": 1_000.0, "opened again": 1_000.0, "next sheet": 100.0, "a mark": 50.0}


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds, and what came of it."""
    began = time.perf_counter()
    found = act()
    return 1_000 * (time.perf_counter() - began), found


def opened(results: Path) -> tuple[RunningDesk, Door]:
    running = RunningDesk(results, "--by", "Emmy")
    door = Door(running.link).enter()
    assert door.get("/").status == 200
    return running, door


def measured(count: int, marks: int) -> list[dict[str, Any]]:
    """A row for each thing that people wait for."""
    found: dict[str, list[float]] = {}

    def note(name: str, act: Callable[[], Any]) -> Any:
        milliseconds, value = timed(act)
        found.setdefault(name, []).append(milliseconds)
        return value

    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        write_copies(results, count)
        running, _ = note("opened, first time", lambda: opened(results))
        running.kill()
        running, door = note("opened again", lambda: opened(results))
        address = door.get("/next?kind=mark").headers["location"]
        for _ in range(marks):
            note("queue", lambda: door.get("/?kind=mark"))
            note("next sheet", lambda: door.get(address))  # noqa: B023 - called at once
            answer = note("a mark", lambda: door.post(address.replace("/sheet/", "/mark/"), {"score": "0.5"}))  # noqa: B023
            address = answer.json["next"]
        running.kill()  # the tables of the class are another benchmark's
    return [
        {
            "students": count,
            "what": name,
            "ms": Spread.of(times),
            "slowest": max(times),
            "target": TARGETS.get(name, ""),
        }
        for name, times in found.items()
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
