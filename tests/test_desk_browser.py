"""The desk in a real Chromium: a class by keyboard, two people at once, kill -9 in between, hostile texts, no mouse.

Skips where there is no Chromium (Debian: apt-get install chromium), or no playwright.
"""

# ruff: noqa: E402, E501 - what is imported may not be installed; lines of JavaScript

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.client import HTTPException
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any, Literal

import pytest

for needed in ("starlette", "uvicorn", "markdown_it", "playwright"):
    pytest.importorskip(needed, reason=f"{needed} is not installed (pip install -e '.[dev]')")

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from grader.classroom.class_model import IssueKind
from grader.classroom.results import store
from tests.support.browser import FLAGS, PROGRAM, needs_chromium
from tests.support.desk import Door, RunningDesk, opened
from tests.support.desk_classes import Member, an_issue, members, write_class
from tests.support.hostile_texts import ATTACKS

pytestmark = [pytest.mark.slow, needs_chromium]

PATIENCE = 180_000  # ms: the machine may be busy with other things
expect.set_options(timeout=PATIENCE)
WIDTHS = (320, 390, 768, 1280)
LOST = (
    "net::ERR_CONNECTION_",
    "net::ERR_EMPTY_RESPONSE",
    "net::ERR_SOCKET_NOT_CONNECTED",
)  # as the desk closes or after
NewTab = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        flags = [flag for flag in FLAGS if "remote-debugging" not in flag and flag != "--headless"]
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=flags, timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium: Browser) -> Iterator[NewTab]:
    """Opens a tab by a link, each in a browser of its own unless one is given. At the end nothing has been asked of
    anybody but the desk, no script of a text has run, nothing has popped up and nothing was complained about.

    What a test does to the requests or the clock of a page, it does `before` there is one: of a page that is there,
    the next request may pass by a route that has just been set (1 of 150, on a machine that is busy).
    """
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    complaints: list[str] = []
    origins: set[str] = set()

    def new(
        link: str,
        context: BrowserContext | None = None,
        complains: bool = True,
        start: str = "/",
        before: Callable[[Page], Any] = lambda page: None,
        **options: Any,
    ) -> Page:
        if context is None:
            context = chromium.new_context(**options)
            context.add_init_script("window.__pwned = undefined")
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        before(page)
        page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if complains:
            page.on("console", lambda message: complaints.append(message.text))
        origins.add(link.partition("/enter")[0])
        page.goto(link)
        page.wait_for_selector("h1")
        if start:
            page.goto(link.partition("/enter")[0] + start)
        return page

    yield new
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("window.__pwned") is None
        context.close()
    # a page that looks ahead while its desk is closing or closed: the tests of a lost connection look at that themselves
    assert [own for own in complaints if not any(lost in own for lost in LOST)] == []
    assert [url for url in asked if not url.startswith(tuple(origins))] == []


def a_class(folder: Path, count: int) -> Path:
    write_class(folder, members(count), [an_issue(IssueKind.UNMATCHED, "Projekt_final")])
    return folder


def marks(results: Path) -> list[list[tuple[float | None, str, str]]]:
    """Of each hand-in, who gave what for 4.9."""
    found = []
    for path in sorted(results.glob("*/results.json")):
        reviews = store.read_report(path).reviews
        found.append([(mark.score, mark.by, mark.comment) for mark in reviews if mark.point == "4.9"])
    return found


def onward(page: Page, act: Callable[[], Any]) -> None:
    """Does something after which another sheet, or the queue, is there."""
    here = page.evaluate("document.getElementById('content').dataset.key || ''")
    act()
    page.wait_for_function("here => (document.getElementById('content').dataset.key || '') !== here", arg=here)


def onward_and_claim(page: Page, act: Callable[[], Any]) -> None:
    """The same, of a sheet; and the desk has been told whose it is now, which a page does when it is shown already."""
    with page.expect_response("**/claim/**"):
        onward(page, act)


