"""Loading: folders and zips alike, within bounds, and a sentence for everything that is left out."""

import io
import os
import random
import re
import stat
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.load import archives, collect, placement, zip_members
from grader.load.content import MAX_CODE_BYTES
from grader.load.submission import load
from grader.model import Expected, Submission
from tests.support import wire

pytestmark = pytest.mark.slow

EXPECTED = Expected(("exercise1", "exercise2", "exercise3", "exercise4"), ("report.md", "student.toml"))
FILES = {
    "exercise1.py": b"import sympy\n",
    "exercise2.py": b"import numpy\r\n",
    "helpers/__init__.py": b"",
    "helpers/maths.py": "θ = 1\n".encode(),
    "report.md": b"# Report\n",
    "student.toml": b'name = "N. N."\n',
}
NOT_ON_WINDOWS = pytest.mark.skipif(sys.platform == "win32", reason="links and pipes are made as on POSIX systems")


def folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def packed(
    path: Path, members: Iterable[tuple[str | zipfile.ZipInfo, bytes]], method: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members:
            archive.NameToInfo.clear()  # else it warns of twins
            archive.writestr(name, content)
    return path


def note(submission: Submission, pattern: str) -> bool:
    return any(re.search(pattern, text) for text in submission.notes)


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_a_folder_and_its_zip_are_the_same_submission(tmp_path: Path) -> None:
    one = load(folder(tmp_path / "hand-in", FILES), EXPECTED)
    two = load(packed(tmp_path / "hand-in.zip", FILES.items()), EXPECTED)
    wrapped = load(
        packed(tmp_path / "w.zip", [(f"ada/hand-in/{name}", data) for name, data in FILES.items()]), EXPECTED
    )
    backwards = load(packed(tmp_path / "b.zip", reversed(FILES.items())), EXPECTED)
    assert one.files == two.files == wrapped.files == FILES
    assert one.sha256 == two.sha256 == wrapped.sha256 == backwards.sha256
    assert (one.id, two.id) == ("hand-in", "hand-in")
    assert one.notes == two.notes == ()


def test_the_digest_tells_names_from_contents(tmp_path: Path) -> None:
    digests = {
        load(folder(tmp_path / str(number), {"exercise1.py": b"", **files}), EXPECTED).sha256
        for number, files in enumerate(({}, {"a.py": b"b.py"}, {"b.py": b"a.py"}, {"a.pyb.py": b""}, {"a.py": b""}))
    }
    assert len(digests) == 5


def test_everything_else_is_passed_over(tmp_path: Path) -> None:
    others = {
        **{
            f"{place}/exercise3.py": b"raise SystemExit\n"
            for place in ("__pycache__", ".git", "my venv", "__MACOSX", ".x")
        },
        "my venv/pyvenv.cfg": b"home = /usr\n",
        "data.npz": b"x",
        "picture.png": b"x",
        "notes.txt": b"x",
        "results.json": b"{}",
        "run.sh": b"x",
    }
    for submission in (
        load(folder(tmp_path / "a", {**FILES, **others}), EXPECTED),
        load(packed(tmp_path / "a.zip", {**FILES, **others}.items()), EXPECTED),
    ):
        assert submission.files == FILES


def test_the_shallowest_folder_with_an_exercise_counts(tmp_path: Path) -> None:
    files = {
        "old/attempt/exercise2.py": b"1",
        "final/exercise2.py": b"2",
        "final/helper.py": b"3",
        "other/helper.py": b"4",
    }
    assert load(folder(tmp_path / "a", files), EXPECTED).files == {"exercise2.py": b"2", "helper.py": b"3"}


# --- bounds ----------------------------------------------------------------------------------------------------------


def test_a_file_too_large_is_left_out(tmp_path: Path) -> None:
    files = {"exercise1.py": b"#" * (MAX_CODE_BYTES + 1), "exercise2.py": b"#" * MAX_CODE_BYTES}
    for submission in (
        load(folder(tmp_path / "a", files), EXPECTED),
        load(packed(tmp_path / "a.zip", files.items()), EXPECTED),
    ):
        assert set(submission.files) == {"exercise2.py"}
        assert note(submission, r"^exercise1\.py: larger than 256 KiB; skipped\. Data does not belong")


def test_no_bound_on_the_whole_costs_an_exercise(tmp_path: Path) -> None:
    """Ten thousand files, listed before the exercises, and more bytes than there may be."""
    ballast = {f"a/{number:05}.py": b"#" * 100_000 for number in range(100)}
    members = [*ballast.items(), *((f"a/b/{number}.py", b"") for number in range(5_000)), *FILES.items()]
    submission = load(packed(tmp_path / "a.zip", members), EXPECTED)
    assert {"exercise1.py", "exercise2.py", "report.md"} <= set(submission.files)
    assert sum(map(len, submission.files.values())) <= placement.MAX_TOTAL_BYTES
    assert note(submission, r"skipped, and all after it; a submission may hold 500 files of 2 MiB together")


def test_no_more_entries_are_looked_at_than_bearable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 2000)
    members = [(f"z{number}.txt", b"") for number in range(archives.MAX_ENTRIES)]
    hand_in = load(packed(tmp_path / "a.zip", [*members, ("exercise1.py", b"")], zipfile.ZIP_STORED), EXPECTED)
    assert not hand_in.files
    assert note(hand_in, r"^a\.zip: holds more than 2000 files; the others were not looked at$")


