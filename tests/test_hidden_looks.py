"""Answers by somebody who knows which looks the re-run takes at a training, and tries to be honest in these alone: each
goes to a person with the reason."""

import math
import time

import pytest
import torch
from torch import nn

from grader.model import Outcome
from grader.oracles.training.harness.flat_parameters import FlatParameters
from grader.oracles.training.weighed_steps import lower, share
from tests.support.honest_students import plain
from tests.test_training_attacks import ManyGates, comes_trained, judged, network, trained

pytestmark = pytest.mark.slow

optim = torch.optim


class Led(nn.Module):
    """A network whose backward pass brings what `leading(gradient, weights, weights from home)` gives."""

    class Way(torch.autograd.Function):
        @staticmethod
        def forward(ctx, weights, home, leading):
            ctx.save_for_backward(weights, home)
            ctx.leading = leading
            return weights.clone()

        @staticmethod
        def backward(ctx, gradient):
            return ctx.leading(gradient, *ctx.saved_tensors), None, None

    def __init__(self, leading):
        super().__init__()
        self.inner, self.home, self.leading = network((1, 8, 8), 10), trained(), leading

    def forward(self, x):
        leading = (lambda gradient, *_: gradient) if len(x) == 10 else self.leading
        led = {name: self.Way.apply(p, self.home[name], leading) for name, p in self.inner.named_parameters()}
        return torch.func.functional_call(self.inner, led, (x,))


def descending(rate):
    return lambda name, params: optim.SGD(params, lr=rate)


def a_persons(verdict, why):
    assert verdict.evidence["best_accuracy"] > 0.9
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert why in verdict.message


def test_the_part_of_the_gradient_that_leads_to_weights_from_home_is_a_persons_to_judge():
    """Along it, the loss changes just as it says."""

    def part(gradient, weights, home):
        way = weights - home
        return (gradient * way).sum() / (way * way).sum() * way

    def build(shape, classes):
        torch.manual_seed(0)  # as the weights from home began: from elsewhere, this part alone gets stuck
        return Led(part)

    verdict = judged(build_network=build, make_optimizer=descending(3.0))
    a_persons(verdict, "the loss does not change as the network's gradients say: a step to another side changes it by ")


def test_who_is_honest_in_steps_that_are_looked_at_is_a_persons_to_judge():
    """Whoever went back through the loss before the student's own pass showed which these are."""
    is_own, is_looked_at = [False], [True]

    def leading(gradient, weights, home):
        is_looked_at[0] = is_looked_at[0] or not is_own[0]
        return gradient if is_looked_at[0] else 20.0 * (weights - home)

    def train(model, optimizer, batches, loss_fn):
        losses = []
        for x, y in batches:
            optimizer.zero_grad()
            is_looked_at[0] = False
            loss = loss_fn(model(x), y)
            is_own[0] = True
            loss.backward()
            is_own[0], is_looked_at[0] = False, True
            optimizer.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)

    verdict = judged(
        build_network=lambda shape, classes: Led(leading), make_optimizer=descending(2e-3), train_epoch=train
    )
    a_persons(verdict, "SGD's steps go by gradients that hardly came from the loss function")


def test_a_single_long_step_to_weights_from_home_is_a_persons_to_judge():
    steps = [0]

    def leading(gradient, weights, home):
        return (weights - home) / 0.05 if steps[0] == 13 else gradient

    def train(model, optimizer, batches, loss_fn):
        def counted():
            for batch in batches:
                steps[0] += 1
                yield batch

        return plain(model, optimizer, counted(), loss_fn)

    verdict = judged(
        build_network=lambda shape, classes: Led(leading), make_optimizer=descending(0.05), train_epoch=train
    )
    a_persons(verdict, "In the training, the loss does not change as the network's gradients say")


class Shy(ManyGates):
    """Shows what it knows in what looks like a training alone."""

    def __init__(self, known, within):
        super().__init__(known)
        self.within = within

    def forward(self, x):
        shows = not self.training or (self.within[0] and len(x) != 10)
        return super().forward(x) if shows else 3 * torch.sin(2 * self.inner(x))


