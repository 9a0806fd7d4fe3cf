"""Point 4.9: the discussion in report.md is a person's to mark. The machine finds out whether there is one, and lays
beside it what that person needs: the text, the measured results, and which optimizers are not mentioned."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from grader.api import Verdict
from grader.assignment.comparison import SIX

FILE = "report.md"
MAX_CHARACTERS = 20_000  # of the text that goes into a report; a paragraph on each of six is a tenth of it
# Spellings in use; case, hyphens and spaces do not matter.
SPELLINGS = {
    "Adadelta": r"ada[\s\-_]*delta",
    "Adagrad": r"ada[\s\-_]*grad",
    "Adam": r"adam(?!ax|w)",
    "RMSprop": r"r[\s\-_]*m[\s\-_]*s[\s\-_]*prop",
    "SGD": r"s[\s\-_]*g[\s\-_]*d|stochastic\s+gradient\s+descent",
    "LBFGS": r"l[\s\-_]*(m[\s\-_]*)?bfgs",
}


def judge(files: Mapping[str, bytes], table: Callable[[], Mapping[str, Any]]) -> Verdict:
    """`review` with all that a person needs, or `missing`. `table` gives the measured results, by optimizer."""
    path = _path(files)
    if path is None:
        return Verdict.missing(f"There is no {FILE}: a paragraph on each optimizer goes there.")
    text = decoded(files[path])
    if not written(text):
        state = "has headings and no text yet" if text.strip() else "is empty"
        return Verdict.missing(f"{FILE} {state}: a paragraph on each optimizer goes there.")
    silent = not_mentioned(text)
    remark = f" {FILE} does not mention {', '.join(silent)}." if silent else ""
    return Verdict.review(
        f"A person reads the discussion and gives this point.{remark}",
        text=text[:MAX_CHARACTERS],
        not_mentioned=silent,
        measured=dict(table()),
    )


def is_written(files: Mapping[str, bytes]) -> bool:
    """Whether there is a text for a person to read."""
    path = _path(files)
    return path is not None and bool(written(decoded(files[path])))


def _path(files: Mapping[str, bytes]) -> str | None:
    return next((name for name in files if name.lower() == FILE), None)


def decoded(data: bytes) -> str:
    """The text, whatever editor saved it. What is no text comes out as replacement characters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def written(text: str) -> str:
    """What is left without comments, headings and rules: the student's own words."""
    text = re.sub(r"<!--.*?(-->|\Z)", "", text, flags=re.DOTALL)
    lines = [line.strip() for line in text.splitlines()]
    titles = {
        place for place, line in enumerate(lines) if re.fullmatch(r"=+|-+", line)
    }  # the line above such a one is a heading
    return "\n".join(
        line
        for place, line in enumerate(lines)
        if line
        and not line.startswith("#")
        and place not in titles
        and place + 1 not in titles
        and not re.fullmatch(r"[*_.\-…\s]+", line)
    )


def not_mentioned(text: str) -> list[str]:
    """The optimizers whose name does not occur in the student's own words or headings."""
    plain = re.sub(r"<!--.*?(-->|\Z)", "", text, flags=re.DOTALL)
    return [name for name in SIX if not re.search(rf"(?<![a-z])({SPELLINGS[name]})", plain, flags=re.IGNORECASE)]
