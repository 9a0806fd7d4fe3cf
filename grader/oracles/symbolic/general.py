"""The general question: is this expression the same function as that one?"""

from typing import Any

from . import equality
from .bounds import Budget, TooMuchError
from .reading import Reader, UndecidableError, UnreadableError


def equal(left: Any, right: Any) -> dict[str, Any]:
    """Whether `left`, a student's expression, is the function `right`.

    Symbols go by their names; r is positive, all others are real. Derivatives are done, decimals are the fractions that
    they stand for. Gives {"verdict": "equal" | "different" | "undecided", "exact": decided by algebra, not by numbers,
    "witness": "at w_1 = 1.3 yours is 0.86, expected −0.86" or None, "why": half a sentence where there is no witness,
    "notes": sentences on what was read in a special way}.
    """
    reader = Reader(Budget())
    try:
        mine, other = reader.expression(left), reader.expression(right)
        answer = equality.compare(mine, other, reader.budget, rounded=reader.rounded)
    except UnreadableError as error:
        answer = equality.Answer("different", why=f"the expression {error}")
    except UndecidableError as error:
        answer = equality.Answer("undecided", why=f"it {error}")
    except TooMuchError as error:
        answer = equality.Answer("undecided", why=str(error))
    return {
        "verdict": answer.verdict,
        "exact": answer.exact,
        "witness": equality.witness(answer.difference, "yours is", "expected"),
        "why": answer.why,
        "notes": reader.notes,
    }


def equal_each(lefts: Any, rights: Any) -> list[dict[str, Any]]:
    """`equal` of each pair; both lists have the same length."""
    return [equal(left, right) for left, right in zip(lefts, rights, strict=True)]
