"""Hints at similar hand-ins: what is found whatever it is called, and what is nobody's own."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from grader.classroom.class_model import Format
from grader.classroom.python_process import start_python
from grader.classroom.results import similarity_job, store
from grader.classroom.results.code_shape import shape_of
from grader.classroom.results.pages import comparing
from grader.classroom.results.similarity import fingerprints_of, similar_pairs
from grader.load.content import MAX_CODE_BYTES
from grader.load.submission import packed
from grader.report.pairs import Pair
from tests.support.command import ROOT
from tests.support.workers import wait_until

pytestmark = pytest.mark.slow

TEMPLATE = {path.name: path.read_bytes() for path in sorted((ROOT / "student_template").glob("*.py"))}
REFERENCE = (ROOT / "reference" / "exercise2.py").read_bytes()


def gallery(name: str) -> bytes:
    return Path(ROOT / "tests/gallery" / name / "exercise2.py").read_bytes()


def renamed(code: bytes) -> bytes:
    text = code.decode().replace("dX", "result").replace("dY", "upstream")
    return f"# my very own work\n{text}\n# indeed\n".encode()


def pairs_of(submissions: list[tuple[str, dict[str, bytes]]]) -> list[Pair]:
    fingerprints = [(name, fingerprints_of(files)) for name, files in submissions]
    return list(similar_pairs(fingerprints, fingerprints_of(TEMPLATE)))


def test_other_names_and_comments_make_no_other_hand_in() -> None:
    own = gallery("wrong/pool-zero-initialised-maximum")
    (pair,) = pairs_of(
        [("a", {"exercise2.py": own}), ("b", {"exercise2.py": renamed(own)}), ("c", {"exercise2.py": b"x = 1\n"})]
    )
    assert (pair.left, pair.right) == ("a", "b")
    assert pair.share > 0.9


@pytest.mark.parametrize(
    ("code", "shape"),
    [
        ("def f(x):  # why\n    return x + 1e-5\n", "defF(V):returnV+1e-5"),
        ("class A(B): pass", "classC(V):pass"),
        ("x = 'it\\'s' \"#\"", "V=SS"),
        ("x = r'\\d' + f\"{y}\" + b''", "V=S+S+S"),
        ('"""Two\nlines, "quoted"."""\nx', "SV"),
        ('"""never\nended', "S"),
        ("'not ended\nx", "SV"),
        ("print(len(größe), 0x1F, .5, 1_000)", "print(len(V),0x1F,.5,1_000)"),
        ("a = b \\\n  @ c", "V=V@V"),
        ("a ? $ \x00", "V?$\x00"),
    ],
)
def test_what_nobody_chose_is_the_shape_of_code(code: str, shape: str) -> None:
    assert shape_of(code) == shape


def test_a_copy_is_found_however_long_it_is_made() -> None:
    own = gallery("wrong/pool-zero-initialised-maximum")
    padding = b"# nothing to see here\n" * (MAX_CODE_BYTES // 22 - len(own) // 22 - 10)
    (pair,) = pairs_of([("a", {"exercise2.py": own}), ("b", {"exercise2.py": padding + renamed(own)})])
    assert (pair.left, pair.right) == ("a", "b")


def test_the_handouts_own_lines_are_nobodys() -> None:
    assert pairs_of([("a", TEMPLATE), ("b", TEMPLATE)]) == []


def test_what_much_of_a_class_has_is_the_exercise() -> None:
    assert pairs_of([(f"s{n}", {"exercise2.py": REFERENCE}) for n in range(6)]) == []


@pytest.mark.parametrize("data", [b"", b"\xff\x00" * 50, b"def f(:", b"(" * 5000, b"x" * MAX_CODE_BYTES])
def test_what_is_no_python_is_no_trouble(data: bytes) -> None:
    assert pairs_of([("a", {"exercise2.py": data}), ("b", {"notes.md": data})]) == []


def test_fewer_than_two_have_nobody_to_be_like() -> None:
    assert pairs_of([]) == []
    assert pairs_of([("a", {"exercise2.py": REFERENCE})]) == []


def test_of_too_many_pairs_the_most_similar_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity_job, "MAX_PAIRS", 3)
    pairs = [Pair(f"s{number:02}", "t", number / 20) for number in range(20)]
    assert similarity_job.most_similar(pairs) == (pairs[:-4:-1], 20)


