"""`grader lint`: each thing that can be missing or inconsistent in an assignment is told with its file and line."""
# ruff: noqa: E501 - a remark is one line

import re
import shutil
from pathlib import Path

import pytest

from grader import BUILT_IN
from grader.assignment_folder import load_assignment
from grader.authoring.gallery import gallery_of, read_gallery
from grader.authoring.lint import Remark, lint
from grader.authoring.lint.misconceptions_shown import unshown
from grader.authoring.lint.reading_files import read
from grader.sandbox.sandbox_settings import SandboxSettings
from grader.settings import RunSettings
from grader.suite.runner import list_checks
from tests.support.command import Command
from tests.support.small_course import SOFTMAX, softmax_course
from tests.support.tiers import again

pytestmark = pytest.mark.slow

CHECKS = "checks/check_softmax.py"
IMPORT = "from grader.api import module, points\n"


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return softmax_course(tmp_path)


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = checks_of(folder) if name == CHECKS else folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text, name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def checks_of(folder: Path) -> Path:
    return next((folder / "checks").glob("check_*.py"))


def shown(folder: Path, remark: Remark) -> str:
    """A remark with the text of its line in place of the number, and without the names of this test."""
    lines = remark.path.read_text(encoding="utf-8").splitlines() if remark.line else []
    line = f" [{lines[remark.line - 1].strip()}]" if remark.line and lines else ""
    text = f"{remark.path}{line}: {remark.sentence}"
    return text.replace(f"{folder}/", "").replace(checks_of(folder).name, "CHECKS")


def told(folder: Path, *, seeds: int = 1, gallery_seeds: int = 1) -> list[str]:
    remarks: list[Remark] = []
    settings = RunSettings(SandboxSettings("process"))
    lint(load_assignment(folder), settings, range(seeds), range(gallery_seeds), remarks.append)
    return [shown(folder, remark) for remark in remarks]


def read_only(folder: Path) -> list[str]:
    assignment = load_assignment(folder)
    remarks = read(assignment, list_checks(assignment), read_gallery(gallery_of(folder)))
    return [shown(folder, remark) for remark in remarks]


@pytest.mark.parametrize(
    ("name", "old", "new", "remarks"),
    [
        (
            CHECKS,
            '@points("1.2")',
            '@points("1.1")',
            [
                'checks/CHECKS [@points("1.1")]: check_batch decides 1.1 as check_one_sample does: one check for each part.',
                'rubric.toml [[[exercise.point]]]: point 1.2 has no check: mark one with @points("1.2").',
            ],
        ),
        (
            CHECKS,
            '@points("1.2")',
            '@points("1.2", part="half")',
            [
                'rubric.toml [[[exercise.point]]]: point 1.2 has no check: mark one with @points("1.2").',
                'checks/CHECKS [@points("1.2", part="half")]: check_batch decides part \'half\' of point 1.2, which the rubric does not have.',
            ],
        ),
        (
            CHECKS,
            '    """The gradient is that of the mean over the batch."""\n',
            "",
            ['checks/CHECKS [@points("1.2")]: check_batch has no docstring: students read it in `grader explain`.'],
        ),
        (
            CHECKS,
            '"""The gradient is that of the mean over the batch."""',
            '"""The gradient for a single sample is right."""',
            [
                'checks/CHECKS [@points("1.2")]: check_batch has the docstring of check_one_sample: say what a student can tell them apart by.'
            ],
        ),
        (
            CHECKS,
            IMPORT,
            "from grader.suite.plugin import module, points\n",
            [
                "checks/CHECKS [from grader.suite.plugin import module, points]: grader.suite.plugin may change or be missing: files in here may import grader.api "
                "and grader.oracles."
            ],
        ),
        (
            "explain.toml",
            '["1.3"]',
            '["1.3", "1.4"]',
            ["explain.toml [[[point]]]: there is no point 1.4: change the id, or"],
        ),
        (
            "explain.toml",
            '["1.3"]',
            '["1.2"]',
            ["rubric.toml [[[exercise.point]]]: explain.toml says nothing about point 1.3."],
        ),
        ("explain.toml", "LARGE:g", "HUGE:g", ["is neither a constant of the assignment or of the library"]),
        (
            "explain.toml",
            'ids = ["1.3"]',
            'ids = ["1.3"]\nfunctions = ["backward"]',
            ["explain.toml [[[point]]]: exercise 1 has no function backward."],
        ),
        (
            "explain.toml",
            "[kind]",
            '[kind]\nexact = "By comparison."',
            ['explain.toml [exact = "By comparison."]: no point is of the kind exact'],
        ),
        ("explain.toml", "[kind]", "[kind", ["explain.toml: this is not TOML: "]),
        (
            "student_template/softmax.py",
            "def softmax_cross",
            "def softmax_crass",
            [
                'softmax.py ["""The backward pass of softmax with cross-entropy. You may import numpy."""]: softmax_cross_entropy_backward is missing: the rubric asks for it in'
            ],
        ),
        (
            "reference/softmax.py",
            "import numpy as np",
            "import",
            ["reference/softmax.py [import]: this is not valid Python: "],
        ),
        (
            "gallery/wrong/label-forgotten/expected.json",
            '"1.3": 0',
            '"1.4": 0',
            [
                "gallery/wrong/label-forgotten/expected.json [{]: 1.4 is not a point of exercise 1.",
                "gallery/wrong/label-forgotten/expected.json [{]: it does not say what the answer scores at 1.3.",
            ],
        ),
        (
            "gallery/wrong/sum-for-mean/expected.json",
            '"1.2": 0',
            '"1.2": 1',
            ["gallery/wrong/sum-for-mean/expected.json [{]: it expects a wrong answer to lose nothing: at which point"],
        ),
    ],
)
def test_what_reading_shows(name: str, old: str, new: str, remarks: list[str], course: Path) -> None:
    change(course, name, old, new)
    found = read_only(course)
    assert len(found) == len(remarks), found
    for got, wanted in zip(found, remarks, strict=True):
        assert wanted in got


