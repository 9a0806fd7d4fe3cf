"""Honest networks that are unlike most cost nothing, however they go backward, draw or end; and who uses the same means
to pretend goes to a person."""

import math
import re

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from grader.model import Outcome
from grader.oracles.training.harness.backward_passes import gradients_by_backward
from grader.oracles.training.harness.incoming_gradients import IncomingGradients
from tests.support.honest_students import closures, full_batch, linear, perceptron, plain
from tests.support.tiers import again
from tests.test_optimizers import CLIPS, Descent, changing, in_copies
from tests.test_training_attacks import Fetching, Hiding, drawn_home, judged, network, trained

pytestmark = pytest.mark.slow

optim = torch.optim


class Checkpointed(nn.Module):
    """A network that keeps little in memory and computes its middle once more when it goes backward."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        first, *middle, last = self.inner
        return last(checkpoint(nn.Sequential(*middle), first(x), use_reentrant=True))


def layered(shape, classes):
    inputs = nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape), 32), nn.ReLU())
    return nn.Sequential(inputs, nn.Linear(32, 32), nn.Dropout(0.1), nn.ReLU(), nn.Linear(32, classes))


def checkpointed(shape, classes):
    return Checkpointed(layered(shape, classes))


@pytest.mark.parametrize("name", ["SGD", again("Adam")])
def test_reentrant_checkpointing_costs_nothing(name):
    verdict = judged(name, build_network=checkpointed)
    assert verdict.outcome is Outcome.PASSED, verdict.message


class Featured(nn.Module):
    """A network that is asked for its features, too, which are no logits."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x, features=0):
        return self.inner(x)[:, :features] if features else self.inner(x)


