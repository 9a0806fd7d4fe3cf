"""The pictures in docs/desk.md: the desk over an invented class, in the system's Chromium.

python -m scripts.desk_pictures [FOLDER]
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from grader.classroom.class_model import IssueKind
from tests.support.browser import chromium
from tests.support.desk import Door, opened
from tests.support.desk_classes import an_issue, members, write_class

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
DESKTOP, PHONE = (1280, 860), (390, 844)
ITEMS = (
    ("0.5", "All six are discussed, each with a reason for its behaviour."),
    ("0.25", "The numbers are used, not only listed."),
    ("0.25", "There is a conclusion that follows from them."),
)


def main(pictures: Path = PICTURES) -> None:
    pictures.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        results = Path(folder) / "results"
        write_class(results, members(24), [an_issue(IssueKind.UNMATCHED, "Projekt_final")])
        with opened(results) as door:
            marked = prepare(door)
            review = door.get("/queue.json?kind=review").json["tasks"][0]["key"]
            take(pictures, browser, door, "/?kind=mark&all=1", "desk-queue.png")
            take(pictures, browser, door, f"/sheet/{marked}/4.9?kind=mark&all=1", "desk-sheet.png")
            take(pictures, browser, door, f"/sheet/{marked}/4.9?kind=mark&all=1", "desk-sheet-dark.png", scheme="dark")
            take(pictures, browser, door, f"/sheet/{review}/1.4?kind=review", "desk-review.png")
            take(pictures, browser, door, f"/sheet/{marked}/4.9?kind=mark&all=1", "desk-phone.png", size=PHONE)


def prepare(door: Door) -> str:
    """Some items, some marks; returns the key of a sheet that is next."""
    for points, sentence in ITEMS:
        door.post("/rubric/4.9", {"action": "add", "points": points, "sentence": sentence})
    rows = door.get("/queue.json?kind=mark").json["tasks"]
    for place, row in enumerate(rows[:9]):
        fields = {"items": [1, 2, 3][: 1 + place % 3], "words": "Why does RMSprop jitter?" if place % 3 == 0 else ""}
        door.post(f"/mark/{row['key']}/4.9", fields)
    return str(rows[8]["key"])


def take(
    pictures: Path,
    browser: Browser,
    door: Door,
    path: str,
    name: str,
    size: tuple[int, int] = DESKTOP,
    scheme: str = "light",
) -> None:
    """One picture of what a window of this size shows."""
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(door.link)
    page.wait_for_selector("h1")
    page.goto(door.origin + path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=pictures / name)
    context.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
