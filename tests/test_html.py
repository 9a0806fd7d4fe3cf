"""The pages: what they say, and that no text of a submission becomes more than text."""

import base64
import gc
import hashlib
import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classroom.results.code_shape import shape_of
from grader.model import Outcome
from grader.report import evidence
from grader.report.evidence import Arrays, Curves, Fact, Quotation, Table
from grader.report.html import pictures
from grader.report.html.class_page import MAX_REMARKS, Remark, Ungraded, class_page
from grader.report.html.class_statistics import Entry, Item, Row, common_sentence, groups_of
from grader.report.html.comparison_page import Comparison, comparison_page
from grader.report.html.student_page import student_page
from grader.report.pairs import Pair
from grader.report.plain_text import clean
from grader.report.sentences import sentence_of
from grader.report.side_by_side import file_pairs
from grader.schema import PointScore, Report
from tests.support.command import Command
from tests.support.hostile_texts import ATTACKS

pytestmark = pytest.mark.slow


def report(text: str = "harmless", **changed: Any) -> Report:
    """A report that has `text` wherever a submission has a hand in it; half characters where types let them."""
    raw, text = text, text.encode("utf-8", "replace").decode()
    point = {
        "id": "2.3",
        "exercise": "2",
        "title": "Negative values",
        "score": 0.0,
        "max_score": 1.0,
        "outcome": Outcome.FAILED,
        "message": text,
        "diagnosis": "zero-initialised-maximum",
        "notes": (text,),
        "traceback": ({"file": text, "line": 3, "function": text, "code": text},),
        "output": text,
        "evidence": {
            "input": {text: [[1, 2], [3, 4]]},
            "expected": [[0, 2.5], [0, 0]],
            "got": [[0, 0], [0, "nan"]],
            "difference": [[0, -2.5], [0, "nan"]],
            raw or "empty": {"x": raw},
            "claims": [{raw: raw, "verdict": raw}],
            "curve": {text: [1.0, None, 0.1]},
            "words": f"{raw}\n{raw}",
        },
    }
    passed = {**point, "id": "2.4", "title": "Ties", "score": 1.0, "outcome": Outcome.PASSED, "diagnosis": None}
    data = {
        "assignment": "demo",
        "submission": {"id": text, "sha256": "0" * 64, "notes": (text,)},
        "seed": 1,
        "score": 1.0,
        "max_score": 2.0,
        "pending": 0.0,
        "exercises": ({"id": "2", "title": "Pooling", "score": 1.0, "max_score": 2.0},),
        "points": (point, passed),
        "incidents": ({"point": "2.3", "kind": text, "message": text},),
        "environment": {
            "grader": "0.1.0",
            "python": "3.11",
            "platform": "Linux",
            "sandbox": "process",
            "device": text,
            "rubric_sha256": "0" * 64,
        },
        **changed,
    }
    return Report.model_validate(data)


def pages(text: str) -> Iterator[str]:
    graded = report(text)
    yield student_page(graded)
    entry = Entry(graded, name=text, remarks=(text,))
    yield "".join(
        class_page(
            [entry, entry],
            title=text,
            pairs=[Pair(text, text, 0.9)],
            remarks=[Remark(text, text, text)],
            ungraded=[Ungraded(text, text, text)],
        )
    )