@pytest.mark.parametrize("count", [6, pytest.param(40, marks=pytest.mark.thorough)])
def test_a_class_by_keyboard(count: int, tmp_path: Path, tab: NewTab) -> None:
    results, pressed = a_class(tmp_path / "results", count), 0
    with opened(results) as door:
        page = tab(door.link, start="")

        def press(key: str) -> None:
            nonlocal pressed
            pressed += 1
            page.keyboard.press(key)

        for place in range(count):
            expect(page.locator("#done")).to_have_text(str(place))
            onward(page, lambda place=place: press("01h"[place % 3]))  # type: ignore[misc]
        expect(page.locator("h1")).to_have_text("What needs a person")
        assert pressed == count, "one key a mark, and none to begin"
    assert marks(results) == [[((0.0, 1.0, 0.5)[place % 3], "Emmy", "")] for place in range(count)]


def test_every_key(tmp_path: Path, tab: NewTab) -> None:
    results = a_class(tmp_path / "results", 6)
    with opened(results) as door:
        door.post("/rubric/4.9", {"action": "add", "points": "0.75", "sentence": "All six."})
        page = tab(door.link)
        names = [row["who"] for row in door.get("/queue.json?kind=mark").json["tasks"]]
        name = page.locator("h1")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(name).to_have_text(names[1])
        page.keyboard.press("c")
        page.keyboard.type("Says 1 and 0 and n.")
        expect(name).to_have_text(names[1])  # letters in a comment are letters
        page.keyboard.press("Escape")
        onward(page, lambda: page.keyboard.press("h"))
        expect(name).to_have_text(names[2])
        page.keyboard.press("p")
        expect(name).to_have_text(names[0])
        page.keyboard.press("j")
        expect(name).to_have_text(names[1])  # which is done
        page.keyboard.press("n")
        expect(name).to_have_text(names[2])
        page.keyboard.press("k")
        expect(name).to_have_text(names[1])
        page.keyboard.press("n")
        expect(name).to_have_text(names[2])
        page.keyboard.press("r")
        expect(page.locator("#reuse-list button")).to_have_count(1)
        page.keyboard.press("1")
        expect(page.locator("textarea[name=words]")).to_have_value("Says 1 and 0 and n.")
        page.keyboard.press("Shift+Digit1")
        expect(page.locator("#sum")).to_have_text("0.75")
        onward(page, lambda: page.keyboard.press("s"))
        page.keyboard.press("u")
        expect(name).to_have_text(names[2])
        expect(page.locator(".title .badge")).to_have_text("open")
        page.keyboard.press("g")
        page.keyboard.type("NGUYEN")
        page.keyboard.press("Enter")
        expect(name).to_have_text(names[4])
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        page.locator("#setting-keys").uncheck()
        page.keyboard.press("Escape")
        page.locator("h1").focus()
        page.keyboard.press("1")
        page.keyboard.press("n")
        expect(name).to_have_text(names[4])  # character keys are off
        onward(page, lambda: page.locator(".marks button[value='1.0']").click())  # and the mouse does it all
        page.locator("[data-does=undo]").click()
        expect(name).to_have_text(names[4])
        onward(page, lambda: page.locator(".steps [rel=next]").click())
        page.locator(".crumbs a").click()
        expect(name).to_have_text("What needs a person")
    assert [own for own in marks(results) if own] == [
        [(0.5, "Emmy", "Says 1 and 0 and n.")],
        [(0.75, "Emmy", "All six. (+0.75) Says 1 and 0 and n."), (None, "Emmy", "")],
        [(1.0, "Emmy", ""), (None, "Emmy", "")],
    ]


