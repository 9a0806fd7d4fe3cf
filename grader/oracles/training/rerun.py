"""The re-run of exercise 4: every optimizer trains the student's network once, then again with further seeds while
time lasts.

The harness inside the worker drives the student's functions and reports logits on images whose labels it has never
seen; what is right is counted here. Nothing it says is believed: a report of another form than agreed is an answer
that measures nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.model import CallFailure, Outcome, Verdict
from grader.oracles.training import probes, statistics
from grader.oracles.training.harness_client import HarnessClient
from grader.oracles.training.harness_replies import Inspection, read_epoch, read_inspection
from grader.oracles.training.images import Images
from grader.oracles.training.statistics import Epoch, Run

PROBE_SECONDS = 10.0  # three problems of ten steps take milliseconds
ROUND_MARGIN = 1.2  # another seed is begun only if there is room for this many times what the costliest round took
ROUNDS_SHARE = 0.2  # of the box, for further seeds: they sharpen the statistics, and a student waits for them
CLOSURE = (
    " LBFGS evaluates the loss several times in a step, so its step() is given a closure: a function that clears the "
    "gradients, computes the loss, calls backward and returns the loss."
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one optimizer did: its behaviour on the probes, its first training, and how the loop was seen to work."""

    behaviour: Verdict
    run: Run
    inspected: Inspection
    share: float
    softmax: bool


@dataclass(slots=True)
class Rerun:
    """All measurements of one submission, made when first asked for and kept; so is what went wrong with one optimizer.

    `settings`: those of the client, and epochs, target_accuracy, seeds.
    """

    client: HarnessClient
    settings: Mapping[str, Any]
    seed: int
    _attempts: dict[str, "Attempt | CallFailure"] = field(default_factory=dict)
    _further: list[dict[str, Run]] | None = None

    @property
    def images(self) -> Images:
        return self.client.images

    @property
    def batches(self) -> int:
        """How many an epoch has."""
        return -(-len(self.images.x) // int(self.settings["batch_size"]))

    def attempt(self, name: str) -> Attempt:
        """The optimizer's first training. Raises CallFailure where the student's code stopped it, each time."""
        if name not in self._attempts:
            try:
                self._attempts[name] = self._attempt(name)
            except CallFailure as fault:
                self._attempts[name] = fault
        found = self._attempts[name]
        if isinstance(found, CallFailure):
            raise found
        return found

    def runs(self) -> dict[str, list[Run]]:
        """All trainings of all six, the first ones first; none for an optimizer that could not be run."""
        first: dict[str, Run] = {}
        for name in self.client.names:
            try:
                run = self.attempt(name).run
            except CallFailure:
                continue
            if run.epochs:
                first[name] = run
        if self._further is None:
            self._further = self._more_rounds(first)
        return {
            name: [*([first[name]] if name in first else []), *(more[name] for more in self._further if name in more)]
            for name in self.client.names
        }

    def table(self) -> dict[str, Any]:
        """What was measured, one row an optimizer, for a person to read beside the student's own words."""
        target = float(self.settings["target_accuracy"])
        return {name: statistics.summary(runs, target) for name, runs in self.runs().items()}

    def why_not(self, name: str) -> str:
        """Why there is no training of that optimizer."""
        found = self._attempts.get(name)
        return found.verdict.message if isinstance(found, CallFailure) else "no epoch ended inside the time box"

    # --- one optimizer --------------------------------------------------------------------------------------------

    def _attempt(self, name: str) -> Attempt:
        client = self.client
        box = client.ready()
        share = box.share()
        end = box.spent + share
        asked = probes.problems(name, np.random.default_rng([self.seed, self.client.names.index(name)]))
        with box.charged():
            answer = client.ask(min(share, PROBE_SECONDS), "probe_optimizer", name, asked)
        behaviour = probes.judge(name, asked, answer.get("records"), client.oracle.identify)
        with box.charged():
            client.ask(share, "build_network", self.seed)
            seen = client.ask(share, "forward")
            inspected = self._inspected(name, min(share, PROBE_SECONDS))
        try:
            run = self._train(name, self.seed, end - box.spent)
        except CallFailure as fault:
            if inspected.closure_missing:
                raise _adding(fault, CLOSURE, "closure-missing") from None
            if fault.verdict.outcome is Outcome.TIMEOUT:
                raise _adding(fault, f" {name}'s share of the time box is {share:.0f} s ({box}).") from None
            raise
        return Attempt(behaviour, run, inspected, share, seen.get("softmax") is True)

    def _inspected(self, name: str, seconds: float) -> Inspection:
        """What four watched batches showed; nothing where that went wrong: the training itself will tell it better."""
        try:
            return read_inspection(self.client.ask(seconds, "inspect_training", name))
        except CallFailure:
            return Inspection()

    def _train(self, name: str, seed: int, seconds: float) -> Run:
        """Epochs until all are done or the seconds are over. Raises CallFailure for what the student's code raises."""
        client, images = self.client, self.images
        box = client.ready()
        end = box.spent + seconds
        count = int(self.settings["epochs"])
        epochs: list[Epoch] = []
        try:
            with box.charged():
                client.ask(seconds, "build_network", seed)
                client.ask(seconds, "make_optimizer", name)
            while len(epochs) < count and (not epochs or epochs[-1].complete) and box.spent < end:
                with box.charged():
                    left = end - box.spent
                    answer = client.ask(left, "train_epoch", left, len(epochs) + 1 == count)
                epochs.append(read_epoch(answer, images.truth, images.classes))
        except CallFailure as fault:
            if fault.verdict.outcome is not Outcome.TIMEOUT or not epochs:
                raise
        return Run(tuple(epochs), len(epochs) == count and all(epoch.complete for epoch in epochs))

    # --- further seeds --------------------------------------------------------------------------------------------

    def _more_rounds(self, first: Mapping[str, Run]) -> list[dict[str, Run]]:
        """Further seeds for the statistics: whole rounds, as long as there can be expected to be room for them."""
        rounds: list[dict[str, Run]] = []
        if not first or not all(run.whole for run in first.values()):
            return rounds
        box = self.client.ready()
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
        except CallFailure:  # it has run once; that this seed fails says nothing about the numbers
            return {}
        return {name: run} if run.whole else {}


def _adding(fault: CallFailure, sentence: str, diagnosis: str | None = None) -> CallFailure:
    message = fault.verdict.message
    message = f"{message}{'' if message.endswith(('.', '?')) else '.'}{sentence}"
    return CallFailure(replace(fault.verdict, message=message, diagnosis=diagnosis), fault.kind, fault.frames)
