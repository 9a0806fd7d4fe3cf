"""The page that shows similar hand-ins side by side. A hint for a person, and nobody's verdict."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.report.html.templating import pieces
from grader.report.side_by_side import FilePair


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two hand-ins by name, the share that they have in common (0 to 1), and their files."""

    left: str
    right: str
    share: float
    files: Sequence[FilePair]


def comparison_page(comparisons: Iterable[Comparison], *, title: str = "") -> Iterator[str]:
    """A self-contained HTML file, in pieces; each comparison is made when its turn comes."""
    return pieces("comparison.jinja", script=False, data={"comparisons": comparisons, "title": title})
