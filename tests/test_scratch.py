"""Temporary folders: in use while anybody holds them, removed by the next grader where everybody was killed at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.sandbox import scratch
from grader.sandbox.child import folders

if sys.platform == "win32":
    pytest.skip("Windows has no lock that ends with a process", allow_module_level=True)

# A grader that is killed while a process that it forked lives on; the folder has another in it that was shut.
KILLED = """
import os, signal, sys
from grader.sandbox.child import folders
folders.make(sys.argv[1])
os.makedirs(sys.argv[1] + "/inner/most")
os.chmod(sys.argv[1] + "/inner", 0)
if os.fork():
    os.kill(os.getpid(), signal.SIGKILL)
print(os.getpid(), flush=True)
sys.stdin.read()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(tmp_path))
    scratch._tidy.cache_clear()
    return tmp_path


def tidied() -> None:
    """As the next process does."""
    scratch._tidy.cache_clear()
    scratch.unused_path()


def test_the_next_grader_removes_what_nobody_holds_any_more(place: Path) -> None:
    left = scratch.unused_path()
    with subprocess.Popen([sys.executable, "-c", KILLED, left], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as dying:
        assert dying.stdin
        assert dying.stdout
        assert dying.stdout.readline()
        dying.wait()
        tidied()
        assert Path(left).is_dir()  # what was forked still holds it
        dying.stdin.close()
        assert dying.stdout.read() == b""  # it has ended too
    tidied()
    assert not Path(left).exists()


def test_nothing_but_abandoned_folders_is_removed(place: Path) -> None:
    held = scratch.unused_path()
    lock = folders.make(held)
    elsewhere = place / "mine"
    elsewhere.mkdir()
    (elsewhere / "thesis.tex").write_text("x")
    link = Path(scratch.unused_path())
    link.symlink_to(elsewhere)
    others = [place / name for name in ("grader-scratch-notes", "grader-4711", "grader-scratch-0123456789abcdef.zip")]
    for other in others:
        other.mkdir()
    file = Path(scratch.unused_path())
    file.write_text("x")
    tidied()
    assert all(path.exists() for path in (Path(held), link, elsewhere / "thesis.tex", file, *others))
    os.close(lock)
    tidied()
    assert not Path(held).exists()


def test_a_folder_that_somebody_tidied_before_it_was_held_is_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = scratch.unused_path()
    calls, flock = [], folders.fcntl.flock

    def late(descriptor: int, how: int) -> None:
        calls.append(how)
        if len(calls) == 1:
            os.rmdir(path)  # as another grader does in this very moment
        flock(descriptor, how)

    monkeypatch.setattr(folders.fcntl, "flock", late)
    os.close(folders.make(path))
    assert (Path(path).is_dir(), len(calls)) == (True, 2)


def test_where_nothing_temporary_can_be_written_a_sentence_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(scratch.tempfile, "gettempdir", none)
    with pytest.raises(UsageError, match="no folder for temporary files that can be written; set TMPDIR to one"):
        scratch.unused_path()


def test_a_temporary_folder_goes_with_its_context(place: Path) -> None:
    with scratch.temporary_folder() as folder:
        (folder / "a").write_text("x")
    assert [*place.iterdir()] == []
