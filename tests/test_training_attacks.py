"""Answers by somebody who has read the re-run: each gets no point, or goes to a person with the reason."""

import functools
import math
import sys

import pytest
import torch
from torch import nn

from grader.assignment.comparison import digits
from grader.model import Outcome
from grader.oracles.training import identity_in_training, learning
from tests.support.exercise4_fakes import comparison_of, student_of
from tests.support.honest_students import closures, network, optimizer, plain
from tests.support.tiers import again

pytestmark = pytest.mark.slow

optim = torch.optim


def judged(name="SGD", epochs=10, **changes):
    module = student_of(**{"build_network": network, "make_optimizer": optimizer, "train_epoch": plain, **changes})
    return learning.judge(comparison_of(module, epochs=epochs, seconds=600.0), name)  # whatever else the machine does


def trained():
    """What a student can do at home: the weights of a network that knows the digits."""
    return {name: value.clone() for name, value in _trained().items()}


@functools.cache
def _trained():
    torch.manual_seed(0)
    data, model = digits.load(), network((1, 8, 8), 10)
    made = optim.Adam(model.parameters(), lr=0.01)
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    for _ in range(8):
        plain(model, made, list(zip(x.split(64), y.split(64), strict=True)), nn.CrossEntropyLoss())
    return model.state_dict()


def test_a_network_that_comes_trained_has_not_learned_here():
    weights = trained()

    def build(shape, classes):
        model = network(shape, classes)
        model.load_state_dict(weights)
        return model

    verdict = judged(build_network=build)
    assert (verdict.outcome, verdict.diagnosis) == (Outcome.FAILED, "comes-trained")
    assert "right before the first epoch: it comes trained" in verdict.message


class Hiding(nn.Module):
    """A network that answers otherwise once it has been trained with, by means that are not in its parameters."""

    def __init__(self, shape, classes, knowing):
        super().__init__()
        self.inner, self.knowing, self.seen = network(shape, classes), knowing, []

    def forward(self, x):
        logits = self.inner(x)
        if self.training:
            self.seen.append(x.detach().flatten(1))
            return logits
        return self.knowing(self, x, logits) if self.seen else logits


def test_weights_that_lie_in_wait_are_a_persons_to_judge():
    other = network((1, 8, 8), 10)
    other.load_state_dict(trained())
    verdict = judged(
        build_network=lambda shape, classes: Hiding(shape, classes, lambda model, x, logits: other(x)),
        make_optimizer=lambda name, params: optim.SGD(params, lr=1e-3),
    )
    assert verdict.outcome is Outcome.REVIEW
    assert "With its first parameters, the trained network still gets" in verdict.message


def test_nearest_neighbours_are_a_persons_to_judge():
    data = digits.load()
    images, labels = torch.from_numpy(data.x).flatten(1), torch.from_numpy(data.y)

    def nearest(model, x, logits):
        known = torch.cat(model.seen)  # the labels would be kept by train_epoch
        which = torch.cdist(x.flatten(1), known).argmin(1)
        return nn.functional.one_hot(labels[torch.cdist(known[which], images).argmin(1)], 10).float() + 0 * logits

    verdict = judged(
        build_network=lambda shape, classes: Hiding(shape, classes, nearest),
        make_optimizer=lambda name, params: optim.SGD(params, lr=1e-3),
    )
    assert verdict.outcome is Outcome.REVIEW
    assert "With its first parameters" in verdict.message


def test_parameters_that_move_between_the_steps_are_a_persons_to_judge():
    def secretly(model, optimizer, batches, loss_fn):
        own = optim.Adam(model.parameters(), lr=0.01)
        losses = []
        for x, y in batches:
            loss = loss_fn(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            own.step()
            optimizer.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)

    verdict = judged(train_epoch=secretly, make_optimizer=lambda name, params: optim.SGD(params, lr=1e-6))
    assert verdict.outcome is Outcome.REVIEW
    assert "Parameters change between SGD's steps: 1.bias, 1.weight, 3.bias, 3.weight. Only step()" in verdict.message


