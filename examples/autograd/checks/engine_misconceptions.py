"""What is often misunderstood about an autograd engine, each as the rules of an engine that does it."""

import tomllib
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

from rational_engine import SLOPES, Node, Rules, Slopes, topological

from grader.oracles.misconceptions import Misconception

SENTENCES = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
ALL = tuple(SLOPES)


def _search(depth: bool, once: bool, turned: bool, repeated: bool) -> Callable[[Node], Iterator[Node]]:
    """From the root, depth or breadth first, each node as soon as it is reached; operands in either order, and those
    that are the same value twice or, as a set has them, once."""

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


def _misconception(name: str, *models: Rules) -> Misconception[Rules]:
    return Misconception(name, SENTENCES[name], models)


def _rule(operation: str, *slopes: Slopes) -> tuple[Rules, ...]:
    return tuple(Rules({operation: slope}) for slope in slopes)


ROOT = _misconception("root-not-one", Rules(start=0))
OF_SUMS_AND_PRODUCTS = (
    _misconception("own-operand", *_rule("*", lambda a, b: (a, b), lambda a, b: (a, a), lambda a, b: (b, b))),
    _misconception("product-like-sum", *_rule("*", SLOPES["+"])),
    _misconception(
        "one-operand",
        *_rule("+", lambda a, b: (1, 0), lambda a, b: (0, 1)),
        *_rule("*", lambda a, b: (b, 0), lambda a, b: (0, a)),
    ),
)
RELU = _misconception("relu-passes-all", *_rule("relu", lambda a: (1,)))
LOCAL = (  # of one operation's own derivative
    *OF_SUMS_AND_PRODUCTS,
    _misconception("exponent-missing", *_rule("**", lambda a, n: (a ** (n - 1),))),
    _misconception("exponent-not-lowered", *_rule("**", lambda a, n: (n * a**n,))),
    RELU,
    _misconception("relu-turned", *_rule("relu", lambda a: (int(a < 0),))),
    _misconception("relu-value", *_rule("relu", lambda a: (max(a, 0),))),
)
OVERWRITTEN = _misconception("overwritten", *(Rules(overwriting=which) for which in (ALL, *((sign,) for sign in ALL))))
ORDER = _misconception("order", *(Rules(order=_search(*way)) for way in product((True, False), repeat=4)))
CHAIN_RULE = _misconception("chain-rule", *(Rules(unchained=which) for which in (ALL, *((sign,) for sign in ALL))))
LEAVES_FIRST = _misconception("leaves-first", Rules(order=lambda root: reversed(list(topological(root)))))
KNOWN = (ROOT, *LOCAL, CHAIN_RULE, OVERWRITTEN, LEAVES_FIRST, ORDER)
