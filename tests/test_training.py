"""The re-run of exercise 4: the harness beside a student's code, the time box, the verdict on a run, the images."""

import math
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from grader.assignment.comparison import MODULE, SIX, digits
from grader.errors import UsageError
from grader.model import CallFailure, Outcome, Verdict
from grader.oracles import optimizers
from grader.oracles.training import images, learning, rerun
from grader.oracles.training.harness_client import HarnessClient
from grader.oracles.training.harness_replies import read_epoch, read_watched
from grader.oracles.training.not_learning import why_not
from grader.oracles.training.rerun import Rerun
from grader.oracles.training.time_box import FRESH_SECONDS, NOMINAL_SECONDS, Pace, TimeBox
from grader.sandbox.process import PROCESSOR_VARIABLES, worker_environment
from grader.suite.hints import hint
from tests.support.command import ROOT
from tests.support.exercise4_fakes import (
    SETTINGS,
    Here,
    comparison_of,
    harness_for,
    load_module,
    small_images,
    student_of,
)
from tests.support.honest_students import network, optimizer
from tests.support.tiers import again

pytestmark = pytest.mark.slow


def epoch(model, optimizer, batches, loss_fn):
    total = 0.0
    for x, y in batches:

        def closure(x=x, y=y):
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            return loss

        total += optimizer.step(closure).item()
    return total / max(len(batches), 1)


def test_without_numbers_to_compare_a_training_ends_when_it_is_decided():
    watched = comparison_of(student())
    watched.compared = lambda: False
    assert learning.judge(watched, "Adam").outcome is Outcome.PASSED
    run = watched.attempt("Adam").run
    assert run.whole
    assert rerun.MIN_EPOCHS <= len(run.epochs) < 10
    assert run.epochs[-1].accuracy >= 0.8
    assert learning.judge(watched, "Adam").notes == ()

    whole = comparison_of(student())
    learning.judge(whole, "Adam")
    assert [epoch.accuracy for epoch in whole.attempt("Adam").run.epochs[: len(run.epochs)]] == [
        epoch.accuracy for epoch in run.epochs
    ]


def test_a_training_goes_on_while_a_parameter_has_not_moved_yet():
    """Layers that are released one after the other: what does not move in three epochs may later."""
    released = comparison_of(student(train_epoch=released_later))
    released.compared = lambda: False
    verdict = learning.judge(released, "Adam")
    assert verdict.outcome is Outcome.PASSED, verdict.message
    assert len(released.attempt("Adam").run.epochs) > 5


def released_later(model, optimizer, batches, loss_fn, passes=[]):  # noqa: B006 - the count of its epochs
    """The first layer stands still for five epochs, though it has gradients."""
    passes.append(None)
    first = list(model[1].parameters())
    for x, y in batches:
        optimizer.zero_grad()
        loss_fn(model(x), y).backward()
        if len(passes) <= 5:
            for p in first:
                p.grad.zero_()
        optimizer.step()
    return 0.1


def student(**changes):
    return student_of(**{"build_network": network, "make_optimizer": optimizer, "train_epoch": epoch, **changes})


def judged(name="SGD", seed=1, **changes):
    return learning.judge(comparison_of(student(**changes), seed), name)


# --- learning -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIX)
def test_a_right_one_passes_and_its_curve_is_evidence(name):
    verdict = judged(name)
    assert verdict.outcome is Outcome.PASSED, verdict.message
    assert len(verdict.evidence["curve"]["accuracy"]) == SETTINGS["epochs"]
    assert verdict.evidence["accuracy_before"] < 0.5
    assert verdict.evidence["measurement"]["time_box"]["setting"] == 60.0
    assert verdict.notes == ()


def test_the_same_seed_gives_the_same_measurements():
    curve = [learning.judge(comparison_of(student(), seed), "Adam").evidence["curve"] for seed in (5, 5, 6)]
    assert curve[0]["accuracy"] == curve[1]["accuracy"]
    assert curve[0]["loss"] == curve[1]["loss"]
    assert curve[0]["loss"] != curve[2]["loss"]


def test_the_labels_of_the_held_out_images_never_reach_the_worker():
    sent = []

    class Listening(Here):
        def __getattr__(self, name):
            ask = super().__getattr__(name)

            def answer(*args):
                sent.extend(args)
                return ask(*args)

            return answer

    whole = digits.load()
    comparison = comparison_of(student())
    comparison.client.harness = Listening(comparison.client.harness.module)
    comparison.attempt("SGD")
    labels = [item for item in sent if isinstance(item, np.ndarray) and item.ndim == 1]
    assert all(len(item) != len(whole.truth) for item in labels)
    assert any(len(item) == len(whole.y) for item in labels)