@pytest.mark.parametrize("count", [6, pytest.param(20, marks=pytest.mark.thorough)])
def test_two_people_at_once_never_meet(count: int, tmp_path: Path, tab: NewTab) -> None:
    results = a_class(tmp_path / "results", count)
    with opened(results) as door:
        kurt_door = Door(door.link).enter()
        emmy, kurt = tab(door.link), tab(door.link)
        kurt.goto(f"{door.origin}/name")
        kurt.fill("#name", "Kurt")
        kurt.click("button")
        expect(kurt.locator(".me")).to_have_text("Kurt")
        kurt.wait_for_load_state()  # its keys are there
        for page in (emmy, kurt):
            onward_and_claim(page, lambda page=page: page.keyboard.press("n"))  # type: ignore[misc]
        for turn in range(count):
            page = (emmy, kurt)[turn % 2]
            assert emmy.locator("h1").text_content() != kurt.locator("h1").text_content()
            go_on = onward_and_claim if turn < count - 2 else onward  # the last two lead to the queue
            go_on(page, lambda page=page: page.keyboard.press("1"))  # type: ignore[misc]
        assert kurt_door.get("/queue.json?kind=mark").json["tasks"] == []
    given = marks(results)
    assert all(len(own) == 1 for own in given), "nobody was marked twice"
    assert {own[0][1] for own in given} == {"Emmy", "Kurt"}


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.thorough)])
def test_what_was_said_to_be_saved_outlives_kill_9(kills: int, tmp_path: Path, tab: NewTab) -> None:
    results = a_class(tmp_path / "results", kills + 2)
    running = RunningDesk(results, "--by", "Emmy")
    for place in range(kills):
        page = tab(running.link, complains=False)
        onward(page, lambda: page.keyboard.press("n"))  # noqa: B023 - pressed at once
        page.keyboard.press("01h"[place % 3])
        expect(page.locator("#status")).to_contain_text("✓")
        running.kill()  # at once: perhaps before it was carried into the report
        page.close()
        running = RunningDesk(results, "--by", "Emmy")
        rows = Door(running.link).enter().get("/queue.json?kind=mark&all=1").json["tasks"]
        assert [row["given"] for row in rows[: place + 1]] == [(0.0, 1.0, 0.5)[at % 3] for at in range(place + 1)]
    running.close()
    assert [[score for score, _, _ in own] for own in marks(results)] == [
        [(0.0, 1.0, 0.5)[place % 3]] if place < kills else [] for place in range(kills + 2)
    ]


def test_a_kill_at_any_moment_of_many_marks_loses_none_that_was_answered(tmp_path: Path) -> None:
    results = a_class(tmp_path / "results", 40)
    running = RunningDesk(results, "--by", "Emmy")
    door = Door(running.link).enter()
    keys = [row["key"] for row in door.get("/queue.json?kind=mark").json["tasks"]]
    assert door.post(f"/mark/{keys[0]}/4.9", {"score": 0.0}).status == 200
    answered = {keys[0]: 0.0}
    killer = threading.Timer(0.4, running.process.kill)
    killer.start()
    for number in cycle(range(1, 201)):
        key, score = keys[number % 40], (number % 5) / 4
        try:
            if door.post(f"/mark/{key}/4.9", {"score": score}).status == 200:
                answered[key] = score
        except (OSError, HTTPException):
            break
    killer.join()
    running.kill()
    running = RunningDesk(results, "--by", "Emmy")
    rows = {
        row["key"]: row["given"] for row in Door(running.link).enter().get("/queue.json?kind=mark&all=1").json["tasks"]
    }
    running.close()
    lost = [key for key, score in answered.items() if rows[key] != score]
    assert len(lost) <= 1, "all but the one that was at work, which may be there or not"
    for path in results.glob("*/results.json"):
        store.read_report(path)  # whole


