"""A real Chromium without a window, driven by playwright: the system's own, none is downloaded.

What a page does beside being looked at is kept: requests, console messages and errors, dialogs.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 180_000.0  # ms for one answer: a cold start on a busy machine takes some
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")  # it is root that runs CI

needs_chromium = pytest.mark.skipif(
    PROGRAM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"
)


class Browser:
    """One tab. `requests`, `complaints` and `dialogs` are what it has asked for, said on the console, and popped up."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.dialogs: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dismiss)

    def open(
        self, page: Path, width: int = 1280, height: int = 900, media: str = "screen", scheme: str = "light"
    ) -> None:
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(media=media, color_scheme=scheme)
        self.page.goto(page.as_uri())

    def evaluate(self, expression: str) -> Any:
        """What an expression of JavaScript comes to in the page, as plain data."""
        return self.page.evaluate(expression)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def screenshot(self, path: Path) -> None:
        self.page.screenshot(path=path, full_page=True)

    def pdf(self) -> bytes:
        return self.page.pdf()  # type: ignore[no-any-return]

    def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@contextmanager
def chromium() -> Iterator[Any]:
    """A Chromium with an empty profile, as playwright drives it; nothing of it is left at the end. Skips without
    playwright."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install '.[dev]')")
    with (
        sync_api.sync_playwright() as driver,
        driver.chromium.launch(executable_path=PROGRAM, args=list(FLAGS), timeout=PATIENCE) as opened,
    ):
        yield opened


@contextmanager
def browser() -> Iterator[Browser]:
    """One tab of it."""
    with chromium() as opened:
        yield Browser(opened.new_page())
