"""What pydantic found wrong in a file that a person wrote, in words for that person."""

from collections.abc import Callable, Collection
from difflib import get_close_matches
from re import fullmatch

from pydantic import AfterValidator, ValidationError
from pydantic_core import ErrorDetails


def first_mistake(error: ValidationError, keys: Collection[str]) -> str:
    """The first mistake, as a sentence without its full stop; `late.due: it is missing`.

    `keys` are all that such a file may have.
    """
    details = error.errors()[0]
    place = ".".join(map(str, details["loc"]))
    return f"{place}: {_reason(details, keys)}" if place else _reason(details, keys)


def _reason(details: ErrorDetails, keys: Collection[str]) -> str:
    match details["type"]:
        case "missing":
            return "it is missing"
        case "extra_forbidden":
            alike = get_close_matches(str(details["loc"][-1]), keys, 1)
            return "there is no such key" + (f"; did you mean {alike[0]}?" if alike else "")
        case _:
            return details["msg"].removeprefix("Value error, ").replace("Input should", "it has to", 1)


def written_as(pattern: str, example: str) -> AfterValidator:
    """A text that has to match; else the sentence gives an example of one that does."""

    def check(text: str) -> str:
        if not fullmatch(pattern, text):
            raise ValueError(f"{text!r} cannot be read; it is written like {example}")
        return text

    validate: Callable[[str], str] = check
    return AfterValidator(validate)
