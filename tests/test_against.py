"""`grader class --against`: this class's hand-ins beside those of earlier years, by the real command."""

import json
import re
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from grader.assignment_folder import Assignment
from grader.classroom.results import store
from grader.classroom.results.similarity import fingerprints_of, similar_pairs
from grader.classroom.run.earlier_classes import EarlierClasses, earlier_classes
from grader.report.html.class_page import class_page
from grader.report.html.class_statistics import Entry
from grader.report.pairs import Pair
from tests.support.classes import laid_out, zipped
from tests.support.command import ROOT, Command
from tests.test_html import named

pytestmark = pytest.mark.slow

FAST = ("--point", "2.1", "--seed", 7, "--sandbox", "process")
OWN = (ROOT / "tests/gallery/wrong/pool-zero-initialised-maximum/exercise2.py").read_bytes()
OTHER = (ROOT / "reference/exercise2.py").read_bytes()
COPY = OWN.replace(b"dX", b"result").replace(b"dY", b"upstream")
MOODLE = "Lovelace Ada_123_assignsubmission_file_"


@pytest.fixture
def klass(tmp_path: Path) -> Path:
    return laid_out(tmp_path / "class", {"eve/exercise2.py": COPY, "bob/exercise2.py": OTHER})


def pairs_of(results: Path) -> list[tuple[str, str, bool]]:
    pairs = json.loads((results / store.PAIRS).read_bytes())["pairs"]
    return [(pair["left"], pair["right"], pair["earlier"]) for pair in pairs]


def test_a_copy_of_an_earlier_year_is_shown_to_the_ta_and_to_nobody_else(
    grader: Command, klass: Path, tmp_path: Path
) -> None:
    year = tmp_path / "2021"
    year.mkdir()
    (year / "download.zip").write_bytes(
        zipped({f"{MOODLE}/exercise2.py": OWN, "Hopper Grace_124_assignsubmission_file_/notes.md": b"nothing"})
    )
    results = tmp_path / "out"
    ended = grader("class", klass, "--output", results, "--against", year, *FAST)
    assert ended.returncode == 0, ended.stderr
    said = "--against 2021: compared with 1 earlier hand-in; nothing to compare in Hopper Grace (Hopper Grace_124)."
    assert said in ended.stderr
    assert pairs_of(results) == [("eve", "Lovelace Ada (Lovelace Ada_123), 2021", True)]
    page = (results / "class.html").read_text(encoding="utf-8")
    assert re.search(r"earlier:</span> <bdi>Lovelace Ada \(Lovelace Ada_123\), 2021</bdi>", page)
    beside = (results / "similar.html").read_text(encoding="utf-8")
    assert "earlier: Lovelace Ada" in beside
    assert 'class="shared"' in beside
    for path in (*results.glob("*/*"), *results.glob("*.csv"), results / store.INDEX):
        assert b"Lovelace" not in path.read_bytes(), path
    with zipfile.ZipFile(results / "feedback.zip") as archive:
        assert not any(b"Lovelace" in archive.read(name) for name in archive.namelist())
    ids = [entry.id for entry in store.read_index(results).entries]
    assert sorted(ids) == ["bob", "eve"], "earlier hand-ins are neither graded nor listed"


def test_a_later_run_remembers_the_earlier_years_and_says_so(grader: Command, klass: Path, tmp_path: Path) -> None:
    first = laid_out(tmp_path / "2021", {"ada/exercise2.py": OWN, "alan/exercise2.py": b"x = 1\n"})
    second = tmp_path / "2022.zip"
    second.write_bytes(zipped({"bea/exercise2.py": OTHER, "cy/exercise2.py": b"y = 1\n"}))
    results = tmp_path / "out"
    ended = grader("class", klass, "--output", results, "--against", first, "--against", second, *FAST)
    assert ended.returncode == 0, ended.stderr
    found = [("bob", "bea, 2022.zip", True), ("eve", "ada, 2021", True)]
    assert sorted(pairs_of(results)) == found
    before = (results / store.PAIRS).read_bytes()
    for path in first.glob("*/*"):
        path.unlink()
    second.unlink()
    again = grader("class", klass, "--output", results, "--sandbox", "process")
    assert "Used as given in an earlier run: --exercise/--point 2.1, --against 2021 2022.zip." in again.stderr
    assert (results / store.PAIRS).read_bytes() == before
    assert grader("export", results).returncode == 0
    assert "ada, 2021" in (results / "class.html").read_text(encoding="utf-8")
    third = laid_out(tmp_path / "2023", {"ada/exercise2.py": b"z = 1\n", "dan/exercise2.py": b"z = 2\n"})
    other = grader("class", klass, "--output", results, "--against", third, "--sandbox", "process")
    assert "--against differs from the earlier runs of this class." in other.stderr
    assert pairs_of(results) == []
    assert len([*(results / store.INPUTS).glob("*-against.zip")]) == 1


