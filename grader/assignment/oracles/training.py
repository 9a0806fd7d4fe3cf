"""The re-run of exercise 4: every optimizer trains the student's network once, then again with further seeds while
time lasts.

The harness inside the worker drives the student's functions and reports logits on images whose labels it has never
seen; what is right is counted here. Nothing it says is believed: a report of another form than agreed is an answer
that measures nothing.
"""

import math
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.assignment.oracles import measured, probes
from grader.assignment.oracles.images import Images
from grader.assignment.oracles.measured import SIX, Epoch, Run
from grader.assignment.oracles.timebox import TimeBox
from grader.assignment.oracles.turns import turn
from grader.errors import SandboxError
from grader.model import Outcome, Verdict
from grader.proxy import Fault

PREPARE_SECONDS = 120.0  # ours: a first CUDA context on a cold machine
IMPORT_SECONDS = 20.0  # importing exercise4.py trains nothing
PROBE_SECONDS = 10.0  # three problems of ten steps take milliseconds
OVERSHOOT_SECONDS = 2.0  # after the share, for the step of the student's that is under way; then the worker is stopped
ROUND_MARGIN = 1.2  # another seed is begun only if there is room for this many times what the costliest round took
ROUNDS_SHARE = 0.2  # of the box, for further seeds: they sharpen the statistics, and a student waits for them


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one optimizer did: its behaviour on the probes, its first training, and how the loop was seen to work."""

    behaviour: Verdict
    run: Run
    inspected: Mapping[str, Any]
    share: float
    softmax: bool


@dataclass(slots=True)
class Comparison:
    """All measurements of one submission, made when first asked for and kept; so is what went wrong with one optimizer.

    `harness` is the proxy of inside/harness.py, `oracle` that of oracles/optimizers.py; both offer `within(seconds)`.
    `settings`: seconds, epochs, batch_size, target_accuracy, seeds, device, gpu_memory_gib.
    """

    harness: Any
    oracle: Any
    images: Images
    settings: Mapping[str, Any]
    seed: int
    device: str = ""
    box: TimeBox | None = None
    _attempts: dict[str, "Attempt | Fault"] = field(default_factory=dict)
    _further: list[dict[str, Run]] | None = None
    _broken: Fault | None = None
    _prepared: bool = False
    _gpu: str = ""
    _turn: ExitStack = field(default_factory=ExitStack)

    def close(self) -> None:
        """Lets others train where this one did."""
        self._turn.close()

    def attempt(self, name: str) -> Attempt:
        """The optimizer's first training. Raises Fault where the student's code stopped it, the same at every call."""
        if name not in self._attempts:
            try:
                self._attempts[name] = self._attempt(name)
            except Fault as fault:
                self._attempts[name] = fault
        found = self._attempts[name]
        if isinstance(found, Fault):
            raise found
        return found

    def runs(self) -> dict[str, list[Run]]:
        """All trainings of all six, the first ones first; none for an optimizer that could not be run."""
        first: dict[str, Run] = {}
        for name in SIX:
            try:
                run = self.attempt(name).run
            except Fault:
                continue
            if run.epochs:
                first[name] = run
        if self._further is None:
            self._further = self._more_rounds(first)
        return {
            name: [*([first[name]] if name in first else []), *(more[name] for more in self._further if name in more)]
            for name in SIX
        }

    def table(self) -> dict[str, Any]:
        """What was measured, one row an optimizer, for a person to read beside the student's own words."""
        target = float(self.settings["target_accuracy"])
        return {name: measured.summary(runs, target) for name, runs in self.runs().items()}

    def why_not(self, name: str) -> str:
        """Why there is no training of that optimizer."""
        found = self._attempts.get(name)
        return found.verdict.message if isinstance(found, Fault) else "no epoch ended inside the time box"

    # --- one optimizer --------------------------------------------------------------------------------------------

    def _attempt(self, name: str) -> Attempt:
        box = self._ready()
        share = box.share()
        end = box.spent + share
        asked = probes.problems(name, np.random.default_rng([self.seed, SIX.index(name)]))
        with box.charged():
            answer = self._ask(min(share, PROBE_SECONDS), "probe_optimizer", name, asked)
        behaviour = probes.judge(name, asked, answer.get("records"), self.oracle.identify)
        with box.charged():
            built = self._ask(share, "build_network", self.seed)
            inspected = self._inspected(name, min(share, PROBE_SECONDS))
        run = self._train(name, self.seed, end - box.spent)
        return Attempt(behaviour, run, inspected, share, built.get("softmax") is True)

    def _inspected(self, name: str, seconds: float) -> Mapping[str, Any]:
        """What four watched batches showed; nothing where that went wrong: the training itself will tell it better."""
        try:
            return self._ask(seconds, "inspect_training", name)
        except Fault:
            return {}

    def _train(self, name: str, seed: int, seconds: float) -> Run:
        """Epochs until all are done or the seconds are over. Raises Fault only for what the student's code raises."""
        box = self._ready()
        end = box.spent + seconds
        count = int(self.settings["epochs"])
        epochs: list[Epoch] = []
        try:
            with box.charged():
                self._ask(seconds, "build_network", seed)
                self._ask(seconds, "make_optimizer", name)
            while len(epochs) < count and (not epochs or epochs[-1].complete) and box.spent < end:
                with box.charged():
                    answer = self._ask(end - box.spent, "train_epoch", end - box.spent, len(epochs) + 1 == count)
                epochs.append(read_epoch(answer, self.images.truth, self.images.classes))
        except Fault as fault:
            if fault.verdict.outcome is not Outcome.TIMEOUT or not epochs:
                raise
        return Run(tuple(epochs), len(epochs) == count and all(epoch.complete for epoch in epochs))

    def _more_rounds(self, first: Mapping[str, Run]) -> list[dict[str, Run]]:
        """Further seeds for the statistics: whole rounds, as long as there can be expected to be room for them."""
        rounds: list[dict[str, Run]] = []
        if not first or not all(run.whole for run in first.values()):
            return rounds
        box = self._ready()
        limit = min(box.seconds, box.spent + ROUNDS_SHARE * box.seconds)
        cost = box.spent
        while len(rounds) + 1 < int(self.settings.get("seeds", 3)):
            if limit - box.spent < ROUND_MARGIN * cost:
                break
            began = box.spent
            found = {}
            for place, name in enumerate(first):
                share = (limit - box.spent) / (len(first) - place)
                found.update(self._once_more(name, self.seed + len(rounds) + 1, share))
            rounds.append(found)
            cost = max(cost, box.spent - began)
        return rounds

    def _once_more(self, name: str, seed: int, seconds: float) -> dict[str, Run]:
        """The training from another seed, if it came to its end."""
        try:
            run = self._train(name, seed, seconds)
        except Fault:  # it has run once; that this seed fails says nothing about the numbers
            return {}
        return {name: run} if run.whole else {}

    # --- the worker -----------------------------------------------------------------------------------------------

    def _ready(self) -> TimeBox:
        """A worker with our data and the student's module in it, and the box, calibrated on the same device.

        A GPU is waited for here, on nobody's time, and kept until `close`.
        """
        if self._broken is not None:
            raise self._broken
        if not self._prepared:
            self._prepare()
        if self.box is None:
            self._turn.enter_context(turn(self.device, self._gpu))
            seconds = self.oracle.reference_seconds(self.device.partition(" ")[0])
            self.box = TimeBox(float(self.settings["seconds"]), len(SIX), seconds)
        return self.box

    def _prepare(self) -> None:
        images, settings = self.images, self.settings
        options = {
            "device": settings.get("device", "auto"),
            "gpu_memory_bytes": int(float(settings.get("gpu_memory_gib", 4)) * 2**30),
            "classes": images.classes,
            "batch_size": int(settings["batch_size"]),
        }
        try:
            answer = self.harness.within(PREPARE_SECONDS).prepare(options, images.x, images.y, images.held_out)
            if answer.get("status") == "no-device":
                raise SandboxError(
                    f"The device {answer.get('device')} cannot be had in the sandbox: {answer.get('why')}"
                )
            self.device, self._gpu = str(answer.get("device")), str(answer.get("gpu"))
            self._prepared = True
            self._ask(IMPORT_SECONDS, "exercise4")
        except Fault as fault:
            self._broken = fault
            raise

    def _ask(self, seconds: float, function: str, *args: Any) -> dict[str, Any]:
        """One call of the harness. Raises Fault for every answer but a good one."""
        if not self._prepared:
            self._ready()
        deadline = round(max(seconds, 0.0) + OVERSHOOT_SECONDS, 1)  # as it is read by the student
        try:
            answer = getattr(self.harness.within(deadline), function)(*args)
        except Fault as fault:
            # The worker may be gone, and with it all that was prepared in it; preparing anew costs the student nothing.
            if fault.verdict.outcome in (Outcome.TIMEOUT, Outcome.CRASHED):
                self._prepared = False
            subject = "make_optimizer" if fault.verdict.outcome is Outcome.MISSING else "your optimizer"
            spoken = fault.verdict.message.replace("probe_optimizer", subject, 1)
            raise Fault(replace(fault.verdict, message=spoken), fault.kind, fault.frames) from None
        if isinstance(answer, dict) and answer.get("status") == "ready":
            return answer
        raise _stopped(answer if isinstance(answer, dict) else {}, self.images.classes)


