"""Builders of symbolic expressions as plain trees, for checks that put questions: no sympy on the trusted side."""

from grader.sandbox.child.protocol import Tree, Value


def symbol(name: str, assumption: str = "") -> Tree:
    """A symbol; `assumption` is "", "real" or "positive"."""
    return Tree("Symbol", (name, assumption))


def symbols(prefix: str, count: int, assumption: str = "") -> list[Tree]:
    """prefix_1, ..., prefix_count."""
    return [symbol(f"{prefix}_{index}", assumption) for index in range(1, count + 1)]


def integer(value: int) -> Tree:
    return Tree("Integer", (value,))


def add(*terms: Value) -> Tree:
    return Tree("Add", terms)


def mul(*factors: Value) -> Tree:
    return Tree("Mul", factors)


def power(base: Value, exponent: int) -> Tree:
    return Tree("Pow", (base, integer(exponent)))


def names(value: Value) -> set[str]:
    """The symbols in a tree, or in a list of trees, without the variables of a Subs, which are names of its own."""
    match value:
        case Tree("Symbol", (name, *_)):
            return {str(name)}
        case Tree("Subs", (inner, variables, values)):
            return names(inner) - names(variables) | names(values)
        case Tree(_, parts) | list(parts):
            return set[str]().union(*map(names, parts))
    return set()


def derivative(expression: Value, variable: Tree) -> Tree:
    """The unevaluated first derivative of `expression` by `variable`."""
    return Tree("Derivative", (expression, [variable, 1]))