def test_no_more_folders_are_entered_than_bearable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collect, "MAX_ENTRIES", 50)
    (tmp_path / "exercise1.py").touch()
    for number in range(60):
        (tmp_path / f"f{number:02}").mkdir()
    (tmp_path / "f59" / "exercise2.py").touch()
    assert set(load(tmp_path, EXPECTED).files) == {"exercise1.py"}


def test_a_bomb_unpacks_to_no_more_than_the_bounds(tmp_path: Path) -> None:
    bomb = ((f"{number}.py", bytes(50 << 20)) for number in range(6))
    submission = load(packed(tmp_path / "a.zip", [("exercise1.py", b"1"), *bomb]), EXPECTED)
    assert set(submission.files) == {"exercise1.py"}


def test_a_table_of_contents_may_not_be_the_bomb(tmp_path: Path) -> None:
    members = [(f"{'n' * 1000}{number}.py", b"") for number in range(5_000)]
    with pytest.raises(SubmissionError, match=r"cannot be read|can be read \(its table of contents is too large\)"):
        load(packed(tmp_path / "a.zip", members, zipfile.ZIP_STORED), EXPECTED)


def test_an_archive_too_large_is_refused_unread(tmp_path: Path) -> None:
    with open(tmp_path / "a.zip", "wb") as file:
        file.truncate(archives.MAX_ARCHIVE_BYTES + 1)
    with pytest.raises(SubmissionError, match="over 256 MiB; pack only the exercises' files"):
        load(tmp_path / "a.zip", EXPECTED)


def test_folders_deeper_than_anyone_nests_are_not_entered(tmp_path: Path) -> None:
    deep = "d/" * (archives.MAX_DEPTH + 1) + "helper.py"
    submission = load(folder(tmp_path / "a", {"exercise1.py": b"", deep: b"", "c/helper.py": b""}), EXPECTED)
    assert set(submission.files) == {"exercise1.py", "c/helper.py"}


# --- what is no ordinary file ----------------------------------------------------------------------------------------