def test_what_travels_may_import_less(course: Path) -> None:
    (course / "bounded").mkdir()
    (course / "bounded" / "mine.py").write_text(
        "from grader import api\nimport grader.oracles.trees\nfrom . import x\n"
    )
    (course / "given").mkdir()
    (course / "given" / "layers.py").write_text("import numpy\nimport grader.oracles\n")
    assert read_only(course) == [
        "bounded/mine.py [from grader import api]: grader.api may change or be missing: files in here may import grader.oracles.",
        "given/layers.py [import grader.oracles]: grader.oracles may change or be missing: files in here may import nothing of the grader.",
    ]


def test_what_is_missing(course: Path) -> None:
    for name in ("gallery", "reference", "student_template"):
        shutil.rmtree(course / name)
    (course / "explain.toml").unlink()
    (course / "tests").mkdir()
    (course / "tests" / "__init__.py").touch()
    assert [remark.partition(":")[0].partition(" ")[0] for remark in read_only(course)] == [
        "explain.toml",
        "reference",
        "gallery/right",
        "gallery/wrong",
        "tests/__init__.py",
        "student_template",
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "remark"),
    [
        again(
            "student_template/softmax.py",
            "raise NotImplementedError",
            "return Gradient.of(logits, labels)",
            "rubric.toml [[[exercise.point]]]: the template earns 1: nothing that students begin with may count.",
        ),  # author_errors.toml: template-earns
        (
            "reference/softmax.py",
            "/ len(labels)",
            "",
            "rubric.toml [[[exercise.point]]]: the reference loses 1.2 with 2 of 2 seeds (such as 0): it is failed. This is the gradient",
        ),
        (
            "gallery/wrong/not-shifted/expected.json",
            '"1.3": 0',
            '"1.3": 1',
            "gallery/wrong/not-shifted/expected.json [{]: with 2 of 2 seeds (such as 0), 1.3 scores 0.0, not 1 (dlogits",
        ),
        (
            CHECKS,
            "drawn = case(rng.normal(size=(5, 3)), rng.integers(0, 3, 5))",
            "n = rng.integers(1, 3)\n    drawn = case(rng.normal(size=(n, 3)), rng.integers(0, 3, n))",
            " seeds (such as 1), 1.2 scores 1.0, not 0 (no message); 1.2 is diagnosed as None, not sum-for-mean (no "
            "message). The verdict is luck: let the check draw more.",
        ),
        (
            CHECKS,
            "    *common_misconceptions(),\n",
            '    *common_misconceptions(),\n    Misconception("halved", "Half.", (lambda case: case.expected / 2,)),\n',
            ": no answer of the gallery shows the misconception 'halved': add one to wrong/.",
        ),
        again(  # author_errors.toml: handle-compared
            CHECKS,
            "    drawn = case(rng.normal(size=(5, 3)), rng.integers(0, 3, 5))",
            "    drawn = case(1 / 0, [])",
            "rubric.toml [[[exercise.point]]]: the reference loses 1.2 with 2 of 2 seeds (such as 0): it is grader_error. This point "
            "could not be judged; that is the grader's fault, not yours (checks/CHECKS, line ",
        ),
    ],
)
def test_what_grading_shows(name: str, old: str, new: str, remark: str, course: Path) -> None:
    if "Gradient" in new:
        new = (SOFTMAX / "reference" / "softmax.py").read_text(encoding="utf-8").partition('"""\n    exp')[2]
        new = f"import numpy as np\n    exp{new}"
    change(course, name, old, new)
    remarks = told(course, seeds=2, gallery_seeds=2)
    assert any(remark in found for found in remarks), remarks


def test_checks_that_cannot_be_loaded_are_told_with_their_line(course: Path) -> None:
    change(course, CHECKS, "LARGE = 1e3", "LARGE = 1 / 0")
    [remark] = told(course)
    wanted = r".*course: the checks cannot be loaded: checks/CHECKS, line \d+: ZeroDivisionError: division by zero"
    assert re.fullmatch(wanted, remark)


def test_an_expectation_that_cannot_be_read_is_told(course: Path) -> None:
    change(course, "gallery/right/loops/expected.json", '"about"', '"abuot"')
    assert told(course) == [f"{course}: gallery/right/loops/expected.json: about: it is missing"]


