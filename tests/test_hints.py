"""The sentence for a slip, from the exception as Python itself words it here."""

import io

import numpy as np
import pytest
import sympy

from grader.suite.hints import hint

NAMES = {"np": np, "sympy": sympy, "math": __import__("math"), "r": sympy.Symbol("r"), "a": np.ones(3)}


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("r ^ 2", "In Python a power is written **; ^ is something else."),
        ("a ^ 2", "In Python a power is written **; ^ is something else."),
        ("math.cos(r)", "For symbols take sympy's: sympy.cos"),
        ("np.sin(r)", "numpy works on numbers only. For symbols take sympy.sin."),
        ("np.zeros(4 / 2)", "a division with / gives a float, with // a whole number."),
        ("range(4 / 2)", "a division with / gives a float, with // a whole number."),
        ("a[: 4 / 2]", "a division with / gives a float, with // a whole number."),
        ("a[4 / 2]", "a division with / gives a float, with // a whole number."),
        ("max([])", "The list or array is empty. Print its length"),
        ("a[3:].max()", "The list or array is empty."),
        ("a[3:].argmax()", "The list or array is empty."),
        ("__import__('functools').reduce(max, [])", "The list or array is empty."),
        (
            "(1.5).backward()",
            "item() gives a plain number, which knows no gradient: call backward() on the loss itself.",
        ),
        ("float(None)  # optimizer.step(closure)", "end the closure with `return loss`."),
        ("[1, 2][2]", "Python counts from 0: of nine entries, the first is [0] and the last [8]."),
        ("(1, 2)[2]", "Python counts from 0"),
        ("open('no-such-file.csv')", "Only your modules are there when it is judged"),
        ("input('n? ')", "Remove input(): all values arrive as arguments."),
        ("exec('from .helpers import x', {'__name__': 'm', '__package__': ''})", "Leave the dot out"),
        ("numpy.ones(2)", "Is `import numpy as np` at the top of the file?"),
        ("torch.ones(2)", "Is torch imported?"),
        ("r(2)", "Is there a * missing before the parenthesis?"),
        ("xrange(3)", "This is Python 2; the course uses Python 3: write range instead of xrange."),
        ("unicode('a')", "write str instead of unicode."),
        ("__import__('itertools').izip([], [])", "write zip instead of izip."),
        ("exec('from itertools import izip')", "write zip instead of izip."),
        ("{}.iteritems()", "This is Python 2; the course uses Python 3: write items instead of iteritems."),
        ("{}.has_key(1)", "write `key in d` instead of d.has_key(key)."),
        ("iter([]).next()", "write next(x) instead of x.next()."),
        ("raw_input()", "remove raw_input(), all values arrive as arguments."),
        ("reduce(max, [1])", "In Python 3 reduce has to be imported: from functools import reduce."),
        ("cmp(1, 2)", "compare with <, == and >."),
        ("print >>r, 2", "print is a function, so write print(x)."),
        ("map(str, [1])[0]", "put list(...) around them."),
        ("{}.keys()[0]", "put list(...) around them."),
        ("len(zip([1], [2]))", "put list(...) around them."),
        ("range(3) + [1]", "In Python 3 a range is not a list: put list(...) around it."),
        ("exec('range(3)[0] = 1')", "In Python 3 a range is not a list: "),
        (
            "(lambda f: f(f))(lambda f: f(f))",
            "It never stops calling itself: is there a case that returns without another call?",
        ),
    ],
)
def test_a_slip_has_its_hint(code: str, advice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        eval(code, dict(NAMES))
    found = hint(f"{type(caught.value).__name__}: {caught.value}", code)
    assert found is not None
    assert advice in found.sentence
    assert (found.diagnosis == "true-division") is ("/" in code)
    assert found.sentence.endswith((".", "?"))


def test_wrong_in_features_says_what_arrives() -> None:
    message = "RuntimeError: mat1 and mat2 shapes cannot be multiplied (64x128 and 100x10)"
    found = hint(message, "self.net(x)")
    assert found is not None
    assert "expects in_features=100, but 128 values for each image arrive there" in found.sentence


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("AttributeError: 'Node' object has no attribute 'next'", "node.next()"),
        ("NameError: name 'xranges' is not defined", "xranges(3)"),
        ("ValueError: operands could not be broadcast together", "a + b"),
        ("TypeError: Cannot convert expression to float", "float(x)"),
        ("IndexError: index 9 is out of bounds", "a[9] / 2"),
    ],
)
def test_anything_else_has_none(message: str, code: str) -> None:
    assert hint(message, code) is None