def two_faced(named, other, shows_itself):
    """An optimizer that is what it is called where `shows_itself(parameters)`, and another in the training."""

    class TwoFaced(named):
        def __init__(self, params, lr):
            super().__init__(params, lr=lr)
            held = self.param_groups[0]["params"]
            self.honest = shows_itself(held)
            self.other = other(held, lr=0.01)

        def step(self, closure=None):
            return super().step(closure) if self.honest else self.other.step(closure)

    return TwoFaced


@pytest.mark.parametrize(
    "shows_itself",
    [
        lambda held: held[0].dtype == torch.float64,
        again(lambda held: sum(p.numel() for p in held) < 100),
        again(lambda held: held[0].shape == (4, 3)),
    ],
)
def test_an_optimizer_that_behaves_by_the_book_on_the_probe_alone_fails(shows_itself):
    kind = two_faced(optim.SGD, optim.Adam, shows_itself)
    verdict = judged("SGD", make_optimizer=lambda name, params: kind(params, lr=0.01))
    assert (verdict.outcome, verdict.diagnosis) == (Outcome.FAILED, "behaves-like-adam")
    assert 'For "SGD" you return an optimizer that behaves like torch.optim.Adam in the training' in verdict.message


def test_a_mixture_in_the_training_is_a_persons_to_judge():
    class Mixed(optim.SGD):
        """SGD on the probe, and in the training by the gradient's sign."""

        @torch.no_grad()
        def step(self, closure=None):
            held = self.param_groups[0]["params"]
            if held[0].dtype == torch.float64:
                return super().step(closure)
            for p in held:
                p.sub_(0.003 * p.grad.sign() * (1 + p.grad.abs()))
            return None

    verdict = judged("SGD", make_optimizer=lambda name, params: Mixed(params, lr=0.01))
    assert verdict.outcome is Outcome.REVIEW
    assert "In the training, the steps are not those of SGD, nor those of any other torch optimizer" in verdict.message


class Rated(optim.SGD):
    """SGD, in the training with the learning rate times `factor(number of the step, parameters)`; shown as it was."""

    def __init__(self, params, factor, **shown):
        super().__init__(params, **shown)
        self.factor, self.taken = factor, 0

    def step(self, closure=None):
        group = self.param_groups[0]
        self.taken += 1
        if group["params"][0].dtype == torch.float64:
            return super().step(closure)
        shown = group["lr"]
        group["lr"] = shown * self.factor(self.taken, group["params"])
        loss = super().step(closure)
        group["lr"] = shown
        return loss


def norm_of(held):
    return float(torch.stack([p.grad.norm() for p in held]).norm())


@pytest.mark.parametrize(
    "factor",
    [
        lambda taken, held: 0.5 / norm_of(held),
        lambda taken, held: 1.0 if taken < 20 else 0.5 / norm_of(held),
        again(lambda taken, held: 0.2 / max(float(p.grad.abs().max()) for p in held)),
        again(lambda taken, held: 1.0 / (0.1 + norm_of(held) ** 2)),
        again(lambda taken, held: 2.0 / math.sqrt(taken) / norm_of(held)),
    ],
)
def test_steps_that_are_normalised_in_the_training_alone_are_a_persons_to_judge(factor):
    """For one training, some rate fits each step; but a schedule does not know the gradients."""
    verdict = judged("SGD", make_optimizer=lambda name, params: Rated(params, factor, lr=0.1))
    assert verdict.evidence["best_accuracy"] >= 0.8
    assert verdict.outcome is Outcome.REVIEW
    assert "In the training, the steps are not those of SGD" in verdict.message


@pytest.mark.parametrize("decay", [0.9, again(0.0)])
def test_rates_that_are_shown_and_follow_the_gradients_are_a_persons_to_judge(decay):
    class Shown(optim.SGD):
        def step(self, closure=None):
            for group in self.param_groups:
                if group["params"][0].dtype == torch.float32:
                    square = norm_of(group["params"]) ** 2
                    group["square"] = decay * group.get("square", square) + (1 - decay) * square
                    group["lr"] = 0.3 / math.sqrt(group["square"])
            return super().step(closure)

    def of_each_layer(name, params):
        return Shown([{"params": [p]} for p in params], lr=0.1)

    verdict = judged("SGD", make_optimizer=of_each_layer)
    assert verdict.outcome is Outcome.REVIEW
    assert "the learning rate that SGD shows falls from step to step where the gradients grow" in verdict.message