def never_clearing(model, optimizer, batches, loss_fn):
    for x, y in batches:
        loss_fn(model(x), y).backward()
        optimizer.step()
    return 0.0


def clearing_once(model, optimizer, batches, loss_fn):
    optimizer.zero_grad()
    return never_clearing(model, optimizer, batches, loss_fn)


def never_stepping(model, optimizer, batches, loss_fn):
    for x, y in batches:
        loss_fn(model(x), y).backward()
    return 0.0


def stepping_alone(model, optimizer, batches, loss_fn):
    return epoch(model, torch.optim.Adam(model.parameters(), lr=0.01), batches, loss_fn)


def backwardless(model, optimizer, batches, loss_fn):
    for _ in batches:
        optimizer.zero_grad()
        optimizer.step()
    return 0.0


def too_fast(name, params):
    return torch.optim.SGD(params, lr=1e4)


def too_slow(name, params):
    return torch.optim.SGD(params, lr=0.002)


def frozen(input_shape, classes):
    model = network(input_shape, classes)
    for p in list(model.parameters())[:-1]:
        p.requires_grad_(False)
    return model


@pytest.mark.parametrize(
    ("changes", "diagnosis", "says"),
    [
        ({"train_epoch": never_stepping}, "no-step", "never calls the SGD optimizer's step()"),
        ({"train_epoch": stepping_alone}, "optimizer-unused", "without ever calling the step()"),
        ({"train_epoch": backwardless}, "no-gradients", "Is backward() called"),
        ({"train_epoch": never_clearing, "make_optimizer": too_fast}, "gradients-not-cleared", "never cleared"),
        again({"train_epoch": clearing_once, "make_optimizer": too_fast}, "gradients-not-cleared", "never cleared"),
        ({"make_optimizer": too_fast}, "diverges", "worse than guessing"),
        ({"make_optimizer": too_slow}, "learns-too-slowly", "still falling"),
        ({"build_network": frozen}, "frozen-parameters", "never changed (1.weight, 1.bias, 3.weight)"),
    ],
)
def test_a_network_that_does_not_learn_is_told_why(changes, diagnosis, says):
    verdict = judged("SGD", **changes)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.diagnosis == diagnosis
    assert says in verdict.message


def test_a_closure_that_never_clears_is_told():
    def without_clearing(model, optimizer, batches, loss_fn):
        for x, y in batches:

            def closure(x=x, y=y):
                loss = loss_fn(model(x), y)
                loss.backward()
                return loss

            optimizer.step(closure)
        return 0.0

    verdict = judged("LBFGS", train_epoch=without_clearing)
    assert verdict.diagnosis == "gradients-not-cleared"
    assert "in a closure at the beginning of each evaluation" in verdict.message


@pytest.mark.parametrize(
    ("build", "outcome", "says"),
    [
        (lambda shape, classes: None, Outcome.FAILED, "build_network returned None: is its `return` missing?"),
        (lambda shape, classes: network(shape, 3), Outcome.FAILED, "logits of shape (images, 10)"),
    ],
)
def test_a_network_that_is_none_stops_all_six(build, outcome, says):
    with pytest.raises(CallFailure) as caught:
        judged("Adam", build_network=build)
    assert caught.value.verdict.outcome is outcome
    assert says in caught.value.verdict.message


def test_a_function_that_is_not_there_is_missing():
    module = student()
    del module.train_epoch
    with pytest.raises(CallFailure) as caught:
        learning.judge(comparison_of(module), "SGD")
    assert caught.value.verdict.outcome is Outcome.MISSING
    assert "train_epoch is not written yet" in caught.value.verdict.message


def test_a_softmax_at_the_end_is_remarked():
    def with_softmax(shape, classes):
        return nn.Sequential(network(shape, classes), nn.Softmax(1))

    verdict = judged("Adam", build_network=with_softmax)
    assert any("softmax" in note for note in verdict.notes)


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (lambda mean: None, "should return the mean training loss"),
        (lambda mean: 23 * mean, "is not the mean of the epoch's losses"),
        again(lambda mean: 0.05, "is not the mean of the epoch's losses"),
    ],
)
def test_what_train_epoch_returns_is_compared_and_not_believed(returned, says):
    verdict = judged("SGD", train_epoch=lambda *args: returned(epoch(*args)))
    assert verdict.outcome is Outcome.PASSED
    assert any(says in note for note in verdict.notes)