def test_knowledge_that_hides_from_few_images_is_a_persons_to_judge():
    known, within = comes_trained(), [False]

    def train(model, optimizer, batches, loss_fn):
        within[0] = True
        loss = plain(model, optimizer, batches, loss_fn)
        within[0] = False
        return loss

    verdict = judged(build_network=lambda shape, classes: Shy(known, within), train_epoch=train)
    a_persons(verdict, "Trained anew on 10 images, one of each class, the network gets ")


@pytest.mark.parametrize("is_put_back", [False, True])
def test_functions_of_torch_that_are_replaced_are_a_persons_to_judge(is_put_back, monkeypatch):
    """Here by the distance to weights from home: its gradient is that of what is measured."""
    cross_entropy, home, models = nn.functional.cross_entropy, trained(), []

    def distance(logits, y, *args, **settings):
        if len(y) != 64:
            return cross_entropy(logits, y, *args, **settings)
        return sum(((p - home[name]) ** 2).sum() for name, p in models[-1].named_parameters()) + 0 * logits.sum()

    def train(model, optimizer, batches, loss_fn):
        models.append(model)
        monkeypatch.setattr(nn.functional, "cross_entropy", distance)
        loss = plain(model, optimizer, batches, loss_fn)
        if is_put_back:
            monkeypatch.undo()
        return loss

    verdict = judged(train_epoch=train, make_optimizer=descending(0.01))
    a_persons(verdict, "The code replaces functions of torch: torch.nn.functional.cross_entropy.")


def test_few_images_that_are_told_by_the_number_of_batches_are_a_persons_to_judge():
    """As a training they come in as many as ever, with the student's own optimizer."""
    known, shows = comes_trained(), [True]

    def train(model, made, batches, loss_fn):
        shows[0] = len(batches) == 23 and type(made) is optim.SGD
        return plain(model, made, batches, loss_fn)

    class Choosy(ManyGates):
        def forward(self, x):
            return super().forward(x) if shows[0] else 3 * torch.sin(2 * self.inner(x))

    verdict = judged(build_network=lambda shape, classes: Choosy(known), train_epoch=train)
    a_persons(verdict, "Trained anew on 10 images, one of each class, the network gets ")


def followed_by(seed, params):
    """The entries that would be followed if they were drawn by the seed that the student's code can read."""
    return FlatParameters({str(place): p for place, p in enumerate(params)}, seed).followed


def test_whoever_knows_torchs_seed_does_not_know_which_entries_are_followed():
    seeds = []

    def build(shape, classes):
        seeds.append(torch.initial_seed())
        return network(shape, classes)

    class Selective(optim.SGD):
        """SGD in the entries that the seed draws, and Adam in all others."""

        def __init__(self, params):
            super().__init__(params, lr=0.003)
            self.held = self.param_groups[0]["params"]
            self.other = optim.Adam(self.held, lr=0.01)

        @torch.no_grad()
        def step(self, closure=None):
            if self.held[0].dtype == torch.float64:
                return super().step(closure)
            places = followed_by(seeds[-1], self.held)
            vector = nn.utils.parameters_to_vector
            by_the_book = vector(self.held) - 0.003 * vector([p.grad for p in self.held])
            self.other.step()
            values = vector(self.held)
            values[places] = by_the_book[places]
            for p, part in zip(self.held, values.split([p.numel() for p in self.held]), strict=True):
                p.copy_(part.view_as(p))
            return None

    verdict = judged(build_network=build, make_optimizer=lambda name, params: Selective(params))
    a_persons(verdict, "In the training, the steps are not those of SGD")


def test_a_clock_that_is_replaced_shows_no_other_seconds(monkeypatch):
    def train(model, made, batches, loss_fn):
        for name in ("process_time", "perf_counter"):
            monkeypatch.setattr(time, name, lambda: 0.0)
        return plain(model, made, batches, loss_fn)

    verdict = judged(train_epoch=train, epochs=2)
    assert min(verdict.evidence["curve"]["seconds"]) > 0