def test_a_lost_connection_is_said_and_nothing_typed_is_lost(tmp_path: Path, tab: NewTab) -> None:
    results = a_class(tmp_path / "results", 4)
    running = RunningDesk(results, "--by", "Emmy")
    port = re.search(r":(\d+)/", running.link)[1]  # type: ignore[index]
    page = tab(running.link, complains=False)
    onward(page, lambda: page.keyboard.press("n"))
    running.kill()
    page.keyboard.press("c")
    page.keyboard.type("A long thought.")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    expect(page.locator("#alert")).to_contain_text("No connection to the desk. Your mark is not saved yet")
    expect(page.locator("textarea[name=words]")).to_have_value("A long thought.")
    running = RunningDesk(results, "--by", "Emmy", "--port", port)
    expect(page.locator("#status")).to_contain_text("✓")
    page.wait_for_function("() => localStorage.getItem('desk pending') === '[]'")
    expect(page.locator("#alert")).to_be_empty()
    expect(page.locator("h1")).to_have_text("Ben Öztürk")
    page.keyboard.press("c")
    page.keyboard.type("A draft.")
    page.reload()
    expect(page.locator("textarea[name=words]")).to_have_value("A draft.")
    running.close()
    assert marks(results) == [[(0.5, "Emmy", "A long thought.")], [], [], []]


def test_a_mark_whose_answer_does_not_come_is_kept_until_it_does(tmp_path: Path, tab: NewTab) -> None:
    """Of a desk that hangs nothing was said, and the mark was gone with its page."""
    results = a_class(tmp_path / "results", 4)
    with opened(results) as door:
        lost: list[str] = []

        def hang(page: Page) -> None:
            page.clock.install()
            page.route("**/mark/**", lambda route: lost.append(route.request.url))  # neither sent on nor answered

        page = tab(door.link, complains=False, before=hang)
        onward(page, lambda: page.keyboard.press("n"))
        page.keyboard.press("h")
        page.wait_for_function("() => JSON.parse(localStorage.getItem('desk pending')).length === 1")
        page.clock.fast_forward(31_000)
        expect(page.locator("#alert")).to_contain_text("No connection to the desk. Your mark is not saved yet")
        again = tab(door.link, page.context, complains=False)  # as after the browser was closed
        again.wait_for_function("() => localStorage.getItem('desk pending') === '[]'")
        assert lost
    assert marks(results) == [[(0.5, "Emmy", "")], [], [], []]


def test_no_mark_that_waits_is_lost_while_another_is_sent(tmp_path: Path, tab: NewTab) -> None:
    """What came to wait meanwhile was overwritten by what had waited before."""
    results = a_class(tmp_path / "results", 4)
    with opened(results) as door:
        held: list[Any] = []
        does = [lambda route: route.abort(), held.append]
        pattern, meet = "**/mark/**", lambda route: does[0](route) if does else route.continue_()
        page = tab(door.link, complains=False, before=lambda page: page.route(pattern, meet))
        onward(page, lambda: page.keyboard.press("n"))
        keys = [row["key"] for row in door.get("/queue.json?kind=mark").json["tasks"]]
        page.keyboard.press("h")
        expect(page.locator("#alert")).to_contain_text("Your mark is not saved yet")
        del does[0]
        while not held:
            page.wait_for_timeout(50)
        another = {"address": f"/mark/{keys[1]}/4.9?kind=mark", "body": "score=1&nonce=x", "draft": "", "from": ""}
        page.evaluate("mark => keepPending([...pending(), mark])", another)
        does.clear()
        held[0].continue_()
        page.wait_for_function("() => localStorage.getItem('desk pending') === '[]'")
    assert marks(results) == [[(0.5, "Emmy", "")], [(1.0, "Emmy", "")], [], []]


def test_who_has_to_be_let_in_anew_is_told_how_and_loses_no_mark(tmp_path: Path, tab: NewTab) -> None:
    """It said "Not saved: The desk answered 403.", and the mark was gone."""
    results = a_class(tmp_path / "results", 4)
    with opened(results) as door:
        page = tab(door.link, complains=False)
        onward(page, lambda: page.keyboard.press("n"))
        page.context.clear_cookies()
        page.keyboard.press("h")
        expect(page.locator("#alert")).to_contain_text(
            "Open the link that `grader desk` printed: it lets this browser in. Your mark is not saved yet; it is kept"
        )
        tab(door.link, page.context, complains=False)
        page.wait_for_function("() => localStorage.getItem('desk pending') === '[]'")
    assert [[score for score, _, _ in own] for own in marks(results)] == [[0.5], [], [], []]


