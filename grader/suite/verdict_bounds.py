"""Bound a verdict before it becomes part of a report: whatever a check put into it, a person can read it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.model import Verdict

MAX_MESSAGE = 4_000  # characters; a screen or two
MAX_NOTES = 20
MAX_EVIDENCE = 256 << 10  # bytes of JSON; the largest honest one, six optimizers' curves, takes a tenth
_NUMBER = 8  # characters of JSON that a number takes on average, with the separator
_LEFT_OUT = "Left out of the report, since it is too large: {}."


def malformed(verdict: object) -> str | None:
    """Why what a check returned is no verdict that a report can have; None of one that is."""
    if not isinstance(verdict, Verdict):
        return f"it returned {'None' if verdict is None else f'{verdict!r:.40}'}, not a Verdict"
    texts = {
        "message": verdict.message,
        "diagnosis": verdict.diagnosis or "",
        "notes": "".join(map(str, verdict.notes)),
    }
    wrong = next((name for name, text in texts.items() if not isinstance(text, str)), None)
    if wrong:
        return f"its verdict's {wrong} is {texts[wrong]!r:.40}, not a text"
    if not isinstance(verdict.share, int | float) or not 0 <= verdict.share <= 1:
        return f"its verdict's share is {verdict.share!r:.40}; shares go from 0 to 1"
    try:
        json.dumps(dict(verdict.evidence))
    except (TypeError, ValueError) as error:
        return f"its verdict's evidence is not plain data ({error})"
    return None


def bounded(verdict: Verdict) -> Verdict:
    """The verdict with its texts cut and without the evidence that would make a report nobody can read."""
    evidence, left_out = _evidence(verdict.evidence)
    notes = [_cut(note) for note in verdict.notes[:MAX_NOTES]]
    if left_out:
        notes.append(_LEFT_OUT.format(", ".join(left_out)))
    return replace(verdict, message=_cut(verdict.message), notes=tuple(notes), evidence=evidence)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE else f"{text[:MAX_MESSAGE]} …"


def _size(value: Any) -> int:
    """About how many characters of JSON a value is; counting stops once it is too many."""
    count, waiting = 0, [value]
    while waiting and count <= MAX_EVIDENCE:
        item = waiting.pop()
        match item:
            case dict():
                waiting += [*item.keys(), *item.values()]
            case list() | tuple():
                waiting += item
        count += len(item) + 4 if isinstance(item, str) else _NUMBER
    return count


def _evidence(evidence: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What of the evidence fits, the small before the large, and the names of what does not."""
    sizes = {name: _size(value) for name, value in evidence.items()}
    room, names = MAX_EVIDENCE, set()
    for name in sorted(sizes, key=lambda each: sizes[each]):
        if sizes[name] <= room:
            names.add(name)
            room -= sizes[name]
    return {name: value for name, value in evidence.items() if name in names}, [
        name for name in sizes if name not in names
    ]