class Reader(HTMLParser):
    """What a browser would see: the elements in order, their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: ascii(attack[:24]))
def test_hostile_text_is_text(attack: str) -> None:
    for page in pages(attack):
        check_harmless(page)
        assert "1337" not in page, "a template within the data was rendered"
        assert len(page) < 1_000_000


@settings(max_examples=60)
@given(st.text(st.sampled_from("<>&\"'`=/{}%#!-\\ \n\t\x00\x1b\u202e\ud800abc:;()[]") | st.characters(), max_size=80))
def test_no_text_yields_an_element_or_an_attribute(text: str) -> None:
    for page in pages(text):
        check_harmless(page)


@settings(max_examples=60)
@given(st.text(min_size=1, max_size=80).filter(str.strip))
def test_a_message_changes_nothing_but_its_text(text: str) -> None:
    point = report().points[0]
    one, other = (
        Reader(student_page(report(points=(point.model_copy(update={"message": own}),)))) for own in (text, "harmless")
    )
    assert one.elements == other.elements
    assert one.attributes == other.attributes
    shown = "".join(one.text)
    assert clean(text).replace("\r", "␍") in shown or clean(text) in shown


def check_harmless(page: str) -> None:
    seen = Reader(page)
    assert {"img", "iframe", "object", "embed", "base", "form", "audio", "video", "foreignobject"}.isdisjoint(
        seen.elements
    )
    assert seen.elements.count("script") == (1 if "script-src 'sha256" in page else 0)
    assert seen.elements.count("style") == 1
    for tag, name, value in seen.attributes:
        assert not name.startswith("on"), (tag, name, value)
        assert name not in ("style", "src", "srcset", "action", "xlink:href"), (tag, name, value)
        if name == "href":
            assert value is not None
            assert re.fullmatch(r"#[\w.-]+|\./[\w.~%-]+/report\.html|\./(class|similar)\.html", value), value
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)


@pytest.mark.parametrize("page", list(pages("harmless")), ids=["student", "class"])
def test_the_policy_admits_the_pages_own_style_and_script_and_nothing_else(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    assert "unsafe" not in policy[1]
    for tag in ("style", "script"):
        for own in re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL):
            assert f"'sha256-{base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()}'" in policy[1]


def test_the_students_page_needs_no_script() -> None:
    page = student_page(report())
    assert "script-src 'none'" in page
    assert "<script" not in page


def test_a_lost_point_says_what_why_and_where() -> None:
    page = student_page(report("The maximum starts at 0."))
    for snippet in (
        "<strong>1</strong> of 2 points",
        '<p class="message" dir="auto">The maximum starts at 0.</p>',
        '<span class="badge failed"><span class="sign" aria-hidden="true">✗</span> failed</span>',
        '<td class="low"><span class="mark">▼</span>-2.5</td>',
        '<td class="other"><span class="mark">≠</span>nan',
        "<title>2 of 4 entries differ</title>",
        '<rect x="24" y="0" width="24" height="24" class="low l3"/>',
        "<summary>What your code printed</summary>",
        "<code>zero-initialised-maximum</code>",
        "Seed 1 · sandbox process",
    ):
        assert snippet in page, snippet


def test_the_same_report_gives_the_same_page() -> None:
    assert student_page(report()) == student_page(report())
    assert len(set(map("".join, zip(*[pages("x")] * 2, strict=True)))) == 1


def test_a_point_of_ours_is_said_to_be_ours() -> None:
    broken = report().points[0].model_copy(update={"outcome": Outcome.GRADER_ERROR})
    assert "the grader's fault" in student_page(report(points=(broken,))).replace("&#39;", "'")
    assert "could not be judged for 1" in "".join(class_page([Entry(report(points=(broken,)))]))


def test_parts_and_a_persons_mark_are_shown() -> None:
    parts = [
        {"part": "symbolic", "outcome": "passed", "share": 1},
        {"part": "numerical", "outcome": "failed", "share": 0},
    ]
    point = {**report().points[0].model_dump(), "parts": parts}
    about = {"score": 0.5, "max_score": 1.0, "when": "2022-01-26", "sha256": "0" * 64}
    review = {"point": "2.3", "comment": "Well <argued>.", "by": "Ada", **about}
    page = student_page(report(points=(point,), reviews=(review,)))
    assert '<li>symbolic <span class="badge passed">' in page
    assert "<b>Ada gave 0.5 of 1.</b> Well &lt;argued&gt;." in page


def test_curves_of_an_exercise_share_a_picture() -> None:
    points = tuple(
        report()
        .points[1]
        .model_copy(
            update={"id": f"4.{n}", "title": name, "evidence": {"curve": {"loss": [2.0, 1.0], "accuracy": [0.1, 0.9]}}}
        )
        for n, name in enumerate(("Adam", "SGD"), 1)
    )
    page = student_page(report(points=points))
    assert page.count('<figure class="chart">') == 1
    assert page.count('<svg class="panel"') == 2
    assert re.findall(r"<bdi>(Adam|SGD)</bdi>", page) == ["Adam", "SGD"]


# -- evidence


def test_evidence_is_read_by_its_shape() -> None:
    blocks = evidence.read(
        {
            "input": {"X": [[1, 2]]},
            "expected": [[1.5, 10]],
            "got": [[1.25, 10]],
            "difference": [[-0.25, 1e-12]],
            "witness": None,
            "best_accuracy": 0.9388888,
            "curve": {"loss": [2, "inf", 1], "accuracy": [0.1, 0.2, 0.3]},
            "measured": {"Adam": {"loss": 0.1}, "SGD": {"loss": 0.2}},
            "text": "one\ntwo",
        }
    )
    arrays, accuracy, curves, table, words = blocks
    assert isinstance(arrays, Arrays)
    assert [grid.name for grid in arrays.grids] == ["X", "expected", "got", "difference"]
    assert [cell.text for cell in arrays.grids[1].rows[0]] == ["1.5", "10\N{NO-BREAK SPACE}\N{NO-BREAK SPACE}"]
    assert [cell.mark for cell in arrays.grids[2].rows[0]] == ["low", ""], "rounding is no mistake"
    assert accuracy == Fact("best accuracy", "0.939")
    assert curves == Curves("curve", {"loss": (2.0, None, 1.0), "accuracy": (0.1, 0.2, 0.3)})
    assert table == Table("measured", ("", "loss"), (("Adam", "0.1"), ("SGD", "0.2")))
    assert words == Quotation("text", "one\ntwo")


def test_arrays_that_look_the_same_are_shown_with_their_shapes() -> None:
    for expected, got, names in (
        ([0.5], [[0.5]], ["expected, shape (1,)", "got, shape (1, 1)"]),
        ([[1], [2]], [1, 3], ["expected, shape (2, 1)", "got, shape (2,)"]),
        ([1, 2], [1, 3], ["expected", "got"]),
        ([1, 2], [[1, 2], [3, 4]], ["expected", "got"]),
    ):
        (arrays,) = evidence.read({"expected": expected, "got": got})
        assert isinstance(arrays, Arrays)
        assert [grid.name for grid in arrays.grids] == names


def test_maps_of_more_than_two_axes_are_told_apart() -> None:
    arrays = evidence.read({"got": [[[[1]], [[2]]]]})[0]
    assert isinstance(arrays, Arrays)
    assert [grid.name for grid in arrays.grids] == ["got [0, 0]", "got [0, 1]"]


def test_a_large_array_is_told_by_its_shape() -> None:
    arrays = evidence.read({"got": [[0] * 30] * 30})[0]
    assert isinstance(arrays, Arrays)
    assert arrays.grids[0].rows[0][0].text == "30 × 30, too large to be shown"


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from(["nan", "inf"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)
keys = st.sampled_from(["input", "expected", "got", "difference", "curve", "x"])


@settings(max_examples=50)
@given(st.dictionaries(keys, plain, max_size=5))
def test_whatever_a_check_sends_makes_a_page(found: dict[str, Any]) -> None:
    point = report().points[0].model_copy(update={"evidence": found})
    check_harmless(student_page(report(points=(point, point))))


def test_evidence_without_bottom_makes_a_page() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    found = {"got": deep, "x": {"y": deep}, "n": 10**5000, "big": [10**400, 1.5]}
    check_harmless(student_page(report(points=(report().points[0].model_copy(update={"evidence": found}),))))


# -- pictures


@settings(max_examples=60)
@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=12))
def test_every_curve_stays_within_its_panel(values: list[float | None]) -> None:
    (panel,) = pictures.panels({"one": {"loss": values}})
    for x, y in panel.lines[0].points:
        assert pictures.LEFT <= x <= pictures.WIDTH - pictures.RIGHT
        assert pictures.TOP <= y <= pictures.HEIGHT - pictures.BOTTOM
    assert len(panel.lines[0].points) == sum(value is not None for value in values)
    assert all(math.isfinite(tick.at) for tick in (*panel.x_ticks, *panel.y_ticks))
    assert len(panel.y_ticks) <= 3 * pictures.TICKS


def test_a_wide_range_is_drawn_on_a_logarithm() -> None:
    wide, narrow = pictures.panels({"one": {"loss": [100.0, 10.0, 0.01], "accuracy": [0.1, 0.5, 0.9]}})
    assert (wide.remark, narrow.remark) == ("logarithmic", "")
    assert [tick.text for tick in wide.y_ticks] == ["0.01", "0.1", "1", "10", "100"]


def test_the_histogram_holds_every_score_once() -> None:
    bars = pictures.histogram([0.0, 21.99, 22.0, 11.0], 22.0)
    assert sum(bar.count for bar in bars) == 4
    assert (bars[0].count, bars[5].count, bars[-1].count) == (1, 1, 2)


# -- the class


def test_equal_diagnoses_are_counted_as_students() -> None:
    entries = [Entry(named(f"s{n}", f"Nothing beats 0. For X = [{n}]: got 0.")) for n in range(41)]
    page = "".join(class_page(entries))
    assert '<span class="count">41</span>' in page
    assert '<p class="message" dir="auto">Nothing beats 0.</p>' in page
    assert "and 1 more" in page
    assert 'data-filter="zero-initialised-maximum"' in page


def named(name: str, message: str = "wrong") -> Report:
    graded = report(message)
    return graded.model_copy(update={"submission": graded.submission.model_copy(update={"id": name})})


def test_common_sentences() -> None:
    assert common_sentence("A b. For x: 1", "A b. For y: 2") == "A b."
    assert common_sentence("same", "same") == "same"
    assert common_sentence("quite different", "no") == "no"


def test_a_mistake_of_one_is_no_mistake_in_common() -> None:
    page = "".join(class_page([Entry(named("s1"))]))
    assert "Mistakes in common" not in page


def test_what_a_person_wrote_to_one_student_is_on_nobody_elses_page() -> None:
    private = named("s0", "You told me about your illness. (marked by Emmy)")
    mark = {"point": "2.3", "score": 0.0, "max_score": 1.0, "comment": "", "by": "Emmy", "when": "", "sha256": "0" * 64}
    marked = Report.model_validate({**private.model_dump(), "reviews": (mark,), "incidents": ()})
    for entries in ([marked, named("s1", "Nothing beats 0.")], [named("s1", "Nothing beats 0."), marked]):
        page = "".join(class_page([Entry(one) for one in entries]))
        assert "illness" not in page
        assert "Nothing beats 0." in page
    assert "illness" not in "".join(class_page([Entry(marked), Entry(marked)]))


def test_zeros_that_are_not_for_answers_stand_apart_from_the_scores() -> None:
    late = {"submitted": "2022-01-26T14:00:00+01:00", "due": "2022-01-25T14:00:00+01:00", "policy": "zero", "days": 1}
    late |= {"factor": 0.0, "deducted": 9.5, "message": "Handed in late."}
    zero = Report.model_validate({**named("s1").model_dump(), "score": 0.0, "late": late})
    page = "".join(class_page([Entry(named("s0")), Entry(zero, name="Ada")]))
    assert "apart from these, 1 with 0 points: too late" in page
    assert "<dt>lowest</dt><dd>1</dd>" in page, "a zero for lateness is no score"


def test_of_remarks_on_everybody_only_those_that_are_shown_keep_their_lines() -> None:
    """A fault in all of ten thousand would else keep all of them in memory."""
    entries = [Entry(named(f"remarked{number}")) for number in range(400)]
    remarks = [Remark("fault", entry.report.submission.id, "not judged") for entry in entries]
    page = class_page(entries, remarks=remarks)
    kept = [item for item in gc.get_objects() if type(item) is Row and item.id.startswith("remarked")]
    assert MAX_REMARKS <= len(kept) < len(entries)
    text = "".join(page)
    assert text.count(": not judged</li>") == MAX_REMARKS
    assert f"and {400 - MAX_REMARKS} more, in class.json" in text


def test_absent_people_are_in_the_table() -> None:
    page = "".join(class_page([Entry(named("s0"))], ungraded=[Ungraded("4711", "Ada", "nothing handed in")]))
    assert page.count("<tr data-more=") == 2
    assert "<bdi>Ada</bdi></th><td><bdi>4711</bdi>" in page


def test_item_analysis_is_that_of_the_textbook() -> None:
    """Against numpy's correlation on drawn scores; nothing where all have the same, or there are few."""
    drawn = np.random.default_rng(7)
    own, rest = drawn.integers(0, 2, 50) * 1.0, drawn.random(50) * 20
    item = Item("2.3", "Negative values")
    for score, other in zip(own, rest, strict=True):
        point = report().points[0].model_copy(update={"score": score, "outcome": Outcome.FAILED})
        item.add(point, other)
    assert item.discrimination == pytest.approx(np.corrcoef(own, rest)[0, 1])
    assert item.share == pytest.approx(own.mean())
    assert item.diagnoses == {"zero-initialised-maximum": 50}
    same = Item("2.3", "")
    for _ in range(50):
        same.add(report().points[0], 3.0)
    assert same.discrimination is None


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=12))
def test_similar_hand_ins_are_grouped_as_a_graph_is(pairs: list[tuple[str, str]]) -> None:
    groups = groups_of(pairs)
    found = [name for group in groups for name in group]
    assert sorted(found) == sorted({name for pair in pairs for name in pair}), "everyone once"
    home = {name: number for number, group in enumerate(groups) for name in group}
    assert all(home[left] == home[right] for left, right in pairs)
    for group in groups:  # and no group falls apart
        reached = {group[0]}
        for _ in group:
            reached |= {name for pair in pairs for name in pair if reached.intersection(pair)}
        assert reached == set(group)