@pytest.mark.parametrize("goes_back", [True, again(False)])
def test_values_of_the_loss_that_no_step_goes_by_are_no_training_loss(goes_back):
    def padded(model, optimizer, batches, loss_fn):
        epoch(model, optimizer, batches, loss_fn)
        guesses, labels = torch.zeros(64, 10, requires_grad=True), torch.zeros(64, dtype=torch.long)
        for loss in [loss_fn(guesses, labels) for _ in range(60)]:
            if goes_back:
                loss.backward()
        return 1.5

    verdict = judged("SGD", train_epoch=padded)
    assert any("is not the mean of the epoch's losses" in note for note in verdict.notes)


def test_a_closure_that_is_called_once_may_leave_the_clearing_to_the_loop():
    def clearing_outside(model, optimizer, batches, loss_fn):
        total = 0.0
        for x, y in batches:

            def closure(x=x, y=y):
                loss = loss_fn(model(x), y)
                loss.backward()
                return loss

            optimizer.zero_grad()
            total += optimizer.step(closure).item()
        return total / len(batches)

    assert judged("Adam", train_epoch=clearing_outside).notes == ()
    told = learning.judge(comparison_of(student(train_epoch=clearing_outside), epochs=4), "LBFGS")
    assert told.diagnosis == "gradients-not-cleared" or "never cleared" in told.notes[0]


def test_a_closure_that_is_missing_is_explained():
    def without_closure(model, optimizer, batches, loss_fn):
        for x, y in batches:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
        return 0.0

    with pytest.raises(CallFailure, match="its step\\(\\) is given a closure") as caught:
        judged("LBFGS", train_epoch=without_closure)
    assert caught.value.verdict.outcome is Outcome.ERROR


@pytest.mark.parametrize(
    ("slip", "advice"),
    [
        ("no graph", "Nothing leads from the loss back to the parameters: is it computed under no_grad()"),
        ("one graph", "Each backward() needs a loss that was computed anew"),
        ("no loss", "LBFGS reads the loss that its closure returns: end the closure with `return loss`."),
        ("small maps", "The maps have become too small here: each pooling halves them"),
    ],
)
def test_what_torch_says_about_a_slip_in_a_closure_is_explained(slip, advice):
    layers = [nn.Conv2d(1, 1, 5)] if slip == "small maps" else []
    model, x = nn.Sequential(*layers, nn.Flatten(), nn.Linear(16, 1)), torch.ones(2, 1, 4, 4)
    made = optimizer("LBFGS", model.parameters())

    def closure(losses=[]):  # noqa: B006 - a single graph, kept
        with torch.set_grad_enabled(slip != "no graph"):
            losses[:] = losses if slip == "one graph" and losses else [model(x).square().sum()]
        losses[0].backward()
        return None if slip == "no loss" else losses[0]

    with pytest.raises((RuntimeError, TypeError)) as caught:
        made.step(closure)
    found = hint(f"{type(caught.value).__name__}: {caught.value}", "optimizer.step(closure)")
    assert found is not None
    assert advice in found.sentence


def test_an_accuracy_below_the_target_never_looks_like_it():
    def reached(best):
        epoch = SimpleNamespace(loss=1.0, unchanged=(), complete=True, batch_counts=None, finite=True)
        run = SimpleNamespace(best=best, epochs=(epoch,), whole=True)
        attempt = SimpleNamespace(run=run, training=SimpleNamespace(watched=None, softmax=True))
        return why_not("SGD", attempt, 0.8, 10)[0]

    assert reached(0.797).startswith("With SGD the best accuracy in 1 epochs was 79.7 %; 80 % is needed: ")
    assert reached(0.31).startswith("With SGD the best accuracy in 1 epochs was 31 %; 80 % is needed: ")


def test_an_optimizer_that_leaves_out_a_layer_loses_its_point_though_the_network_learns():
    def last_layer(name, params):
        return optimizer(name, list(params)[-2:])

    verdict = judged("Adam", make_optimizer=last_layer)
    assert verdict.evidence["best_accuracy"] > SETTINGS["target_accuracy"]
    assert verdict.diagnosis == "parameters-missing"
    assert "never change: 1.weight, 1.bias." in verdict.message
    assert verdict.notes == ()


def test_layers_without_use_or_frozen_are_remarked():
    class Idle(nn.Sequential):
        def __init__(self, *layers):
            super().__init__(*layers)
            self.idle = nn.Linear(2, 2)

        def forward(self, x):
            return self[0](x)

    verdict = judged("Adam", build_network=lambda shape, classes: Idle(network(shape, classes)))
    assert verdict.outcome is Outcome.PASSED
    assert any("never change (frozen, or without use?): idle.weight" in note for note in verdict.notes)