def test_what_a_network_gives_besides_logits_is_left_alone():
    def looking_at_features(model, optimizer, batches, loss_fn):
        losses = []
        for x, y in batches:
            optimizer.zero_grad()
            outputs = model(x)
            assert model(x, features=5).shape == (len(x), 5)
            loss = loss_fn(outputs, y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return sum(losses) / len(losses)

    verdict = judged("Adam", build_network=lambda *sizes: Featured(network(*sizes)), train_epoch=looking_at_features)
    assert verdict.outcome is Outcome.PASSED, verdict.message


def test_a_backward_pass_of_ours_leaves_all_gradients_as_they_are():
    """Also those of the images, and of another network's parameters that the loss depends on."""
    torch.manual_seed(0)
    inner, other = layered((1, 8, 8), 10).eval(), nn.Linear(10, 10)
    x, y = torch.rand(5, 1, 8, 8, requires_grad=True), torch.arange(5)
    parameters = list(inner.parameters())
    everything = [x, *parameters, *other.parameters()]
    expected = torch.autograd.grad(nn.functional.cross_entropy(other(inner(x)), y), parameters)
    for tensor in everything:
        tensor.grad = torch.full_like(tensor, 7.0)
    loss = nn.functional.cross_entropy(other(Checkpointed(inner)(x)), y)
    found = gradients_by_backward(loss, parameters, [])
    assert all(torch.allclose(one, other) for one, other in zip(found, expected, strict=True))
    assert all(bool((tensor.grad == 7.0).all()) for tensor in everything)
    loss.backward()  # the student's own pass goes through the same graph
    assert torch.allclose(parameters[0].grad, expected[0] + 7.0)


def test_a_hook_that_steps_during_the_backward_pass_is_not_set_off():
    p = nn.Parameter(torch.ones(3))
    p.register_post_accumulate_grad_hook(lambda p: p.data.zero_())
    with pytest.raises(RuntimeError, match="a hook steps during the backward pass"):
        gradients_by_backward((p * p).sum(), [p], [])
    assert p.tolist() == [1.0, 1.0, 1.0]


def test_a_checkpointed_network_whose_loss_leads_to_weights_from_home_is_a_persons_to_judge():
    def build(shape, classes):
        return Checkpointed(nn.Sequential(*network(shape, classes)))

    verdict = judged("SGD", build_network=build, train_epoch=drawn_home(1e-3))
    assert verdict.evidence["best_accuracy"] > 0.9
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "SGD's steps go by gradients that hardly came from the loss function" in verdict.message


class FetchingAgain(nn.Module):
    """A network whose backward pass leads to weights from home, behind a checkpoint."""

    def __init__(self, weights):
        super().__init__()
        self.fetching, self.scale = Fetching(weights), nn.Parameter(torch.ones(1))

    def forward(self, x):
        return checkpoint(self.fetching, x * self.scale, use_reentrant=True)


def test_a_checkpoint_that_brings_the_way_to_weights_from_home_is_a_persons_to_judge():
    weights = trained()
    verdict = judged("SGD", build_network=lambda shape, classes: FetchingAgain(weights))
    assert verdict.evidence["best_accuracy"] > 0.9
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "the loss does not change as the network's gradients say: " in verdict.message
    assert "So the network has a backward pass of its own. " in verdict.message


class Noisy(nn.Module):
    """A network that adds noise to its images while it is trained, drawn by numpy."""

    def __init__(self, inner, normal):
        super().__init__()
        self.inner, self.normal = inner, normal

    def forward(self, x):
        return self.inner(x + 0.3 * torch.from_numpy(self.normal(size=x.shape)).float() if self.training else x)


class Generating(Noisy):
    def __init__(self, inner):
        super().__init__(inner, None)
        self.generator = np.random.default_rng(1)
        self.normal = lambda size: self.generator.normal(size=size)


GENERATOR = np.random.default_rng(1)


@pytest.mark.parametrize(
    ("build", "members"),
    [
        (lambda shape, classes: Noisy(network(shape, classes), np.random.normal), {}),
        (lambda shape, classes: Generating(network(shape, classes)), {}),
        (lambda shape, classes: Noisy(network(shape, classes), GENERATOR.normal), {"GENERATOR": GENERATOR}),
    ],
    ids=["numpy's own", "the network's", "the file's"],
)
def test_noise_that_numpy_draws_costs_nothing(build, members):
    verdict = judged("Adam", build_network=build, **members)
    assert verdict.outcome is Outcome.PASSED, verdict.message


def test_noise_beside_a_backward_pass_that_leads_home_hides_nothing():
    weights = trained()
    verdict = judged(build_network=lambda shape, classes: Generating(Fetching(weights)))
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "the loss does not change as the network's gradients say" in verdict.message


class Binary(nn.Module):
    """A network whose activations are signs, with straight-through gradients. It begins where its first look agrees: of
    few, one may not."""

    class Sign(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sign()

        @staticmethod
        def backward(ctx, gradient):
            (x,) = ctx.saved_tensors
            return gradient * (x.abs() <= 1)

    def __init__(self, shape, classes):
        super().__init__()
        torch.manual_seed(1)
        self.first, self.norm = nn.Linear(math.prod(shape), 64), nn.BatchNorm1d(64)
        self.last = nn.Linear(64, classes)

    def forward(self, x):
        return self.last(self.Sign.apply(self.norm(self.first(x.flatten(1)))))


def test_a_straight_through_estimator_before_an_ordinary_layer_costs_nothing():
    verdict = judged("Adam", build_network=Binary)
    assert verdict.outcome is Outcome.PASSED, verdict.message


class BinaryConnect(nn.Module):
    """A network whose weights are signs, with straight-through gradients: in steps this short its loss is constant."""

    def __init__(self, shape, classes):
        super().__init__()
        self.first = nn.Parameter(torch.empty(64, math.prod(shape)).uniform_(-0.1, 0.1))
        self.last = nn.Parameter(torch.empty(classes, 64).uniform_(-0.1, 0.1))

    def forward(self, x):
        hidden = torch.relu(nn.functional.linear(x.flatten(1), self.binary(self.first)) / 8)
        return nn.functional.linear(hidden, self.binary(self.last)) / 8

    def binary(self, weights):
        return weights + (weights.sign() - weights).detach()


def test_a_straight_through_estimator_everywhere_is_a_persons_to_judge_who_is_told_what_to_look_at():
    verdict = judged("Adam", build_network=BinaryConnect)
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert re.search(
        r"^The network learns; a person has to decide whether Adam trained it\. In the training, the loss does "
        r"not change as the network's gradients say: a step along the gradient changes it by -?[\d.e-]+ a unit, where "
        r"the gradient says [\d.e-]+\. So the network has a backward pass of its own\. That is right for a "
        r"straight-through estimator \(rounded or binary weights or activations\) and for a hook that clips gradients, "
        r"and wrong where it leads to weights that came with the code: look for torch\.autograd\.Function, detach\(\) "
        r"and register_hook in build_network, and follow where the gradients come from\.$",
        verdict.message,
    ), verdict.message


class Coarse(nn.Module):
    """A network that computes with eight bits of each number."""

    def __init__(self, shape, classes):
        super().__init__()
        self.inner = network(shape, classes).bfloat16()

    def forward(self, x):
        return self.inner(x.bfloat16()).float()


def test_half_precision_throughout_is_a_persons_to_judge_who_is_told_so():
    verdict = judged("Adam", build_network=Coarse)
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "changes by no more than rounding where parameters change a little" in verdict.message
    assert "compute in single precision (float32) at least" in verdict.message


# --- what diverges once it has learned --------------------------------------------------------------------------------


def losing_itself(after, rate, passes=None):
    """A train_epoch whose learning rate is `rate` from that epoch on."""
    passes = [0] if passes is None else passes

    def train(model, optimizer, batches, loss_fn):
        passes[0] += 1
        if passes[0] > after:
            for group in optimizer.param_groups:
                group["lr"] = rate
        return (closures if isinstance(optimizer, optim.LBFGS) else plain)(model, optimizer, batches, loss_fn)

    return train


RATES = {"SGD": 0.3, "Adam": 0.01, "RMSprop": 0.003, "Adagrad": 0.05}


@pytest.mark.parametrize("rate", [1e3, 1e30], ids=["far away", "to NaN"])
@pytest.mark.parametrize("name", ["SGD", again("Adam")])
def test_a_training_that_diverges_behind_its_best_epoch_has_learned(name, rate):
    verdict = judged(
        name,
        train_epoch=losing_itself(5, rate),
        make_optimizer=lambda name, params: getattr(optim, name)(params, lr=RATES[name]),
    )
    assert verdict.evidence["curve"]["accuracy"][-1] < 0.5 < 0.8 <= verdict.evidence["best_accuracy"]
    assert verdict.outcome is Outcome.PASSED, verdict.message


@pytest.mark.parametrize("iterations", [4, again(2)])
def test_an_lbfgs_without_a_line_search_that_has_nearly_diverged_has_learned(iterations):
    verdict = judged(
        "LBFGS",
        make_optimizer=lambda name, params: optim.LBFGS(params, max_iter=iterations),
        train_epoch=losing_itself(6, 30.0),
    )
    assert verdict.evidence["best_accuracy"] >= 0.8
    assert verdict.outcome is Outcome.PASSED, verdict.message


def test_weights_that_lie_in_wait_until_the_training_is_thrown_away_are_a_persons_to_judge():
    """The network shows its knowledge for some epochs, then what it has really learned."""
    other = network((1, 8, 8), 10)
    other.load_state_dict(trained())

    def knowing(model, x, logits):
        return other(x) if len(model.seen) <= 5 * 23 else logits

    verdict = judged(
        build_network=lambda shape, classes: Hiding(shape, classes, knowing),
        make_optimizer=lambda name, params: optim.SGD(params, lr=1e-3),
    )
    assert verdict.evidence["best_accuracy"] > 0.9
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "With parameters that differ by next to nothing" in verdict.message


@pytest.mark.parametrize("rate", [again(1e6), 1e30])
def test_a_long_last_step_by_the_book_hides_none_of_those_before_it(rate):
    """Another optimizer until the target, and then a step beside which all before it was nothing."""

    class Throwing(optim.SGD):
        taken = 0

        @torch.no_grad()
        def step(self, closure=None):
            held = self.param_groups[0]["params"]
            self.taken += 1
            if held[0].dtype == torch.float64:
                return super().step(closure)
            if self.taken > 6 * 23:
                self.param_groups[0]["lr"] = rate
                return super().step(closure)
            for p in held:
                p.sub_(0.003 * p.grad.sign() * (1 + p.grad.abs()))
            return None

    def throwing(model, optimizer, batches, loss_fn):
        if optimizer.taken >= 6 * 23:
            optimizer.param_groups[0]["lr"] = rate  # shown before the step
        return plain(model, optimizer, batches, loss_fn)

    verdict = judged("SGD", make_optimizer=lambda name, params: Throwing(params, lr=0.01), train_epoch=throwing)
    assert verdict.evidence["best_accuracy"] >= 0.8
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "In the training, the steps are not those of SGD" in verdict.message


class Momentum(optim.Optimizer):
    """SGD with another velocity than torch's: one with the learning rate in it, or an average."""

    def __init__(self, params, is_average):
        super().__init__(params, {"lr": 0.5 if is_average else 0.1, "momentum": 0.9})
        self.is_average = is_average
        self.velocity = [torch.zeros_like(p) for p in self.param_groups[0]["params"]]

    @torch.no_grad()
    def step(self, closure=None):
        group = self.param_groups[0]
        for p, v in zip(group["params"], self.velocity, strict=True):
            inside, outside = (1 - group["momentum"], group["lr"]) if self.is_average else (group["lr"], 1.0)
            v.mul_(group["momentum"]).add_(inside * p.grad)
            p.sub_(outside * v)


def falling(model, made, batches, loss_fn):
    for group in made.param_groups:
        group["lr"] *= 0.7
    return plain(model, made, batches, loss_fn)


@pytest.mark.parametrize("is_average", [False, True])
def test_another_velocity_is_momentum_where_the_rate_falls(is_average):
    verdict = judged("SGD", make_optimizer=lambda name, params: Momentum(params, is_average), train_epoch=falling)
    assert verdict.outcome is Outcome.PASSED, verdict.message


class Published(optim.Optimizer):
    """Adam or RMSprop by hand, with eps where another publication has it: beside a second moment that is not corrected
    for its bias (Kingma and Ba, the end of section 2), or inside the root. `alpha` is not shown."""

    def __init__(self, params, name, lr, eps):
        super().__init__(params, {"lr": lr, "eps": eps})
        self.name, self.taken = name, 0

    @torch.no_grad()
    def step(self, closure=None):
        self.taken += 1
        for group in self.param_groups:
            for p in group["params"]:
                p.sub_(group["lr"] * self.direction(self.state[p], p.grad, group["eps"]))

    def direction(self, state, g, eps):
        decay = 0.999 if self.name == "Adam" else 0.99
        m = state["m"] = 0.9 * state.get("m", 0) + 0.1 * g
        v = state["v"] = decay * state.get("v", 0) + (1 - decay) * g**2
        if self.name == "RMSprop":
            return g / (v + eps).sqrt()
        return math.sqrt(1 - decay**self.taken) / (1 - 0.9**self.taken) * m / (v.sqrt() + eps)


class Doubling(nn.Module):
    """A network in double precision, because its file sets that for all."""

    def __init__(self, shape, classes):
        super().__init__()
        torch.set_default_dtype(torch.float64)
        self.inner = network(shape, classes)

    def forward(self, x):
        return self.inner(x.double())


def test_another_default_precision_costs_nothing():
    try:
        verdict = judged("Adam", build_network=Doubling)
    finally:
        torch.set_default_dtype(torch.float32)
    assert verdict.outcome is Outcome.PASSED, verdict.message


class Silent(optim.Optimizer):
    """Adam by hand that shows nothing, with decays of its own."""

    def __init__(self, params):
        super().__init__(params, {})
        self.taken = 0

    @torch.no_grad()
    def step(self, closure=None):
        self.taken += 1
        for p in self.param_groups[0]["params"]:
            state = self.state[p]
            m = state["m"] = 0.85 * state.get("m", 0) + 0.15 * p.grad
            v = state["v"] = 0.98 * state.get("v", 0) + 0.02 * p.grad**2
            p.sub_(0.01 * (m / (1 - 0.85**self.taken)) / ((v / (1 - 0.98**self.taken)).sqrt() + 1e-5))


def test_decays_that_are_neither_shown_nor_usual_are_found_in_the_training():
    verdict = judged("Adam", make_optimizer=lambda name, params: Silent(params))
    assert verdict.outcome is Outcome.PASSED, verdict.message


def normalised(shape, classes):
    """The gradients of the first bias are nothing but rounding, beside which every eps shows."""
    inputs = nn.Sequential(nn.Conv2d(shape[0], 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2))
    return nn.Sequential(inputs, nn.Flatten(), nn.Linear(2 * shape[1] * shape[2], classes))


@pytest.mark.parametrize(("name", "rate"), [("Adam", 0.01), ("RMSprop", 0.003)])
def test_eps_where_another_publication_has_it_is_no_other_optimizer_in_the_training(name, rate):
    make = lambda name, params: Published(params, name, lr=rate, eps=1e-8)  # noqa: E731
    verdict = judged(name, make_optimizer=make, build_network=normalised)
    assert verdict.outcome is Outcome.PASSED, verdict.message


@pytest.mark.parametrize("memory", [4, again(10)])
def test_an_lbfgs_of_ones_own_with_any_memory_is_one_in_the_training(memory):
    verdict = judged("LBFGS", make_optimizer=lambda name, params: Descent(params, "bfgs", memory), train_epoch=closures)
    assert verdict.outcome is Outcome.PASSED, verdict.message


def stepping(loss_of, beside=lambda model: None):
    """A training loop whose loss is `loss_of` the network, a batch and the loss function, with something else `beside`
    each step."""

    def train_epoch(model, optimizer, batches, loss_fn):
        losses = []
        for x, y in batches:
            optimizer.zero_grad()
            loss = loss_of(model, x, y, loss_fn)
            loss.backward()
            optimizer.step()
            beside(model)
            losses.append(float(loss.detach()))
        return math.fsum(losses) / len(losses)

    return train_epoch


def accuracy_beside(model, x, y, loss_fn):
    logits = model(x)
    assert float((model(x).argmax(1) == y).float().mean()) <= 1
    return loss_fn(logits, y)


def part_by_part(model, x, y, loss_fn):
    features = model[:-1](x)
    return loss_fn(model[-1](features), y) + 1e-4 * (features**2).mean()


def two_halves(model, x, y, loss_fn):
    return loss_fn(torch.cat([model(part) for part in x.split(32)]), y)


def in_half_precision(model, x, y, loss_fn):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return loss_fn(model(x), y)


def forgetful(shape, classes):
    return nn.Sequential(*network(shape, classes)[:-1], nn.Dropout(0.2), nn.Linear(32, classes))


@pytest.mark.parametrize(
    ("build", "loss_of"),
    [
        (forgetful, accuracy_beside),
        (forgetful, part_by_part),
        (forgetful, lambda model, x, y, loss_fn: loss_fn(model.forward(x), y)),
        (network, two_halves),
        (network, in_half_precision),
    ],
    ids=["accuracy beside", "part by part", "forward by name", "two halves", "half precision"],
)
def test_a_loss_that_is_not_of_a_plain_last_call_costs_nothing(build, loss_of):
    verdict = judged("Adam", build_network=build, train_epoch=stepping(loss_of))
    assert verdict.outcome is Outcome.PASSED, verdict.message


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_gradients_that_are_assigned_and_never_cleared_cost_nothing(name):
    def train(model, made, batches, loss_fn):
        losses = []
        for x, y in batches:
            loss = loss_fn(model(x), y)
            for p, gradient in zip(
                model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True
            ):
                p.grad = gradient
            made.step()
            losses.append(loss.item())
        return math.fsum(losses) / len(losses)

    verdict = judged(name, train_epoch=train)
    assert verdict.outcome is Outcome.PASSED, verdict.message


def test_an_average_of_the_weights_beside_the_training_costs_nothing():
    averages = {}

    def average(model):
        averages.setdefault(id(model), optim.swa_utils.AveragedModel(model)).update_parameters(model)

    loop = stepping(lambda model, x, y, loss_fn: loss_fn(model(x), y), average)
    verdict = judged("Adam", train_epoch=loop, torch=torch)  # as a file has it, and as nothing can copy
    assert verdict.outcome is Outcome.PASSED, verdict.message
    assert averages


@pytest.mark.parametrize("name", [again("SGD"), "LBFGS"])
def test_a_step_that_clips_its_gradients_in_the_training_costs_nothing(name):
    kind = changing(getattr(optim, name), CLIPS["norm"])
    settings = {"lr": 0.3} if name == "SGD" else {"max_iter": 4, "line_search_fn": "strong_wolfe"}
    made = {"make_optimizer": lambda name, params: kind(params, **settings), "train_epoch": closures}
    verdict = judged(name, epochs=3, **made)
    assert verdict.outcome is Outcome.PASSED, verdict.message


@pytest.mark.parametrize(("layers", "deviation"), [(linear, 0.0), again(linear, 1e-3), (perceptron, 0.01)])
def test_weights_that_begin_at_zero_or_near_it_cost_nothing(layers, deviation):
    """Before the training, hardly a step changes the loss by more than rounding."""

    def build(shape, classes):
        model = nn.Sequential(*layers(*shape, classes))
        for p in model.parameters():
            nn.init.normal_(p, std=deviation if p.ndim > 1 else 0.0)
        return model

    verdict = judged("Adam", build_network=build)
    assert verdict.outcome is Outcome.PASSED, verdict.message


def test_entries_that_are_clipped_to_little_are_those_that_backward_brought():
    weights = nn.Parameter(torch.zeros(50))
    incoming = IncomingGradients({"weights": weights}, ["weights"], lambda: False)
    (torch.arange(50.0) ** 3 * weights).sum().backward()
    brought = weights.grad.clone()
    nn.utils.clip_grad_value_([weights], 1e-3)
    assert torch.cosine_similarity(weights.grad, brought, dim=0) < 0.8
    assert incoming.cosine(incoming.sums) > 0.999
    weights.grad[25:] *= -1
    assert incoming.cosine(incoming.sums) < 0.1


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        ("SGD", lambda params: nn.utils.clip_grad_norm_(params, 0.2)),
        again("Adam", lambda params: nn.utils.clip_grad_value_(params, 0.01)),
        again("RMSprop", lambda params: [nn.utils.clip_grad_norm_([p], 0.1) for p in params]),
    ],
)
def test_a_step_that_clips_copies_of_its_gradients_in_the_training_costs_nothing(name, clip):
    kind = in_copies(getattr(optim, name), clip)
    verdict = judged(name, make_optimizer=lambda name, params: kind(params, lr=RATES[name]))
    assert verdict.outcome is Outcome.PASSED, verdict.message


