"""The pages in a real Chromium: sorting, filtering, hostile text, dark mode, a phone, print, the keyboard.

Skips where there is no Chromium (Debian: apt-get install chromium).
"""

import re
from collections.abc import Iterator
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.report.html.class_page import Remark, class_page
from grader.report.html.class_statistics import Entry
from grader.report.html.student_page import student_page
from grader.report.pairs import Pair
from grader.schema import LateEntry, Report
from tests.support.browser import Browser, browser, needs_chromium
from tests.support.hostile_texts import ATTACKS
from tests.test_html import named, report

pytestmark = [pytest.mark.slow, needs_chromium]

NAMES = ("Zoë Öztürk", "anna Müller", "Bela Kovács", *ATTACKS)
ID_COLUMN, SCORE_COLUMN = 1, 2


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Browser]:
    """The browser, which is to have asked for nothing but files of ours, said nothing and popped up nothing."""
    for noted in (chromium.requests, chromium.complaints, chromium.dialogs):
        noted.clear()
    yield chromium
    assert chromium.evaluate("window.__pwned") is None
    assert chromium.complaints == []
    assert chromium.dialogs == []
    assert all(url.startswith("file:///") for url in chromium.requests), chromium.requests


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    entries = [
        Entry(named(f"student_{n}", name).model_copy(update={"score": score}), name=name, remarks=(name,))
        for n, (name, score) in enumerate(zip(NAMES, cycle((9.5, 10.0, 2.0)), strict=False))
    ]
    texts = {
        "class": "".join(class_page(entries, title="A class", pairs=[Pair("student_0", "student_1", 0.9)])),
        "student": student_page(report("An ordinary message.")),
        **{f"hostile{n}": student_page(report(attack)) for n, attack in enumerate(ATTACKS)},
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


def column(tab: Browser, number: int) -> list[Any]:
    rows = "[...document.querySelectorAll('#students tbody tr')].filter(row => !row.hidden)"
    return tab.evaluate(f"{rows}.map(row => row.cells[{number}].textContent)")  # type: ignore[no-any-return]


def test_the_heads_sort(tab: Browser, pages: dict[str, Path]) -> None:
    tab.open(pages["class"])
    head = f"document.querySelectorAll('#students thead th')[{SCORE_COLUMN}]"
    for order, reverse in (("ascending", False), ("descending", True)):
        tab.evaluate(f"{head}.querySelector('button').click()")
        scores = [float(text) for text in column(tab, SCORE_COLUMN)]
        assert scores == sorted(scores, reverse=reverse), "numbers are compared as numbers"
        assert tab.evaluate(f"{head}.getAttribute('aria-sort')") == order
    tab.evaluate("document.querySelector('#students thead button').click()")
    assert tab.evaluate("document.querySelectorAll('[aria-sort]').length") == 1
    assert column(tab, 0).index("anna Müller") < column(tab, 0).index("Bela Kovács")


def test_the_filter_filters(tab: Browser, pages: dict[str, Path]) -> None:
    tab.open(pages["class"])
    type_into_filter(tab, "MÜLLER")
    assert column(tab, ID_COLUMN) == ["student_1"]
    assert tab.evaluate("document.getElementById('count').textContent") == f"1 of {len(NAMES)}"
    type_into_filter(tab, "failed zero-initialised")
    assert len(column(tab, ID_COLUMN)) == len(NAMES), "diagnoses and outcomes are found as well"
    type_into_filter(tab, "<script>")
    assert len(column(tab, ID_COLUMN)) == sum("<script>" in name for name in NAMES)
    type_into_filter(tab, "")
    tab.evaluate("document.querySelector('button[data-filter]').click()")
    assert tab.evaluate("document.getElementById('filter').value") == "zero-initialised-maximum"


def test_the_filter_folds_accents(tab: Browser, pages: dict[str, Path]) -> None:
    tab.open(pages["class"])
    for text, name in (("muller", "anna Müller"), ("mueller", "anna Müller"), ("zoe oztürk", "Zoë Öztürk")):
        type_into_filter(tab, text)
        assert column(tab, 0) == [name]


def test_the_filter_finds_names_however_they_are_written(tab: Browser, tmp_path: Path) -> None:
    names = ("Jo\u0308rg Mu\u0308ller", "İpek Işık", "Anna Weiß", "Emmy GROẞ")
    entries = [Entry(named(f"s{number}"), name=name) for number, name in enumerate(names)]
    (tmp_path / "class.html").write_text("".join(class_page(entries)), encoding="utf-8")
    tab.open(tmp_path / "class.html", width=390)
    assert scrolls_sideways(tab) is False
    asked = (("muller", 0), ("mueller", 0), ("Müller", 0), ("joerg", 0), ("ipek", 1), ("İPEK", 1), ("weiss", 2))
    for text, number in (*asked, ("weiß", 2), ("gross", 3), ("groß", 3)):
        type_into_filter(tab, text)
        assert column(tab, ID_COLUMN) == [f"s{number}"], text


def test_an_outcome_is_a_filter(tab: Browser, pages: dict[str, Path]) -> None:
    tab.open(pages["class"])
    pill = "document.querySelector('button[data-outcome]')"
    assert tab.evaluate(f"{pill}.dataset.outcome") == "failed"
    tab.evaluate(f"{pill}.click()")
    assert (tab.evaluate(f"{pill}.getAttribute('aria-pressed')"), len(column(tab, 0))) == ("true", len(NAMES))
    tab.evaluate(f"{pill}.dataset.outcome = 'timeout'; {pill}.click(); {pill}.click()")
    assert column(tab, 0) == [], "nobody had that outcome"


def test_the_head_of_the_table_stays_in_sight(tab: Browser, pages: dict[str, Path]) -> None:
    tab.open(pages["class"], height=500)
    tab.evaluate("document.querySelector('#students').parentElement.scrollTop = 200")
    tops = "[document.querySelector('#students thead th'), document.querySelector('#students').parentElement]"
    head, frame = tab.evaluate(f"{tops}.map(e => e.getBoundingClientRect().top)")
    assert abs(head - frame) < 2


def test_on_a_phone_a_row_is_a_card(tab: Browser, pages: dict[str, Path]) -> None:
    tab.open(pages["class"], width=375)
    first = "document.querySelector('#students tbody tr')"
    assert tab.evaluate(f"getComputedStyle({first}).display") == "block"
    assert tab.evaluate(f"{first}.cells[2].dataset.label") == "points"
    assert tab.evaluate(f"{first}.getBoundingClientRect().width <= 375")


def test_a_class_of_120_prints_on_less_than_ten_pages(tab: Browser, tmp_path: Path) -> None:
    entries = [
        Entry(named(f"student_{n:03}"), name=f"Firstname Lastname {n}", remarks=("a remark",)) for n in range(120)
    ]
    issues = [Remark("duplicate", f"student_{n:03}", "the same as another to the byte.") for n in range(20)]
    (tmp_path / "class.html").write_text(
        "".join(class_page(entries, title="A class", remarks=issues)), encoding="utf-8"
    )
    tab.open(tmp_path / "class.html", media="print", width=794)
    pages = len(re.findall(rb"/Type\s*/Page[^s]", tab.pdf()))
    assert 0 < pages < 10


def type_into_filter(tab: Browser, text: str) -> None:
    tab.evaluate(f"f = document.getElementById('filter'); f.value = {text!r}; f.dispatchEvent(new Event('input'))")


def test_the_keyboard_reaches_everything(tab: Browser, pages: dict[str, Path]) -> None:
    tab.open(pages["class"])
    tab.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, "the skip link shows on focus"
    tab.evaluate("document.querySelector('#students thead button').focus()")
    tab.press("Enter")
    assert tab.evaluate("document.querySelectorAll('[aria-sort=ascending]').length") == 1


def test_headings_go_down_one_level_at_a_time(tab: Browser, pages: dict[str, Path]) -> None:
    for name in ("class", "student"):
        tab.open(pages[name])
        levels = tab.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])")
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=lambda number: ascii(ATTACKS[number][:20]))
def test_hostile_text_does_nothing(tab: Browser, pages: dict[str, Path], number: int) -> None:
    tab.open(pages[f"hostile{number}"], width=375, height=800)
    assert tab.evaluate("document.querySelectorAll('script, img, iframe').length") == 0
    assert tab.evaluate("getComputedStyle(document.body).display") == "block"
    assert scrolls_sideways(tab) is False