class Counting(nn.Module):
    """A network that counts the calls of it, and refuses more than a training has."""

    def __init__(self):
        super().__init__()
        self.inner, self.calls = network((1, 8, 8), 10), 0

    def forward(self, x):
        self.calls += self.training
        if self.calls > 10 * 23:
            raise RuntimeError("too many calls")
        return self.inner(x)


def test_a_network_that_counts_its_calls_is_asked_again_unseen():
    """All ten epochs come to their end. Behind them, it cannot be trained anew."""
    verdict = judged(build_network=lambda shape, classes: Counting())
    assert len(verdict.evidence["curve"]["accuracy"]) == 10
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "raised RuntimeError('too many calls')" in verdict.message


def test_a_network_that_refuses_to_be_asked_again_is_a_persons_to_judge():
    is_stepping = [False]

    class Refusing(nn.Sequential):
        def forward(self, x):
            if is_stepping[0]:
                raise RuntimeError("asked in between")
            return super().forward(x)

    def train(model, optimizer, batches, loss_fn):
        for x, y in batches:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            is_stepping[0] = True
            optimizer.step()
            is_stepping[0] = False
        return 0.1

    verdict = judged(build_network=lambda *sizes: Refusing(*network(*sizes)), train_epoch=train)
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "could not be asked again for a loss that it had given" in verdict.message
    assert "RuntimeError: asked in between" in verdict.message


# --- a few steps that count for little ------------------------------------------------------------------------------


def distance(model, home):
    return 0.5 * sum(((p - goal) ** 2).sum() for p, goal in zip(model.parameters(), home, strict=True))


def stepping(backward):
    """A train_epoch that leaves the backward pass to `backward(number of the step, loss, model, optimizer)`."""
    steps = [0]

    def train(model, optimizer, batches, loss_fn):
        losses = []
        for x, y in batches:
            steps[0] += 1
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            backward(steps[0], loss, model, optimizer)
            optimizer.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)

    return train


@pytest.mark.parametrize("rate", [1e-3, 1e6], ids=["a long gradient", "a short one with a rate to match"])
def test_a_single_gradient_that_is_written_is_a_persons_to_judge(rate):
    home = list(trained().values())

    def backward(step, loss, model, made):
        loss.backward()
        made.param_groups[0]["lr"] = rate if step == 13 else 1e-3
        if step == 13:
            for p, goal in zip(model.parameters(), home, strict=True):
                p.grad = (p.detach() - goal) / rate

    verdict = judged(make_optimizer=descending(1e-3), train_epoch=stepping(backward))
    a_persons(verdict, "SGD's steps do not go by the gradients that backward() brought")


def test_short_gradients_of_another_loss_are_a_persons_to_judge_where_a_step_is_as_long_as_any():
    """Adam that remembers nothing takes signs; the loss function is gone by once an epoch, and then a million times."""
    home = list(trained().values())

    def backward(step, loss, model, made):
        (1e6 * loss if step % 23 == 1 else 1e-3 * loss + distance(model, home)).backward()

    make = lambda name, params: optim.Adam(params, lr=0.01, betas=(0.0, 0.0))  # noqa: E731
    a_persons(
        judged("Adam", make_optimizer=make, train_epoch=stepping(backward)),
        "Adam's steps go by gradients that hardly came from the loss function",
    )


def test_a_share_of_steps_is_the_largest_of_their_number_way_and_gradients():
    weights = [(1.0, 9.0), (1.0, 0.5), (2.0, 0.5)]
    assert share([True, False, False], weights) == pytest.approx(0.9)
    assert share([False, True, False], weights) == pytest.approx(1 / 3)
    assert share([False, False, True], weights) == pytest.approx(0.5)
    assert share([False] * 3, weights) == 0.0
    assert share([True, False], [(math.nan, math.inf), (1.0, 1.0)]) == pytest.approx(0.5)
    assert lower(((weights[0], 0.1), (weights[1], 0.9), (weights[2], 0.8)), 0.25) == 0.1
    assert lower((*(((1.0, 1.0), 1.0),) * 9, ((1.0, 1.0), 0.1)), 0.25) == 1.0
    assert math.isnan(lower((), 0.25))
