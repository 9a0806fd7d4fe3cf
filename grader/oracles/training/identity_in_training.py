"""Was it this optimizer that trained the network? It is followed through the training itself, with the network's own
parameters: what a probe shows and what then happens need not be the same."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from grader.model import Verdict
from grader.oracles.training import slope_agreement, weighed_steps
from grader.oracles.training.harness_replies import Watched
from grader.oracles.training.probes import Clip, behaves_like
from grader.oracles.training.statistics import Run

MAX_NAMES = 4  # of parameters in a sentence
MAX_PARAMETERS = 80_000  # with more, less than five evaluations fit into what is recorded of them, 800,000 numbers
# A cosine. Gradients that are clipped by norm or given a penalty keep 1.0 (0.99), those of which nearly every entry is
# clipped 0.8; those that lead to known weights had 0.15 to 0.3 on a convex loss, and less on others. With a penalty in
# the loss itself, of 0.03 times the squared weights, three of four keep 0.94, beside a second loss as large 0.98; with
# so much of one that nothing is learned any more, 0.36.
MIN_ALONG = 0.6
LOWER = 0.25  # the share of an epoch's steps that may fall below: what they bring is next to nothing beside the rest


class WatchedTraining(Protocol):
    """Of a training: `rerun.Training`."""

    @property
    def watched(self) -> Watched | None: ...
    @property
    def backward_passes(self) -> int: ...
    @property
    def run(self) -> Run: ...


def judge(name: str, training: WatchedTraining, target: float, oracle: Any, clips: Sequence[Clip] = ()) -> Verdict:
    """Passed if the steps of a training that reached `target` were this optimizer's; failed if they were another's;
    else `review`. `clips` is to what it clips gradients in its steps."""
    watched = training.watched
    if watched is None:
        return Verdict.review(
            f"{name}'s steps could not be watched: make_optimizer has to return a torch.optim.Optimizer (derive your "
            "own from it)."
        )
    reason = _by_other_means(name, training, watched) or _by_other_gradients(name, training, watched, target)
    if reason is not None:
        return Verdict.review(reason)
    same = oracle.identify_training(name, _plain(watched, _steps_to(target, watched, training.run), clips))
    if same["same"]:
        return Verdict.passed()
    if same["normalised"]:
        return Verdict.review(
            f"In the training, the learning rate that {name} shows falls from step to step where the gradients grow, "
            "and rises where they shrink, as in a normalised descent or a line search. Look for what sets `lr` in "
            f"param_groups: is that still {name}?"
        )
    like = same["like"]
    if like is None and name == "LBFGS" and _is_too_large(watched):
        return Verdict.review(
            "The network is too large to follow LBFGS through its training, whose evaluations are recorded as a whole: "
            f"it should have at most {MAX_PARAMETERS:,} parameters."
        )
    if like is None:
        return Verdict.review(
            f"In the training, the steps are not those of {name}, nor those of any other torch optimizer. (Numbers "
            "that change on the way, as a momentum may, are read from param_groups.)"
        )
    return Verdict.failed(behaves_like(name, like, " in the training"), f"behaves-like-{like.lower()}")


def _by_other_means(name: str, training: WatchedTraining, watched: Watched) -> str | None:
    """The sentence where the training goes past what it is measured by."""
    if watched.replaced:
        return (
            f"The code replaces functions of torch: {', '.join(watched.replaced[:MAX_NAMES])}. The training is "
            "measured by them, so nothing tells what it would be with torch's own. Leave torch as it is, and write "
            "functions and classes of your own beside it."
        )
    if watched.between:
        return (
            f"Parameters change between {name}'s steps: {', '.join(watched.between[:MAX_NAMES])}. Only step() should "
            "change them: average weights in a copy of the network, such as torch.optim.swa_utils.AveragedModel, and "
            "do not limit, reset or move them by hand."
        )
    if not training.backward_passes:
        return (
            "No gradient came from the loss function that train_epoch is given: compute the loss as "
            "loss_fn(model(x), y), not with a criterion of your own."
        )
    return slope_agreement.cannot_tell(watched.slopes, watched.refusal)


def _by_other_gradients(name: str, training: WatchedTraining, watched: Watched, target: float) -> str | None:
    """The sentence where steps up to the target do not go by gradients of the loss."""
    along, from_loss = cosines_to(target, watched, training.run)
    if watched.steps and not along >= MIN_ALONG:
        return f"{name}'s steps do not go by the gradients that backward() brought."
    if watched.steps and not from_loss >= MIN_ALONG:
        return f"{name}'s steps go by gradients that hardly came from the loss function that train_epoch is given."
    with_the_next = training.run.epochs_to(target) + 1  # what leads elsewhere at the end of an epoch still may then
    return slope_agreement.apart_in_training(watched.slopes[:with_the_next])


def _is_too_large(watched: Watched) -> bool:
    """Whether so few evaluations of closures could be recorded that they do not tell L-BFGS."""
    sizes = [len(evaluation["point"]) for evaluation in watched.evaluations if "point" in evaluation]
    return watched.closures > 0 and min(sizes, default=math.inf) > MAX_PARAMETERS


def cosines_to(target: float, watched: Watched, run: Run) -> tuple[float, float]:
    """What most steps of each epoch up to the target keep, in the epoch that keeps least: of the cosine with what
    backward passes brought, and of that with what they brought from the loss function. NaN where steps of an epoch
    could not be compared."""
    epochs = zip(watched.along, watched.from_loss, strict=True)
    stepping = [pair for _, pair in zip(range(run.epochs_to(target)), epochs, strict=False) if pair[0]]
    along = [weighed_steps.lower(cosines, LOWER) for cosines, _ in stepping] or [math.nan]
    from_loss = [weighed_steps.lower(cosines, LOWER) for _, cosines in stepping] or [math.nan]
    return float(np.min(along)), float(np.min(from_loss))


def _steps_to(target: float, watched: Watched, run: Run) -> int:
    """How many steps there were in the epochs up to the target."""
    return sum(len(cosines) for cosines in watched.along[: run.epochs_to(target)])


def _plain(watched: Watched, reached: int, clips: Sequence[Clip]) -> Mapping[str, Any]:
    """For the oracle, which has torch. What diverged after `reached` steps is not followed any further."""
    steps = int(np.logical_and.accumulate(np.isfinite(watched.path).all(axis=1)).sum())
    steps = watched.steps if steps < reached else steps
    path = watched.path[:steps]
    return {
        "followed": list(watched.followed),
        "start": watched.start,
        "path": path,
        "gradients": watched.gradients[:steps],
        "norms": watched.norms[:steps],
        "clips": [list(clip) for clip in clips],
        "before": list(watched.before[:steps]),
        "after": list(watched.after[:steps]),
        "evaluations": list(watched.evaluations),
        "later": list(watched.later),
        "reached": reached,
        "dtype": "float32" if np.array_equal(path, path.astype(np.float32), equal_nan=True) else "float64",
    }