def scrolls_sideways(tab: Browser) -> Any:
    return tab.evaluate("document.documentElement.scrollWidth > innerWidth")


LONG_NAME = "Maximiliane-Friederike von Hohenzollern-Sigmaringen, Bartholomäus Oberschlächtiger-Wassermühlenbesitzer"
LONG_WORD = "gradient_of_the_loss_with_respect_to_every_entry_of_the_input_" * 4


def wide_report() -> Report:
    """What hand-ins have at their widest: names, words without a blank, lines of code, matrices; late, some unread."""
    rng = np.random.default_rng(1)
    matrix = (1e6 * rng.standard_normal((16, 16))).tolist()
    late = LateEntry(
        submitted="2022-01-26T09:30:00+01:00",
        due="2022-01-25T14:00:00+01:00",
        policy="per day",
        days=1,
        factor=0.9,
        deducted=0.1,
        message="Handed in 19 hours 30 minutes after it was due (Tuesday, 25 January 2022, 14:00): −0.1.",
    )
    wide = report(LONG_WORD, late=late, score_before_late=1.1, pending=1.0)
    arrays = {"input": {"dY": matrix, "X": matrix}, "expected": matrix, "got": matrix, "difference": matrix}
    paste = {"paste": f"import numpy as np\nX = np.array({matrix})\nprint(maxpool2x2_backward(X, X))"}
    points = tuple(point.model_copy(update={"evidence": {**arrays, **paste}}) for point in wide.points)
    notes = (f"{'a folder with a long name/' * 8}exercise2 (1).py: not graded; exercise2.py counts", LONG_WORD)
    about = wide.submission.model_copy(update={"id": "hohenzollern_" * 12, "notes": notes})
    title = "Assignment 9: back-propagation in (convolutional) neural networks"
    return wide.model_copy(update={"points": points, "submission": about, "title": title})