def test_a_loop_that_ends_early_is_told():
    def first_batch(model, optimizer, batches, loss_fn):
        return epoch(model, optimizer, [batches[0]], loss_fn)

    verdict = judged("SGD", train_epoch=first_batch)
    assert verdict.diagnosis == "few-batches"
    assert "takes 1 of the 23 batches" in verdict.message


def test_a_network_that_fails_on_the_images_is_told_their_shape():
    with pytest.raises(
        CallFailure, match=r"your network, given images of shape \(1, 8, 8\), raised .*cannot be multiplied"
    ):
        judged("Adam", build_network=lambda shape, classes: nn.Sequential(nn.Flatten(), nn.Linear(784, classes)))


def test_further_seeds_are_trained_for_what_asks_for_them_and_three_at_the_most():
    comparison = comparison_of(student(), data=small_images(), epochs=2, target_accuracy=0.1)
    runs = comparison.runs()
    assert {name: len(found) for name, found in runs.items()} == dict.fromkeys(SIX, 1)
    assert [comparison.another("Adam") for _ in range(3)] == [True, True, False]
    assert {name: len(found) for name, found in comparison.runs().items()} == {**dict.fromkeys(SIX, 1), "Adam": 3}
    assert comparison.runs()["SGD"][0] is runs["SGD"][0]
    assert comparison.table()["Adam"]["seeds"] == 3


class Blind(nn.Module):
    """A network that never answers with some of the ten classes."""

    def __init__(self, blind):
        super().__init__()
        self.inner, self.blind = network((1, 8, 8), 10), blind

    def forward(self, x):
        seen = torch.arange(10) >= self.blind
        return torch.where(seen, self.inner(x), torch.tensor(-30.0))


@pytest.mark.parametrize(
    ("blind", "seeds", "passes"),
    [((0,), 1, True), ((3, 0), 2, True), again((3, 3, 0), 3, True), ((3, 3, 3), 3, False), ((5,), 1, False)],
)
def test_what_falls_just_short_of_the_target_is_tried_from_other_seeds(blind, seeds, passes):
    left = [*blind, *blind[-1:] * 2 * passes]  # what has learned is made twice more: as it is, and for few images
    comparison = comparison_of(student(build_network=lambda shape, classes: Blind(left.pop(0))))
    verdict = learning.judge(comparison, "Adam")
    assert (verdict.outcome, len(comparison.attempt("Adam").runs)) == (
        Outcome.PASSED if passes else Outcome.FAILED,
        seeds,
    ), verdict.message
    told = [note for note in verdict.notes if "The first training fell just short of the target" in note]
    assert len(told) == (seeds > 1)
    assert not left


def test_without_room_in_the_box_no_seed_follows():
    comparison = comparison_of(student(), data=small_images(), epochs=1)
    comparison.runs()
    box = comparison.client.ready()
    box.charge(wall=1e6, work=1e6)
    assert not comparison.another("Adam")


def test_what_goes_wrong_with_one_optimizer_is_its_own_affair():
    def choosy(name, params):
        if name == "Adam":
            raise ValueError("no Adam today")
        return optimizer(name, params)

    comparison = comparison_of(student(make_optimizer=choosy), data=small_images(), epochs=1)
    runs = comparison.runs()
    assert runs["Adam"] == []
    assert "no Adam today" in comparison.why_not("Adam")
    assert all(runs[name] for name in SIX if name != "Adam")
    with pytest.raises(CallFailure, match="no Adam today"):
        comparison.attempt("Adam")


# --- the device -----------------------------------------------------------------------------------------------------


def test_a_device_that_is_not_there_is_no_fault_of_the_students():
    with pytest.raises(
        UsageError, match=r"The device cuda:7 is not available .*\. `--device auto` takes what there is\."
    ):
        comparison_of(student(), device="cuda:7").attempt("SGD")


def test_a_device_that_only_the_students_worker_does_not_find_is_the_submissions_loss():
    comparison = comparison_of(student())
    harness = comparison.client.harness.module
    harness.prepare = lambda *args: {"status": "no-device", "device": "cpu", "why": "forged"}
    with pytest.raises(CallFailure, match="leave torch itself as it is") as caught:
        comparison.attempt("SGD")
    assert caught.value.verdict.outcome is Outcome.CRASHED