def test_a_name_from_right_to_left_leaves_the_numbers_in_their_order(tmp_path: Path, tab: NewTab) -> None:
    results, name = tmp_path / "results", "שרה לוי"
    write_class(results, [replace(member, name=name) for member in members(2)])
    with opened(results) as door:
        page = tab(door.link)
        onward(page, lambda: page.keyboard.press("n"))
        onward(page, lambda: page.keyboard.press("h"))
        expect(page.locator("#status")).to_have_text(f"4.9: 0.5 for {name} ✓")
        left = """(part) => {
          const text = document.getElementById("status").firstChild, range = document.createRange();
          range.setStart(text, text.data.indexOf(part)); range.setEnd(text, text.data.indexOf(part) + part.length);
          return range.getBoundingClientRect().left;
        }"""
        places = [page.evaluate(left, part) for part in ("4.9", "0.5", name, "✓")]
        assert places == sorted(places)


def test_two_tabs_are_told_of_each_other(tmp_path: Path, tab: NewTab) -> None:
    results = a_class(tmp_path / "results", 3)
    with opened(results) as door:
        first = tab(door.link, complains=False)
        onward(first, lambda: first.keyboard.press("n"))
        second = tab(door.link, first.context, complains=False)
        second.goto(first.url)
        onward(first, lambda: first.keyboard.press("h"))
        second.keyboard.press("1")
        expect(second.locator("#alert")).to_contain_text("Not saved: Emmy gave 0.5 of 1 since you opened this page.")
        onward(second, lambda: second.locator("#alert button").click())
    assert marks(results)[0] == [(0.5, "Emmy", ""), (1.0, "Emmy", "")]


def test_why_a_mark_was_not_saved_stays_when_an_earlier_question_is_answered_late(tmp_path: Path, tab: NewTab) -> None:
    """The page asks whose the hand-in is when it is shown; a mark may be refused before that is answered."""
    results = a_class(tmp_path / "results", 3)
    with opened(results) as door:
        first = tab(door.link, complains=False)
        onward(first, lambda: first.keyboard.press("n"))
        held: list[Any] = []
        late = lambda page: page.route("**/claim/**", lambda route: held.append(route))  # noqa: E731
        second = tab(door.link, first.context, complains=False, before=late)
        second.goto(first.url)
        onward(first, lambda: first.keyboard.press("h"))
        second.keyboard.press("1")
        refused = "Not saved: Emmy gave 0.5 of 1 since you opened this page."
        expect(second.locator("#alert")).to_contain_text(refused)
        second.evaluate("document.getElementById('done').textContent = '?'")
        held[-1].continue_()
        expect(second.locator("#done")).to_have_text("1")  # it has the answer
        assert refused in (second.locator("#alert").text_content() or "")


# What texts may do, and what pages have to


def hostile(number: int) -> Member:
    """Somebody whose name, report, code and identifier are an attack."""
    text = ATTACKS[number].encode("utf-8", "replace").decode()
    files = {"exercise4.py": text.encode(), "exercise2.py": text.encode()}
    return Member(_named(number), f"# {text}\n\n{text}\n\n![{text}]({text})", files, ("1.4",), _named(number))


def _named(number: int) -> str:
    return ATTACKS[number].encode("utf-8", "replace").decode()[:2_000] or "x"


POINTS = ("4.9", "1.4", "2.4", "4.8")