def test_a_thousand_students_fit_into_two_megabytes() -> None:
    page = "".join(class_page([Entry(named(f"student_{n}"), name=f"Firstname Lastname {n}") for n in range(1000)]))
    assert page.count("<tr data-more=") == 1000
    assert len(page.encode()) < 2_000_000


def test_links_lead_to_the_students_pages_and_nowhere_else() -> None:
    page = "".join(class_page([Entry(named(name)) for name in ("müller 1", "javascript:alert(1)", "..", "a/b")]))
    links = {value for _, name, value in Reader(page).attributes if name == "href" and value != "#content"}
    assert links == {"./m%C3%BCller%201/report.html", "./javascript%3Aalert%281%29/report.html", "./a%2Fb/report.html"}


def test_an_empty_class_is_a_page() -> None:
    check_harmless("".join(class_page([])))


# -- the look, as far as numbers go


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_that_wcag_asks_for(scheme: str) -> None:
    colours = variables(scheme)
    for ink, paper in (
        *((ink, paper) for ink in ("ink", "quiet", "accent") for paper in ("paper", "card", "soft")),
        *((name, f"{name}-soft") for name in ("good", "part", "bad", "idle", "person")),
        ("high", "high-1"),
        ("low", "low-1"),
        *(("ink", f"{side}-{level}") for side in ("high", "low") for level in (1, 2, 3)),
    ):
        assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)
    for line in range(6):
        assert contrast(colours[f"s{line}"], colours["card"]) >= 3, line


