"""How long a student waits who has `grader watch` open: from a save to "judging ...", to the first verdict, and
to the last.

python -m benchmarks.watch [--rounds N] [--json FILE]

Each round saves another answer, so that everything of its exercise is judged again by workers that are warm.
"""

import queue
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import ROOT, Spread
from grader.assignment_folder import load_assignment
from grader.errors import UsageError
from grader.settings import RunSettings
from grader.student.watch import Round, Watch

PATIENCE = 120  # seconds for one round, on a machine that does other things too


@dataclass
class Student:
    """A folder that is watched in a thread of its own, and when it said what."""

    folder: Path
    exercise: str
    announced: "queue.Queue[float]" = field(default_factory=queue.Queue)
    points: "queue.SimpleQueue[float]" = field(default_factory=queue.SimpleQueue)
    judged: "queue.Queue[float]" = field(default_factory=queue.Queue)

    def watch(self) -> None:
        settings = RunSettings(exercises=(self.exercise,))
        announce = lambda changed, points: self.announced.put(time.perf_counter())  # noqa: E731
        on_point = lambda point: self.points.put(time.perf_counter())  # noqa: E731
        with Watch(self.folder, load_assignment(), settings, announce, on_point) as watched:
            rounds: Iterator[Round | UsageError] = watched.rounds()
            for _ in rounds:
                self.judged.put(time.perf_counter())

    def save(self, text: str) -> tuple[float, float, float]:
        """Seconds from the save until it was announced, until its first point was judged, and until all were."""
        began = time.perf_counter()
        (self.folder / f"exercise{self.exercise}.py").write_text(text, encoding="utf-8")
        announced, judged = self.announced.get(timeout=PATIENCE), self.judged.get(timeout=PATIENCE)
        first = self.points.get(timeout=PATIENCE)
        while not self.points.empty():
            self.points.get()
        return announced - began, first - began, judged - began


def measured(exercise: str, rounds: int) -> dict[str, object]:
    right = (ROOT / "reference" / f"exercise{exercise}.py").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(shutil.copytree(ROOT / "student_template", Path(scratch) / "work"))
        student = Student(folder, exercise)
        threading.Thread(target=student.watch, daemon=True).start()
        student.announced.get(timeout=PATIENCE)
        student.judged.get(timeout=PATIENCE)
        while not student.points.empty():
            student.points.get()
        student.save(f"{right}\n# warm\n")
        delays = [student.save(f"{right}\n# {number}\n") for number in range(rounds)]
    announced, first, judged = zip(*delays, strict=True)
    return {
        "save of": f"exercise{exercise}.py",
        "judging … s": Spread.of(announced),
        "first verdict s": Spread.of(first),
        "all s": Spread.of(judged),
    }


def main() -> None:
    chosen = measure.options(__doc__).parse_args()
    rounds = chosen.rounds or (2 if chosen.short else 15)
    measure.publish("watch", [measured(exercise, rounds) for exercise in ("1", "2", "3")], chosen)


if __name__ == "__main__":
    main()
