"""A student's Markdown as HTML in which nothing acts: no link leads anywhere, no image is fetched, HTML is text.

CommonMark and tables by markdown-it; its own HTML passes through no filter, because it makes none of what a filter
would look for: raw HTML is off, and links and images are drawn by the rules below, as text.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from grader.report.plain_text import clean

MAX_CHARACTERS = 20_000
MAX_BRACKETS = 2_000  # the parser looks for the end of each from each: 20,000 of them take a second, these 10 ms
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6", "h6": "h6"}  # below the page's own


def to_html(text: str) -> Markup:
    """The text as HTML. What cannot be read as Markdown is shown as it was typed."""
    shown = clean(text, MAX_CHARACTERS)
    try:
        if shown.count("[") <= MAX_BRACKETS:
            return Markup(_parser().render(shown))
    except RecursionError:
        pass
    return Markup("<pre>{}</pre>").format(shown)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 20}).enable("table")
    for name, rule in {
        "link_open": _link_open,
        "link_close": _link_close,
        "image": _image,
        "heading_open": _heading,
        "heading_close": _heading,
        "th_open": _cell,
        "td_open": _cell,
        "fence": _code,
        "ordered_list_open": _plain,
    }.items():
        parser.add_render_rule(name, rule)
    return parser


def _link_open(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: dict[str, Any]) -> str:
    env.setdefault("links", []).append(str(tokens[place].attrs.get("href", "")))
    return '<span class="inert">'


def _link_close(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: dict[str, Any]) -> str:
    where = env["links"].pop()
    return f'</span> <span class="quiet">({escape(clean(where, 200))})</span>'


def _image(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: dict[str, Any]) -> str:
    token = tokens[place]
    where = escape(clean(str(token.attrs.get("src", "")), 200))
    return f'<span class="inert">[image: {escape(token.content)}, {where}]</span>'


def _heading(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: dict[str, Any]) -> str:
    tag = _HEADINGS[tokens[place].tag]
    return f"<{tag}>" if tokens[place].nesting == 1 else f"</{tag}>\n"


def _cell(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: dict[str, Any]) -> str:
    return f"<{tokens[place].tag}>"  # without the alignment, which is an inline style


def _code(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: dict[str, Any]) -> str:
    return f"<pre><code>{escape(tokens[place].content)}</code></pre>\n"


def _plain(renderer: Any, tokens: Sequence[Token], place: int, options: Any, env: dict[str, Any]) -> str:
    start = tokens[place].attrs.get("start")
    return f'<ol start="{int(start)}">\n' if start is not None else "<ol>\n"