def test_a_worker_whose_gpu_failed_is_replaced_and_costs_that_optimizer_alone(monkeypatch):
    def failing(name, params):
        if name == "Adam":
            raise RuntimeError("CUDA error: device-side assert triggered")
        return optimizer(name, params)

    comparison = comparison_of(student(make_optimizer=failing), data=small_images(), epochs=1)
    harness, done = comparison.client.harness.module, []
    prepare = harness.prepare
    monkeypatch.setattr(harness, "prepare", lambda *args: (done.append("prepare"), prepare(*args))[1])
    monkeypatch.setattr(harness, "leave", lambda: done.append("leave"))
    with pytest.raises(CallFailure, match="device-side assert"):
        comparison.attempt("Adam")
    assert comparison.attempt("SGD").run.whole
    assert done == ["prepare", "leave", "prepare"]


def test_running_out_of_gpu_memory_is_an_outcome():
    def greedy(*args):
        raise torch.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(CallFailure) as caught:
        judged("SGD", train_epoch=greedy)
    assert caught.value.verdict.outcome is Outcome.CRASHED
    assert "GPU memory" in caught.value.verdict.message


without_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device, and torch sees none")


def needs_cuda(test):
    return pytest.mark.gpu(without_cuda(test))


@needs_cuda
@pytest.mark.parametrize("name", SIX)
def test_on_a_gpu(name):
    verdict = learning.judge(comparison_of(student(), device="cuda"), name)
    assert verdict.outcome is Outcome.PASSED, verdict.message
    assert verdict.evidence["measurement"]["device"].startswith("cuda:")


@needs_cuda
def test_the_memory_of_a_gpu_is_bounded():
    def greedy(model, optimizer, batches, loss_fn):
        torch.empty(2 << 30, dtype=torch.uint8, device="cuda")

    with pytest.raises(CallFailure, match="GPU memory"):
        comparison_of(student(train_epoch=greedy), device="cuda", gpu_memory_gib=1).attempt("SGD")


def test_a_call_without_preparation_says_so():
    harness = harness_for(student())
    assert harness.train_epoch(1.0, 1.0, False, False, True) == {"status": "unprepared"}


# --- the time box ---------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


IDLE = Pace()


def test_time_that_is_not_used_is_passed_on():
    box = TimeBox(60.0, 6, lambda too_old: IDLE)
    assert box.share() == 10.0
    box.charge(5.0, 5.0)
    assert box.share() == 11.0
    box.charge(40.0, 0.0)
    assert box.left == 15.0
    assert box.share() == 3.75


@pytest.mark.parametrize(("measured", "factor"), [(0.5, 1.0), (1.0, 1.0), (3.0, 3.0), (1000.0, 8.0)])
def test_a_slow_machine_gets_more_time_and_a_fast_one_no_less(measured, factor):
    pace = Pace.of({"work": measured * NOMINAL_SECONDS, "wall": measured * NOMINAL_SECONDS})
    box = TimeBox(60.0, 6, lambda too_old: pace)
    assert pace.work_seconds(10.0) == pace.wall_seconds(10.0) == 10.0 * factor
    assert box.described()["machine_factor"] == factor
    box.charge(10.0 * factor, 10.0 * factor)
    assert box.spent == pytest.approx(10.0)


def test_what_other_work_does_to_the_clock_is_charged_to_nobody():
    """With four processes for each core, a second of work takes four; the box pays for the second."""
    pace = Pace.of({"work": NOMINAL_SECONDS, "wall": 4 * NOMINAL_SECONDS})
    box = TimeBox(60.0, 6, lambda too_old: pace)
    box.charge(wall=40.0, work=10.0)
    assert box.spent == pytest.approx(10.0)
    assert pace.wall_seconds(10.0) > 40.0
    assert box.was_busy


def test_who_lets_the_clock_run_and_says_that_nothing_was_done_pays_for_the_clock():
    box = TimeBox(60.0, 6, lambda too_old: IDLE)
    box.charge(wall=10.0, work=0.0)
    assert box.spent == pytest.approx(10.0)


def test_the_machine_is_looked_at_during_the_run_too():
    paces = [IDLE, Pace(1.0, 8.0), IDLE]
    box = TimeBox(60.0, 6, lambda too_old: paces.pop(0))
    assert not box.was_busy
    assert box.look_again().busy
    assert not box.look_again().busy
    assert box.was_busy


def test_load_that_came_unnoticed_costs_nobody_what_they_waited_for():
    """Until it is noticed, the clock seems to run for those who do nothing."""
    paces = [IDLE, Pace(1.0, 8.0)]
    box = TimeBox(60.0, 6, lambda too_old: paces.pop(0))
    box.charge(wall=8.0, work=1.0)
    assert box.spent == pytest.approx(8.0)
    box.look_again()
    assert box.spent == pytest.approx(1.0)


