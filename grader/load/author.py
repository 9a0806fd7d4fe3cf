"""student.toml: who handed in, in their own words. A claim, no proof: an LMS's or a roster's word goes before it."""

import tomllib
from collections.abc import Mapping

from grader.model import Author
from grader.text import one_line

NAME = "student.toml"
_MAX_NUMBER = 10**30  # what str() writes in no time
_MAX_TEXT = 120  # characters of a name or an id


def author_of(files: Mapping[str, bytes]) -> Author | None:
    """Who a submission's student.toml says it is by; None where there is none, or none that can be read."""
    try:
        known = tomllib.loads(files[NAME].decode("utf-8-sig"))
    except (KeyError, ValueError, RecursionError):
        return None
    inner = known.get("student")
    known = {key.lower(): value for table in (known, inner) if isinstance(table, dict) for key, value in table.items()}
    author = Author(_text(known.get("name")), _text(known.get("id")))
    return author if author.name or author.id else None


def _text(value: object) -> str | None:
    """A text, or a number that was written without quotes."""
    if isinstance(value, bool) or not isinstance(value, str | int) or (isinstance(value, int) and value > _MAX_NUMBER):
        return None
    return one_line(str(value), _MAX_TEXT) or None