def variables(scheme: str) -> dict[str, str]:
    style = (Path(pictures.__file__).parent / "style.css").read_text(encoding="utf-8")
    light, dark = style.split("@media (prefers-color-scheme: dark)", 1)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", light))
    return (
        found if scheme == "light" else found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", dark.split("@media")[0]))
    )


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# -- the command


def test_the_command_writes_the_pages(grader: Command, tmp_path: Path) -> None:
    html, markdown = tmp_path / "report.html", tmp_path / "summary.md"
    ended = grader("grade", "reference", "--point", "2.1", "--html", html, "--markdown", markdown)
    assert ended.returncode == 0, ended.stderr
    check_harmless(html.read_text(encoding="utf-8"))
    assert markdown.read_text(encoding="utf-8").startswith("## 1 of 1 points\n")
    assert grader("grade", "reference", "--html", tmp_path / "no" / "where").returncode != 0


# -- side by side


def test_lines_of_the_same_shape_stand_beside_each_other() -> None:
    left = {"exercise2.py": b"# mine\nimport numpy as np\ndef f(a):\n    return a + 1\n", "only.py": b"x = 1\n"}
    right = {"exercise2.py": b"def g(b):\n    return b + 1\nprint(2)\n", "report.md": b"x = 1\n"}
    (pair,) = file_pairs(left, right, shape_of)
    assert [(line.left, line.right) for line in pair.lines if line.shared] == [
        ("def f(a):", "def g(b):"), ("    return a + 1", "    return b + 1"),
    ]  # fmt: skip
    assert [line.left for line in pair.lines if line.left is not None] == left["exercise2.py"].decode().splitlines()
    assert [line.right for line in pair.lines if line.right is not None] == right["exercise2.py"].decode().splitlines()


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("The sign is wrong.", "f (padding): The sign is wrong."),
        ("f raised ValueError (a.py:1).", "(padding) f raised ValueError (a.py:1)."),
    ],
)
def test_a_part_is_told_with_its_function_once(message: str, shown: str) -> None:
    parts = [{"part": "interior", "outcome": "passed", "share": 0.5}]
    parts += [{"part": "padding", "outcome": "failed", "share": 0.5, "message": message}]
    lost = {"score": 0.5, "max_score": 1, "outcome": "partial", "message": message, "parts": parts}
    paste = {"evidence": {"paste": "print(f(x))"}}
    point = PointScore.model_validate({"id": "3.5", "exercise": "3", "title": "t", **lost, **paste})
    assert sentence_of(point, pictured=False) == shown