def test_the_submissions_of_a_process_share_one_measurement_of_the_machine_until_it_is_too_old(monkeypatch):
    device = sys.modules["grader.oracles.optimizers.device"]
    clock, measured = Clock(), []

    def measure(place):
        measured.append(place)
        return {"work": NOMINAL_SECONDS, "wall": NOMINAL_SECONDS}

    for name, value in (("_clock", clock), ("_measured", measure), ("_measurements", {})):
        monkeypatch.setattr(device, name, value)
    for number in range(3):
        comparison = comparison_of(student(), seed=number, data=small_images(), epochs=2)
        for name in ("SGD", "Adam"):
            comparison.attempt(name)
    assert measured == ["cpu"]
    clock.now += FRESH_SECONDS
    comparison.attempt("Adagrad")
    assert len(measured) == 2


def test_who_is_cut_short_has_the_machine_looked_at_once_more(monkeypatch):
    """However fresh the last measurement is: load may have come in between."""
    comparison, _, _ = slow_comparison(4.0)
    asked = []
    comparison.client.box = TimeBox(60.0, 6, lambda too_old: asked.append(too_old) or IDLE)
    assert not comparison.attempt("Adadelta").run.whole
    assert asked[-1] == 0.0
    assert set(asked[:-1]) == {FRESH_SECONDS}


class Slow:
    """A harness whose epochs take some seconds of a fake clock, and which is killed where it overruns its deadline."""

    def __init__(self, clock, seconds, cooperative=True):
        self.clock, self.seconds, self.cooperative, self.limit = clock, seconds, cooperative, math.inf
        self.prepared = 0
        self.ends, self.stretch = "timeout", 1.0  # of a call that overruns, and how far beyond its deadline

    def within(self, seconds):
        self.limit = seconds
        return self

    __failure__ = None

    def __getattr__(self, name):
        logits = np.ones((len(digits.load().truth), 10), dtype=np.float32)
        return lambda *args: {"status": "ready", "records": [], "logits": logits, "watched": False}

    def prepare(self, *args):
        self.prepared += 1
        return {"status": "ready", "device": "cpu"}

    def train_epoch(self, seconds, wall, evaluate, keep_before, is_judged):
        took = min(self.seconds, seconds) if self.cooperative else self.seconds
        self.clock.now += min(took, self.limit * self.stretch)
        if took > self.limit:
            outcome = Outcome.REVIEW if self.ends == "starved" else Outcome.TIMEOUT
            raise CallFailure(Verdict(outcome, 0.0, "train_epoch was stopped. Is it endless?"), self.ends)
        return {
            "status": "ready",
            "logits": np.eye(10, dtype=np.float32)[digits.load().truth],
            "seconds": took,
            "complete": took < seconds,
            **dict.fromkeys(("loss", "low", "high", "returned", "evaluated"), 0.5),
        }


def slow_comparison(seconds, cooperative=True, pace=IDLE):
    clock = Clock()
    harness = Slow(clock, seconds, cooperative)
    client = HarnessClient(harness, Here(optimizers), digits.load(), SETTINGS, SIX, MODULE, clock)
    client.box = TimeBox(60.0, 6, lambda too_old: pace)
    return Rerun(client, SETTINGS, 1), clock, harness


def test_what_was_measured_until_the_end_of_the_share_counts():
    comparison, clock, _ = slow_comparison(4.0)
    run = comparison.attempt("Adadelta").run
    assert len(run.epochs) == 3  # two whole ones, and one that the batches ended
    assert not run.whole
    assert run.best == 1.0
    assert clock.now == 10.0


def test_the_whole_box_is_never_outlived():
    comparison, clock, _ = slow_comparison(4.0)
    runs = comparison.runs()
    assert clock.now <= 60.0
    assert all(len(found) == 1 for found in runs.values())


def test_who_does_not_come_back_costs_only_itself_and_is_stopped_soon_after_the_share():
    comparison, clock, harness = slow_comparison(1000.0, cooperative=False)
    share = r"stopped\. Is it endless\? Adadelta's share of the time box is 10 s \(60 s for all, times 1 for"
    with pytest.raises(CallFailure, match=share):
        comparison.attempt("Adadelta")
    assert clock.now == pytest.approx(12.0)  # ten seconds and the overshoot
    harness.seconds = 0.1
    assert comparison.attempt("Adagrad").run.whole
    assert harness.prepared == 2  # the new worker was given everything again


