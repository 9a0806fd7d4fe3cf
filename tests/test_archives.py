"""Archives made to hurt whoever opens them: every member is bounded where it enters, and no class ends with one."""

import bz2
import gzip
import io
import random
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from grader.load import archives, tar
from grader.load.archives import open_archive
from grader.load.submission import load
from grader.load.tree import DiskFile
from tests.support.classes import EXPECTED, GOOD, tarred, zipped
from tests.support.command import PATIENCE
from tests.support.tiers import again

pytestmark = pytest.mark.slow

BLOCK = tarfile.BLOCKSIZE


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)[:BLOCK]


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def sparse(maps: int) -> bytes:
    """An old GNU sparse file with so many further blocks of its map, each of which names 21 pieces."""
    block = bytearray(header("exercise1.py", 0, tarfile.GNUTYPE_SPARSE))
    block[482] = 1
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    more = bytearray(b"00000000000\0" * 42 + b"\1" + bytes(7))
    return bytes(block) + bytes(more) * maps


def member(name: str = "exercise2.py", content: bytes = GOOD) -> bytes:
    return header(name, len(content)) + padded(content)


# Made when a test asks: they are megabytes, and every core collects this file.
HURTFUL: dict[str, Callable[[], bytes]] = {
    "a global pax header without end": lambda: header("x", 1 << 30, tarfile.XGLTYPE) + bytes(1 << 20) + member(),
    "global pax headers in a row": lambda: (
        (header("x", 512, tarfile.XGLTYPE) + padded(b"20 comment=aaaaaaaa\n")) * 50_000 + member()
    ),
    "a pax header of megabytes": lambda: header("x", 8 << 20, tarfile.XHDTYPE) + bytes(8 << 20) + member(),
    "pax headers in a row": lambda: (
        (header("x", 512, tarfile.XHDTYPE) + padded(b"20 comment=aaaaaaaa\n")) * 50_000 + member()
    ),
    "a long name of megabytes": lambda: header("x", 8 << 20, tarfile.GNUTYPE_LONGNAME) + b"a" * (8 << 20) + member(),
    "long names in a row": lambda: (header("x", 5, tarfile.GNUTYPE_LONGNAME) + padded(b"abcd\0")) * 50_000 + member(),
    "long names of accents": lambda: (
        (header("x", 1 << 16, tarfile.GNUTYPE_LONGNAME) + b"e" + b"\xcc\x81\xcc\xa7" * 16_383 + bytes(3) + member())
        * 30
    ),
    "a sparse map of megabytes": lambda: sparse(30_000) + member(),
    "a sparse map without end": lambda: sparse(3),
    "a size below zero": lambda: header("exercise2.py", 0)[:124] + b"\xff" * 12 + header("exercise2.py", 0)[136:],
    "a size beyond the end": lambda: header("exercise2.py", 1 << 40),
    "half a million empty members": lambda: member("x.py", b"") * 100_000 + member(),
    "nothing but noise": lambda: random.Random(1).randbytes(1 << 16),
}


@pytest.mark.parametrize("what", HURTFUL)
@pytest.mark.parametrize(
    "pack", [again(bytes, name="tar"), pytest.param(lambda data: gzip.compress(data, 1), id="gzip")]
)
def test_no_tar_costs_more_than_its_bounds(what: str, pack: object, tmp_path: Path) -> None:
    """In a process of its own, which has 100 MiB more than it needs to start, and half a minute of the processor."""
    path = tmp_path / "ada.tar.gz"
    path.write_bytes(pack(HURTFUL[what]()))  # type: ignore[operator]
    said = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert said.returncode == 0, said.stderr[-2000:]
    taken, seconds = map(float, said.stdout.split())
    assert taken < 100, "MiB"
    assert seconds < 30


_READ = """
import resource, sys, time
from pathlib import Path
from grader.errors import SubmissionError
from grader.load.submission import load
from grader.model import Expected
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    load(Path(sys.argv[1]), Expected(("exercise1", "exercise2")))
except SubmissionError:
    pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, time.process_time() - began)
"""


def test_a_pax_header_has_no_more_keywords_than_a_member_needs() -> None:
    data = b"".join(b"8 a%03d=\n" % number for number in range(tar.MAX_KEYWORDS + 1))
    whole = header("x", len(data), tarfile.XHDTYPE) + padded(data) + member() + bytes(2 * BLOCK)
    with pytest.raises(tar.TarError, match="a pax header has more keywords than a member needs"):
        list(tar.members(io.BytesIO(whole)))
    assert len(tar._keywords(data[:-8])) == tar.MAX_KEYWORDS


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tars_of_every_form_are_read_as_tarfile_reads_them(form: int) -> None:
    names = ["exercise1.py", "übung/exercise2.py", f"{'d' * 60}/{'e' * 70}/exercise3.py", "./a/b.py"]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, encoding="utf-8") as archive:
        for number, name in enumerate(names):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = number * 700, 1_600_000_000 + number
            archive.addfile(info, io.BytesIO(bytes([number]) * info.size))
        folder, link = tarfile.TarInfo("folder"), tarfile.TarInfo("link.py")
        folder.type, link.type, link.linkname = tarfile.DIRTYPE, tarfile.SYMTYPE, "exercise1.py"
        archive.addfile(folder)
        archive.addfile(link)
    found = list(tar.members(buffer))
    with tarfile.open(fileobj=io.BytesIO(buffer.getvalue())) as archive:
        expected = [(info.name, info.size, info.offset_data, info.isreg(), info.isdir()) for info in archive]
    assert [(one.name, one.size, one.start, one.regular, one.folder) for one in found] == expected
    assert found[3].modified == 1_600_000_003


