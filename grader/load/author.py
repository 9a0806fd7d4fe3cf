"""Read student.toml, where students state who they are. It proves nothing: an LMS or a roster goes before it."""

import tomllib
from collections.abc import Mapping

from grader.model import Author
from grader.text import one_line

NAME = "student.toml"
# A name and an id; tomllib needs memory with the square of a dotted key's length: 40 kB take 1.5 GB.
MAX_BYTES = 8 << 10
_MAX_NUMBER = 10**30  # no student's id is longer, and str() of a million digits would take minutes
_MAX_TEXT = 120  # characters of a name or an id


def author_of(files: Mapping[str, bytes]) -> Author | None:
    """Who a submission's student.toml says it is by; None where there is none, or none that can be read."""
    content = files.get(NAME, b"")
    if len(content) > MAX_BYTES:
        return None
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    tables = [table for table in (document, document.get("student")) if isinstance(table, dict)]
    fields = {key.lower(): value for table in tables for key, value in table.items()}
    author = Author(_text(fields.get("name")), _text(fields.get("id")))
    return author if author.name or author.id else None


def _text(value: object) -> str | None:
    """A text, or a number that was written without quotes."""
    if isinstance(value, bool) or not isinstance(value, str | int) or (isinstance(value, int) and value > _MAX_NUMBER):
        return None
    return one_line(str(value), _MAX_TEXT) or None