def test_whom_the_machine_lets_have_no_time_is_a_persons_to_judge_and_pays_for_its_share_only():
    comparison, _, harness = slow_comparison(1000.0, cooperative=False)
    harness.ends, harness.stretch = "starved", 20.0
    with pytest.raises(CallFailure, match=r"^train_epoch was stopped\. Is it endless\?$") as caught:
        comparison.attempt("Adadelta")
    assert caught.value.verdict.outcome is Outcome.REVIEW
    assert comparison.client.box.spent == pytest.approx(12.0)  # of the two hundred that the clock showed


@pytest.mark.parametrize(
    ("paces", "count", "outcome"),
    [
        ([IDLE], 0, Outcome.TIMEOUT),
        ([IDLE, IDLE, Pace(1.0, 8.0)], 10, None),
        ([IDLE, IDLE, IDLE, Pace(1.0, 8.0)], 10, None),
        ([Pace(1.0, 8.0), IDLE], 0, Outcome.REVIEW),
    ],
    ids=["none", "seen before the epoch", "seen when the share seems used up", "gone before it"],
)
def test_load_before_the_first_epoch_takes_no_point(paces, count, outcome, monkeypatch):
    """The network took all of its share on the clock to build; of how much of that it worked, nothing is known."""
    monkeypatch.setattr(rerun.probes, "judge", lambda *args: Verdict.passed())
    comparison, clock, harness = slow_comparison(0.1)
    harness.build_network = lambda seed: setattr(clock, "now", clock.now + 12.0) or {"status": "ready"}
    measured = iter(paces)
    comparison.client.box = TimeBox(60.0, 6, lambda too_old: next(measured, paces[-1]))
    comparison.client._prepared = True
    assert len(comparison.attempt("Adadelta").run.epochs) == count
    if outcome is not None:
        assert learning.judge(comparison, "Adadelta").outcome is outcome


def test_an_epoch_outlives_its_time_by_one_step_at_the_most():
    steps = []

    def slow(model, optimizer, batches, loss_fn):
        for _ in batches:
            began = time.perf_counter()
            time.sleep(0.05)
            steps.append(time.perf_counter() - began)
        return 0.0

    comparison = comparison_of(student(train_epoch=slow))
    client = comparison.client
    client.ready()
    client.ask(1.0, "build_network", 1)
    client.ask(1.0, "make_optimizer", "SGD", 1)
    client.ask(1.0, "forward")
    began = time.process_time()
    answer = client.ask(0.2, "train_epoch", 0.2, 0.2, False, False, True)
    assert not answer["complete"]
    assert sum(steps[:-1]) < 0.2  # the last one had begun in time
    assert time.process_time() - began < 1.0  # and what is ours after it is no step, which sleeps


def test_one_machine_can_show_what_another_processor_computes(monkeypatch):
    """As .ci/run does with exercise 4's gallery: the choice of instructions reaches the workers that train."""
    for name in PROCESSOR_VARIABLES:
        monkeypatch.setenv(name, "default")
    assert {worker_environment("folder")[name] for name in PROCESSOR_VARIABLES} == {"default"}


# --- what a worker says ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"logits": np.zeros((3, 10)), "seconds": 1.0},
        {"logits": np.zeros((4, 10), dtype=np.int64), "seconds": 1.0},
        {"logits": np.zeros((4, 10)), "seconds": math.nan},
        {"logits": "all right", "seconds": 1.0},
    ],
)
def test_a_report_of_another_form_measures_nothing(answer):
    with pytest.raises(CallFailure, match="not a measurement"):
        read_epoch(answer, np.zeros(4, dtype=int), 10)


def seen(**changes):
    """What a watch reports of three steps of one parameter, two entries of it followed."""
    rows = np.zeros((3, 2))
    groups = [[0, [{"members": [0], "hyper": {"lr": 0.1}}]]]
    return {
        "steps": 3,
        "closures": 0,
        "between": [],
        "uncleared": [],
        "with_gradient": ["w"],
        "followed": [2],
        "start": np.zeros(2),
        "path": rows,
        "gradients": rows,
        "norms": np.ones((3, 1)),
        "before": groups,
        "after": groups,
        "evaluations": [],
        "later": [True, False],
        "along": [[0, 1.0, 1.0], [1, 2.0, 0.9], [2, 1.0, 1.0]],
        "from_loss": [[0, 2.0, 1.0], [2, 3.0, 0.8]],
        "slopes": [[2, 3.0, [[2.0, 1.9]]]],
        **changes,
    }


def test_what_a_watch_saw_is_read():
    watched = read_watched({"watch": seen()})
    assert watched.steps == 3
    assert watched.before == ([{"members": [0], "hyper": {"lr": 0.1}}],) * 3
    assert watched.then(watched).steps == 6
    assert watched.then(watched).later == (True, False, True, False)
    assert watched.then(watched).slopes == ((((0.0, 3.0), ((2.0, 1.9),)),),) * 2


