"""Small arrays side by side in plain text, as many in a row as the width has room for, each under its name."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from grader.report.grids import Cell, Grid

GAP = "   "


def side_by_side(grids: Sequence[Grid], width: int) -> Iterator[str]:
    """The lines. An array that is wider than `width` gets a row of its own and is cut at the right with an ellipsis."""
    blocks = [_block(grid) for grid in grids]
    row: list[list[str]] = []
    for block in blocks:
        if row and _width([*row, block]) > width:
            yield from _joined(row, width)
            yield ""
            row = []
        row.append(block)
    if row:
        yield from _joined(row, width)


def _block(grid: Grid) -> list[str]:
    cells = [[_text(cell) for cell in row] for row in grid.rows]
    widest = max((len(text) for row in cells for text in row), default=0)
    return [grid.name, *(" ".join(text.rjust(widest) for text in row) for row in cells)]


def _text(cell: Cell) -> str:
    return cell.text.replace("\N{NO-BREAK SPACE}", " ")


def _width(row: Sequence[Sequence[str]]) -> int:
    return sum(max(map(len, block)) for block in row) + len(GAP) * (len(row) - 1)


def _joined(row: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    widths = [max(map(len, block)) for block in row]
    for line in zip_longest(*row, fillvalue=""):
        text = GAP.join(part.ljust(column_width) for part, column_width in zip(line, widths, strict=True)).rstrip()
        yield text if len(text) <= width else text[: width - 1] + "…"