def class_of(folder: Path, *codes: bytes) -> store.ClassIndex:
    """A class on the disk, by the code of each."""
    entries = []
    for number, code in enumerate(codes):
        (folder / f"s{number}").mkdir()
        (folder / f"s{number}" / store.SUBMISSION).write_bytes(packed({"exercise2.py": code}))
        entries.append(
            store.Entry(id=f"s{number}", folder=f"s{number}", students=(), status="graded", sha256=str(code))
        )
    facts: dict[str, Any] = {
        "assignment": "a",
        "title": "t",
        "seed": 1,
        "grader": "0",
        "rubric_sha256": "",
        "issues": (),
    }
    index = store.ClassIndex(format=Format.FOLDERS, max_score=6.0, entries=tuple(entries), **facts)
    store.write_index(folder, index)
    return index


def test_a_class_is_compared_in_a_process_of_its_own(tmp_path: Path) -> None:
    own = gallery("wrong/pool-zero-initialised-maximum")
    class_of(tmp_path, own, REFERENCE, renamed(own))
    with similarity_job.Search(tmp_path, ROOT / "student_template", 3) as search:
        (pair,), count = search.pairs()
    assert (pair.left, pair.right, count) == ("s0", "s2", 1)


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="processes are looked up in /proc")
def test_a_search_that_is_not_waited_for_leaves_no_process(tmp_path: Path) -> None:
    def at_work() -> list[Path]:
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):  # gone meanwhile
                found += [path] if str(tmp_path).encode() in path.read_bytes() else []
        return found

    def endless(module: str, arguments: Sequence[str], *rest: Any) -> Any:
        return start_python("tests.support.forked_module", ["echo", *arguments], *rest)  # it waits for its input

    class_of(tmp_path, REFERENCE)
    with similarity_job.Search(tmp_path, ROOT / "student_template", 1, start=endless):
        wait_until(lambda: len(at_work()) == 1)
    wait_until(lambda: not at_work())


def compare(folder: Path, index: store.ClassIndex) -> None:
    with comparing(folder, index, ROOT / "student_template") as compared:
        compared()


def test_a_comparison_that_nobody_waits_for_ends_with_its_context(tmp_path: Path) -> None:
    with similarity_job.Search(tmp_path, ROOT / "student_template", 3) as search:
        assert search._process.poll() is None
    assert search._process.returncode is not None


def test_a_comparison_that_fails_costs_nothing_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = class_of(tmp_path, REFERENCE, REFERENCE)
    monkeypatch.setattr(similarity_job, "MIN_SECONDS", 0.0)
    monkeypatch.setattr(similarity_job, "SECONDS_EACH", 0.01)
    compare(tmp_path, index)
    kept = json.loads((tmp_path / store.PAIRS).read_text())
    assert kept["problem"] == "similar hand-ins were not searched for: it took more than 0.02 seconds."
    monkeypatch.undo()
    (tmp_path / store.INDEX).rename(tmp_path / "away")
    compare(tmp_path, index)
    assert "no graded class was found here" in json.loads((tmp_path / store.PAIRS).read_text())["problem"]
    (tmp_path / "away").rename(tmp_path / store.INDEX)
    compare(tmp_path, index)
    kept = json.loads((tmp_path / store.PAIRS).read_text())
    assert (kept["problem"], kept["count"], Pair(**kept["pairs"][0])) == (None, 1, Pair("s0", "s1", 1.0))
