"""Judges dropout, which is random, with hardly a false alarm."""

import re
from typing import Any

import numpy as np
from layer_misconceptions import DROPOUT_OUT, SENTENCES

from grader.api import Verdict
from grader.oracles.numeric import Case, Question, UnreadableError, judge, read_array
from grader.oracles.numeric.chance import is_plausible_count

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


def mask_of(x: Any, out: Any) -> Any:
    """What each entry was multiplied by; a verdict where `out` is not x under dropout."""
    try:
        values = read_array(out).values
    except UnreadableError as error:
        return Verdict.failed(f"out {error}.")
    if values.shape != x.shape:
        return Verdict.failed(f"out has the wrong shape: expected {x.shape}, got {values.shape}.")
    if (values == 0).all():
        return Verdict.failed("In training everything is dropped.")
    if (values != 0).all():
        return Verdict.failed(SENTENCES["nothing-dropped"], "nothing-dropped")
    return values.real / x


def judge_mask(x: Any, p: float, out: Any, probabilities: list[float]) -> Verdict:
    """Judge whether `out` is x under inverted dropout, kept with one of these probabilities."""
    mask = mask_of(x, out)
    if isinstance(mask, Verdict):
        return mask
    is_kept = mask != 0
    if (is_kept == is_kept[:1]).all() or (is_kept == is_kept[:, :1]).all():
        return Verdict.failed(SENTENCES["one-mask-for-all"], "one-mask-for-all")
    fits = [
        probability
        for probability in probabilities
        if is_plausible_count(int(is_kept.sum()), is_kept.size, probability)
    ]
    if not fits:
        swapped = is_plausible_count(int(is_kept.sum()), is_kept.size, 1 - probabilities[0])
        why = SENTENCES["keep-and-drop-swapped"] if swapped else ""
        share = f"With p = {p:g}, {is_kept.mean():.3f} of the entries are kept, not about {probabilities[0]:g}."
        return Verdict.failed(f"{share} {why}".strip(), "keep-and-drop-swapped" if swapped else None)
    case = Case("out", {"x": x, "kept": is_kept * 1.0, "keep": np.array(fits[0])}, x * is_kept / fits[0])
    return judge(lambda *_: out, Question([case], [], DROPOUT_OUT))
