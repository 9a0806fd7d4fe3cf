"""Exercise 2: a symbolic check. An oracle that can be stopped decides whether two expressions are equal."""

from grader.api import Tree, Verdict, module, points
from grader.oracles.misconceptions import Misconception, recognise
from grader.oracles.trees import add, integer, mul, power, symbol

exercise2 = module("exercise2")

X = symbol("x", "real")
SIN, COS = Tree("sin", (X,)), Tree("cos", (X,))
RIGHT = add(mul(integer(2), X, SIN), mul(power(X, 2), COS))
APART = "Each factor is differentiated on its own. The derivative of a product has two terms."
MISCONCEPTIONS = (Misconception("factors-apart", APART, (mul(integer(2), X, COS),)),)


@points("2.1")
def check_derivative(exercise2, bounded, seed):
    """The derivative of x²·sin(x) is right, however it is written."""
    answer, equal = exercise2.derivative(X), bounded("symbolic").equal
    comparison = equal(answer, RIGHT, None, seed)
    if comparison["verdict"] == "equal":
        return Verdict.passed()
    if comparison["verdict"] == "undecided":
        return Verdict.review(f"The machine cannot decide whether the expression is right: {comparison['why']}.")
    mistake = recognise(MISCONCEPTIONS, lambda wrong: equal(answer, wrong, None, seed)["verdict"] == "equal")
    reason = (
        mistake.sentence if mistake else f"This is not the derivative: {comparison['witness'] or comparison['why']}."
    )
    return Verdict.failed(reason, mistake.id if mistake else None)
