"""Find the line of a value in a TOML text: tomllib gives values alone, and mistakes are reported with lines."""

import re
from collections.abc import Iterator


def last_mention(text: str, reason: str) -> int:
    """The last line that holds what a complaint about the whole rubric names: where a name stands twice."""
    names = [word for word in reason.split() if f'"{word}"' in text]
    lines = [number for number, line in enumerate(text.splitlines(), 1) if names and f'"{names[0]}"' in line]
    return max(lines, default=1)


def line_of(text: str, location: tuple[int | str, ...]) -> int:
    """The line that `location` (keys, and indices into arrays of tables) points to, or the nearest line around it."""
    best, depth = 1, 0
    for number, here in _places(text):
        shared = next(
            (i for i, (a, b) in enumerate(zip(here, location, strict=False)) if a != b), min(len(here), len(location))
        )
        if shared == len(here) and shared > depth:
            best, depth = number, shared
    return best


def _places(text: str) -> Iterator[tuple[int, tuple[int | str, ...]]]:
    """(line, location) of every table header and key of a TOML text, as far as single lines show it."""
    table: tuple[int | str, ...] = ()
    counts: dict[tuple[int | str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[(.+?)\]\]", line):
            path = _resolve(header[1].split("."), counts)
            counts[path] = counts.get(path, -1) + 1
            table = (*path, counts[path])
            yield number, table
        elif header := re.match(r"\s*\[([^\[\]]+)\]\s*(#|$)", line):
            table = _resolve(header[1].split("."), counts)
            yield number, table
        elif key := re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line):
            yield number, (*table, key[1])


def _resolve(names: list[str], counts: dict[tuple[int | str, ...], int]) -> tuple[int | str, ...]:
    """A header's names with the index of the latest element put behind each array of tables but the last."""
    path: tuple[int | str, ...] = ()
    for position, name in enumerate(names):
        path = (*path, name.strip())
        if position < len(names) - 1 and path in counts:
            path = (*path, counts[path])
    return path
