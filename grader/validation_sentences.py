"""What pydantic found wrong in a file that a person wrote, in words for that person."""

from collections.abc import Callable, Collection
from difflib import get_close_matches
from re import fullmatch

from pydantic import AfterValidator
from pydantic_core import ErrorDetails


def reason(error: ErrorDetails, keys: Collection[str]) -> str:
    """What is wrong, as a sentence without its place and its full stop; `keys` are all that such a file may have."""
    match error["type"]:
        case "missing":
            return "it is missing"
        case "extra_forbidden":
            alike = get_close_matches(str(error["loc"][-1]), keys, 1)
            return "there is no such key" + (f"; did you mean {alike[0]}?" if alike else "")
        case _:
            return error["msg"].removeprefix("Value error, ").replace("Input should", "it has to", 1)


def written_as(pattern: str, example: str) -> AfterValidator:
    """A text that has to match; else the sentence gives an example of one that does."""

    def check(text: str) -> str:
        if not fullmatch(pattern, text):
            raise ValueError(f"{text!r} cannot be read; it is written like {example}")
        return text

    validate: Callable[[str], str] = check
    return AfterValidator(validate)
