"""The hostile gallery, made and graded: what every attack won, what it broke, and what it left behind.

`expected.json` says here: `about`; `attacks`, the modules that attack; `points`, the exact score of every point looked
at, and among them `unharmed`, those of an honest exercise beside; `outcomes`, one or a list of those that will do.
`call_seconds` and `memory_mib` lower the bounds of a case that runs into them. `recipe` are steps that make what git
does not keep, `folder` names the hand-in. `needs_jail` marks an attack that only a sandbox with
restrictions can stop: `process`, which has none, does not claim to.
"""

import ctypes
import gc
import json
import os
import select
import shutil
import sys
import time
import unicodedata
import zipfile
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Self

from rich.console import Console

from grader.assignment_folder import Assignment
from grader.errors import GraderError
from grader.pipeline import GradingSession
from grader.report.results_json import to_json
from grader.report.terminal import print_report
from grader.sandbox.launcher import Launcher
from grader.sandbox.linux.warm import StartedZygote, WarmConnection
from grader.schema import Report
from grader.suite.runner import RunChecks
from tests.support.galleries import Case

SEED = 20_260_102
SETTLE_SECONDS = 300.0  # for what was killed to be gone from the process table, on a busy machine: it is a moment
MAX_REPORT_BYTES = 256 << 10  # of results.json, for a handful of points
_SUBREAPER = 36  # prctl
MARKER_KEY = 0x67726D6B  # of System V memory, semaphores and messages that an attack makes
_REFERENCE = Path(__file__).parent.parent.parent / "reference"


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What one hostile submission came to. `report` is None where it was lost."""

    report: Report | None
    lost: str
    seconds: float
    survivors: tuple[str, ...]
    markers: tuple[str, ...]
    grown: int  # bytes of the trusted process at its largest, above what it held before (Linux; 0 elsewhere)

    def unearned(self, case: Case) -> float:
        """Points above what the case is worth."""
        return sum(max(0.0, got - case.expected["points"][name]) for name, got in self._scores())

    def harmed(self, case: Case) -> list[str]:
        """Points of honest exercises that were not given in full."""
        return [name for name, got in self._scores() if name in case.expected["unharmed"] and got < _worth(case, name)]

    def problems(self, case: Case) -> list[str]:
        """Everything that is not as it should be, a line each."""
        if self.report is None:
            return [f"the report was lost: {self.lost}"]
        problems = [f"a process survived: {name}" for name in self.survivors]
        for point in self.report.points:
            worth, outcomes = _worth(case, point.id), case.expected.get("outcomes", {}).get(point.id, point.outcome)
            if abs(point.score - worth) > 1e-6:
                problems.append(f"{point.id}: {point.score}, not {worth} ({point.outcome}: {point.message[:300]})")
            elif point.outcome not in ([outcomes] if isinstance(outcomes, str) else outcomes):
                problems.append(f"{point.id}: {point.outcome}, not {outcomes} ({point.message[:300]})")
        return problems + unclean(self.report)

    def _scores(self) -> list[tuple[str, float]]:
        return [] if self.report is None else [(point.id, point.score) for point in self.report.points]


def _worth(case: Case, point: str) -> float:
    return float(case.expected["points"][point])


class Target:
    """The assignment in one sandbox, as the whole gallery attacks it: a grading session for each set of bounds."""

    def __init__(self, assignment: Assignment, launcher: Launcher) -> None:
        self.assignment = assignment
        self._launcher = launcher
        self._sessions: dict[str, GradingSession] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *ended: object) -> None:
        self._stack.close()

    def session(self, expected: dict[str, Any]) -> GradingSession:
        """The session with a case's own bounds on an answer's time and memory, where it has some."""
        bounds = {name: expected[name] for name in ("call_seconds", "memory_mib") if name in expected}
        if str(bounds) not in self._sessions:
            rubric = self.assignment.rubric
            exercises = tuple(exercise.model_copy(update=bounds) for exercise in rubric.exercise)
            narrowed = Assignment(self.assignment.folder, rubric.model_copy(update={"exercise": exercises}))
            session = GradingSession(narrowed, launcher=self._launcher)
            self._sessions[str(bounds)] = self._stack.enter_context(session)
        return self._sessions[str(bounds)]


def run(case: Case, folder: Path, target: Target, run_checks: RunChecks) -> Aftermath:
    """Makes the case in `folder`, grades it, and looks around."""
    path, grading = make(case, folder), target.session(case.expected)
    before, report, lost = descendants(), None, ""
    started, idle = time.monotonic(), forget_peak()
    try:
        report = grading.grade(grading.load(path), seed=SEED, selected=case.expected["points"], run=run_checks)
        if report.has_grader_error:
            lost = "grader_error"
    except GraderError as error:
        lost = f"{type(error).__name__}: {error}"
    seconds, grown = time.monotonic() - started, memory("VmHWM") - idle
    return Aftermath(report, lost, seconds, tuple(survivors(before)), tuple(markers(case.path.name, folder)), grown)


def forget_peak() -> int:
    """Begins a new measurement of this process's largest size (proc(5), clear_refs); what it holds now, in bytes."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(field: str) -> int:
    """A size of this process in bytes, by its name in /proc/self/status (Linux; 0 elsewhere)."""
    if sys.platform != "linux":
        return 0
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))