@NOT_ON_WINDOWS
def test_links_pipes_and_devices_are_left_out_and_never_waited_for(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", {"exercise1.py": b""})
    (path / "exercise2.py").symlink_to("/etc/hostname")
    os.mkfifo(path / "exercise3.py")
    (path / "exercise4.py").mkdir()
    (path / "loop").symlink_to(".")
    submission = load(path, EXPECTED)
    assert set(submission.files) == {"exercise1.py"}
    reason = r"not an ordinary file \(a link, a pipe, a device\); skipped\. Replace it with the file or folder itself$"
    assert note(submission, rf"^exercise2\.py: {reason}")
    assert note(submission, rf"^loop: {reason}")
    assert note(submission, r"^exercise3\.py: not an ordinary file")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_in_a_zip_are_left_out(tmp_path: Path, kind: int) -> None:
    member = zipfile.ZipInfo("exercise2.py")
    member.external_attr = (kind | 0o777) << 16
    submission = load(packed(tmp_path / "a.zip", [("exercise1.py", b""), (member, b"/etc/passwd")]), EXPECTED)
    assert set(submission.files) == {"exercise1.py"}
    assert note(submission, r"^exercise2\.py: not an ordinary file")


def test_links_to_folders_are_mentioned_wherever_they_lie(tmp_path: Path) -> None:
    """The answers may be behind one. Links that tools make are of no interest."""
    link, tool, tar_link = zipfile.ZipInfo("src"), zipfile.ZipInfo("node_modules"), tarfile.TarInfo("src")
    link.external_attr = tool.external_attr = (stat.S_IFLNK | 0o777) << 16
    tar_link.type, tar_link.linkname = tarfile.SYMTYPE, "../work/src"
    zipped = packed(tmp_path / "a.zip", [("report.md", b""), (link, b"../work/src"), (tool, b"../x")])
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        archive.addfile(tar_link)
    for path in (zipped, tmp_path / "a.tar"):
        (sentence,) = load(path, EXPECTED).notes
        assert sentence.startswith("src: not an ordinary file (a link, a pipe, a device); skipped.")


@pytest.mark.parametrize("name", ["../x.py", "/x.py", "C:/x.py", "c:\\x.py", "a/../../x.py", "..\\x.py"])
def test_paths_that_lead_out_of_a_zip_are_left_out(tmp_path: Path, name: str) -> None:
    submission = load(packed(tmp_path / "a.zip", [("hw/exercise1.py", b""), (name, b"raise SystemExit")]), EXPECTED)
    assert set(submission.files) == {"exercise1.py"}
    assert not list(tmp_path.parent.glob("x.py"))


def test_a_path_that_leads_out_is_told(tmp_path: Path) -> None:
    submission = load(packed(tmp_path / "a.zip", [("exercise1.py", b""), ("../x.py", b"")]), EXPECTED)
    assert note(
        submission, r"^x\.py: its path leads out of the archive; skipped\. Pack it again without the folders above it$"
    )


@NOT_ON_WINDOWS
def test_names_that_are_no_text_or_act_are_left_out(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", {"exercise1.py": b""})
    for name in (b"\xff.py", b"\x1b[2J.py", "\u202e.py".encode(), b"n" * 240 + b".py"):
        (Path(os.fsdecode(os.path.join(os.fsencode(path), name)))).touch()
    submission = load(path, EXPECTED)
    assert set(submission.files) == {"exercise1.py", "ÿ.py"}, "as Windows wrote it"
    assert len(submission.notes) == 3
    assert all(text.isprintable() for text in submission.notes)
    assert note(submission, r"^\[2J\.py: file name contains unsupported characters; skipped$")


@NOT_ON_WINDOWS
def test_the_submissions_own_name_is_made_plain(tmp_path: Path) -> None:
    path = folder(tmp_path / "\x1b[31mred\u202e", {"exercise1.py": b""})
    assert load(path, EXPECTED).id == "[31mred"


# --- zips as they come -----------------------------------------------------------------------------------------------


def test_of_two_members_of_one_name_the_last_counts(tmp_path: Path) -> None:
    submission = load(packed(tmp_path / "a.zip", [("exercise1.py", b"1"), ("exercise1.py", b"2")]), EXPECTED)
    assert submission.files == {"exercise1.py": b"2"}
    assert note(submission, r"^a\.zip: exercise1\.py: is in the archive more than once; the last one counts$")


def test_a_password_is_told(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", [("exercise1.py", b"1"), ("exercise2.py", b"2")])
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    submission = load(path, EXPECTED)
    assert set(submission.files) == {"exercise1.py"}
    assert note(submission, r"^exercise2\.py: protected by a password; skipped\. Hand it in without one$")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_without_a_bound_on_their_output_are_not_read(tmp_path: Path, method: int) -> None:
    submission = load(packed(tmp_path / "a.zip", [("exercise1.py", bytes(100))], method), EXPECTED)
    assert note(submission, r"^exercise1\.py: packed in a way that is not read here; skipped\. Pack it again")


def test_a_broken_member_costs_no_other(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", [("exercise1.py", os.urandom(100)), ("exercise2.py", b"2")])
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    submission = load(path, EXPECTED)
    assert submission.files == {"exercise2.py": b"2"}
    assert note(submission, r"^exercise1\.py: broken inside the archive; skipped\. Pack it again$")


def test_a_member_without_a_name_is_no_matter(tmp_path: Path) -> None:
    """zipfile itself fails on it, at is_dir()."""
    path = packed(tmp_path / "a.zip", [("exercise1.py", b""), ("/", b""), ("exercise9.py/", b"")])
    path.write_bytes(path.read_bytes().replace(b"exercise9.py/", b"\0xercise9.py/"))
    assert set(load(path, EXPECTED).files) == {"exercise1.py"}


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"hello", b"PK\5\6" + bytes(17), b"PK\3\4" + bytes(100), b"\x1f\x8b" + bytes(9)]
)
def test_what_is_no_zip_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(
        SubmissionError, match=r"a\.zip: this is not an archive that can be read \(.+\); pack it again\."
    ):
        load(tmp_path / "a.zip", EXPECTED)


def test_a_zip_of_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        SubmissionError, match=r"nothing to grade here\. A submission contains exercise1\.py, exercise2\.py"
    ):
        load(packed(tmp_path / "a.zip", []), EXPECTED)


def test_mutated_zips_are_refused_or_within_bounds(tmp_path: Path) -> None:
    draw, path = random.Random(1), tmp_path / "a.zip"
    read = 0
    for _ in range(300):
        path.write_bytes(wire.archive(draw))
        try:
            submission = load(path, EXPECTED)
        except SubmissionError:
            continue
        read += 1
        assert sum(map(len, submission.files.values())) <= placement.MAX_TOTAL_BYTES
        assert all(name.isprintable() and not name.startswith(("/", "..")) for name in submission.files)
        assert all(text.isprintable() for text in submission.notes)
    assert 50 < read < 300


# --- paths that are none ---------------------------------------------------------------------------------------------


def test_a_path_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"nowhere: there is no such file or folder\.$"):
        load(tmp_path / "nowhere", EXPECTED)
    with pytest.raises(SubmissionError, match="there is no such file or folder"):
        load(Path("a\0b"), EXPECTED)


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(SubmissionError, match=r"nothing to grade here\. A submission contains exercise1\.py"):
        load(tmp_path, EXPECTED)


@NOT_ON_WINDOWS
def test_a_path_that_is_neither_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SubmissionError, match=r"this is neither a folder nor an archive\.$"):
        load(tmp_path / "pipe", EXPECTED)


def test_a_table_of_contents_is_read_in_one_piece_at_most() -> None:
    """The bound rests on how zipfile reads: if that changes, this says so."""
    with pytest.raises(zipfile.BadZipFile, match="its table of contents is too large"):
        zip_members.Frugal(io.BytesIO(b""), archives.MAX_DIRECTORY_BYTES).read(archives.MAX_DIRECTORY_BYTES + 1)
