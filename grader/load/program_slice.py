"""The part of a file that one exercise needs, where a person accepted a file that holds several.

A whole notebook read as exercise 2 also has exercise 1's cells: what they import, and what they run, is not held
against exercise 2. What is left out does not run, and what runs is judged as in any file: an import that exercise 2
itself needs stays, and is told. (Program slicing; Weiser 1984, on the statements of a module's top level.)
"""

import ast
import builtins
import tokenize
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby

from grader.load.free_names import Names, names_of
from grader.load.module_facts import bound_names
from grader.load.syntax import parse

MAX_STEPS = 200_000  # from a name to what sets it: a second; a notebook of a whole course takes some thousands
_BUILT_IN = frozenset(dir(builtins))
_IMPORTS = (ast.Import, ast.ImportFrom)


class _TooLongError(Exception):
    """No honest file has so many ways from name to name."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """One of a module's top level; of an import of several names, one for each."""

    node: ast.stmt
    names: Names
    alias: ast.alias | None = None

    @property
    def imports(self) -> bool:
        """Whether there is an import in it, other than of what Python itself is to be."""
        if self.alias is not None:
            return getattr(self.node, "module", "") != "__future__"
        return any(isinstance(part, _IMPORTS) for part in ast.walk(self.node))

    def sets_any(self, names: Collection[str]) -> bool:
        return not (self.names.sets | self.names.changes).isdisjoint(names)


def program_slice(source: bytes, asked_for: Collection[str], others: Collection[str]) -> tuple[bytes, list[int]]:
    """The file without what only other exercises need, and the lines that were left out. `asked_for` are the names of
    this exercise, `others` those of the other ones.

    Left out is, of what is not needed, every import, whatever sets one of the others, and what hangs on these. Lines
    keep their numbers. A file that sets none of the others, or that cannot be followed by reading, is as it was.
    """
    tree = parse(source, "")
    if not isinstance(tree, ast.Module) or not _can_be_followed(tree, source):
        return source, []
    try:
        statements = list(_statements(tree))
        if not any(statement.sets_any(others) for statement in statements):
            return source, []
        out = _Module(statements).left_out(asked_for, others)
    except (_TooLongError, RecursionError):
        return source, []
    return _without(source, [statements[index] for index in sorted(out)])


def _can_be_followed(tree: ast.Module, source: bytes) -> bool:
    """`import *` can: what it may be needed for is what nothing else sets. Places in a line are those of UTF-8."""
    plain = [node for node in tree.body if not (isinstance(node, ast.ImportFrom) and node.names[0].name == "*")]
    encoding, _ = tokenize.detect_encoding(BytesIO(source).readline)
    return encoding.startswith("utf-8") and bound_names(ast.Module(plain, [])) is not None


def _statements(tree: ast.Module) -> Iterator[_Statement]:
    for node in tree.body:
        if isinstance(node, _IMPORTS):
            for alias in node.names:
                yield _Statement(node, Names(sets={(alias.asname or alias.name).partition(".")[0]}), alias)
        else:
            yield _Statement(node, names_of(node))


class _Module:
    """The statements of a module, and by each name those that set or change it."""

    def __init__(self, statements: Sequence[_Statement]) -> None:
        self._statements = statements
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for index, statement in enumerate(statements):
            for name in statement.names.sets | statement.names.changes:
                self._by_name[name].append(index)
        self._steps = 0

    def left_out(self, asked_for: Collection[str], others: Collection[str]) -> set[int]:
        """Of what is not needed: every import, what sets a name of the others, and what hangs on something left out."""
        needed = self._needed(asked_for)
        unneeded = [index for index in range(len(self._statements)) if index not in needed]
        hanging: dict[int, list[int]] = defaultdict(list)
        for index in unneeded:
            for setter in self._hangs_on(index):
                hanging[setter].append(index)
        out: set[int] = set()
        waiting = [
            index for index in unneeded if self._statements[index].imports or self._statements[index].sets_any(others)
        ]
        while waiting:
            index = waiting.pop()
            if index not in out:
                out.add(index)
                waiting += hanging[index]
        return out

    def _needed(self, asked_for: Collection[str]) -> set[int]:
        """The statements without which a name that is asked for would have another value.

        What a function reads when it is called is looked up where that is: at the end, or where a statement uses it.
        """
        end = len(self._statements)
        waiting = [(index, end) for name in asked_for if name in self._by_name for index in self._setters(name, end)]
        visited: set[tuple[int, int]] = set()
        while waiting:
            index, called = waiting.pop()
            if (index, called) not in visited:
                visited.add((index, called))
                names = self._statements[index].names
                waiting += [(setter, index) for name in names.now for setter in self._setters(name, index)]
                waiting += [(setter, called) for name in names.later for setter in self._setters(name, called)]
        return {index for index, _ in visited}

    def _hangs_on(self, index: int) -> Iterator[int]:
        names = self._statements[index].names
        for name in names.now | names.changes:
            yield from self._setters(name, index)
        for name in names.later:
            yield from self._setters(name, len(self._statements))

    def _setters(self, name: str, before: int) -> list[int]:
        """The statements, before one, to which a name may owe its value: the last that sets it, and changes since."""
        setters = []
        for index in reversed(self._by_name[name]):
            self._step()
            if index < before:
                setters.append(index)
                if name in self._statements[index].names.sets:
                    return setters
        if name in _BUILT_IN or name == "*":
            return setters
        return setters + [index for index in self._setters("*", before) if name != "*"]

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise _TooLongError


def _without(source: bytes, out: Sequence[_Statement]) -> tuple[bytes, list[int]]:
    """The file with `pass`, and empty lines, in place of these statements; and the lines that these stood in."""
    lines = source.removeprefix(b"\xef\xbb\xbf").splitlines(keepends=True)
    left_out: set[int] = set()
    by_node = [(node, {id(part.alias) for part in parts}) for node, parts in groupby(out, key=lambda part: part.node)]
    for node, aliases in reversed(by_node):  # from the end: what comes before stays in its place
        others = [alias for alias in node.names if id(alias) not in aliases] if isinstance(node, _IMPORTS) else []
        first = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
        last = node.end_lineno or node.lineno
        text = lines[first - 1][: node.col_offset] + (_import_of(node, others) if others else b"pass")
        rest = lines[last - 1][node.end_col_offset or 0 :] or b"\n"
        lines[first - 1 : last] = [text + rest, *[b"\n"] * (last - first)]
        left_out |= {*range(first, last + 1)}
    return b"".join(lines), sorted(left_out)


def _import_of(node: ast.stmt, names: list[ast.alias]) -> bytes:
    """The same import, of some of its names."""
    fewer = ast.ImportFrom(node.module, names, node.level) if isinstance(node, ast.ImportFrom) else ast.Import(names)
    return ast.unparse(fewer).encode()
