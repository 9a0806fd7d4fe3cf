"""Dropout, which is random, judged with hardly a false alarm: its mask is read off, and the rest is arithmetic."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.model import Verdict
from grader.oracles.misconceptions import Misconception
from grader.oracles.numeric import Case, Floats, Model, Question, UnreadableError, judge, read_array
from grader.oracles.numeric.chance import is_plausible_count

SENTENCES = {
    "nothing-dropped": "In training nothing is dropped.",
    "one-mask-for-all": "All samples lose the same features, or whole samples are lost; each entry has to be drawn by "
    "itself.",
    "keep-and-drop-swapped": "Keeping and dropping are exchanged.",
}


def dropout_mask(x: Floats, out: Any) -> Floats | Verdict:
    """What each entry of x (without zeros) was multiplied by; a verdict where `out` is not x under dropout."""
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
    return np.asarray(values.real / x)


def judge_dropout(
    x: Floats, p: float, out: Any, probabilities: Sequence[float], misconceptions: Sequence[Misconception[Model]] = ()
) -> Verdict:
    """Whether `out` is x (samples, features) under inverted dropout, with one of these probabilities of being kept.

    `p` is what the student was given. The models get `x`, `kept` (0 or 1) and `keep`, the probability.
    """
    mask = dropout_mask(x, out)
    if isinstance(mask, Verdict):
        return mask
    is_kept = mask != 0
    if (is_kept == is_kept[:1]).all() or (is_kept == is_kept[:, :1]).all():
        return Verdict.failed(SENTENCES["one-mask-for-all"], "one-mask-for-all")
    count, size = int(is_kept.sum()), is_kept.size
    fits = [probability for probability in probabilities if is_plausible_count(count, size, probability)]
    if not fits:
        swapped = "keep-and-drop-swapped" if is_plausible_count(count, size, 1 - probabilities[0]) else None
        share = f"With p = {p:g}, {is_kept.mean():.3f} of the entries are kept, not about {probabilities[0]:g}."
        return Verdict.failed(f"{share} {SENTENCES[swapped]}" if swapped else share, swapped)
    case = Case("out", {"x": x, "kept": is_kept * 1.0, "keep": np.array(fits[0])}, x * is_kept / fits[0])
    return judge(lambda *_: out, Question([case], [], misconceptions))