def read_epoch(answer: Mapping[str, Any], truth: Any, classes: int) -> Epoch:
    """An epoch from the harness's report. Raises Fault where it is none."""
    logits = answer.get("logits")
    seconds = answer.get("seconds")
    if not isinstance(logits, np.ndarray) or logits.shape != (len(truth), classes) or logits.dtype.kind != "f":
        raise _stopped({}, classes)
    if not isinstance(seconds, float) or not 0 <= seconds < math.inf:
        raise _stopped({}, classes)
    finite = np.isfinite(logits).all(axis=1)
    guesses = np.where(np.isfinite(logits), logits, -np.inf).argmax(axis=1)
    right = finite & (guesses == truth)
    loss, returned, evaluated, low, high = (
        _float(answer.get(k)) for k in ("loss", "returned", "evaluated", "low", "high")
    )
    unchanged = answer.get("unchanged")
    return Epoch(
        accuracy=float(right.mean()),
        loss=loss,
        returned=returned,
        evaluated=evaluated,
        seconds=seconds,
        complete=answer.get("complete") is True,
        finite=bool(finite.all()) and (loss is None or math.isfinite(loss)),
        unchanged=tuple(str(name)[:60] for name in unchanged[:20]) if isinstance(unchanged, list) else (),
        returned_outside=returned is None
        or (low is not None and high is not None and not _between(low, returned, high)),
    )