@pytest.mark.parametrize("key", sorted(seen()))
@pytest.mark.parametrize("value", [np.zeros(3), [np.zeros(3)], {"a": 1}, "x", -1.5, [1, 2], [[0, [{}]]]])
def test_a_watch_of_another_form_saw_nothing(key, value):
    found = read_watched({"watch": seen(**{key: value})})
    if key in ("between", "uncleared", "with_gradient", "evaluations"):
        assert found is not None
        assert getattr(found, key) == ()
    else:
        assert found is None


@pytest.mark.parametrize("status", [np.zeros(3), ["ready"], 1, None, "something"])
def test_a_status_of_another_form_is_no_measurement(status):
    comparison = comparison_of(student())
    comparison.client.harness.module.probe_optimizer = lambda *args: {"status": status}
    with pytest.raises(CallFailure, match="not a measurement"):
        comparison.attempt("SGD")


def test_logits_that_are_no_numbers_are_wrong_answers():
    logits = np.zeros((4, 10))
    logits[:, 3] = 1.0
    logits[1, 5] = math.nan
    logits[2, 3] = math.inf
    epoch = read_epoch({"logits": logits, "seconds": 1.0}, np.full(4, 3), 10)
    assert epoch.accuracy == 0.5
    assert not epoch.finite


# --- the images -----------------------------------------------------------------------------------------------------


def test_the_digits():
    found = digits.load()
    assert found.x.shape == (1437, 1, 8, 8)
    assert found.held_out.shape == (360, 1, 8, 8)
    assert found.classes == 10
    assert found.x.dtype == np.float32
    assert found.x.max() == 1.0
    assert found.x.min() == 0.0


def test_a_courses_own_file(tmp_path):
    rng = np.random.default_rng(0)
    keras = {
        "x_train": rng.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8),
        "y_train": (np.arange(40) % 4)[:, None],
        "x_test": rng.integers(0, 256, (20, 32, 32, 3), dtype=np.uint8),
        "y_test": (np.arange(20) % 4)[:, None],
    }
    np.savez(tmp_path / "cifar.npz", **keras)
    own = images.load(tmp_path / "cifar.npz")
    assert own.x.shape == (40, 3, 32, 32)
    assert own.classes == 4
    assert own.x.max() <= 1.0


GOOD = {"images": np.zeros((40, 8, 8)), "labels": np.arange(40) % 4, "test": np.arange(40) % 2 == 0}


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"pixels": np.zeros(3)}, "it needs images, labels, test"),
        ({**GOOD, "labels": np.arange(39)}, "one bool for each label"),
        ({**GOOD, "images": np.zeros((39, 8, 8))}, "39 images, but 40 labels"),
        ({**GOOD, "test": np.zeros(40)}, "one bool for each label"),
        ({**GOOD, "images": np.zeros((40, 64))}, "images have to be"),
        ({**GOOD, "images": np.full((40, 8, 8), np.nan)}, "NaN or infinite"),
        ({**GOOD, "labels": np.arange(40) - 1}, "whole numbers from 0"),
        ({**GOOD, "labels": np.zeros(40, dtype=int)}, "classes"),
        ({**GOOD, "test": np.ones(40, dtype=bool)}, "at least 10 in each part"),
    ],
)
def test_a_bad_file_is_a_sentence(tmp_path, arrays, says):
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(UsageError, match=says):
        images.load(tmp_path / "bad.npz")


def test_what_is_no_archive_is_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="There is no file"):
        images.load(tmp_path / "none.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(UsageError, match=r"is not an \.npz file of plain arrays, as `numpy\.savez` writes them\.$"):
        images.load(tmp_path / "text.npz")
    np.save(tmp_path / "one.npy", np.zeros(3))
    with pytest.raises(UsageError, match="a single array"):
        images.load(tmp_path / "one.npy")
    np.savez(tmp_path / "objects.npz", images=np.array([print], dtype=object))
    with pytest.raises(UsageError, match=r"is not an \.npz file of plain arrays, as `numpy\.savez` writes them\.$"):
        images.load(tmp_path / "objects.npz")


# --- the reference --------------------------------------------------------------------------------------------------


def test_the_reference_names_its_functions_as_the_contract_does():
    reference = load_module(ROOT / "reference" / "exercise4.py", "exercise4")
    assert set(reference.RESULTS) == set(SIX)
    assert len(reference.CLAIMS) >= 5