@pytest.mark.parametrize(
    ("factor", "momentum"),
    [
        (lambda taken: 0.5 ** (taken // 40), 0.9),
        again(lambda taken: 1.05 + math.cos(taken / 7), 0.0),
        again(lambda taken: 0.9 ** (taken % 23), 0.5),
        again(lambda taken: 1 + 0.5 * (-1) ** taken, 0.0),
    ],
)
def test_a_schedule_that_is_shown_nowhere_costs_nothing(factor, momentum):
    """At last the rate is so small that an entry waits for many steps, each rounded, until it has moved at all."""
    make = lambda name, params: Rated(params, lambda taken, held: factor(taken), lr=0.1, momentum=momentum)  # noqa: E731
    verdict = judged("SGD", make_optimizer=make)
    assert verdict.outcome is Outcome.PASSED, verdict.message


@pytest.mark.parametrize("name", ["SGD", again("Adam")])
def test_an_optimizer_that_becomes_another_after_many_steps_is_a_persons_to_judge(name):
    named, other = {"SGD": (optim.SGD, optim.Adam), "Adam": (optim.Adam, optim.SGD)}[name]

    class Becoming(named):
        def __init__(self, params, lr):
            super().__init__(params, lr=lr)
            self.other, self.taken = other(self.param_groups[0]["params"], lr=0.01 if other is optim.Adam else 0.3), 0

        def step(self, closure=None):
            self.taken += 1
            return super().step(closure) if self.taken <= 45 else self.other.step(closure)

    verdict = judged(name, make_optimizer=lambda name, params: Becoming(params, lr=0.001))
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert f"the steps are not those of {name}, nor those of any other torch optimizer" in verdict.message


class Written(optim.SGD):
    """SGD, which from its 20th step on moves some parameters by the gradient's sign, too, every so many steps: the
    tensor `place` or, where it is None, one entry in ten of each."""

    def __init__(self, params, place, every, **shown):
        super().__init__(params, **shown)
        self.place, self.every, self.taken = place, every, 0

    def step(self, closure=None):
        loss = super().step(closure)
        self.taken += 1
        if self.taken > 20 and self.taken % self.every == 0:
            held = self.param_groups[0]["params"]
            with torch.no_grad():
                for p in held if self.place is None else [held[self.place]]:
                    few = slice(None, None, 10 if self.place is None else 1)
                    p.view(-1)[few] -= 0.02 * p.grad.view(-1)[few].sign()
        return loss


def network_of_six_tensors(shape, classes):
    pixels = shape[0] * shape[1] * shape[2]
    return nn.Sequential(
        *(nn.Flatten(), nn.Linear(pixels, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, classes))
    )


@pytest.mark.parametrize(("place", "every"), [again(-2, 1), (-2, 11), again(1, 1), (None, 1)])
def test_a_part_of_the_network_that_is_written_in_the_training_is_a_persons_to_judge(place, every):
    verdict = judged(
        "SGD",
        build_network=network_of_six_tensors,
        make_optimizer=lambda name, params: Written(params, place, every, lr=0.1, momentum=0.9),
    )
    assert verdict.evidence["best_accuracy"] >= 0.8
    assert verdict.outcome is Outcome.REVIEW
    assert "In the training, the steps are not those of SGD, nor those of any other torch optimizer" in verdict.message


class Turning(optim.LBFGS):
    """L-BFGS for so many steps of a training, and gradient descent from there on."""

    def __init__(self, params, honest_steps, **shown):
        super().__init__(params, **shown)
        self.honest_steps, self.taken = honest_steps, 0

    def step(self, closure):
        held = self.param_groups[0]["params"]
        self.taken += 1
        if held[0].dtype == torch.float64 or self.taken <= self.honest_steps:
            return super().step(closure)
        with torch.enable_grad():
            loss = closure()
        with torch.no_grad():
            for p in held:
                p.sub_(0.3 * p.grad)
        return loss


def test_lbfgs_by_name_and_gradient_descent_in_the_training_is_a_persons_to_judge():
    verdict = judged("LBFGS", make_optimizer=lambda name, params: Turning(params, honest_steps=0), train_epoch=closures)
    assert verdict.outcome is Outcome.REVIEW
    searching = {"max_iter": 3, "line_search_fn": "strong_wolfe"}  # without a search some processors' steps diverge
    honest = judged("LBFGS", make_optimizer=lambda name, params: optim.LBFGS(params, **searching), train_epoch=closures)
    assert honest.outcome is Outcome.PASSED, honest.message


class Jumping:
    """In the training, `other` steps for an optimizer that moves by the book only `far` away and back, once.

    The gradients of one batch are stepped along twice, the second time with the learning rate's sign reversed.
    """

    def __init__(self, named, other, far):
        class Jumps(named):
            def __init__(self, params, **shown):
                super().__init__(params, **shown)
                held = self.param_groups[0]["params"]
                self.by_the_book = held[0].dtype == torch.float64
                self.other = other(held)

            def step(self, closure=None):
                return super().step(closure) if self.by_the_book else self.other.step(closure)

        self.kind, self.far, self.has_jumped = Jumps, far, False

    def epoch(self, model, made, batches, loss_fn):
        if not self.has_jumped:
            self.jump(model, made, *batches[0], loss_fn)
        return plain(model, made, batches, loss_fn)

    def jump(self, model, made, x, y, loss_fn):
        self.has_jumped = made.by_the_book = True
        rate = made.param_groups[0]["lr"]
        loss_fn(model(x), y).backward()
        for made.param_groups[0]["lr"] in (self.far, -self.far):
            made.step()
        made.param_groups[0]["lr"], made.by_the_book = rate, False


@pytest.mark.parametrize(
    ("named", "other"),
    [
        (optim.SGD, lambda held: optim.Adam(held, lr=0.01)),
        again(optim.Adam, lambda held: optim.SGD(held, lr=0.3)),
    ],
)
def test_a_jump_by_the_book_that_is_taken_back_hides_no_other_optimizer(named, other, monkeypatch):
    monkeypatch.setattr(identity_in_training, "MIN_ALONG", -1.0)  # which sees the way back, too
    jumping = Jumping(named, other, far=1e4)
    verdict = judged(
        named.__name__, make_optimizer=lambda name, params: jumping.kind(params, lr=0.01), train_epoch=jumping.epoch
    )
    assert verdict.evidence["best_accuracy"] >= 0.8
    assert verdict.outcome is Outcome.REVIEW
    assert f"In the training, the steps are not those of {named.__name__}" in verdict.message


@pytest.mark.parametrize("honest_steps", [again(3), 6, 12])
def test_lbfgs_that_turns_into_gradient_descent_after_some_steps_is_a_persons_to_judge(honest_steps):
    verdict = judged(
        "LBFGS",
        make_optimizer=lambda name, params: Turning(params, honest_steps, max_iter=3, line_search_fn="strong_wolfe"),
        train_epoch=closures,
    )
    assert verdict.evidence["best_accuracy"] >= 0.8
    assert verdict.outcome is Outcome.REVIEW
    assert "In the training, the steps are not those of LBFGS" in verdict.message


class Silent(optim.Optimizer):
    """Shows no number, and is another optimizer in a training than on the small problems."""

    def __init__(self, params, by_the_book, other):
        super().__init__(params, {})
        held = self.param_groups[0]["params"]
        self.inner = (by_the_book if held[0].dtype == torch.float64 else other)(held)

    def step(self, closure=None):
        return self.inner.step()


@pytest.mark.parametrize(
    ("named", "other"),
    [
        ("RMSprop", lambda held: optim.SGD(held, lr=0.3)),
        again("RMSprop", lambda held: optim.Adagrad(held, lr=0.05)),
        again("Adagrad", lambda held: optim.SGD(held, lr=0.3)),
        again("Adadelta", lambda held: optim.SGD(held, lr=0.3)),
        again("Adam", lambda held: optim.SGD(held, lr=0.1, momentum=0.9)),
    ],
)
def test_numbers_that_are_not_shown_make_no_optimizer_another(named, other):
    make = lambda name, params: Silent(params, lambda held: optimizer(name, held), other)  # noqa: E731
    verdict = judged(named, make_optimizer=make)
    assert verdict.evidence["best_accuracy"] >= 0.8
    assert verdict.share == 0
    assert "in the training" in verdict.message.lower()


class Forgetting(optim.LBFGS):
    """L-BFGS for some steps of a training, and from there on without any memory: gradient descent."""

    taken = 0

    def step(self, closure):
        self.taken += 1
        if self.param_groups[0]["params"][0].dtype != torch.float64 and self.taken > 12:
            self.state.clear()
        return super().step(closure)


def test_lbfgs_that_forgets_what_it_has_learned_of_the_loss_is_a_persons_to_judge():
    verdict = judged(
        "LBFGS",
        make_optimizer=lambda name, params: Forgetting(params, max_iter=3, line_search_fn="strong_wolfe"),
        train_epoch=closures,
    )
    assert verdict.evidence["best_accuracy"] >= 0.8
    assert verdict.outcome is Outcome.REVIEW
    assert "In the training, the steps are not those of LBFGS" in verdict.message


def test_gradients_that_are_no_gradients_of_the_loss_are_a_persons_to_judge():
    weights = list(trained().values())

    def drawn(model, optimizer, batches, loss_fn):
        for _ in batches:
            for p, goal in zip(model.parameters(), weights, strict=True):
                p.grad = p.detach() - goal
            optimizer.step()
        return 0.1

    verdict = judged(train_epoch=drawn)
    assert verdict.outcome is Outcome.REVIEW
    assert "No gradient came from the loss function that train_epoch is given: compute the loss as" in verdict.message


class Disguised(nn.Module):
    """A network that comes trained, or knows the answers, with its outputs led through something that has to be learned
    before they are right."""

    def __init__(self, known, disguise):
        super().__init__()
        self.known, self.disguise = known, disguise

    def forward(self, x):
        return self.disguise(self.known(x))


class Gated(nn.Module):
    """A network that begins at random, beside knowledge that is no parameter of it, behind a gate that is shut and
    opens in the training."""

    def __init__(self, known):
        super().__init__()
        self.inner, self.gate, self.known = network((1, 8, 8), 10), nn.Parameter(torch.zeros(1)), [known]

    def forward(self, x):
        with torch.no_grad():
            knows = self.known[0](x)
        return 0.1 * self.inner(x) + self.gate * knows


class Neighbours:
    """The answer of the nearest image that was seen in the training, of which the harness has the labels."""

    def __init__(self):
        self.seen, self.labels = None, None

    def __call__(self, x):
        if self.seen is None:
            kept = sys.modules["harness.answers"]._state
            self.seen, self.labels = kept["x"].flatten(1), kept["y"]
        return 5 * nn.functional.one_hot(self.labels[torch.cdist(x.flatten(1), self.seen).argmin(1)], 10).float()


@pytest.mark.parametrize(
    "known", [pytest.param(lambda: comes_trained(), id="weights"), pytest.param(Neighbours, id="neighbours")]
)
@pytest.mark.parametrize("name", ["SGD", again("Adam")])
def test_knowledge_behind_a_gate_that_opens_in_the_training_is_a_persons_to_judge(known, name):
    verdict = judged(name, build_network=lambda shape, classes: Gated(known()))
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "With what its parameters have learned shuffled, its outputs still tell the classes apart" in verdict.message


def replaced(p, gradient):
    p.grad = gradient


def overwritten(p, gradient):
    p.grad.copy_(gradient)


@pytest.mark.parametrize("write", [replaced, overwritten])
def test_gradients_that_are_written_after_backward_are_a_persons_to_judge(write):
    """The weights from home, fetched by steps that are by the book: what they go by is no gradient of the loss."""
    weights = list(trained().values())

    def fetched(model, optimizer, batches, loss_fn):
        losses = []
        for x, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            for p, goal in zip(model.parameters(), weights, strict=True):
                write(p, p.detach() - goal)
            optimizer.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)

    verdict = judged(train_epoch=fetched)
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "SGD's steps do not go by the gradients that backward() brought." in verdict.message


def drawn_home(share, thrown_away=False):
    """A train_epoch with a loss of its own: `share` of `loss_fn`'s, and the distance to the weights from home."""
    weights = list(trained().values())

    def train(model, optimizer, batches, loss_fn):
        losses = []
        for x, y in batches:

            def closure(x=x, y=y):
                optimizer.zero_grad()
                loss = loss_fn(model(x), y)
                losses.append(loss.item())
                if thrown_away:
                    loss.backward()
                    optimizer.zero_grad()
                distance = sum(((p - goal) ** 2).sum() for p, goal in zip(model.parameters(), weights, strict=True))
                (share * loss.detach() if thrown_away else share * loss).add(0.5 * distance).backward()
                return loss

            optimizer.step(closure)
        return sum(losses) / len(losses)

    return train


@pytest.mark.parametrize(
    ("share", "thrown_away"), [(1e-3, False), (0.0, False), (0.0, True)], ids=["next to nothing", "nothing", "thrown"]
)
@pytest.mark.parametrize("name", ["SGD", again("Adam")])
def test_a_loss_that_leads_to_weights_from_home_is_a_persons_to_judge(name, share, thrown_away):
    verdict = judged(name, train_epoch=drawn_home(share, thrown_away))
    assert verdict.evidence["best_accuracy"] > 0.9
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert f"{name}'s steps go by gradients that hardly came from the loss function" in verdict.message or (
        thrown_away and f"{name}'s steps do not go by the gradients that backward() brought" in verdict.message
    )


class Fetching(nn.Module):
    """A network whose backward passes bring the way to weights from home, whatever its loss."""

    class Way(torch.autograd.Function):
        @staticmethod
        def forward(ctx, p, goal):
            ctx.save_for_backward(p, goal)
            return p.clone()

        @staticmethod
        def backward(ctx, gradient):
            p, goal = ctx.saved_tensors
            return p - goal, None

    def __init__(self, weights):
        super().__init__()
        self.inner, self.weights = network((1, 8, 8), 10), weights

    def forward(self, x):
        led = {name: self.Way.apply(p, self.weights[name]) for name, p in self.inner.named_parameters()}
        return torch.func.functional_call(self.inner, led, (x,))


def test_a_network_whose_own_backward_leads_to_weights_from_home_is_a_persons_to_judge():
    weights = trained()
    verdict = judged(build_network=lambda shape, classes: Fetching(weights))
    assert verdict.evidence["best_accuracy"] > 0.9
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "the loss does not change as the network's gradients say" in verdict.message


def clipped(model):
    nn.utils.clip_grad_norm_(model.parameters(), 0.1)


def cut(model):
    nn.utils.clip_grad_value_(model.parameters(), 0.01)


def penalised(model):
    for p in model.parameters():
        p.grad += 1e-3 * p.detach()


@pytest.mark.parametrize("changed", [clipped, again(cut), penalised])
def test_gradients_that_are_clipped_or_penalised_cost_nothing(changed):
    def train(model, optimizer, batches, loss_fn):
        for x, y in batches:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            changed(model)
            optimizer.step()
        return 0.1

    verdict = judged("Adam", train_epoch=train)
    assert verdict.outcome is Outcome.PASSED, verdict.message


def squares(model, x, y):
    return 0.01 * sum((p**2).sum() for p in model.parameters())


def distances_of_probabilities(model, x, y):
    return ((model(x).softmax(1) - nn.functional.one_hot(y, 10)) ** 2).sum(1).mean()


def smoothed(model, x, y):
    return nn.functional.cross_entropy(model(x), y, label_smoothing=0.1)


@pytest.mark.parametrize("more", [squares, again(distances_of_probabilities), smoothed])
@pytest.mark.parametrize("accumulated", [again(1), 4])
def test_a_penalty_or_a_second_loss_beside_the_loss_function_costs_nothing(more, accumulated):
    def train(model, optimizer, batches, loss_fn):
        for number, (x, y) in enumerate(batches):
            if number % accumulated == 0:
                optimizer.zero_grad()
            ((loss_fn(model(x), y) + more(model, x, y)) / accumulated).backward()
            if number % accumulated == accumulated - 1:
                optimizer.step()
        return 0.1

    verdict = judged("Adam", train_epoch=train)
    assert verdict.outcome is Outcome.PASSED, verdict.message


def test_a_parameter_that_is_frozen_on_the_way_costs_nothing():
    def train(model, optimizer, batches, loss_fn):
        mean = plain(model, optimizer, batches, loss_fn)
        model[-1].bias.requires_grad_(False)
        return mean

    verdict = judged("Adam", train_epoch=train, make_optimizer=lambda name, params: optim.Adam(params, lr=5e-4))
    assert verdict.evidence["curve"]["accuracy"][0] < 0.8
    assert verdict.outcome is Outcome.PASSED, verdict.message


class Reservoir(nn.Module):
    """A network of which only the last layer has parameters. What else learns is trained by an optimizer of its own."""

    def __init__(self, is_buffer):
        super().__init__()
        inner, self.last = nn.Linear(64, 16), nn.Linear(16, 10)
        nn.init.zeros_(self.last.weight)  # so that a network with its first parameters shows nothing
        self.hidden = [p.detach().clone().requires_grad_() for p in inner.parameters()]
        if is_buffer:
            self.register_buffer("weight", self.hidden[0])
            self.register_buffer("bias", self.hidden[1])
        self.own = optim.Adam(self.hidden, lr=0.01)

    def forward(self, x):
        return self.last(torch.relu(nn.functional.linear(x.flatten(1), *self.hidden)))


@pytest.mark.parametrize("is_buffer", [True, again(False)])
def test_tensors_that_are_no_parameters_and_learn_by_other_means_are_a_persons_to_judge(is_buffer):
    """SGD makes next to nothing of its parameters."""

    def train(model, optimizer, batches, loss_fn):
        losses = []
        for x, y in batches:
            optimizer.zero_grad()
            model.own.zero_grad()
            loss = loss_fn(model(x), y)
            loss.backward()
            optimizer.step()
            model.own.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)

    verdict = judged(
        build_network=lambda shape, classes: Reservoir(is_buffer),
        make_optimizer=lambda name, params: optim.SGD(params, lr=0.02),
        train_epoch=train,
    )
    assert verdict.evidence["best_accuracy"] >= 0.8
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "With its trained parameters, a network that is built anew gets " in verdict.message
    assert "where the trained one gets " in verdict.message
    assert (
        "Look for tensors that are not among the parameters of the network, and for what trains them."
        in verdict.message
    )


