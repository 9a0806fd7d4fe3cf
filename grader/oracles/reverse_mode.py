"""Reverse-mode differentiation of scalars, in exact rational numbers: an engine like those that students write.

As in any book (Griewank and Walther, Evaluating Derivatives, section 3.2). What a misconception changes is a field of
`Rules`, so that the engine of somebody who holds it can be run. The operations are those that lead from rational
numbers to rational numbers: sums, products, whole powers, ReLU.
"""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

ZERO = Fraction(0)
MAX_VISITS = 5_000  # of one backward pass: an order that visits a node once for each path to it may take 2**40

Slopes: TypeAlias = Callable[..., tuple[Any, ...]]
SLOPES: dict[str, Slopes] = {  # of each operation's result, by each of its operands
    "+": lambda a, b: (1, 1),
    "*": lambda a, b: (b, a),
    "**": lambda a, n: (n * a ** (n - 1),),
    "relu": lambda a: (int(a > 0),),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """How an engine works. `overwriting` and `unchained` are operations: those that set their operands' gradients
    instead of adding to them, and those that leave their result's own gradient out."""

    slopes: Mapping[str, Slopes] = field(default_factory=dict)  # where they are not SLOPES
    order: "Callable[[Node], Iterator[Node]]" = lambda root: topological(root)
    starts: bool = True  # with a gradient of 1 at the root
    overwriting: tuple[str, ...] = ()
    unchained: tuple[str, ...] = ()


class Node:
    """A value, the operation that it came from, and its gradient."""

    def __init__(self, rules: Rules, data: Any, operation: str = "", parents: "tuple[Node, ...]" = (), *extra: int):
        self.rules, self.operation, self.parents = rules, operation, parents
        self.data = data if type(data) is Fraction else Fraction(data)
        self.grad = ZERO
        slopes = rules.slopes.get(operation) or SLOPES.get(operation, tuple)
        self.slopes = slopes(*(node.data for node in parents), *extra)

    def _with(self, other: Any, operation: str, compute: Callable[[Any, Any], Fraction]) -> "Node":
        other = other if isinstance(other, Node) else Node(self.rules, other)
        return Node(self.rules, compute(self.data, other.data), operation, (self, other))

    def __add__(self, other: Any) -> "Node":
        return self._with(other, "+", operator.add)

    def __mul__(self, other: Any) -> "Node":
        return self._with(other, "*", operator.mul)

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, exponent: int) -> "Node":
        return Node(self.rules, self.data**exponent, "**", (self,), exponent)

    def relu(self) -> "Node":
        return Node(self.rules, max(self.data, 0), "relu", (self,))

    def backward(self) -> None:
        """Add to the gradient of every node that this one came from.

        Raises RecursionError for an order that does not end within MAX_VISITS.
        """
        self.grad = Fraction(1) if self.rules.starts else self.grad
        for visits, node in enumerate(self.rules.order(self)):
            if visits > MAX_VISITS:
                raise RecursionError
            for parent, slope in zip(node.parents, node.slopes, strict=True):
                step = slope * (1 if node.operation in self.rules.unchained else node.grad)
                parent.grad = step if node.operation in self.rules.overwriting else parent.grad + step


Order: TypeAlias = Callable[[Node], Iterator[Node]]


def topological(root: Node) -> Iterator[Node]:
    """Every node before its parents: the reverse of the order in which a depth-first search leaves them."""
    left: list[Node] = []
    visited: set[Node] = set()
    stack = [(root, False)]
    while stack:
        node, is_done = stack.pop()
        if is_done:
            left.append(node)
        elif node not in visited:
            visited.add(node)
            stack += [(node, True), *((parent, False) for parent in node.parents)]
    return reversed(left)


def orders_of_reaching() -> list[Order]:
    """From the root, each node as soon as it is reached: orders in which a gradient is passed on too early.

    Depth or breadth first; each node once, or for each path to it; operands in either order, and those that are the
    same value twice or, as a set has them, once. In the order of all combinations, True before False.
    """
    return [_reaching(*way) for way in product((True, False), repeat=4)]


def _reaching(depth: bool, once: bool, turned: bool, repeated: bool) -> Order:
    def order(root: Node) -> Iterator[Node]:
        waiting, visited = [root], set()
        while waiting:
            node = waiting.pop(-1 if depth else 0)
            if once and node in visited:
                continue
            visited.add(node)
            yield node
            parents = node.parents if repeated else tuple(dict.fromkeys(node.parents))
            waiting += parents[:: -1 if turned else 1]

    return order
