"""The soak in less than a minute: some of its faults, once each."""

from pathlib import Path
from random import Random

import pytest

from scripts import soak, soak_faults
from tests.support.tiers import again

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(soak.os, "fork"), reason="reads /proc")]


@pytest.mark.parametrize("names", [again(("helper-kills",)), again(("helper-kills", "full-disk"))])
def test_classes_come_through_and_leave_nothing(names: tuple[str, ...]) -> None:
    *rounds, last = soak.run(minutes=0.0, students=2, seed=1, names=names)
    assert [line.partition(": ")[0] for line in rounds] == [*names]
    assert last.endswith(": nothing lost, nothing left")


@pytest.mark.thorough
def test_a_class_comes_through_an_engine_that_ends_and_comes_back() -> None:
    line, last = soak.run(minutes=0.0, students=12, seed=1, names=("engine",))
    if "left out" in line:
        pytest.skip(line)
    assert last.startswith("1 ends of an engine, 2 classes: "), last
    assert last.endswith("nothing lost, nothing left")


def test_a_fault_that_cannot_be_had_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_class(here: Path, students: int, *rest: object) -> None:
        soak.make_class(here / "class", students, Random(1))
        soak_faults.clock_library(here)

    monkeypatch.setattr(soak_faults, "_COMPILER", "no-such-compiler")
    monkeypatch.setattr(soak, "one_round", no_class)
    said = list(soak.run(minutes=0.0, students=1, seed=1, names=("clock",)))
    assert said[0].startswith("clock: left out: a clock that jumps needs a C compiler")


def test_growth_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    sizes = iter((100.0, 100.0 + soak.RSS_GROWTH_MIB + 1))
    monkeypatch.setattr(soak, "resident_mib", lambda: next(sizes))
    own = soak.OwnGrading(None)  # type: ignore[arg-type]
    empty = soak.Path(str(tmp_path))
    own.look(empty)
    with pytest.raises(AssertionError, match="165 MiB instead of 100"):
        own.look(empty)
