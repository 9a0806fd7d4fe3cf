"""Reads the replies of the harness. They are not trusted: a report that does not have the agreed form is not used."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grader.model import CallFailure, Outcome, Verdict
from grader.oracles.training.parameter_groups import Groups, read_by_step
from grader.oracles.training.statistics import Epoch
from grader.oracles.training.weighed_steps import Cosines, Looks, read_cosines, read_looks, ways_of

MAX_NAMES = 200  # of parameters
MAX_FOLLOWED = 1000  # entries of one parameter
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """What was watched of an optimizer's steps in one epoch or more, with the names and shapes of
    `harness.watching.Watch.report`; of `along`, `from_loss` and `slopes` a tuple for each epoch."""

    closures: int
    between: tuple[str, ...]
    uncleared: tuple[str, ...]
    with_gradient: tuple[str, ...]
    followed: tuple[int, ...]  # entries of each parameter
    start: Any
    path: Any
    gradients: Any
    norms: Any  # of whole gradients, (steps, parameters)
    before: tuple[Groups, ...]
    after: tuple[Groups, ...]
    evaluations: tuple[dict[str, Any], ...]
    later: tuple[bool, ...]
    along: tuple[Cosines, ...]
    from_loss: tuple[Cosines, ...]
    slopes: tuple[Looks, ...]
    refusal: str
    replaced: tuple[str, ...]  # functions of torch

    @property
    def steps(self) -> int:
        return len(self.path)

    def then(self, other: "Watched") -> "Watched":
        """This report joined with the next one of the same training."""
        return replace(
            self,
            closures=self.closures + other.closures,
            between=tuple(sorted({*self.between, *other.between})),
            uncleared=tuple(sorted({*self.uncleared, *other.uncleared})),
            with_gradient=self.with_gradient or other.with_gradient,
            path=_joined(self.path, other.path),
            gradients=_joined(self.gradients, other.gradients),
            norms=_joined(self.norms, other.norms),
            before=self.before + other.before,
            after=self.after + other.after,
            evaluations=self.evaluations + other.evaluations,
            later=self.later + other.later,
            along=self.along + other.along,
            from_loss=self.from_loss + other.from_loss,
            slopes=self.slopes + other.slopes,
            refusal=other.refusal or self.refusal,
            replaced=tuple(sorted({*self.replaced, *other.replaced})),
        )


def read_watched(reply: Mapping[str, Any]) -> Watched | None:
    """The report of a watch in the reply to train_epoch; None where there is none."""
    answer: Any = reply.get("watch")
    match answer:
        case {
            "steps": int(steps),
            "closures": int(closures),
            "followed": list(followed),
            "start": np.ndarray() as start,
            "path": np.ndarray() as path,
            "gradients": np.ndarray() as gradients,
            "norms": np.ndarray() as norms,
            "before": before,
            "after": after,
            "evaluations": evaluations,
            "later": list(later),
            "along": list(along),
            "from_loss": list(from_loss),
            "slopes": slopes,
        } if (
            all(type(count) is int and 0 < count <= MAX_FOLLOWED for count in followed)
            and len(followed) <= MAX_NAMES
            and len(along) == steps >= len(from_loss)
            and all(type(is_same) is bool for is_same in later)
            and start.shape == (sum(followed),)
            and (len(path) == len(gradients) == steps)
            and all(rows.shape == (steps, len(start)) for rows in (path, gradients) if steps)
            and norms.shape == ((steps, len(followed)) if steps else norms.shape)
            and all(array.dtype.kind == "f" for array in (start, path, gradients, norms))
            and (at_steps := read_cosines(along, ways := ways_of(start, path))) is not None
            and (at_looks := read_cosines(from_loss, ways)) is not None
            and (looks := read_looks(slopes, ways)) is not None
        ):
            first, last = (read_by_step(listed, steps, len(followed)) for listed in (before, after))
            if first is None or last is None:
                return None
            return Watched(
                closures=closures,
                between=_names(answer.get("between")),
                uncleared=_names(answer.get("uncleared")),
                with_gradient=_names(answer.get("with_gradient")),
                followed=tuple(followed),
                start=start.astype(np.float64),
                path=path.astype(np.float64),
                gradients=gradients.astype(np.float64),
                norms=norms.astype(np.float64),
                before=first,
                after=last,
                evaluations=_evaluations(evaluations),
                later=tuple(later),
                along=(at_steps,),
                from_loss=(at_looks,),
                slopes=(looks,),
                refusal=_text(answer.get("refusal")),
                replaced=_names(reply.get("replaced")),
            )
        case _:
            return None


def accuracy_of(logits: Any, truth: Any, classes: int) -> float | None:
    """The share of the images whose largest logit is the right one; None where `logits` is not a float array of shape
    (images, classes)."""
    right = _right(logits, truth, classes)
    return None if right is None else float(right.mean())


def read_epoch(answer: Mapping[str, Any], truth: Any, classes: int) -> Epoch:
    """An epoch, from the reply to train_epoch. Raises CallFailure where it has no logits or no time."""
    logits, seconds = answer.get("logits"), answer.get("seconds")
    right = _right(logits, truth, classes)
    if right is None or logits is None or not isinstance(seconds, float) or not 0 <= seconds < math.inf:
        raise stopped({}, classes)
    finite = np.isfinite(logits).all(axis=1)
    loss, returned, evaluated, low, high = (
        _float(answer.get(k)) for k in ("loss", "returned", "evaluated", "low", "high")
    )
    return Epoch(
        accuracy=float(right.mean()),
        loss=loss,
        returned=returned,
        evaluated=evaluated,
        seconds=seconds,
        complete=answer.get("complete") is True,
        finite=bool(finite.all()) and (loss is None or math.isfinite(loss)),
        unchanged=_names(answer.get("unchanged")),
        batch_counts=_pair(answer.get("taken"), answer.get("batches")),
        returned_outside=returned is None
        or (low is not None and high is not None and not _between(low, returned, high)),
    )


def stopped(answer: Mapping[str, Any], classes: int) -> CallFailure:
    """The failure for a reply with a status other than "ready": its verdict is that on every point that needed the
    call."""
    status, detail, what = (str(answer.get(key))[:100] for key in ("status", "found", "what"))
    match status:
        case "missing":
            verdict = Verdict.missing(f"{what} is not written yet, and without it no optimizer can be run.")
        case "gpu-memory":
            message = (
                "Training ran out of GPU memory: what one submission may use is bounded. A smaller network will do."
            )
            verdict = Verdict(Outcome.CRASHED, 0.0, message, "gpu-memory")
        case "no-network":
            verdict = Verdict.failed(
                "build_network returned None: is its `return` missing?"
                if detail == "NoneType"
                else f"build_network returned an object of type {detail}, not a torch.nn.Module.",
                "no-network",
            )
        case "no-optimizer":
            verdict = Verdict.failed(
                "make_optimizer returned None: is its `return` missing?"
                if detail == "an object of type NoneType"
                else f"make_optimizer returned {detail}; it has to return an optimizer, an object with a step().",
                "no-optimizer",
            )
        case "bad-outputs":
            verdict = Verdict.failed(
                f"The network has to return logits of shape (images, {classes}), a row for each image; found {detail}.",
                "bad-outputs",
            )
        case _:
            verdict = Verdict.failed("The training sent back something that is not a measurement.", "no-measurement")
    return CallFailure(verdict, verdict.diagnosis or verdict.outcome.value)


def _right(logits: Any, truth: Any, classes: int) -> Any:
    if not isinstance(logits, np.ndarray) or logits.shape != (len(truth), classes) or logits.dtype.kind != "f":
        return None
    guesses = np.where(np.isfinite(logits), logits, -np.inf).argmax(axis=1)
    return np.isfinite(logits).all(axis=1) & (guesses == truth)


def _joined(first: Any, second: Any) -> Any:
    return np.concatenate([first, second]) if len(first) and len(second) else first if len(first) else second


def _is_like(value: Any, array: np.ndarray) -> bool:
    return isinstance(value, np.ndarray) and value.shape == array.shape and value.dtype == array.dtype


def _evaluations(value: Any) -> tuple[dict[str, Any], ...]:
    """The evaluations of closures, {"point", "gradient", "loss"}, with "used", the gradient after a step() that
    changed it, or {"end"} of a step; none if one has another form."""
    evaluations: list[dict[str, Any]] = []
    for item in value if isinstance(value, list) else []:
        match item:
            case {"point": np.ndarray() as point, "gradient": np.ndarray() as gradient, "loss": float()} if (
                point.shape == gradient.shape and point.ndim == 1 and point.dtype == gradient.dtype == np.float32
            ):
                changes = {"used": item["used"]} if _is_like(item.get("used"), gradient) else {}
                evaluations.append({key: item[key] for key in ("point", "gradient", "loss")} | changes)
            case {"end": np.ndarray() as end} if end.ndim == 1 and end.dtype == np.float32:
                evaluations.append({"end": end})
            case _:
                return ()
    sizes = {len(item["point"] if "point" in item else item["end"]) for item in evaluations}
    return tuple(evaluations) if len(sizes) <= 1 else ()


def _between(low: float, value: float, high: float) -> bool:
    room = 0.05 * abs(high) + 1e-6  # summed in float32, or averaged in a way of its own
    return low - room <= value <= high + room


def _float(value: Any) -> float | None:
    return value if isinstance(value, float) else None


def _pair(used: Any, total: Any) -> tuple[int, int] | None:
    return (used, total) if type(used) is int and type(total) is int else None


def _text(value: Any) -> str:
    return value[:LONGEST_NAME] if isinstance(value, str) else ""


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(name[:LONGEST_NAME] for name in value[:MAX_NAMES] if isinstance(name, str))
