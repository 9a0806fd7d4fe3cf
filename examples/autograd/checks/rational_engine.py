"""An engine like the students', over exact rational numbers, and programs that are put to both.

Reverse mode as in any book (Griewank and Walther, Evaluating Derivatives, section 3.2). What a misconception changes is
a field of `Rules`, so that the engine of somebody who holds it can be run.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

MAX_VISITS = 5_000  # of one backward pass: an order that visits a node once for each path to it may take 2**40

Slopes = Callable[..., tuple[Any, ...]]
SLOPES: dict[str, Slopes] = {  # of each operation's result, by each of its operands
    "+": lambda a, b: (1, 1),
    "*": lambda a, b: (b, a),
    "**": lambda a, n: (n * a ** (n - 1),),
    "relu": lambda a: (int(a > 0),),
}


@dataclass(frozen=True)
class Rules:
    """How an engine works. `overwriting` and `unchained` are operations: those that set their operands' gradients
    instead of adding to them, and those that leave their result's own gradient out."""

    slopes: Mapping[str, Slopes] = field(default_factory=dict)  # where they are not SLOPES
    order: "Callable[[Node], Iterator[Node]]" = lambda root: topological(root)
    start: int = 1
    overwriting: tuple[str, ...] = ()
    unchained: tuple[str, ...] = ()


class Node:
    """A value, the operation that it came from, and its gradient."""

    def __init__(self, rules: Rules, data: Any, operation: str = "", parents: "tuple[Node, ...]" = (), *extra: int):
        self.rules, self.data, self.operation, self.parents = rules, Fraction(data), operation, parents
        self.grad = Fraction(0)
        slopes = {**SLOPES, **rules.slopes}.get(operation, tuple)
        self.slopes = slopes(*(node.data for node in parents), *extra)

    def __add__(self, other: Any) -> "Node":
        other = other if isinstance(other, Node) else Node(self.rules, other)
        return Node(self.rules, self.data + other.data, "+", (self, other))

    def __mul__(self, other: Any) -> "Node":
        other = other if isinstance(other, Node) else Node(self.rules, other)
        return Node(self.rules, self.data * other.data, "*", (self, other))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, exponent: int) -> "Node":
        return Node(self.rules, self.data**exponent, "**", (self,), exponent)

    def relu(self) -> "Node":
        return Node(self.rules, max(self.data, 0), "relu", (self,))

    def backward(self) -> None:
        """Raises RecursionError for an order that does not come to its end in time."""
        self.grad = Fraction(self.rules.start)
        for visits, node in enumerate(self.rules.order(self)):
            if visits > MAX_VISITS:
                raise RecursionError
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                step = slope * (1 if node.operation in self.rules.unchained else node.grad)
                parent.grad = step if node.operation in self.rules.overwriting else parent.grad + step


def topological(root: Node) -> Iterator[Node]:
    """Every node before its parents: a depth-first search's order of leaving, reversed; without recursion."""
    left: list[Node] = []
    visited, stack = {root}, [(root, iter(root.parents))]
    while stack:
        _, parents = stack[-1]
        following = next((parent for parent in parents if parent not in visited), None)
        if following is None:
            left.append(stack.pop()[0])
        else:
            visited.add(following)
            stack.append((following, iter(following.parents)))
    return reversed(left)


@dataclass(frozen=True)
class Program:
    """Values for the leaves, and lines such as `c = a * b`; the last line's value is the root."""

    leaves: Mapping[str, float]
    lines: tuple[str, ...]

    @property
    def root(self) -> str:
        return self.lines[-1].partition(" =")[0]

    def run(self, value: Callable[[float], Any]) -> tuple[Any, list[Any]]:
        """The root and the leaves, with an engine's `Value`."""
        scope: dict[str, Any] = {name: value(data) for name, data in self.leaves.items()}
        leaves = list(scope.values())
        for line in self.lines:
            carry_out(line, scope)
        return scope[self.root], leaves


def carry_out(line: str, scope: dict[str, Any]) -> None:
    """Runs a line of a program, whose text is ours."""
    exec(line, {"__builtins__": {}}, scope)
