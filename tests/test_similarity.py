"""Hints at similar hand-ins: what is found whatever it is called, and what is nobody's own."""

from pathlib import Path

import pytest

from grader.report.similarity import MAX_BYTES, similar_pairs
from tests.conftest import ROOT

pytest.importorskip("copydetect", reason="copydetect is not installed (pip install '.[similarity]')")

TEMPLATE = {path.name: path.read_bytes() for path in sorted((ROOT / "student_template").glob("*.py"))}
REFERENCE = (ROOT / "reference" / "exercise2.py").read_bytes()


def gallery(name: str) -> bytes:
    return Path(ROOT / "tests/gallery" / name / "exercise2.py").read_bytes()


def renamed(code: bytes) -> bytes:
    text = code.decode().replace("dX", "result").replace("dY", "upstream")
    return f"# my very own work\n{text}\n# indeed\n".encode()


def test_other_names_and_comments_make_no_other_hand_in() -> None:
    own = gallery("wrong/pool-zero-initialised-maximum")
    (pair,) = similar_pairs(
        [("a", {"exercise2.py": own}), ("b", {"exercise2.py": renamed(own)}), ("c", {"exercise2.py": b"x = 1\n"})],
        TEMPLATE,
    )
    assert (pair.left, pair.right) == ("a", "b")
    assert pair.share > 0.9


def test_the_handouts_own_lines_are_nobodys() -> None:
    assert similar_pairs([("a", TEMPLATE), ("b", TEMPLATE)], TEMPLATE) == []


def test_what_much_of_a_class_has_is_the_exercise() -> None:
    assert similar_pairs([(f"s{n}", {"exercise2.py": REFERENCE}) for n in range(6)], TEMPLATE) == []


@pytest.mark.parametrize("data", [b"", b"\xff\x00" * 50, b"def f(:", b"(" * 5000, b"x" * (MAX_BYTES + 1)])
def test_what_is_no_python_is_no_trouble(data: bytes) -> None:
    assert similar_pairs([("a", {"exercise2.py": data}), ("b", {"notes.md": data})], TEMPLATE) == []


def test_fewer_than_two_have_nobody_to_be_like() -> None:
    assert similar_pairs([], TEMPLATE) == []
    assert similar_pairs([("a", {"exercise2.py": REFERENCE})], TEMPLATE) == []
