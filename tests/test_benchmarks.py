"""Every benchmark runs in its short form and writes its figures. No time is asserted: machines are shared."""

import json
import subprocess
import sys

import pytest

from benchmarks import measure
from benchmarks.measure import ROOT, Spread
from benchmarks.students import submissions
from tests.support import warm_commands
from tests.support.command import PATIENCE

pytestmark = pytest.mark.slow

SHORT = {
    "gradient": 12,  # rows: four checks of three gradients
    "symbolic": 4,
    "floor": 3,
    "examples": 3,
    "shapes": 5,
    "student": 5,
    "watch": 3,
    "klass": 2,  # ours, with two sizes
    "scale": 1,
    "desk": 6,
    "training": 3,
    "seeds": 2,
}
OPTIONS = {"klass": ["--peers", ""], "scale": ["--sandbox", "process"], "floor": ["--sandbox", "process"]}
OPTIONS["shapes"] = OPTIONS["training"] = OPTIONS["seeds"] = OPTIONS["examples"] = ["--sandbox", "process"]
OPTIONS["klass"] += ["--ours", "process"]  # the peers are installed from the network: not for a test


# What these measure with is what the first measures with; `make lint` holds them to its types.
AGAIN = SHORT.keys() - {"gradient"}


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.thorough] * (name in AGAIN)) for name in SHORT])
def test_a_benchmark_runs_and_writes_its_figures(name, tmp_path):
    written = tmp_path / "figures.json"
    options = ("--short", "--json", written, *OPTIONS.get(name, []))
    ended = warm_commands.run(f"benchmarks.{name}", *options, cwd=ROOT, timeout=PATIENCE)
    assert ended.returncode == 0, ended.stderr
    figures = json.loads(written.read_text(encoding="utf-8"))
    assert len(figures["rows"]) == SHORT[name]
    assert {"cores", "load", "python", "when"} <= figures["machine"].keys()


@pytest.mark.thorough
def test_the_floor_forms_the_verdicts_that_grading_forms():
    """Where each of its calls fails, it costs next to nothing, and grading seems dear."""
    program = (
        "from pathlib import Path; from benchmarks import bare; from grader.assignment_folder import load_assignment;"
        "from grader.load.submission import load; assignment = load_assignment();"
        "print(*bare.check(load(Path('reference'), assignment.expected), assignment, 1)[1])"
    )
    ended = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert ended.stdout.split() == ["passed"] * 16, ended.stderr


@pytest.mark.thorough
def test_scale_shows_a_class_whose_jobs_grade_nothing(tmp_path):
    written = tmp_path / "figures.json"
    ended = warm_commands.run(
        "benchmarks.scale", "--short", "--ungraded", "--json", written, cwd=ROOT, timeout=PATIENCE
    )
    assert ended.returncode == 0, ended.stderr
    (row,) = json.loads(written.read_text(encoding="utf-8"))["rows"]
    assert (row["class"], row["graded"]) == ("3 students", 3)


def test_a_spread_is_a_median_and_the_quartiles_around_it():
    assert Spread.of([3, 1, 2, 5, 4]) == Spread(3, 2, 4)
    assert str(Spread.of([1234.5])) == "1,234 (1,234–1,234)"


def test_ratios_are_taken_round_by_round():
    assert measure.ratios([10, 40], [1, 2]) == Spread(15, 12.5, 17.5)


def test_rounds_are_interleaved_and_every_other_one_is_turned_round():
    seen = []
    found = measure.interleaved({"a": lambda: seen.append("a"), "b": lambda: seen.append("b")}, 2)
    assert seen == ["a", "b", "b", "a"]
    assert found == {"a": [None, None], "b": [None, None]}


def test_a_command_that_fails_is_told():
    with pytest.raises(measure.CommandError, match="exit code 3: said"):
        measure.command([sys.executable, "-c", "print('said'); raise SystemExit(3)"])


def test_simulated_students_are_the_same_every_time_and_all_different():
    first, second = submissions(30), submissions(30)
    assert first == second
    assert len({one.sha256 for one in first}) == 30
