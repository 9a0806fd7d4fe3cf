"""The re-run: trains the student's network once with each optimizer, and from further seeds where that can decide a
result or a claim.

The harness in the student's worker calls the student's functions and reports logits on held-out images, whose labels it
does not have; accuracies are counted here. Its reports are not trusted: one that does not have the agreed form is not
used.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.model import CallFailure, Outcome, Verdict
from grader.oracles.training import identity_in_training, knowledge, probes, statistics
from grader.oracles.training.first_logits import knows_classes
from grader.oracles.training.harness_client import HarnessClient
from grader.oracles.training.harness_replies import Watched, accuracy_of, read_epoch, read_watched, stopped
from grader.oracles.training.images import Images
from grader.oracles.training.statistics import Epoch, Run
from grader.oracles.training.time_box import TimeBox

PROBE_SECONDS = 10.0  # three problems of a dozen steps take milliseconds
ROOM = 1.3  # another seed is begun only if this many times the first training's time is left in the time box
SEEDS = 3  # at most, of each optimizer
NEARLY = 0.15  # of the images, below the target: what one seed gets right there, another may get more
MIN_EPOCHS = 3  # of each training, even where the target is reached earlier: the optimizer's steps are watched in them
CLOSURE = (
    " LBFGS evaluates the loss several times in a step, so its step() is given a closure: a function that clears the "
    "gradients, computes the loss, calls backward and returns the loss."
)


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """What was measured of one training.

    `watched` is None where the optimizer's steps could not be watched. `softmax`: the network's outputs look like
    probabilities. `moved`: at least one parameter changed. `known_share` is the share of the held-out images that a
    linear reading of the outputs before the first epoch gets right, None where it is no more than random weights allow.
    """

    run: Run
    watched: Watched | None
    softmax: bool
    backward_passes: int
    moved: bool
    known_share: float | None

    @property
    def watched_steps(self) -> int | None:
        """How many steps the optimizer made; None where they could not be watched."""
        return None if self.watched is None else self.watched.steps


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """The verdicts on one optimizer, and the training that they are on.

    `behaviour` is the verdict on its steps on the probe problems, `learned_with` the one on whether the network learned
    with this optimizer, and in its parameters. `training` is the first one, or the best where the first fell just short
    of the target; `runs` are all so far, in the order of their seeds. `share` is the optimizer's share of the time box,
    in seconds.
    """

    behaviour: Verdict
    training: Training
    runs: tuple[Run, ...]
    share: float
    learned_with: Verdict

    @property
    def run(self) -> Run:
        return self.training.run


@dataclass(slots=True)
class Rerun:
    """All measurements of one submission, each made when first asked for and then kept, failures included.

    `settings`: those of the client, and epochs, target_accuracy. `compared()`: whether the numbers of the last epoch
    will be compared with anything. If not, a training ends as soon as it is certain that the network learns.
    """

    client: HarnessClient
    settings: Mapping[str, Any]
    seed: int
    compared: Callable[[], bool] = lambda: True
    _attempts: dict[str, "Attempt | CallFailure"] = field(default_factory=dict)
    _runs: dict[str, list[Run]] = field(default_factory=dict)
    _costs: dict[str, float] = field(default_factory=dict)
    _exhausted: set[str] = field(default_factory=set)

    @property
    def images(self) -> Images:
        return self.client.images

    @property
    def target(self) -> float:
        return float(self.settings["target_accuracy"])

    @property
    def batches(self) -> int:
        """The number of batches in an epoch."""
        return -(-len(self.images.x) // int(self.settings["batch_size"]))

    def attempt(self, name: str) -> Attempt:
        """What an optimizer is judged by. Raises CallFailure, at every call, where the student's code stopped it."""
        if name not in self._attempts:
            try:
                self._attempts[name] = self._attempt(name)
            except CallFailure as fault:
                self._attempts[name] = fault
        result = self._attempts[name]
        if isinstance(result, CallFailure):
            raise result
        return result

    def runs(self) -> dict[str, list[Run]]:
        """The trainings so far, by optimizer. Runs the first one of each if need be; an optimizer that could not be run
        has none."""
        for name in self.client.names:
            if name in self._runs:
                continue
            self._runs[name] = []
            try:
                runs = self.attempt(name).runs
            except CallFailure:
                continue
            self._runs[name] += [run for run in runs if run.epochs]
        return {name: list(self._runs[name]) for name in self.client.names}

    def another(self, name: str) -> bool:
        """Train that optimizer once more, from another seed. False where that did not give a run: all seeds are used,
        the time box has no room for it, or a training was cut short or failed."""
        runs = self.runs()[name]
        box = self.client.ready()
        if name in self._exhausted or not runs or len(runs) >= SEEDS or not runs[0].whole:
            return False
        training = self._once_more(name, self.seed + len(runs), box.left)
        if training is None:
            return False
        self._runs[name].append(training.run)
        return True

    def table(self) -> dict[str, Any]:
        """What was measured, one row for each optimizer, for a person who reads the student's report."""
        return {name: statistics.summary(runs, self.target) for name, runs in self.runs().items()}

    def why_not(self, name: str) -> str:
        """Why there is no training of that optimizer, as the end of a sentence."""
        result = self._attempts.get(name)
        return result.verdict.message if isinstance(result, CallFailure) else "no epoch ended inside the time box"

    # --- one optimizer --------------------------------------------------------------------------------------------

    def _attempt(self, name: str) -> Attempt:
        client = self.client
        box = client.ready()
        box.look_again()
        share = box.share()
        end = box.spent + share
        problems = probes.problems(name, np.random.default_rng([self.seed, self.client.names.index(name)]))
        answer = client.ask(min(share, PROBE_SECONDS), "probe_optimizer", name, problems)
        behaviour = probes.judge(name, problems, answer, client.oracle.identify)
        began = box.spent
        try:
            trainings = [self._train(name, self.seed, end - box.spent)]
        except CallFailure as fault:
            raise self._explained(fault, name, share, box) from None
        self._costs[name] = box.spent - began
        while behaviour.outcome is not Outcome.FAILED and self._falls_just_short(trainings):
            another = self._once_more(name, self.seed + len(trainings), end - box.spent)
            if another is None:
                break
            trainings.append(another)
        training = max(trainings, key=lambda training: training.run.best)  # the last, where one reached the target
        learned_with = Verdict.passed()
        if training.run.best >= self.target and training.watched_steps != 0:
            learned_with = identity_in_training.judge(
                name, training, self.target, client.oracle, probes.read_clips(answer)
            )
            if learned_with.outcome is Outcome.PASSED:
                learned_with = knowledge.judge(
                    client,
                    training.known_share,
                    training.run,
                    self.target,
                    self.seed,
                )
        return Attempt(behaviour, training, tuple(training.run for training in trainings), share, learned_with)

    def _falls_just_short(self, trainings: Sequence[Training]) -> bool:
        """Whether no seed so far has reached the target, and the next one may."""
        if len(trainings) >= SEEDS or not trainings[-1].run.whole or trainings[0].watched_steps == 0:
            return False
        return self.target - NEARLY <= max(training.run.best for training in trainings) < self.target

    def _explained(self, fault: CallFailure, name: str, share: float, box: TimeBox) -> CallFailure:
        if name == "LBFGS" and "closure" in fault.verdict.message:
            return _adding(fault, CLOSURE, "closure-missing")
        if fault.verdict.outcome is not Outcome.TIMEOUT:
            return fault
        return _adding(fault, f" {name}'s share of the time box is {share:.0f} s ({box}).")

    def _train(self, name: str, seed: int, seconds: float) -> Training:
        """Train from one seed for at most `seconds` of work. Raises CallFailure for what the student's code raises; an
        epoch that runs out of time after a first complete one ends the training without that."""
        client, images = self.client, self.images
        box = client.ready()
        end = box.spent + seconds
        count = int(self.settings["epochs"])
        epochs: list[Epoch] = []
        watched: Watched | None = None
        passes, moved = 0, False
        client.ask(seconds, "build_network", network_seed(seed))
        first = client.ask(seconds, "forward")
        before = accuracy_of(first.get("logits"), images.truth, images.classes)
        if before is None:
            raise stopped({}, images.classes)
        is_watched = client.ask(seconds, "make_optimizer", name, seed).get("watched") is True
        try:
            while len(epochs) < count and (not epochs or epochs[-1].complete):
                if self._is_decided(epochs):
                    break
                pace = box.look_again()
                if box.spent >= end:
                    pace = box.look_again(too_old=0.0)  # load that has just come makes what was spent less
                left = end - box.spent
                if left <= 0:
                    break
                times = (pace.work_seconds(left), pace.wall_seconds(left))
                flags = len(epochs) + 1 == count, self._is_best(epochs), self._is_judged(epochs)
                answer = client.ask(left, "train_epoch", *times, *flags)
                epochs.append(read_epoch(answer, images.truth, images.classes))
                part = read_watched(answer) if is_watched else None
                watched = part if not epochs[1:] else watched.then(part) if watched and part else None
                passes += answer["backward_passes"] if type(answer.get("backward_passes")) is int else 0
                moved = moved or answer.get("moved") is True
        except CallFailure as fault:
            if fault.kind not in ("timeout", "starved") or not epochs:
                raise
        ended = len(epochs) == count or self._is_decided(epochs)
        whole = ended and all(epoch.complete for epoch in epochs)
        if not whole:
            box.look_again(too_old=0.0)  # the machine may be busy by now
        known_share = knows_classes(first["logits"], images, seed)
        return Training(
            Run(tuple(epochs), whole, before), watched, first.get("softmax") is True, passes, moved, known_share
        )

    def _is_decided(self, epochs: Sequence[Epoch]) -> bool:
        """Whether no further epoch can change the verdict: the best accuracy counts, and it has reached the target; all
        parameters have moved; and the numbers of the last epoch are compared with nothing."""
        if self.compared() or len(epochs) < MIN_EPOCHS or epochs[-1].unchanged:
            return False
        return max(epoch.accuracy for epoch in epochs) >= self.target

    def _is_best(self, epochs: Sequence[Epoch]) -> bool:
        """Whether the last epoch so far reached the target, as the best one."""
        accuracies = [epoch.accuracy for epoch in epochs]
        return bool(accuracies) and accuracies[-1] >= self.target and accuracies[-1] > max(accuracies[:-1], default=0.0)

    def _is_judged(self, epochs: Sequence[Epoch]) -> bool:
        """Whether steps of the next epoch may decide something: up to the target, and in the epoch behind it, in which
        what leads elsewhere at the end of one still may."""
        return all(epoch.accuracy < self.target for epoch in epochs[:-1])

    def _once_more(self, name: str, seed: int, seconds: float) -> Training | None:
        """The training from another seed; None where there is no room for it, it failed or was cut short."""
        box = self.client.ready()
        try:
            if seconds >= ROOM * self._costs[name]:
                box.look_again()
                training = self._train(name, seed, seconds)
                if training.run.whole:
                    return training
        except CallFailure:  # it has run once; that this seed fails says nothing about the numbers
            pass
        self._exhausted.add(name)
        return None


def network_seed(seed: int) -> int:
    """What torch is seeded with, which the student's code can read (`torch.initial_seed`): it tells nothing about
    `seed`, by which the entries that are followed and the steps that are looked at are drawn."""
    return int.from_bytes(hashlib.sha256(f"network {seed}".encode()).digest()[:4], "big")


def _adding(fault: CallFailure, sentence: str, diagnosis: str | None = None) -> CallFailure:
    message = fault.verdict.message
    message = f"{message}{'' if message.endswith(('.', '?')) else '.'}{sentence}"
    return CallFailure(replace(fault.verdict, message=message, diagnosis=diagnosis), fault.kind, fault.frames)