def test_mutated_tars_are_refused_or_within_bounds(tmp_path: Path) -> None:
    draw, path = random.Random(2), tmp_path / "ada.tar"
    base = [
        tarred({"exercise1.py": GOOD, "a/exercise2.py": GOOD}, "w"),
        HURTFUL["a sparse map without end"]() + member(),
    ]
    base.append(
        padded(b"") + header("x", 30, tarfile.XHDTYPE) + padded(b"30 path=somewhere/exercise2.py\n"[:30]) + member()
    )
    read = 0
    for _ in range(600):
        data = bytearray(draw.choice(base))
        for _ in range(draw.randrange(1, 6)):
            data[draw.randrange(min(len(data), 3 * BLOCK))] = draw.randrange(256)
        path.write_bytes(data[: draw.choice((len(data), draw.randrange(len(data))))])
        with ExitStack() as stack:
            folder = open_archive(DiskFile(str(path)), stack)
            if isinstance(folder, str):
                assert folder.startswith("this is not an archive that can be read")
                continue
            read += 1
            for file in folder.files():
                assert isinstance(file.read(1000), bytes | str)
    assert 50 < read < 600


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_compressed_tars_are_read_whole_and_within_bounds(
    pack: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pack(member()[:300]), pack(member()[300:] + member("exercise3.py") + bytes(1024))  # type: ignore[operator]
    path = tmp_path / "ada.tgz"
    path.write_bytes(one + two)  # as parallel packers write it: several streams
    assert set(load(path, EXPECTED).files) == {"exercise2.py", "exercise3.py"}
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 1 << 20)
    path.write_bytes(pack(member() + bytes(64 << 20)))  # type: ignore[operator]
    with ExitStack() as stack:
        assert open_archive(DiskFile(str(path)), stack) == "over 1 MiB when unpacked; hand in only the exercises' files"
    path.write_bytes(one[:-9])
    with ExitStack() as stack:
        assert "(it is cut off)" in str(open_archive(DiskFile(str(path)), stack))


def test_a_gzip_header_of_megabytes_is_no_wait(tmp_path: Path) -> None:
    path = tmp_path / "ada.tar.gz"
    path.write_bytes(b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * (16 << 20) + b"\0" + gzip.compress(member())[10:])
    began = time.process_time()
    assert set(load(path, EXPECTED).files) == {"exercise2.py"}
    assert time.process_time() - began < 10  # of some hundredths that it takes


def test_what_a_broken_tar_holds_before_its_break_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ada.tar"
    path.write_bytes(member("exercise1.py") + member() + random.Random(3).randbytes(2048))
    submission = load(path, EXPECTED)
    assert set(submission.files) == {"exercise1.py", "exercise2.py"}
    assert submission.notes[0].startswith("ada.tar: is broken after 2 of its files (")


def test_a_tar_that_is_cut_off_between_two_members_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "ada.tar"
    path.write_bytes(member("exercise1.py") + member())  # exercise3.py, perhaps, was to follow
    submission = load(path, EXPECTED)
    assert set(submission.files) == {"exercise1.py", "exercise2.py"}
    assert submission.notes[0].startswith("ada.tar: is broken after 2 of its files (the end is cut off)")


def test_a_large_member_is_read_from_inside_a_zip(tmp_path: Path) -> None:
    """zipfile reads a stored member in pieces of any size, which is not to be taken for a table of contents."""
    inner = zipped({"exercise2.py": GOOD, "data.npz": bytes(8 << 20)})
    (tmp_path / "ada.zip").write_bytes(zipped({"inner.zip": inner}))
    assert set(load(tmp_path / "ada.zip", EXPECTED).files) == {"exercise2.py"}


def test_at_most_so_many_archives_are_opened(tmp_path: Path) -> None:
    files = {f"{number:02}.zip": zipped({f"m{number}.py": b""}) for number in range(20)}
    (tmp_path / "ada.zip").write_bytes(zipped(files))
    submission = load(tmp_path / "ada.zip", EXPECTED)
    assert len(submission.files) == 16 or any("at most 16 archives" in note for note in submission.notes)
    assert "16.zip: not opened; at most 16 archives of a hand-in are" in submission.notes