def _between(low: float, value: float, high: float) -> bool:
    room = 1e-3 * (abs(low) + abs(high)) + 1e-6  # summed in float32, or weighted by the size of a last, smaller batch
    return low - room <= value <= high + room


def _float(value: Any) -> float | None:
    return value if isinstance(value, float) else None


def _stopped(answer: Mapping[str, Any], classes: int) -> Fault:
    """The harness's answer that it cannot go on, as the verdict on every point that needed it."""
    found = str(answer.get("found"))[:100]
    match answer.get("status"):
        case "missing":
            what = str(answer.get("what"))[:100]
            verdict = Verdict.missing(f"{what} is not there yet, and without it no optimizer can be run.")
        case "gpu-memory":
            message = (
                "Training ran out of GPU memory: what one submission may use is bounded. A smaller network will do."
            )
            verdict = Verdict(Outcome.CRASHED, 0.0, message, "gpu-memory")
        case "no-network":
            verdict = Verdict.failed(
                f"build_network returned an object of type {found}, not a torch.nn.Module.", "no-network"
            )
        case "no-optimizer":
            verdict = Verdict.failed(
                f"make_optimizer returned an object of type {found}, which has no step(): an optimizer has one.",
                "no-optimizer",
            )
        case "bad-outputs":
            verdict = Verdict.failed(
                f"The network has to return logits of shape (images, {classes}), a row for each image; found {found}.",
                "bad-outputs",
            )
        case _:
            verdict = Verdict.failed("The training sent back something that is no measurement.", "no-measurement")
    return Fault(verdict, verdict.diagnosis or verdict.outcome.value)