@settings(max_examples=40)
@given(st.sampled_from(ATTACKS) | st.text(max_size=200))
def test_nothing_that_is_compared_becomes_more_than_text(text: str) -> None:
    content = text.encode("utf-8", "replace")
    files = tuple(file_pairs({"a.py": content}, {"a.py": content}, str.strip))
    check_harmless("".join(comparison_page([Comparison(text, text, 0.9, files)], title=text)))


def test_a_message_leaves_out_what_the_arrays_tell_because_the_data_says_so() -> None:
    """Whatever its words are: the same words in a message that no evidence calls an example stay."""
    example = "For X = 1: expected 2, got -2."
    message = f"The sign is wrong. {example}"
    lost = {"score": 0, "max_score": 1, "outcome": "failed", "message": message}
    point = PointScore.model_validate({"id": "2.1", "exercise": "2", "title": "t", **lost})
    assert sentence_of(point, pictured=True) == message
    marked = point.model_copy(update={"evidence": {"example": example, "measurement": {"a": 1}}})
    assert (sentence_of(marked, pictured=True), sentence_of(marked, pictured=False)) == ("The sign is wrong.", message)
    assert evidence.read(marked.evidence) == []
    rows = {"claims": [{"verdict": "supported", "measurement": {"logarithmic": True}}]}
    (table,) = evidence.read(rows)
    assert isinstance(table, evidence.Table)
    assert table.columns == ("verdict",)