def test_a_step_that_changes_its_gradients_otherwise_in_the_training_is_a_persons_to_judge():
    def scaled_by_hand(params):
        if len(params) > 2:  # not in the probe
            for p in params:
                p.grad /= p.grad.abs() + 0.01

    kind = changing(optim.SGD, scaled_by_hand)
    verdict = judged("SGD", make_optimizer=lambda name, params: kind(params, lr=0.02))
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "the steps are not those of SGD" in verdict.message


def judged_with_long_steps(width):
    """The verdict on ten iterations of L-BFGS in a step, in a network with a layer of that many neurons."""

    def build(shape, classes):
        return nn.Sequential(nn.Flatten(), nn.Linear(math.prod(shape), width), nn.ReLU(), nn.Linear(width, classes))

    make = lambda name, params: optim.LBFGS(params, max_iter=10, line_search_fn="strong_wolfe")  # noqa: E731
    return judged("LBFGS", build_network=build, make_optimizer=make, train_epoch=full_batch)


def test_an_lbfgs_of_a_network_too_large_to_follow_is_a_persons_to_judge_who_is_told_so():
    verdict = judged_with_long_steps(1100)
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "it should have at most 80,000 parameters" in verdict.message


def test_a_long_step_of_lbfgs_in_a_network_of_some_size_costs_nothing():
    verdict = judged_with_long_steps(900)
    assert verdict.outcome is Outcome.PASSED, verdict.message


def test_who_puts_averaged_weights_back_is_told_to_leave_them_beside():
    def averaging(model, optimizer, batches, loss_fn):
        loss = plain(model, optimizer, batches, loss_fn)
        with torch.no_grad():
            for p in model.parameters():
                p.mul_(0.99)
        return loss

    verdict = judged("Adam", train_epoch=averaging)
    assert verdict.outcome is Outcome.REVIEW
    assert "average weights in a copy of the network, such as torch.optim.swa_utils.AveragedModel" in verdict.message
