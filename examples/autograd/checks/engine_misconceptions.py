"""What is often misunderstood about an autograd engine, each as the rules of an engine that does it."""

import tomllib
from pathlib import Path

from grader.oracles.misconceptions import Misconception
from grader.oracles.reverse_mode import SLOPES, Rules, Slopes, orders_of_reaching, topological

SENTENCES = tomllib.loads(Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8"))
ALL = tuple(SLOPES)


def _misconception(name: str, *models: Rules) -> Misconception[Rules]:
    return Misconception(name, SENTENCES[name], models)


def _rule(operation: str, *slopes: Slopes) -> tuple[Rules, ...]:
    return tuple(Rules({operation: slope}) for slope in slopes)


ROOT = _misconception("root-not-one", Rules(starts=False))
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
ORDER = _misconception("order", *(Rules(order=order) for order in orders_of_reaching()))
CHAIN_RULE = _misconception("chain-rule", *(Rules(unchained=which) for which in (ALL, *((sign,) for sign in ALL))))
LEAVES_FIRST = _misconception("leaves-first", Rules(order=lambda root: reversed(list(topological(root)))))
MISCONCEPTIONS = (ROOT, *LOCAL, CHAIN_RULE, OVERWRITTEN, LEAVES_FIRST, ORDER)
