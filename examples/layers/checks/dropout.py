"""Which probability a student's dropout keeps with, as years of the course differ."""

import re

_SAYS = re.compile(r"\b(keep|kept|drop|dropped)\b[^.]{0,60}?\bprobability\s+`?p\b", re.IGNORECASE)


def kept_probabilities(p: float, source: bytes, meaning: str) -> list[float]:
    """The right probabilities of keeping an output: p, or 1 - p, as years of the course differ; or either.

    `meaning` is the rubric's setting, "keep", "drop" or "either"; "docstring" leaves it to the docstring of the
    student's dropout_forward. Where that does not say "keep", either is right: in years whose files drop with p,
    the lecture notes keep with it.
    """
    if meaning == "docstring":
        match = _SAYS.search(
            source.decode("utf-8", "replace").partition("def dropout_forward")[2].partition("\ndef ")[0]
        )
        meaning = "keep" if match and match[1].lower().startswith("ke") else "either"
    return {"keep": [p], "drop": [1 - p]}.get(meaning, [p, 1 - p])
