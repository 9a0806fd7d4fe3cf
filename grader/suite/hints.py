"""What to do about the commonest exceptions: a sentence for each slip that students make again and again.

Known by the exception's own text, and the line of the student's that raised it.
"""

import re
from collections.abc import Callable

# (pattern of "Type: text", pattern of the line of code, the sentence with what the first one found)
_SLIPS: tuple[tuple[str, str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"for \^:|bitwise_xor", r"\^", "In Python a power is written **; ^ is something else."),
    (
        r"Cannot convert expression to float",
        r"\b(?:math|np|numpy)\.",
        "The functions of math work on numbers only. For symbols take sympy's: sympy.cos, sympy.sin, sympy.sqrt.",
    ),
    (
        r"type (?:Symbol|Mul|Add|Pow|cos|sin) which has no callable (\w+) method",
        r"",
        lambda found: f"numpy works on numbers only. For symbols take sympy.{found[1]}.",
    ),
    (
        r"^TypeError: .*(?:'float' object cannot be interpreted as an integer|slice indices must be integers"
        r"|sequence of integers or a single integer)|^IndexError: only integers, slices",
        r"/",
        "A division with / gives a float; // gives a whole number.",
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied \(\d+x(\d+) and (\d+)x\d+\)",
        r"",
        lambda found: (
            f"The Linear layer expects in_features={found[2]}, but {found[1]} values for each image arrive there. "
            "Compute in_features from input_shape."
        ),
    ),
    (
        r"arg is an empty sequence|zero-size array to reduction|iterable argument is empty",
        r"",
        "There is nothing in it.",
    ),
    (r"^NameError: name '(np|numpy)' is not defined", r"", "Is `import numpy as np` at the top of the file?"),
    (r"^NameError: name '(sympy|sp|math|torch)' is not defined", r"", lambda found: f"Is {found[1]} imported?"),
    (r"'(\w+)' object is not callable", r"\)\s*\(|\w\s*\(", "Is there a * missing before the parenthesis?"),
    (r"^RecursionError", r"", "It calls itself without an end."),
)


def hint(message: str, code: str) -> str:
    """The sentence for an exception ("TypeError: ...") that a line of code raised; empty where there is none."""
    for text, line, sentence in _SLIPS:
        found = re.search(text, message)
        if found and re.search(line, code):
            return sentence if isinstance(sentence, str) else sentence(found)
    return ""
