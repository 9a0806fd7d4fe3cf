"""Exercise 2: a symbolic check. An oracle that can be stopped decides whether two expressions are equal."""

from grader.api import Tree, module, points
from grader.oracles.expression_judge import Expected, judge_expression
from grader.oracles.misconceptions import Misconception
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
    return judge_expression(exercise2.derivative(X), Expected(RIGHT, MISCONCEPTIONS), bounded("symbolic"), seed)
