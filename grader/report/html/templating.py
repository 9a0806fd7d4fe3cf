"""Where templates meet data: every expression is cleaned and escaped, and a page may load and run nothing but its own.

The policy names the hashes of the one style sheet and the one script, so that even markup which got through would be
neither styled nor run. Text reaches a page through `finalize` alone; no template marks data as safe.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.counting import number
from grader.model import Outcome
from grader.report.grids import figure
from grader.report.html.compiled_templates import CompiledTemplates
from grader.report.plain_text import clean, one_line
from grader.text import separator

FOLDER = Path(__file__).parent
PIECE = 500  # of jinja2's small pieces joined into one of ours: a write for each would be slow
MAX_TEXT = 20_000  # of any one text, whatever a template says: the page has to stay a page

# A sign besides the word, so that colour is never needed; all of them are in every system's fonts.
SIGNS = {
    Outcome.PASSED: "✓",
    Outcome.PARTIAL: "◐",
    Outcome.FAILED: "✗",
    Outcome.MISSING: "○",
    Outcome.ERROR: "!",
    Outcome.TIMEOUT: "…",
    Outcome.CRASHED: "×",
    Outcome.FORBIDDEN: "⊘",
    Outcome.REVIEW: "?",
    Outcome.GRADER_ERROR: "‼",
}


def render(template: str, script: bool, data: Mapping[str, Any]) -> str:
    """The page that a template makes of `data`. `script` includes the page's own script, and permits it to run."""
    return "".join(pieces(template, script, data))


def pieces(template: str, script: bool, data: Mapping[str, Any]) -> Iterator[str]:
    """The same page in pieces, so that nobody has to hold it as a whole."""
    style, code = _asset("style.css") + _asset("chart.css"), _asset("script.js") if script else None
    policy = [
        "default-src 'none'",
        f"style-src {_hash(style)}",
        f"script-src {_hash(code) if code else chr(39) + 'none' + chr(39)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    stream = (
        environment()
        .get_template(template)
        .stream(data, style=style, script=code, policy=Markup("; ".join(policy)), signs=SIGNS)
    )
    stream.enable_buffering(PIECE)
    return stream


def picture(template: str, data: Mapping[str, Any]) -> str:
    """The SVG file that a template makes of `data`."""
    return environment().get_template(template).render(data, style=_asset("chart.css"))


@lru_cache(maxsize=2)
def environment(*further: Path) -> Environment:
    """The environment of the templates here and in further folders; the module's docstring says what it guarantees."""
    templates = Environment(
        loader=FileSystemLoader([*further, FOLDER / "templates"]),
        autoescape=True,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=CompiledTemplates(FOLDER / "__pycache__", Path(__file__)),
    )
    templates.filters |= {"number": number, "figure": figure, "line": one_line, "separator": separator, "words": _words}
    return templates


def _finalize(value: Any) -> Any:
    """What every expression of every template goes through, before it is escaped."""
    return value if isinstance(value, Markup) else clean(str(value), MAX_TEXT)


def _words(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ")


@lru_cache
def _asset(name: str) -> Markup:
    """A file of ours that stands in the page as it is."""
    return Markup((FOLDER / name).read_text(encoding="utf-8"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