def test_the_results_of_an_earlier_year_are_a_class_too(grader: Command, klass: Path, tmp_path: Path) -> None:
    earlier = laid_out(tmp_path / "old", {"ada/exercise2.py": OWN})
    laid_out(tmp_path / "old", {"alan/exercise2.py": b"x = 1\n"})
    assert grader("class", earlier, "--output", tmp_path / "2021", *FAST).returncode == 0
    ended = grader("class", klass, "--output", tmp_path / "out", "--against", tmp_path / "2021", *FAST)
    assert "--against 2021: compared with 2 earlier hand-ins." in ended.stderr
    assert pairs_of(tmp_path / "out") == [("eve", "ada, 2021", True)]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"notes.md": b"nothing"}, "not a class that can be compared. "),
        ({"exercise2.py": OWN}, "not a class that can be compared. "),
        ({"ada/notes.md": b"nothing", "alan/notes.md": b""}, "no hand-in in there has a Python file to compare with."),
    ],
)
def test_what_is_no_class_is_said(
    grader: Command, klass: Path, tmp_path: Path, files: dict[str, bytes], said: str
) -> None:
    place = laid_out(tmp_path / "2021", files)
    ended = grader("class", klass, "--output", tmp_path / "out", "--against", place, *FAST)
    assert ended.returncode == 2
    assert f"--against {place}: {said}" in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "out" / store.INDEX).exists()


def test_a_place_that_is_not_there_or_is_this_class_is_said(grader: Command, klass: Path, tmp_path: Path) -> None:
    gone = grader("class", klass, "--output", tmp_path / "out", "--against", tmp_path / "none", *FAST)
    assert (gone.returncode, f"--against {tmp_path / 'none'}: not a class" in gone.stderr) == (2, True)
    same = grader("class", klass, "--output", tmp_path / "out", "--against", klass, *FAST)
    assert (same.returncode, "these are this class's own hand-ins; give an earlier year's." in same.stderr) == (2, True)
    (tmp_path / "out").mkdir(exist_ok=True)
    own = grader("class", klass, "--output", tmp_path / "out", "--against", tmp_path / "out", *FAST)
    assert (own.returncode, "these are this class's own results; give an earlier year's." in own.stderr) == (2, True)


def test_what_much_of_an_earlier_year_has_is_the_exercise() -> None:
    none = np.array([], dtype=np.int64)
    now = [("a", fingerprints_of({"exercise2.py": OWN})), ("b", fingerprints_of({"exercise2.py": OTHER}))]
    few = [[(f"s{n}", fingerprints_of({"exercise2.py": OWN})) for n in range(5)]]
    many = [[(f"s{n}", fingerprints_of({"exercise2.py": OWN})) for n in range(6)]]
    assert [pair.right for pair in similar_pairs(now, none, earlier=few)] == ["s0", "s1", "s2", "s3", "s4"]
    assert [*similar_pairs(now, none, earlier=many)] == []


def test_a_name_of_an_earlier_year_is_nobodys_of_this_class() -> None:
    entries = [Entry(named("a"), name="Ada"), Entry(named("b"), name="Bea")]
    page = "".join(class_page(entries, pairs=[Pair("a", "b", 0.9, earlier=True)]))
    assert '<span class="quiet">earlier:</span> <bdi>b</bdi>' in page
    assert "2 hand-ins: " in page


def test_without_earlier_classes_there_is_no_folder_that_a_kill_would_leave(
    tmp_path: Path, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with earlier_classes([], tmp_path, assignment) as earlier:
        assert (earlier, list(tmp_path.iterdir())) == (EarlierClasses(), [])
