"""Decide which trees are expressions: every head with the number and kind of arguments it has in mathematics.

The wire bounds how large a tree is, not that it makes sense, and whoever forges a frame can send any. What passes here
can be rebuilt by sympy without an error and, above all, holds no text but names.
"""

from grader.sandbox.child.protocol import CONSTANT_HEADS, Tree, Value

# The longest honest line, everything expanded, has under 300 parts. Two times nine such expressions, and a question
# around them, are to fit into one message.
MAX_NODES = 3_000
MAX_DEPTH = 100
MAX_NAME = 100  # characters of a symbol
MAX_ORDER = 100  # of a derivative

# Head -> fewest and most arguments. A sum of one, and a logarithm to a base, can be written.
_ARITIES = {
    **dict.fromkeys(("Add", "Mul", "Min", "Max"), (1, MAX_NODES)),
    **dict.fromkeys(("Pow", "atan2", "Mod"), (2, 2)),
    "log": (1, 2),
}


def flaw(tree: Tree) -> str | None:
    """What is wrong with a tree, in words ("a ..."); None for an expression, or an equation between two."""
    heads, depth = _measure(tree)
    if len(heads) > MAX_NODES:
        return f"an expression of more than {MAX_NODES} parts"
    if depth > MAX_DEPTH:
        return f"an expression nested more than {MAX_DEPTH} deep"
    if _nests_substitutions(tree):  # sympy merges the two into one, and fails if they share a variable
        return "an expression with a substitution inside another"
    sides = tree.args if tree.head == "Equality" and len(tree.args) == 2 else (tree,)
    # Within an expression sympy fails on nan sooner or later; alone it is an answer, and a wrong one.
    if not all(_is_part(side) for side in sides) or ("nan" in heads and len(heads) > 1):
        return "a tree that is not an expression"
    return None


def _is_part(value: Value) -> bool:
    if not isinstance(value, Tree):
        return False
    match value.head, value.args:
        case "Symbol", (str(name), "" | "real" | "positive"):
            return _is_name(name)
        case "Integer", (int(number),):
            return not isinstance(number, bool)
        case "Rational", (int(above), int(below)):
            return below > 0 and not isinstance(above, bool) and not isinstance(below, bool)
        case "Float", (float(),):
            return True
        case head, ():
            return head in CONSTANT_HEADS
        case "Function", (str(name), *arguments):
            return _is_name(name) and bool(arguments) and all(_is_part(part) for part in arguments)
        case "Derivative", (expression, *pairs):
            return _is_part(expression) and bool(pairs) and all(_is_order(pair) for pair in pairs)
        case "Subs", (expression, list(old), list(new)):
            names = [part.args for part in old if isinstance(part, Tree) and part.head == "Symbol" and _is_part(part)]
            distinct = len(set(names)) == len(old) == len(new) > 0
            return distinct and all(_is_part(part) for part in (expression, *new))
        case (("Symbol" | "Integer" | "Rational" | "Float" | "Subs" | "Equality"), _):
            return False
        case head, arguments if head not in CONSTANT_HEADS:
            fewest, most = _ARITIES.get(head, (1, 1))
            return fewest <= len(arguments) <= most and all(_is_part(part) for part in arguments)
    return False


def _nests_substitutions(value: Value) -> bool:
    """Whether a Subs is anywhere inside another."""
    waiting = [(value, False)]
    while waiting:
        item, within = waiting.pop()
        if isinstance(item, Tree):
            is_subs = item.head == "Subs"
            if is_subs and within:
                return True
            waiting.extend((part, within or is_subs) for part in item.args)
        elif isinstance(item, list):
            waiting.extend((part, within) for part in item)
    return False


def _is_name(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and name.isprintable()


def _is_order(pair: Value) -> bool:
    """Whether it is [variable, how often]; the variable is a symbol, or a function of one."""
    match pair:
        case [Tree("Symbol" | "Function") as variable, int(count)]:
            return _is_part(variable) and 1 <= count <= MAX_ORDER and not isinstance(count, bool)
    return False


def _measure(value: Value) -> tuple[list[str], int]:
    """The heads of all trees in a tree, "nan" for a Float that is not a number; and how deep they are nested."""
    heads: list[str] = []
    deepest = 0
    waiting = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(item, Tree):
            heads.append("nan" if item.head == "Float" and any(part != part for part in item.args) else item.head)
            waiting.extend((part, depth + 1) for part in item.args)
        elif isinstance(item, list):
            waiting.extend((part, depth + 1) for part in item)
    return heads, deepest