OUTSIDE = """[...document.querySelectorAll('body *:not(.skip)')].filter(element => {
    for (let own = element.parentElement; own; own = own.parentElement)
        if (['auto', 'scroll', 'hidden'].includes(getComputedStyle(own).overflowX)) return false;
    const box = element.getBoundingClientRect();
    return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
}).map(element => element.tagName + ' ' + element.className + ' ' + element.textContent.slice(0, 40))"""
COVERED = """[...document.querySelectorAll('h1, h2, h3, p, li, td, th, pre, .chip, .sum')].filter(element =>
    element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1
    && getComputedStyle(element).display !== 'inline'
    && !['auto', 'scroll'].includes(getComputedStyle(element).overflowX)
).map(element => element.tagName + ' ' + element.className + ' ' + element.textContent.slice(0, 40))"""


@pytest.mark.parametrize("width", [390, 1280])
def test_long_names_words_lines_and_matrices_stay_within_their_boxes(tab: Browser, tmp_path: Path, width: int) -> None:
    (tmp_path / "wide.html").write_text(student_page(wide_report(), names=LONG_NAME), encoding="utf-8")
    tab.open(tmp_path / "wide.html", width=width)
    assert scrolls_sideways(tab) is False
    assert tab.evaluate(OUTSIDE) == []
    assert tab.evaluate(COVERED) == []
    box = tab.evaluate("document.querySelector('.top .box').innerText")
    assert "Handed in 19 hours 30 minutes after it was due" in box
    assert "1 more point is pending manual review." in box
    assert "exercise2 (1).py: not graded; exercise2.py counts" in box
    head = tab.evaluate("document.querySelector('header.top').innerText")
    assert LONG_NAME in head
    assert "Assignment 9: back-propagation in (convolutional) neural networks".casefold() in head.casefold()


@pytest.mark.parametrize("name", ["class", "student"])
@pytest.mark.parametrize("width", [320, 375, 768, 1280])
def test_no_width_scrolls_sideways(tab: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    tab.open(pages[name], width=width)
    assert scrolls_sideways(tab) is False


@pytest.mark.parametrize("name", ["class", "student"])
def test_dark_mode_is_dark(tab: Browser, pages: dict[str, Path], name: str) -> None:
    brightness = {}
    for scheme in ("light", "dark"):
        tab.open(pages[name], scheme=scheme)
        colours = tab.evaluate("s = getComputedStyle(document.body); [s.backgroundColor, s.color]")
        brightness[scheme] = [sum(map(int, re.findall(r"\d+", colour)[:3])) / 3 for colour in colours]
    paper, ink = 0, 1
    assert brightness["light"][paper] > 200 > 60 > brightness["light"][ink]
    assert brightness["dark"][paper] < 60 < 200 < brightness["dark"][ink]


@pytest.mark.parametrize("name", ["class", "student"])
def test_print_is_black_on_white_and_leaves_out_what_only_a_screen_can_do(
    tab: Browser, pages: dict[str, Path], name: str
) -> None:
    tab.open(pages[name], media="print", scheme="dark", width=794)
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert tab.evaluate("[...document.querySelectorAll('.screen-only')].every(e => e.offsetHeight === 0)")
    assert tab.evaluate("[...document.querySelectorAll('details pre')].every(e => e.offsetHeight > 0)")
    assert scrolls_sideways(tab) is False
    assert tab.pdf().startswith(b"%PDF")
