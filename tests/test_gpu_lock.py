"""One training at a time on a GPU; a CPU is waited for by nobody."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock, Timeout

from grader.oracles.training.gpu_lock import gpu_lock
from tests.support.command import ROOT
from tests.support.exercise4_fakes import comparison_of, student_of

pytestmark = pytest.mark.slow

WAITED = 100.0  # seconds that the clock shows for each look at a lock that is taken
# Another job process: it trains on GPU-1 until its input ends.
OTHER = """
import sys, tempfile
from grader.oracles.training.gpu_lock import gpu_lock
tempfile.tempdir = sys.argv[1]
with gpu_lock("cuda:0", "GPU-1"):
    print("begun", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of this test's own for the locks."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def other(locks: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has GPU-1."""
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(locks)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        yield process
        process.kill()


def apparatus_on(gpu: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client of a worker that trains on the CPU and says that it is a GPU."""
    client = comparison_of(student_of()).client
    whole = client.harness.module.prepare
    monkeypatch.setattr(
        client.harness.module, "prepare", lambda options, *data: whole({**options, "device": "cpu"}, *data)
    )
    found = {"device": "cuda:0", "label": "cuda:0 (Fake)", "gpu": gpu}
    monkeypatch.setattr(client.oracle.module, "device_of", lambda wanted: found)
    monkeypatch.setattr(client.oracle.module, "reference_seconds", lambda device, too_old: {"work": 0.04, "wall": 0.04})
    return client


def test_a_gpu_is_waited_for_on_nobodys_time(
    other: subprocess.Popen[str], locks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = apparatus_on("GPU-1", monkeypatch)
    looks: list[float] = []

    def pause(seconds: float) -> None:
        """What the lock does between two looks: the other process ends in the first."""
        looks.append(seconds)
        assert other.stdin
        other.stdin.close()
        other.wait()  # without a timeout: with one it would sleep itself

    client.clock = lambda: WAITED * len(looks)
    monkeypatch.setattr(time, "sleep", pause)
    client.ready()
    assert (len(looks), client.box.spent, other.returncode) == (1, 0, 0)
    (lock,) = locks.glob("*.lock")
    with pytest.raises(Timeout):
        FileLock(lock).acquire(timeout=0)
    client.close()
    FileLock(lock).acquire(timeout=0).lock.release()


def test_a_process_that_is_killed_gives_its_turn_back(other: subprocess.Popen[str], locks: Path) -> None:
    (lock,) = locks.glob("*.lock")
    with pytest.raises(Timeout):
        FileLock(lock).acquire(timeout=0)
    other.kill()
    other.wait()
    with gpu_lock("cuda:0", "GPU-1"), pytest.raises(Timeout):  # it is ours now
        FileLock(lock).acquire(timeout=0)


def test_another_gpu_is_free_and_a_cpu_everybodys(
    other: subprocess.Popen[str], locks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(locks.glob("*.lock"))
    comparison_of(student_of()).client.ready()
    assert set(locks.glob("*.lock")) == before
    apparatus_on("GPU-2", monkeypatch).ready()


def test_a_worker_cannot_say_where_the_lock_lies(locks: Path) -> None:
    with gpu_lock("cuda:0", "../../x\0" * 100):
        assert [path.suffix for path in locks.iterdir()] == [".lock"]
