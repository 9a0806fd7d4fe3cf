"""The rubric: what the contract says, and a sentence with the line for every way to break it."""

from pathlib import Path

import pytest

from grader import BUILT_IN
from grader.errors import RubricError
from grader.rubric import Rubric, load_rubric

TEXT = (BUILT_IN / "rubric.toml").read_text(encoding="utf-8")

# The contract's table of points, written out again: a slip in rubric.toml must not go unseen.
MAXIMA = {
    "1.1": 1,
    "1.2": 1,
    "1.3": 1,
    "1.4": 1,
    "2.1": 1,
    "2.2": 2,
    "2.3": 1,
    "2.4": 1,
    "2.5": 1,
    "3.1": 1,
    "3.2": 1,
    "3.3": 1,
    "3.4": 1,
    "3.5": 2,
    **{f"4.{index}": 0.5 for index in range(1, 7)},
    "4.7": 1,
    "4.8": 1,
    "4.9": 1,
}


def test_it_is_the_contract() -> None:
    rubric = load_rubric(BUILT_IN / "rubric.toml")
    assert {point.id: point.max for point in rubric.points} == MAXIMA
    assert rubric.max_score == 22
    assert rubric.late.deadline.isoformat() == "2020-01-25T14:00:00+01:00"


@pytest.mark.parametrize(
    ("old", "new", "line_of", "message"),
    [
        ("max = 2.0", 'max = "two"', 'max = "two"', r"exercise.1.point.1.max: .*valid number"),
        ("max = 2.0", "max = -2.0", "max = -2.0", r"greater than 0"),
        ('kind = "person"', 'kind = ""', 'kind = ""', "at least 1 character"),
        ("Europe/Berlin", "Europe/Atlantis", "Europe/Atlantis", r"no time zone is called 'Europe/Atlantis'"),
        ("numerical = 0.5", "numerical = 0.6", 'title = "Back-propagation to X"', r"parts of point 3.4 sum to 1.1"),
        ('title = "Ties"\n', "", None, r"exercise.1.point.3.title: it is missing"),
        ('id = "2.3"', 'id = "2.2"', None, r"point 2.2 is duplicated"),
        ("[settings]", "[setings]", None, r"setings: there is no such key; did you mean settings\?"),
        (
            "epochs = 10",
            'epochs = 10\ndevice = "quantum"',
            None,
            r"unknown device 'quantum'. Where networks are trained",
        ),
        ("epochs = 10", "epochs = ten", None, r"this is not TOML: .*line"),
    ],
)
def test_a_mistake_is_told_with_its_line(old: str, new: str, line_of: str | None, message: str, tmp_path: Path) -> None:
    broken = TEXT.replace(old, new, 1)
    assert broken != TEXT
    path = tmp_path / "rubric.toml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(RubricError, match=message) as caught:
        load_rubric(path)
    assert str(path) in str(caught.value)
    if line_of is not None:
        numbers = [number for number, line in enumerate(broken.splitlines(), 1) if line_of in line]
        assert any(abs(number - _line(caught.value)) <= 2 for number in numbers), caught.value


def test_a_rubric_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="cannot be read"):
        load_rubric(tmp_path / "nothing.toml")


def test_a_rubric_written_back_is_the_same() -> None:
    rubric = load_rubric(BUILT_IN / "rubric.toml")
    assert Rubric.model_validate(rubric.model_dump()) == rubric


def _line(error: RubricError) -> int:
    return int(str(error).partition(", line ")[2].partition(":")[0])
