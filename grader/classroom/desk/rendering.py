"""Pages out of templates: the report's own environment and pictures, with the desk's templates beside them."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from grader.classroom.desk.rubric_items import signed
from grader.classroom.desk.tasks import WORDS
from grader.report.html import templating

FOLDER = Path(__file__).parent
# Served as they are, under a name with their hash in it, so that a browser keeps them and still never has an old one.
_ASSETS = {
    "report.css": ("text/css", (templating.FOLDER / "style.css", templating.FOLDER / "chart.css")),
    "desk.css": ("text/css", (FOLDER / "desk.css",)),
    "desk.js": ("text/javascript", (FOLDER / "desk.js",)),
    "desk.svg": ("image/svg+xml", (FOLDER / "desk.svg",)),
}


def page(template: str, data: Mapping[str, Any]) -> str:
    """The HTML that a template of the desk makes of `data`."""
    return _environment().get_template(template).render(data)


def asset(name: str) -> tuple[bytes, str] | None:
    """The content and type of a file of ours, by the name under which pages ask for it."""
    return _assets().get(name)


@lru_cache(maxsize=1)
def _assets() -> dict[str, tuple[bytes, str]]:
    return {address: (_content(name), _ASSETS[name][0]) for name, address in _addresses().items()}


def _addresses() -> dict[str, str]:
    return {name: _address(name) for name in _ASSETS}


def _address(name: str) -> str:
    stem, _, suffix = name.partition(".")
    return f"{stem}-{hashlib.sha256(_content(name)).hexdigest()[:12]}.{suffix}"


def _content(name: str) -> bytes:
    return b"\n".join(path.read_bytes() for path in _ASSETS[name][1])


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = templating.environment(FOLDER / "templates")
    environment.globals |= {"assets": _addresses(), "signs": templating.SIGNS, "kind_words": WORDS}
    environment.filters |= {"signed": signed, "moment": _moment}
    return environment


def _moment(text: str) -> str:
    """2026-11-27T14:03:22.123+00:00 -> 2026-11-27 14:03 UTC."""
    return f"{text[:10]} {text[11:16]} UTC"