# --- making a case ---------------------------------------------------------------------------------------------------


def make(case: Case, folder: Path) -> Path:
    """The case's files below `folder`, with what its recipe adds."""
    path = folder / case.expected.get("folder", case.path.name)
    shutil.copytree(case.path, path)
    (path / "expected.json").unlink()
    for step, *args in case.expected.get("recipe", []):
        path = _STEPS[step](path, *args) or path
    return path


def _symlink(path: Path, name: str, target: str) -> None:
    (path / name).symlink_to(target.replace("REFERENCE", str(_REFERENCE)))


def _repeat(path: Path, name: str, head: str, text: str, times: int, tail: str) -> None:
    (path / name).write_text(head + text * times + tail, encoding="utf-8")


def _many(path: Path, prefix: str, count: int) -> None:
    for number in range(count):
        (path / f"{prefix}{number}.py").touch()


def _sparse(path: Path, name: str, size: int) -> None:
    with open(path / name, "wb") as file:
        file.truncate(size)


def _named(path: Path, name: str) -> None:
    with open(os.path.join(os.fsencode(path), bytes.fromhex(name)), "wb"):
        pass


def _zipped(path: Path, members: Iterable[tuple[str, bytes]], last: bool = False) -> Path:
    files = [(file.name, file.read_bytes()) for file in sorted(path.iterdir())]
    target = path.with_suffix(".zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*members, *files] if last else [*files, *members]:
            archive.NameToInfo.clear()  # else it warns of twins
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target


def _zip_bomb(path: Path) -> Path:
    zeros = bytes(64 << 20)
    return _zipped(path, ((f"bomb{number}.py", zeros) for number in range(4)))


def _zip_twice(path: Path, name: str, text: str) -> Path:
    return _zipped(path, [(name, text.encode())], last=True)


_STEPS: dict[str, Any] = {
    "symlink": _symlink,
    "fifo": lambda path, name: os.mkfifo(path / name),
    "folder": lambda path, name: (path / name).mkdir(),
    "sparse": _sparse,
    "bytes": lambda path, name, content: (path / name).write_bytes(bytes.fromhex(content)) and None,
    "encoded": lambda path, name, encoding, text: (path / name).write_bytes(text.encode(encoding)) and None,
    "repeat": _repeat,
    "many": _many,
    "name": _named,
    "zip-bomb": _zip_bomb,
    "zip-slip": lambda path, *names: _zipped(path, [(name, b"raise SystemExit\n") for name in names]),
    "zip-twice": _zip_twice,
}


# --- looking around --------------------------------------------------------------------------------------------------


def adopt_orphans(yes: bool = True) -> None:
    """What loses its parent becomes this process's child, so that no daemon hides from `descendants`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, int(yes), 0, 0, 0)


def descendants() -> dict[int, str]:
    """Process id -> command line of everything below this process that is not dead already (Linux; none elsewhere)."""
    names = filter(str.isdecimal, os.listdir("/proc") if sys.platform == "linux" else ())
    parents = {int(name): parent for name in names if (parent := _parent(int(name)))}
    below = {os.getpid()}
    while grown := {process for process, parent in parents.items() if parent in below} - below:
        below |= grown
    lines = {process: _read(f"/proc/{process}/cmdline") for process in below - {os.getpid()}}
    return {process: line.replace(b"\0", b" ").decode(errors="replace") for process, line in lines.items()}


def _parent(process: int) -> int:
    """The parent's id; 0 of a process that is dead."""
    state, parent = (_read(f"/proc/{process}/stat").rpartition(b")")[2].split() or (b"X", b"0"))[:2]
    return 0 if state in b"ZX" else int(parent)


def _read(path: str) -> bytes:
    """A file of a process; nothing of one that has just ended."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except OSError:
        return b""


def survivors(before: dict[int, str], settle_seconds: float = SETTLE_SECONDS) -> list[str]:
    """What a graded submission left running, given a moment to be gone; ended here, since nobody else will."""
    deadline = time.monotonic() + settle_seconds
    while left := _left(before):
        if not _has_ended(min(left), deadline - time.monotonic()):
            for process in left:
                with suppress(ProcessLookupError):
                    os.kill(process, 9)
            break
    return [f"{process} {name[:120]}" for process, name in left.items()]


def _left(before: dict[int, str]) -> dict[int, str]:
    running = descendants()
    known = before.keys() | _ours(running)
    return {process: name for process, name in running.items() if process not in known}


def _has_ended(process: int, seconds: float) -> bool:
    """Whether a process is gone within so many seconds (Linux)."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], max(0.0, seconds))[0])
    finally:
        os.close(descriptor)


def _ours(running: dict[int, str]) -> set[int]:
    """The zygotes that this process has started, and their workers that are ready for the next submission: no more than
    it has connections to. A fork that an attack leaves has the same command line, so that does not tell them apart."""
    known = [one for one in gc.get_objects() if type(one) in (StartedZygote, WarmConnection)]
    zygotes = {one._process.pid for one in known if type(one) is StartedZygote}
    connected = sum(not one._pipes._requests.closed for one in known if type(one) is WarmConnection)
    workers = {process for process in running if _parent(process) in zygotes}
    return zygotes | (workers if len(workers) <= connected else set())


def markers(name: str, folder: Path) -> list[str]:
    """What an attack left outside of its own folder, which no case may: files, removed here, and shared memory."""
    places = {Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path.home(), Path.cwd(), Path.cwd().parent, folder}
    files = [file for place in places for file in place.glob(f"grader-marker-{name}*")]
    for file in files:
        file.unlink()
    return sorted(map(str, files)) + _kept_by_the_kernel()


def _kept_by_the_kernel() -> list[str]:
    """What of System V bears the key that the gallery uses (Linux; nothing elsewhere); removed here."""
    if sys.platform != "linux":
        return []
    libc, remove = ctypes.CDLL(None), 0  # IPC_RMID
    queries = {
        "shared memory": (libc.shmget(MARKER_KEY, 0, 0), libc.shmctl, (remove, None)),
        "semaphores": (libc.semget(MARKER_KEY, 0, 0), libc.semctl, (0, remove)),
        "messages": (libc.msgget(MARKER_KEY, 0), libc.msgctl, (remove, None)),
    }
    removals = [(name, control(number, *how)) for name, (number, control, how) in queries.items() if number >= 0]
    return [name for name, _ in removals]


def unclean(report: Report) -> list[str]:
    """What of a hostile text got through to a reader."""
    file = StringIO()
    print_report(report, Console(file=file, width=120))
    text = to_json(report)
    flaws = [f"results.json has {len(text)} characters"] if len(text) > MAX_REPORT_BYTES else []
    for name, shown in (("results.json", text), ("the terminal", file.getvalue())):
        wild = sorted({f"U+{ord(char):04X}" for char in {*shown} - {"\n"} if unicodedata.category(char) in _WILD})
        flaws += [f"{name} shows {', '.join(wild)}"] if wild else []
    wild = sorted(
        {f"U+{ord(char):04X}" for char in {*_texts(json.loads(text))} if unicodedata.category(char) in _WILD}
        - {"U+000A", "U+0009"}
    )
    return flaws + ([f"results.json holds {', '.join(wild)}"] if wild else [])


_WILD = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def _texts(value: Any) -> str:
    match value:
        case dict():
            return "".join(_texts(item) for pair in value.items() for item in pair)
        case list():
            return "".join(map(_texts, value))
    return value if isinstance(value, str) else ""
