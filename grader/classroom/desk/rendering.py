"""Pages out of templates: the report's own environment and pictures, with the desk's templates beside them."""

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment

from grader.classroom.desk import worklist
from grader.classroom.desk.rubric_items import signed
from grader.report.html import templating

FOLDER = Path(__file__).parent
# Served as they are, under a name with their hash in it, so that a browser keeps them and still never has an old one.
_ASSETS = {
    "report.css": (templating.FOLDER / "style.css", "text/css"),
    "desk.css": (FOLDER / "desk.css", "text/css"),
    "desk.js": (FOLDER / "desk.js", "text/javascript"),
    "desk.svg": (FOLDER / "desk.svg", "image/svg+xml"),
}


def page(template: str, data: Mapping[str, Any]) -> str:
    """The HTML that a template of the desk makes of `data`."""
    return _environment().get_template(template).render(data)


def asset(name: str) -> tuple[bytes, str] | None:
    """The content and type of a file of ours, by the name under which pages ask for it."""
    return _assets().get(name)


def _addresses() -> dict[str, str]:
    return {name: _address(name, path) for name, (path, _) in _ASSETS.items()}


def _address(name: str, path: Path) -> str:
    stem, _, suffix = name.partition(".")
    return f"{stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}.{suffix}"


@lru_cache(maxsize=1)
def _assets() -> dict[str, tuple[bytes, str]]:
    return {_address(name, path): (path.read_bytes(), kind) for name, (path, kind) in _ASSETS.items()}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = templating.environment(FOLDER / "templates")
    environment.globals |= {"assets": _addresses(), "signs": templating.SIGNS, "kind_words": worklist.WORDS}
    environment.filters |= {"signed": signed, "moment": _moment}
    return environment


def _moment(text: str) -> str:
    """2026-11-27T14:03:22.123+00:00 -> 2026-11-27 14:03 UTC."""
    return f"{text[:10]} {text[11:16]} UTC"