@pytest.mark.parametrize("all_sheets", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_hostile_texts_do_nothing_in_any_view(all_sheets: bool, tmp_path: Path, tab: NewTab) -> None:
    """All of them in one class: each is in every view that shows all, and has sheets of its own, of one point in turn
    or of each.
    """
    results, numbers = tmp_path / "results", range(len(ATTACKS))
    write_class(
        results, [*map(hostile, numbers)], [an_issue(IssueKind.UNMATCHED, _named(number)) for number in numbers]
    )
    with opened(results, second=100) as door:
        for number in numbers:
            sentence = _named(number)[:290].strip() or "x"
            door.post("/rubric/4.9", {"action": "add", "points": "0.5", "sentence": sentence})
        rows = door.get("/queue.json?kind=mark").json["tasks"]
        assert len(rows) == len(ATTACKS)
        for number, row in enumerate(rows):
            assert door.post(f"/mark/{row['key']}/4.9", {"score": "0.5", "words": _named(number)}).status == 200
        sheets = [
            f"/sheet/{row['key']}/{point}"
            for number, row in enumerate(rows)
            for point in (POINTS if all_sheets else (POINTS[number % len(POINTS)],))
        ]
        page = tab(door.link, viewport={"width": 390, "height": 844})
        for path in (
            "/?kind=mark&all=1",
            "/?kind=review",
            "/?kind=unmatched",
            "/rubric/4.9",
            "/agreement",
            "/requests",
            *sheets,
        ):
            page.goto(door.origin + path)
            assert page.locator("script").count() == 1, path
            assert page.locator("img, iframe, object, embed, svg[onload]").count() == 0, path
            assert page.evaluate("getComputedStyle(document.body).display") == "block"
            assert page.evaluate("window.__pwned") is None, path
            assert not sideways(page), path
            if path.endswith("/4.9"):
                for key in ("g", "Escape", "r", "Escape"):
                    page.keyboard.press(key)


def sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A desk to be looked at."""
    results = a_class(tmp_path_factory.mktemp("shown") / "results", 10)
    with opened(results, second=100) as door:
        for points, sentence in (("0.5", "All six are discussed."), ("0.5", "The numbers are explained.")):
            door.post("/rubric/4.9", {"action": "add", "points": points, "sentence": sentence})
        rows = door.get("/queue.json?kind=mark").json["tasks"]
        door.post(f"/mark/{rows[0]['key']}/4.9", {"score": "0.5", "words": "Why?"})
        door.post("/markers", {"lines": "Emmy\nKurt", "percent": "100"})
        kurt = Door(door.link).enter()
        kurt.post("/name", {"name": "Kurt"})
        kurt.post(f"/mark/{rows[0]['key']}/4.9?kind=second", {"score": "1", "words": "Because."})
        yield door


def views(door: Door) -> list[str]:
    rows = door.get("/queue.json?kind=mark&all=1").json["tasks"]
    review = door.get("/queue.json?kind=review").json["tasks"][0]
    return [
        "/",
        "/?kind=mark&all=1",
        "/markers",
        "/agreement",
        "/requests",
        "/rubric/4.9",
        "/name",
        f"/sheet/{rows[0]['key']}/4.9?kind=mark",
        f"/sheet/{review['key']}/1.4?kind=review",
    ]


def test_no_width_scrolls_sideways(shown: Door, tab: NewTab) -> None:
    page = tab(shown.link)
    for path in views(shown):
        page.goto(shown.origin + path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert not sideways(page), (path, width)


CONTRAST = """() => {
  const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] + under[i] * (1 - top[3]));
  const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility({ opacityProperty: true }) || element.closest(".unseen, #status, .skip, svg, option")) continue;
    const layers = [];
    let opacity = 1;
    for (let at = element; at; at = at.parentElement) {
      layers.unshift(parse(getComputedStyle(at).backgroundColor));
      opacity *= Number(getComputedStyle(at).opacity);
    }
    const under = layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
    const ink = parse(getComputedStyle(element).color);
    const top = over([...ink.slice(0, 3), ink[3] * opacity], under);
    const [a, b] = [light(top), light(under)].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) found.push([element.tagName, element.className, texts.currentNode.data.trim().slice(0, 40), (a + 0.05) / (b + 0.05)]);
  }
  return found;
}"""
SMALL = """() => [...document.querySelectorAll("button, .bar a, .kinds a, select, input, summary")].filter((e) => e.checkVisibility())
  .map((e) => [e.outerHTML.slice(0, 80), e.closest("label") ? e.closest("label").getBoundingClientRect() : e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 24 || box.width < 24).map(([text, box]) => [text, box.width, box.height])"""


def test_contrast_and_targets_are_those_of_wcag_2_2_aa(shown: Door, tab: NewTab) -> None:
    page = tab(shown.link, viewport={"width": 1280, "height": 900})
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for path in views(shown):
        page.goto(shown.origin + path)
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(CONTRAST) == [], (path, scheme)
            assert page.evaluate(SMALL) == [], (path, scheme)
            brightness = page.evaluate(
                "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0) / 3"
            )
            assert brightness > 200 if scheme == "light" else brightness < 60


def test_everything_has_a_name_and_headings_go_down_one_by_one(shown: Door, tab: NewTab) -> None:
    page = tab(shown.link)
    session = page.context.new_cdp_session(page)
    for path in views(shown):
        page.goto(shown.origin + path)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        for node in nodes:
            role = node.get("role", {}).get("value")
            if (
                role in ("button", "link", "textbox", "searchbox", "checkbox", "combobox", "dialog")
                and not node["ignored"]
            ):
                assert node.get("name", {}).get("value"), (path, role, node)
        levels = page.evaluate(
            "[...document.querySelectorAll('main :is(h1, h2, h3, h4, h5, h6)')].filter(e => e.checkVisibility()).map(h => +h.tagName[1])"
        )
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert "article" in path or all(after - before <= 2 for before, after in pairwise(levels)), (path, levels)


def test_the_focus_is_where_the_reader_is(shown: Door, tab: NewTab) -> None:
    page = tab(shown.link)
    onward(page, lambda: page.keyboard.press("n"))
    assert page.evaluate("document.activeElement.tagName") == "H1"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main, .bar') !== null")
    assert page.locator("#status").get_attribute("role") == "status"
    assert page.locator("#alert").get_attribute("role") == "alert"


UNDER_THE_DOCK = """() => {
  const [own, dock] = [document.activeElement, document.getElementById("dock")];
  const [box, over] = [own.getBoundingClientRect(), dock.getBoundingClientRect()];
  return own !== document.body && !dock.contains(own) && box.top >= over.top ? own.outerHTML.slice(0, 80) : null;
}"""


def test_nothing_that_has_the_focus_lies_under_the_dock(tmp_path: Path, tab: NewTab) -> None:
    """WCAG 2.2, 2.4.11: with a rubric of seven items the dock is half of a small screen, or of a large one enlarged."""
    results = a_class(tmp_path / "results", 2)
    with opened(results) as door:
        for number in range(7):
            sentence = f"Sentence {number}, which says at some length what is looked for in the discussion."
            door.post("/rubric/4.9", {"action": "add", "points": "0,25", "sentence": sentence})
        page = tab(door.link, viewport={"width": 960, "height": 600}, reduced_motion="reduce")
        onward(page, lambda: page.keyboard.press("n"))
        covered, stops = [], 0
        while page.evaluate("document.activeElement !== document.body") and stops < 60:
            page.keyboard.press("Tab")
            page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            covered.append(page.evaluate(UNDER_THE_DOCK))
            stops += 1
        assert 20 < stops < 60
        assert [*filter(None, covered)] == []


def test_the_sheet_of_what_the_machine_could_not_decide(shown: Door, tab: NewTab) -> None:
    page = tab(shown.link, start="/next?kind=review")
    expect(page.locator(".formula math msqrt")).to_be_visible()
    assert page.locator(".formula math").bounding_box()["height"] > 20, "set in two dimensions"  # type: ignore[index]
    expect(page.locator(".machine .message")).to_contain_text("the machine cannot decide whether it is right")
    expect(page.locator(".point-name")).to_contain_text("1.4")
    expect(page.locator(".finding dt", has_text="witness").first).to_be_visible()
    expect(page.locator(".finding dd", has_text="2.1").first).to_be_visible()
