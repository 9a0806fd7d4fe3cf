"""What a student sees at 80 columns in twelve typical states, word for word: tests/golden/student/STATE.txt.

    python -m tests.test_student_states        writes the files anew, to be read as a student would

A state is what stands in its folder's files beside the untouched template, and pytest's options.
"""

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader import BUILT_IN
from tests.support.command import ROOT
from tests.test_student import run_pytest

pytestmark = pytest.mark.slow

GOLDEN = ROOT / "tests" / "golden" / "student"
WIDTH = 80
_SECONDS = re.compile(r"in \d+\.\d+s( \(\d+:\d\d:\d\d\))?")


def reference(number: int) -> str:
    return (ROOT / "reference" / f"exercise{number}.py").read_text(encoding="utf-8")


def gallery(name: str, number: int) -> str:
    return (ROOT / "tests" / "gallery" / name / f"exercise{number}.py").read_text(encoding="utf-8")


POOL = "import numpy as np\n\n\ndef maxpool2x2_backward(dY, X):\n"
CHAIN = "import math\n\nimport sympy\n\n\ndef df_dr(f_x, f_y, r, theta):\n"


@dataclass(frozen=True)
class State:
    args: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)
    call_seconds: float | None = None  # in the place of the rubric's, which is more than a test has to wait


STATES = {
    "nothing begun": State(()),
    "syntax error": State(("exercise2.py",), {"exercise2.py": POOL.replace("X):", "X:") + "    return X\n"}),
    "one misconception": State(("exercise2.py",), {"exercise2.py": gallery("wrong/pool-zero-initialised-maximum", 2)}),
    "one misconception over five points": State(
        ("exercise2.py",), {"exercise2.py": gallery("wrong/pool-upstream-ignored", 2)}
    ),
    "an exception": State(
        ("exercise2.py",),
        {"exercise2.py": POOL + "    dX = np.zeros(X.shape)\n    return dX[0][99]\n"},
    ),
    "a slip with a hint": State(("-k", "1.1"), {"exercise1.py": CHAIN + "    return f_x * math.cos(theta)\n"}),
    "an endless loop": State(
        ("-k", "2.1 or 2.3"), {"exercise2.py": POOL + "    while True:\n        pass\n"}, call_seconds=2.0
    ),
    "a forbidden import": State(("exercise2.py",), {"exercise2.py": "import scipy\n" + POOL + "    return X\n"}),
    "a breakpoint left in": State(("-k", "2.1"), {"exercise2.py": POOL + "    breakpoint()\n    return X\n"}),
    "half a point": State(("exercise3.py",), {"exercise3.py": gallery("wrong/conv-kernel-not-flipped", 3)}),
    "a wrong proof": State(("exercise1.py",), {"exercise1.py": gallery("wrong/proof-r-not-squared", 1)}),
    "all right": State(("-k", "not 4"), {f"exercise{number}.py": reference(number) for number in (1, 2, 3)}),
}


def seen(state: State, folder: Path) -> str:
    """What pytest prints in that state, without what differs from run to run."""
    work = folder / "my-work"
    shutil.copytree(ROOT / "student_template", work)
    for name, text in state.files.items():
        (work / name).write_text(text, encoding="utf-8")
    course = (
        () if state.call_seconds is None else (f"--assignment={with_limit(folder / 'course', state.call_seconds)}",)
    )
    ended = run_pytest(work, *course, *state.args, columns=WIDTH)
    lines = (ended.stdout + ended.stderr).splitlines()
    return "\n".join(_SECONDS.sub("in 1.00s", line).rstrip() for line in lines) + "\n"


def with_limit(folder: Path, seconds: float) -> Path:
    """The assignment, with another limit for each call."""
    shutil.copytree(BUILT_IN, folder, ignore=shutil.ignore_patterns("__pycache__"))
    rubric = folder / "rubric.toml"
    text = rubric.read_text(encoding="utf-8")
    rubric.write_text(re.sub(r"(?m)^call_seconds = .*", f"call_seconds = {seconds}", text), encoding="utf-8")
    return folder


def path_of(name: str) -> Path:
    return GOLDEN / f"{name.replace(' ', '-')}.txt"


@pytest.mark.parametrize("name", STATES)
def test_what_a_student_sees(name: str, tmp_path: Path) -> None:
    text = seen(STATES[name], tmp_path)
    assert text == path_of(name).read_text(encoding="utf-8")
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_every_file_is_of_a_state() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {path_of(name).name for name in STATES}


if __name__ == "__main__":
    GOLDEN.mkdir(parents=True, exist_ok=True)
    for chosen in sys.argv[1:] or STATES:
        with tempfile.TemporaryDirectory() as scratch:
            path_of(chosen).write_text(seen(STATES[chosen], Path(scratch)), encoding="utf-8")