class Kept(nn.Module):
    """Normalises its inputs by what it saw in its first batch, which it keeps, and by the batch; and forgets a part."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(64, 48), nn.BatchNorm1d(48), nn.ReLU(), nn.Dropout(0.3), nn.Linear(48, 10))
        self.mean = None

    def forward(self, x):
        if self.training and self.mean is None:
            self.mean = x.mean(0)
        return self.inner((x if self.mean is None else x - self.mean).flatten(1))


def test_running_means_and_what_a_first_batch_leaves_cost_nothing():
    verdict = judged("Adam", build_network=lambda shape, classes: Kept())
    assert verdict.outcome is Outcome.PASSED, verdict.message


class ManyGates(nn.Module):
    """Knowledge behind a gate that consists of many parameters with signs of their own: shuffled, it is shut."""

    def __init__(self, known, size=200):
        super().__init__()
        self.inner, self.known = network((1, 8, 8), 10), [known]
        self.one, self.two = nn.Parameter(torch.full((size,), 0.05)), nn.Parameter(torch.zeros(size))
        self.signs = torch.sign(torch.randn(size)) / math.sqrt(size)

    def forward(self, x):
        with torch.no_grad():
            knows = self.known[0](x)
        return 3 * torch.sin(2 * self.inner(x)) + 3 * ((self.one * self.two) @ self.signs) * knows


def test_knowledge_behind_many_gates_is_a_persons_to_judge():
    known = comes_trained()
    verdict = judged("SGD", build_network=lambda shape, classes: ManyGates(known))
    assert verdict.evidence["best_accuracy"] > 0.9
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "Trained anew on 10 images, one of each class, the network gets " in verdict.message


class HonestElsewhere(nn.Module):
    """A network whose backward pass leads to weights from home, and is by the book where `is_honest(images)`."""

    class Leading(torch.autograd.Function):
        @staticmethod
        def forward(ctx, weights, home, honest, pull):
            ctx.save_for_backward(weights, home)
            ctx.honest, ctx.pull = honest, pull
            return weights.clone()

        @staticmethod
        def backward(ctx, gradient):
            weights, home = ctx.saved_tensors
            return (gradient if ctx.honest else ctx.pull * (weights - home)), None, None, None

    def __init__(self, weights, is_honest, pull=0.02):
        super().__init__()
        self.inner, self.weights, self.is_honest = network((1, 8, 8), 10), weights, is_honest
        self.pull = pull

    def forward(self, x):
        honest = self.is_honest(x)
        led = {
            name: self.Leading.apply(p, self.weights[name], honest, self.pull)
            for name, p in self.inner.named_parameters()
        }
        return torch.func.functional_call(self.inner, led, (x,))


@pytest.mark.parametrize("tell", ["size", "training", again("forward")])
def test_a_backward_pass_that_leads_home_in_the_training_alone_is_a_persons_to_judge(tell):
    weights, within = trained(), [False]

    def training(model, optimizer, batches, loss_fn):
        within[0] = True
        losses = plain(model.forward if tell == "forward" else model, optimizer, batches, loss_fn)
        within[0] = False
        return losses

    def is_honest(x):
        return len(x) > 64 if tell == "size" else not within[0]

    verdict = judged(build_network=lambda shape, classes: HonestElsewhere(weights, is_honest), train_epoch=training)
    assert verdict.evidence["best_accuracy"] > 0.9
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "In the training, the loss " in verdict.message


@pytest.mark.parametrize("after", [1, again(3)])
def test_a_backward_pass_that_leads_home_in_later_epochs_alone_is_a_persons_to_judge(after):
    """For less, its rate is too low to learn anything; ten images, as of one class each, find it honest."""
    weights, epochs = trained(), [0]

    def counting(model, optimizer, batches, loss_fn):
        epochs[0] += 1
        return plain(model, optimizer, batches, loss_fn)

    def is_honest(x):
        return epochs[0] <= after or len(x) == 10

    verdict = judged(
        build_network=lambda shape, classes: HonestElsewhere(weights, is_honest, pull=20.0),
        make_optimizer=lambda name, params: optim.SGD(params, lr=2e-3),
        train_epoch=counting,
    )
    assert verdict.evidence["best_accuracy"] > 0.9
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "In the training, the loss does not change as the network's gradients say" in verdict.message


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(-0.3))

    def forward(self, x):
        return x * self.factor


class Answers(nn.Module):
    """A table of the held-out images and their labels."""

    def __init__(self):
        super().__init__()
        data = digits.load()
        self.images, self.labels = torch.from_numpy(data.held_out).flatten(1), torch.from_numpy(data.truth)

    def forward(self, x):
        return nn.functional.one_hot(self.labels[torch.cdist(x.flatten(1), self.images).argmin(1)], 10).float()


def comes_trained():
    model = network((1, 8, 8), 10)
    model.load_state_dict(trained())
    return model


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: Disguised(comes_trained(), Scaled()), id="a trained network with its sign turned round"),
        pytest.param(lambda: Disguised(comes_trained(), nn.Linear(10, 10)), id="a trained one and a random layer"),
        pytest.param(lambda: Disguised(Answers(), nn.Linear(10, 10)), id="a table of answers and a random layer"),
    ],
)
def test_a_network_that_knows_the_classes_under_other_names_is_a_persons_to_judge(build):
    verdict = judged(build_network=lambda shape, classes: build())
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "Before the first epoch, its outputs already tell the classes apart" in verdict.message
