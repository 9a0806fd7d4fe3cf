"""Turn a notebook's code cells into one Python file, for a TA who accepts it.

The JSON is read directly: the package nbformat would bring four more.
"""

import ast
import json
import re

from grader.load.content import MAX_CODE_BYTES, too_large
from grader.load.syntax import parse

# Cell magics behind which the cell is still Python (IPython's own; https://ipython.readthedocs.io, built-in magics).
_PYTHON_CELLS = ("%%time", "%%timeit", "%%capture", "%%prun")
# A line magic, a shell command, a question: `%matplotlib inline`, `!pip list`, `np.sum?`. `% 2` goes on with a sum.
_IPYTHON = re.compile(r"(%[A-Za-z%]|!|\?|(pip3?|conda) install ).*|[\w.]+\?{1,2}\s*")
_TIMED = re.compile(r"%time\s+(?=\S)")  # what follows is executed where it stands, names and all
_ASSIGNED = re.compile(r"(?P<names>\w[\w., ]*=\s*)(?P<command>[!%][A-Za-z].*)")  # `files = !ls`


class NotebookError(ValueError):
    """Bytes that are no notebook; the message says what is wrong."""


def code_of(content: bytes) -> bytes:
    """The code cells (nbformat 3 and 4), in order. What only IPython understands becomes a comment.

    Raises NotebookError.
    """
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
        sources = [_source(cell) for cell in _cells(notebook) if cell.get("cell_type") == "code"]
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError) as error:
        raise NotebookError("this is not a notebook that can be read") from error
    if sum(map(len, sources)) > MAX_CODE_BYTES:  # before Python reads them: what it makes of 1 MiB takes 1 GB
        raise NotebookError(too_large(MAX_CODE_BYTES))
    code = "\n\n".join(_plain(source) for source in sources).encode("utf-8", "replace") + b"\n"
    if len(code) > MAX_CODE_BYTES:
        raise NotebookError(too_large(MAX_CODE_BYTES))
    return code


def _cells(notebook: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    if "cells" in notebook:
        return notebook["cells"]
    return [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]  # type: ignore[attr-defined]


def _source(cell: dict[str, object]) -> str:
    source = cell["source"] if "source" in cell else cell["input"]
    return "".join(source) if isinstance(source, list) else str(source)


def _plain(source: str) -> str:
    """A cell with magics, shell commands and questions commented out, line by line, so that line numbers stay.

    A cell that Python reads has none, whatever its texts and the continuations of its lines begin with.
    """
    if isinstance(parse(source.encode("utf-8", "replace"), ""), ast.Module):
        return source
    lines = source.splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(_PYTHON_CELLS):
        return "\n".join(f"# {line}" for line in lines)
    return "\n".join(_commented(line) for line in lines)


def _commented(line: str) -> str:
    bare = line.lstrip()
    indent = line[: len(line) - len(bare)]
    if timed := _TIMED.match(bare):
        return f"{indent}{bare[timed.end() :]}"
    if assigned := _ASSIGNED.fullmatch(bare):
        return f"{indent}{assigned['names']}None  # {assigned['command']}"
    if _IPYTHON.fullmatch(bare):
        return f"{indent}pass  # {bare}" if indent else f"# {bare}"
    return line
