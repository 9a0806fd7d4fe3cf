"""Say what to do about the commonest exceptions: a sentence for each slip that students make again and again.

A slip is recognized by the exception's own text and the student's line that raised it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from grader.load.python2 import is_python2


@dataclass(frozen=True, slots=True)
class Hint:
    """What to do, and the id of the misconception behind it, where there is one."""

    sentence: str
    diagnosis: str | None = None


@dataclass(frozen=True, slots=True)
class _Slip:
    """`text` is a pattern for "Type: text", `line` one for the line of code. The sentence may quote `text`'s groups."""

    text: str
    sentence: str | Callable[[re.Match[str]], str]
    line: str = ""
    diagnosis: str | None = None


# What Python 2 calls otherwise, or has no more.
_RENAMED = {"xrange": "range", "unicode": "str", "basestring": "str", "long": "int", "unichr": "chr"}
_RENAMED |= {"izip": "zip", "imap": "map", "ifilter": "filter", "izip_longest": "zip_longest"}
_RENAMED |= {"iteritems": "items", "itervalues": "values", "iterkeys": "keys"}
_NOT_DEFINED = rf"^NameError: name '({'|'.join(_RENAMED)})' is not defined"

_PYTHON_2 = (
    _Slip(_NOT_DEFINED, lambda match: is_python2(f"write {_RENAMED[match[1]]} instead of {match[1]}")),
    _Slip(
        r"cannot import name '(izip|imap|ifilter|izip_longest)'|has no attribute '(i(?:zip|map|filter|zip_longest))'",
        lambda match: is_python2(f"write {_RENAMED[match[1] or match[2]]} instead of {match[1] or match[2]}"),
    ),
    _Slip(
        r"'dict' object has no attribute '(iteritems|itervalues|iterkeys)'",
        lambda match: is_python2(f"write {_RENAMED[match[1]]} instead of {match[1]}"),
    ),
    _Slip(r"'dict' object has no attribute 'has_key'", is_python2("write `key in d` instead of d.has_key(key)")),
    _Slip(
        r"'(?:generator|zip|map|filter|enumerate|\w*iterator)' object has no attribute 'next'",
        is_python2("write next(x) instead of x.next()"),
    ),
    _Slip(r"^NameError: name 'raw_input'", is_python2("remove raw_input(), all values arrive as arguments")),
    _Slip(r"^NameError: name 'reduce'", "In Python 3 reduce has to be imported: from functools import reduce."),
    _Slip(r"^NameError: name 'cmp'", is_python2("compare with <, == and >")),
    _Slip(
        r"for >>: 'builtin_function_or_method'",
        is_python2("print is a function, so write print(x)"),
        line=r"\bprint\s*>>",
    ),
    _Slip(
        r"'(map|filter|zip|dict_keys|dict_values|dict_items)' object is not subscriptable"
        r"|object of type '(map|filter|zip)' has no len\(\)",
        "In Python 3, map, filter, zip and the parts of a dictionary are not lists: put list(...) around them.",
    ),
    _Slip(
        r"'range' object does not support item assignment"
        r"|for \+: '(?:range' and 'list|list' and 'range|range' and 'range)'",
        "In Python 3 a range is not a list: put list(...) around it.",
    ),
)

_SLIPS = (
    *_PYTHON_2,
    _Slip(r"for \^:|bitwise_xor", "In Python a power is written **; ^ is something else.", line=r"\^"),
    _Slip(
        r"Cannot convert expression to float",
        "The functions of math work on numbers only. For symbols take sympy's: sympy.cos, sympy.sin, sympy.sqrt.",
        line=r"\b(?:math|np|numpy)\.",
    ),
    _Slip(
        r"type (?:Symbol|Mul|Add|Pow|cos|sin) which has no callable (\w+) method",
        lambda match: f"numpy works on numbers only. For symbols take sympy.{match[1]}.",
    ),
    _Slip(
        r"^TypeError: .*(?:'(?:numpy\.)?float(?:64)?' object cannot be interpreted as an integer"
        r"|slice indices must be integers|sequence of integers or a single integer, got '[\d.]+')"
        r"|^IndexError: only integers, slices",
        "A size or an index has to be a whole number: a division with / gives a float, with // a whole number.",
        diagnosis="true-division",
    ),
    _Slip(
        r"mat1 and mat2 shapes cannot be multiplied \(\d+x(\d+) and (\d+)x\d+\)",
        lambda match: (
            f"The Linear layer expects in_features={match[2]}, but {match[1]} values for each image arrive there. "
            "Compute in_features from input_shape; is there an nn.Flatten() before it?"
        ),
    ),
    _Slip(
        r"'float' object has no attribute 'backward'",
        "item() gives a plain number, which knows no gradient: call backward() on the loss itself.",
    ),
    _Slip(
        r"element 0 of tensors does not require grad",
        "Nothing leads from the loss back to the parameters: is it computed under no_grad(), or behind detach(), "
        ".data, .item() or numpy?",
    ),
    _Slip(
        r"Trying to backward through the graph a second time",
        "Each backward() needs a loss that was computed anew: call the model inside the loop, and inside the closure.",
    ),
    _Slip(
        r"^TypeError: float\(\) argument .*'NoneType'",
        "LBFGS reads the loss that its closure returns: end the closure with `return loss`.",
        line=r"\.step\(",
    ),
    _Slip(
        r"Kernel size can't be greater than actual input size|Output size is too small",
        "The maps have become too small here: each pooling halves them, and a convolution without padding takes its "
        "kernel's size less one off. How large are they in each layer, beginning with input_shape?",
    ),
    _Slip(
        r"arg is an empty sequence|zero-size array to reduction|iterable argument is empty|of an empty sequence"
        r"|of empty iterable",
        "The list or array is empty. Print its length, and the slice or loop that made it.",
    ),
    _Slip(
        r"^IndexError: (?:list|tuple) index out of range",
        "Python counts from 0: of nine entries, the first is [0] and the last [8].",
    ),
    _Slip(r"^SystemExit", "Remove it."),
    _Slip(r"^EOFError", "Remove input(): all values arrive as arguments."),
    _Slip(
        r"^(?:FileNotFoundError|PermissionError)",
        "Only your modules are there when it is judged, and no other file: a function gets all it needs as arguments.",
    ),
    _Slip(
        r"^ImportError: attempted relative import",
        "Leave the dot out: your own modules are imported by their names, as in `from helpers import f`.",
    ),
    _Slip(r"^NameError: name '(np|numpy)' is not defined", "Is `import numpy as np` at the top of the file?"),
    _Slip(r"^NameError: name '(sympy|sp|math|torch)' is not defined", lambda match: f"Is {match[1]} imported?"),
    _Slip(r"'(\w+)' object is not callable", "Is there a * missing before the parenthesis?", line=r"\)\s*\(|\w\s*\("),
    _Slip(r"^RecursionError", "It never stops calling itself: is there a case that returns without another call?"),
)


def hint(message: str, code: str) -> Hint | None:
    """What to do about an exception ("TypeError: ...") that a line of code raised; None where nothing is known."""
    for slip in _SLIPS:
        match = re.search(slip.text, message)
        if match and re.search(slip.line, code):
            return Hint(slip.sentence if isinstance(slip.sentence, str) else slip.sentence(match), slip.diagnosis)
    return None