def test_the_built_in_assignment_reads_well() -> None:
    """What grading shows of it, tests/test_galleries.py and `make galleries` grade."""
    assignment, cases = load_assignment(), read_gallery(gallery_of(BUILT_IN))
    remarks = [*read(assignment, list_checks(assignment), cases), *unshown(assignment, cases, ())]
    assert [str(remark) for remark in remarks] == []


def test_the_right_example_has_nothing_to_put_right(grader: Command) -> None:
    ended = grader("lint", SOFTMAX, "--seeds", 2, "--gallery-seeds", 1, "--sandbox", "process")
    assert (ended.returncode, ended.stdout) == (
        0,
        "Nothing to fix in The backward pass of softmax with cross-entropy.\n",
    )


MODELS = """
def missing():
    raise TypeError("not here")


KEPT = "Kept."
TRIED = (
    Misconception("plus-zero", "Nothing.", (lambda case: case.expected + 0,)),
    Misconception("misspelt", "Nothing.", (lambda case: case["logit"],)),
    Misconception("nothing-given", "Nothing.", (lambda case: None,)),
    Misconception("never-fits", "Nothing.", (lambda case: missing(),)),
    Misconception("tripled", KEPT, (lambda case: 3 * case.expected,)),
    Misconception("thrice", KEPT, (lambda case: case.expected * 2 + case.expected,)),
    Misconception("a-number", KEPT, (lambda case: 7.0,)),
    Misconception("now-and-then", KEPT, (lambda case: case.expected * (1 + (case["logits"][0, 0] > 0)),)),
)
"""


def test_misconceptions_are_tried_on_what_is_asked(course: Path) -> None:
    """Each is told with the line that names it; one that is wrong, and like no other, is not."""
    change(course, CHECKS, "SMALL = (", f"{MODELS}\nSMALL = (")
    change(
        course,
        CHECKS,
        "Question(drawn, SMALL, MISCONCEPTIONS)",
        "Question(drawn[:1], SMALL, (*TRIED, *MISCONCEPTIONS))",
    )
    remarks = [remark for remark in told(course, seeds=6) if "no answer of the gallery" not in remark]
    inside = [remark.partition("]: ")[::2] for remark in remarks]
    assert all(place.startswith("checks/CHECKS [Misconception(") for place, _ in inside), remarks
    line = (
        checks_of(course)
        .read_text(encoding="utf-8")
        .splitlines()
        .index('    Misconception("misspelt", "Nothing.", (lambda case: case["logit"],)),')
        + 1
    )
    assert [sentence for _, sentence in inside] == [
        "the misconception 'plus-zero' gives the right answer to all that is asked in 1.1: whoever holds it gets full marks. "
        "Draw inputs on which it is wrong, or remove it.",
        f"the misconception 'misspelt' cannot be tried (checks/CHECKS, line {line}: KeyError: 'logit'): a wrong answer "
        "would be the grader's fault.",
        "the misconception 'nothing-given' gives no answer to what 1.1 asks (NoneType is not an array of numbers): it is never named.",
        "the misconception 'never-fits' gives no answer to what 1.1 asks (TypeError: not here): it is never named.",
        "the misconception 'thrice' is never named: it gives what 'tripled' gives, which comes before it. Draw inputs "
        "that tell them apart, or make them one.",
        "with 4 of 6 seeds (such as 0), the misconception 'now-and-then' gives the right answer to all that is asked in 1.1. "
        "The verdict is luck: let the check draw more.",
    ]


def test_which_part_of_a_point_was_given_is_told(course: Path) -> None:
    """A wrong answer that is worth too much: what counts is the check that let it pass."""
    change(course, "rubric.toml", 'id = "1.2"', 'id = "1.2"\n    parts = { first = 0.5, second = 0.5 }')
    change(course, CHECKS, '@points("1.2")', '@points("1.2", part="first")')
    text = checks_of(course).read_text(encoding="utf-8")
    lucky = '@points("1.2", part="second")\ndef check_any(softmax):\n    """Any."""\n    return Verdict.passed()\n'
    checks_of(course).write_text(
        text.replace("import module, points", "import Verdict, module, points") + lucky, encoding="utf-8"
    )
    remarks = told(course)
    assert "gallery/wrong/sum-for-mean/expected.json [{]: 1.2 scores 0.5, not 0 (full marks for second)." in remarks


def test_files_are_named_as_the_assignment_was(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(course, CHECKS, '    """The gradient is that of the mean over the batch."""\n', "")
    change(course, "explain.toml", "LARGE:g", "HUGE:g")
    monkeypatch.chdir(course)
    assignment = load_assignment(Path())
    remarks = [str(remark) for remark in read(assignment, list_checks(assignment), read_gallery(gallery_of(Path())))]
    [undocumented, unfilled] = remarks
    assert undocumented.startswith(f"checks/{checks_of(course).name}:")
    assert re.match(r"explain.toml:\d+: \{check_.*HUGE.* is neither", unfilled)
