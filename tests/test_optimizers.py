"""Who is this optimizer? Each of the six against all that torch has, hand-written ones, and ways to get it wrong."""

import math
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignment.comparison import SIX
from grader.model import Outcome
from grader.oracles import optimizers
from grader.oracles.optimizers.replay import step_deviation
from grader.oracles.training import probes
from grader.oracles.training.harness.clipped_gradients import is_clipped
from tests.support.exercise4_fakes import harness_for, student_of
from tests.support.tiers import again

pytestmark = pytest.mark.slow

optim = torch.optim
RATES = st.floats(1e-4, 0.5)
DECAYS = st.sampled_from([0.0, 0.0, 1e-4, 1e-2])
BETAS = st.tuples(st.floats(0.5, 0.95), st.floats(0.9, 0.999))
HYPERS = {
    "Adadelta": st.fixed_dictionaries({"lr": RATES, "rho": st.floats(0.5, 0.99), "weight_decay": DECAYS}),
    "Adagrad": st.fixed_dictionaries({"lr": RATES, "lr_decay": st.floats(0, 0.1), "weight_decay": DECAYS}),
    "Adam": st.fixed_dictionaries({"lr": RATES, "betas": BETAS, "weight_decay": DECAYS, "amsgrad": st.booleans()}),
    "RMSprop": st.fixed_dictionaries(
        {"lr": RATES, "alpha": st.floats(0.5, 0.999), "momentum": st.floats(0, 0.9), "centered": st.booleans()}
    ),
    "SGD": st.fixed_dictionaries({"lr": RATES, "momentum": st.floats(0.1, 0.99), "nesterov": st.booleans()}),
    "LBFGS": st.fixed_dictionaries(
        {
            "lr": st.floats(0.1, 1.0),
            "max_iter": st.integers(1, 20),
            "history_size": st.integers(1, 20),
            "line_search_fn": st.sampled_from([None, "strong_wolfe"]),
        }
    ),
}


def judge(name, make, seed=0):
    """The verdict on what `make(params)` gives, under that name."""
    harness = harness_for(student_of(make_optimizer=lambda _, params: make(params)))
    asked = probes.problems(name, np.random.default_rng(seed))
    answer = harness.probe_optimizer(name, asked)
    assert answer["status"] == "ready", answer
    return probes.judge(name, asked, answer, optimizers.identify)


@pytest.mark.parametrize("name", SIX)
@settings(max_examples=5)
@given(data=st.data(), seed=st.integers(0, 10**6))
def test_each_identifies_itself_with_any_hyper_parameters(name, data, seed):
    hyper = data.draw(HYPERS[name])
    assert judge(name, lambda params: getattr(optim, name)(params, **hyper), seed).share == 1


OTHERS = [*SIX, "AdamW", "NAdam", "Adamax", "RAdam"]
PAIRS = [(name, other) for name in SIX for other in OTHERS if name != other]
FEW = [(SIX[place % len(SIX) - 1], other) for place, other in enumerate(OTHERS)]  # each of those behind a name


@pytest.mark.parametrize(("name", "other"), [*FEW, *(again(*pair) for pair in PAIRS if pair not in FEW)])
def test_each_is_told_from_every_other(name, other):
    verdict = judge(name, lambda params: getattr(optim, other)(params))
    assert verdict.diagnosis == f"behaves-like-{other.lower()}"
    assert f"torch.optim.{other}" in verdict.message


def changing(kind, change):
    """A class of torch's whose step() changes the gradients of each group before it uses them."""

    class Changing(kind):
        def step(self, closure=None):
            def changed():
                loss = closure()
                self.change()
                return loss

            if closure is not None:
                return super().step(changed)
            self.change()
            return super().step()

        def change(self):
            for group in self.param_groups:
                change(group["params"])

    return Changing


CLIPS = {
    "norm": lambda params: torch.nn.utils.clip_grad_norm_(params, 1.0),
    "norm of each": lambda params: [torch.nn.utils.clip_grad_norm_([p], 0.5) for p in params],
    "value": lambda params: torch.nn.utils.clip_grad_value_(params, 0.6),
}


@pytest.mark.parametrize(
    ("name", "clip"),
    [*((name, list(CLIPS)[place % len(CLIPS)]) for place, name in enumerate(SIX)), again("LBFGS", "norm")],
)
def test_a_step_that_clips_its_gradients_is_still_that_optimizers(name, clip):
    kind = changing(getattr(optim, name), CLIPS[clip])
    hyper = {"momentum": 0.9, "lr": 0.1} if name == "SGD" else {}
    verdict = judge(name, lambda params: kind(params, **hyper))
    assert verdict.outcome is Outcome.PASSED, verdict.message


def in_copies(kind, change):
    """A class of torch's whose step() uses changed copies of the gradients, and leaves these as they are."""

    class InCopies(kind):
        def step(self, closure=None):
            loss = None if closure is None else closure()
            params = [p for group in self.param_groups for p in group["params"]]
            given = [p.grad for p in params]
            for p in params:
                p.grad = p.grad.clone()
            change(params)
            super().step()
            for p, gradient in zip(params, given, strict=True):
                p.grad = gradient
            return loss

    return InCopies


@pytest.mark.parametrize(
    ("name", "clip"),
    [
        *((name, list(CLIPS)[place % len(CLIPS)]) for place, name in enumerate(SIX[:-1])),
        *(again(name, clip) for name in SIX[:-1] for clip in CLIPS),
    ],
)
def test_a_step_that_clips_copies_of_its_gradients_is_still_that_optimizers(name, clip):
    kind = in_copies(getattr(optim, name), CLIPS[clip])
    verdict = judge(name, lambda params: kind(params, **({"momentum": 0.9, "lr": 0.1} if name == "SGD" else {})))
    assert verdict.outcome is Outcome.PASSED, verdict.message


@pytest.mark.parametrize("shown", [{"lr": 0.002}, {}])
def test_a_hand_written_one_that_clips_copies_passes_with_few_numbers_to_be_read(shown):
    def rule(memory, g):
        g = g.clamp(-0.35, 0.35)
        memory["v"] = 0.9 * memory.get("v", 0) + 0.1 * g**2
        return 0.002 * g / (memory["v"] + 1e-6).sqrt()

    assert judge("RMSprop", lambda params: Bare(params, rule, **shown)).share == 1


@pytest.mark.parametrize("name", [*SIX[:-1], "AdamW", "NAdam", "Adamax", "RAdam", "ASGD", "Rprop"])
def test_no_optimizer_of_torchs_clips(name):
    harness = harness_for(student_of(make_optimizer=lambda _, params: getattr(optim, name)(params)))
    assert harness.probe_optimizer(name, probes.problems("SGD", np.random.default_rng(0)))["clips"] == []


def test_what_takes_any_gradient_for_one_of_the_same_length_clips_to_nothing():
    def normalised(params):
        norm = torch.stack([p.grad.norm() for p in params]).norm()
        for p in params:
            p.grad /= norm

    kind = in_copies(optim.SGD, normalised)
    assert judge("SGD", lambda params: kind(params, lr=0.1)).diagnosis == "behaves-otherwise"


def signs(params):
    for p in params:
        p.grad.sign_()


def test_a_step_that_changes_its_gradients_otherwise_is_no_longer_that_optimizers():
    verdict = judge("SGD", lambda params: changing(optim.SGD, signs)(params, lr=0.1))
    assert verdict.diagnosis == "behaves-otherwise"


def test_clipped_gradients_hide_no_other_optimizer():
    kind = changing(optim.Adagrad, CLIPS["norm"])
    assert judge("RMSprop", lambda params: kind(params, lr=0.1)).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("used", "expected"),
    [
        ([[0.5, -1.0, 2.0, 0.4], [3.0, 0.0, 1.0, 0.1]], True),  # the first row, by half and to a tenth
        ([[1.0, -1.0, 20.0, 4.0], [3.0, 0.0, 10.0, 1.0]], False),
        ([[1.0, -1.5, 1.5, 1.5], [1.5, 0.0, 1.5, 1.0]], True),  # entry by entry, to 1.5
        ([[1.0, -2.0, 20.0, 4.0], [3.0, 0.0, 10.0, 1.0]], True),
        ([[0.0, 0.0, 20.0, 4.0], [3.0, 0.0, 10.0, 1.0]], False),  # cleared
        ([[-1.0, 2.0, 20.0, 4.0], [3.0, 0.0, 10.0, 1.0]], False),
        ([[2.0, -4.0, 20.0, 4.0], [3.0, 0.0, 10.0, 1.0]], False),  # longer
        ([[1.0, -2.0, math.nan, 4.0], [3.0, 0.0, 10.0, 1.0]], False),
    ],
)
def test_what_was_used_is_what_was_given_but_clipped(used, expected):
    given = np.array([[1.0, -2.0, 20.0, 4.0], [3.0, 0.0, 10.0, 1.0]])
    assert is_clipped(given, np.array(used), [2, 2]) is expected


def test_adamw_without_weight_decay_is_adam():
    assert judge("Adam", lambda params: optim.AdamW(params, weight_decay=0.0)).share == 1


def test_adam_that_decouples_its_weight_decay_is_adamw():
    verdict = judge("Adam", lambda params: optim.Adam(params, weight_decay=0.01, decoupled_weight_decay=True))
    assert verdict.diagnosis == "behaves-like-adamw"


class Bare(torch.optim.Optimizer):
    """A hand-written optimizer: `rule(memory, gradient)` is its direction, `shown` what its groups show."""

    def __init__(self, params, rule, **shown):
        super().__init__(params, shown)
        self.params = self.param_groups[0]["params"]
        self.memory = [{} for _ in self.params]
        self.rule = rule

    @torch.no_grad()
    def step(self, closure=None):
        for p, memory in zip(self.params, self.memory, strict=True):
            p.sub_(self.rule(memory, p.grad))


def adam_rule(lr=0.01, b1=0.9, b2=0.999, correct=True, sign=1.0):
    def rule(memory, g):
        t = memory["t"] = memory.get("t", 0) + 1
        m = memory["m"] = b1 * memory.get("m", 0) + (1 - b1) * g
        v = memory["v"] = b2 * memory.get("v", 0) + (1 - b2) * g**2
        if correct:
            m, v = m / (1 - b1**t), v / (1 - b2**t)
        return sign * lr * m / (v.sqrt() + 1e-8)

    return rule


def test_a_hand_written_one_passes_with_other_names_for_its_numbers():
    make = lambda params: Bare(params, adam_rule(), learning_rate=0.01, beta1=0.9, beta2=0.999)  # noqa: E731
    assert judge("Adam", make).share == 1


def test_a_hand_written_one_passes_with_no_numbers_to_be_read():
    assert judge("Adam", lambda params: Bare(params, adam_rule(lr=0.0123, b2=0.99))).share == 1
    assert judge("SGD", lambda params: Bare(params, lambda memory, g: 0.017 * g)).share == 1


@pytest.mark.parametrize("shown", [{"momentum": 0.9}, {"beta": 0.9}])
def test_a_velocity_that_is_an_average_is_momentum(shown):
    def rule(memory, g):
        memory["v"] = 0.9 * memory.get("v", 0) + 0.1 * g
        return 0.3 * memory["v"]

    assert judge("SGD", lambda params: Bare(params, rule, lr=0.3, **shown)).share == 1


@pytest.mark.parametrize("momentum", [0.73, 0.41])
def test_a_momentum_that_is_neither_shown_nor_usual_is_found(momentum):
    def rule(memory, g):
        memory["v"] = momentum * memory.get("v", 0) + g
        return 0.07 * memory["v"]

    assert judge("SGD", lambda params: Bare(params, rule)).share == 1


@pytest.mark.parametrize("shown", [{}, {"lr": 0.01}])
def test_decays_and_an_eps_that_are_neither_shown_nor_usual_are_found(shown):
    def rule(memory, g):
        t = memory["t"] = memory.get("t", 0) + 1
        m = memory["m"] = 0.85 * memory.get("m", 0) + 0.15 * g
        v = memory["v"] = 0.98 * memory.get("v", 0) + 0.02 * g**2
        return 0.01 * (m / (1 - 0.85**t)) / ((v / (1 - 0.98**t)).sqrt() + 1e-3)

    assert judge("Adam", lambda params: Bare(params, rule, **shown)).share == 1


def test_an_average_that_is_corrected_for_its_start_is_momentum():
    def rule(memory, g):
        memory["t"] = memory.get("t", 0) + 1
        memory["v"] = 0.9 * memory.get("v", 0) + 0.1 * g
        return 0.3 * memory["v"] / (1 - 0.9 ** memory["t"])

    assert judge("SGD", lambda params: Bare(params, rule, lr=0.3, momentum=0.9)).share == 1


def test_weight_decay_passes_though_it_is_not_shown():
    class Decaying(Bare):
        @torch.no_grad()
        def step(self, closure=None):
            for p in self.params:
                p.grad.add_(p, alpha=5e-4)
            super().step()

    assert judge("SGD", lambda params: Decaying(params, lambda memory, g: 0.1 * g, lr=0.1)).share == 1
    assert judge("Adam", lambda params: Decaying(params, adam_rule(), lr=0.01)).share == 1


def test_single_precision_in_a_hand_written_one_is_no_other_optimizer():
    rule = adam_rule()
    assert judge("Adam", lambda params: Bare(params, lambda memory, g: rule(memory, g.float()), lr=0.01)).share == 1


@pytest.mark.parametrize(("name", "decay"), [("RMSprop", 0.9), ("RMSprop", 0.99), ("Adagrad", None)])
def test_eps_inside_the_root_is_no_other_optimizer(name, decay):
    """As Duchi et al. and Goodfellow, Bengio and Courville (algorithms 8.4 and 8.5) have it, eps = 1e-6."""

    def rule(memory, g):
        kept, new = (1.0, 1.0) if decay is None else (decay, 1 - decay)
        memory["v"] = kept * memory.get("v", 0) + new * g**2
        return 0.01 * g / (memory["v"] + 1e-6).sqrt()

    assert judge(name, lambda params: Bare(params, rule, lr=0.01, eps=1e-6, alpha=decay)).share == 1


def adadelta_rule(lr=1.0, is_rate_averaged=False):
    """eps beside the roots, where Zeiler has it inside them."""

    def rule(memory, g):
        v = memory["v"] = 0.9 * memory.get("v", torch.zeros_like(g)) + 0.1 * g**2
        steps = memory.get("steps", torch.zeros_like(g))
        step = (steps.sqrt() + 1e-3) / (v.sqrt() + 1e-3) * g
        memory["steps"] = 0.9 * steps + 0.1 * ((lr if is_rate_averaged else 1) * step) ** 2
        return lr * step

    return rule


@pytest.mark.parametrize("is_rate_averaged", [False, True])
def test_eps_beside_the_roots_of_adadelta_is_no_other_optimizer(is_rate_averaged):
    rule = adadelta_rule(0.9, is_rate_averaged)
    assert judge("Adadelta", lambda params: Bare(params, rule, lr=0.9, rho=0.9, eps=1e-3)).share == 1


def rmsprop_rule(begins, momentum=0.0):
    """The mean of the squares begins at one, at the first square, or is corrected for its start at zero; the velocity
    has the learning rate in it."""

    def rule(memory, g):
        t = memory["t"] = memory.get("t", 0) + 1
        before = {"one": 1.0, "square": g**2, "corrected": 0.0}[begins]
        v = memory["v"] = 0.9 * memory.get("v", before) + 0.1 * g**2
        v = v / (1 - 0.9**t) if begins == "corrected" else v
        memory["velocity"] = momentum * memory.get("velocity", 0) + 0.01 * g / (v + 1e-8).sqrt()
        return memory["velocity"]

    return rule


@pytest.mark.parametrize("begins", ["one", "square", "corrected"])
def test_a_mean_that_begins_elsewhere_makes_no_other_rmsprop(begins):
    shown = {"lr": 0.01, "alpha": 0.9, "eps": 1e-8}
    assert judge("RMSprop", lambda params: Bare(params, rmsprop_rule(begins), **shown)).share == 1
    rule = rmsprop_rule(begins, momentum=0.8)
    assert judge("RMSprop", lambda params: Bare(params, rule, momentum=0.8, **shown)).share == 1


def undoing(kind, schedule):
    """A class of torch's whose groups show its first learning rate between all steps, as it follows a schedule."""

    class Undoing(kind):
        count = 0

        def step(self, closure=None):
            self.count += 1
            rates = [group["lr"] for group in self.param_groups]
            for group, rate in zip(self.param_groups, rates, strict=True):
                group["lr"] = rate * schedule(self.count)
            loss = super().step(closure)
            for group, rate in zip(self.param_groups, rates, strict=True):
                group["lr"] = rate
            return loss

    return Undoing


@pytest.mark.parametrize("name", ["Adadelta", "Adagrad", "Adam", "RMSprop", "SGD"])
def test_a_schedule_that_no_group_shows_makes_no_other_optimizer(name):
    kind = undoing(getattr(optim, name), lambda step: min(1.0, step / 5) / math.sqrt(step))
    assert judge(name, lambda params: kind(params, lr=0.05)).share == 1


@pytest.mark.parametrize("name", ["SGD", again("Adam")])
def test_what_a_norm_divides_follows_no_schedule(name):
    """Its rates are those of the gradients, and so others in each problem."""

    def normalize(params):
        for p in params:
            p.grad = p.grad / p.grad.norm()

    assert judge(name, lambda params: changing(getattr(optim, name), normalize)(params, lr=0.1)).share == 0


def decaying(kind, decay, is_decoupled=False):
    """A class of torch's with a weight decay of its own, beside the one that its groups show: 0."""

    class Decaying(kind):
        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    if is_decoupled:
                        p.mul_(1 - group["lr"] * decay)
                    else:
                        p.grad = p.grad + decay * p
            return super().step(closure)

    return Decaying


@pytest.mark.parametrize("name", ["Adadelta", "Adagrad", "Adam", "RMSprop", "SGD"])
def test_a_weight_decay_inside_the_step_makes_no_other_optimizer(name):
    hyper = {"lr": 0.05, "momentum": 0.9} if name == "SGD" else {}
    assert judge(name, lambda params: decaying(getattr(optim, name), 3e-4)(params, **hyper)).share == 1


@pytest.mark.parametrize("name", ["SGD", again("RMSprop")])
def test_a_weight_decay_beside_the_step_makes_an_adamw_of_an_adam_alone(name):
    assert judge(name, lambda params: decaying(getattr(optim, name), 0.02, True)(params, lr=0.05)).share == 1
    assert judge("Adam", lambda params: decaying(optim.Adam, 0.02, True)(params, lr=0.05)).share == 0


@pytest.mark.parametrize(("name", "share"), [("SGD", 1), again("RMSprop", 1), ("Adam", 0)])
def test_a_weight_decay_that_is_shown_may_stand_beside_the_step(name, share):
    class Decoupled(getattr(optim, name)):
        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    p.mul_(1 - group["lr"] * group["weight_decay"])
                group["weight_decay"], shown = 0.0, group["weight_decay"]
                super().step(closure)
                group["weight_decay"] = shown

    assert judge(name, lambda params: Decoupled(params, lr=0.05, weight_decay=0.02)).share == share


def test_a_momentum_a_weight_decay_and_a_schedule_that_nobody_shows_are_still_sgd():
    class Own(Bare):
        @torch.no_grad()
        def step(self, closure=None):
            self.count = getattr(self, "count", 0) + 1
            for p, memory in zip(self.params, self.memory, strict=True):
                g = p.grad + 5e-4 * p
                memory["v"] = 0.87 * memory.get("v", 0) + g
                p.sub_(0.05 * math.cos(self.count / 20) * (g + 0.87 * memory["v"]))

    assert judge("SGD", lambda params: Own(params, None, lr=0.05)).share == 1


def test_an_amsgrad_that_keeps_the_largest_corrected_mean_is_adam():
    def rule(memory, g):
        t = memory["t"] = memory.get("t", 0) + 1
        m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        v = memory["v"] = 0.99 * memory.get("v", 0) + 0.01 * g**2
        memory["largest"] = torch.maximum(memory.get("largest", torch.zeros_like(g)), v / (1 - 0.99**t))
        return 0.01 * m / (1 - 0.9**t) / (memory["largest"].sqrt() + 1e-8)

    assert judge("Adam", lambda params: Bare(params, rule, lr=0.01, betas=(0.9, 0.99))).share == 1


@pytest.mark.parametrize("name", ["RMSprop", "Adadelta", "Adam"])
def test_a_sum_of_squares_is_no_mean_that_forgets_nothing(name):
    """Adagrad that shows no number, so that any may be searched for."""

    def rule(memory, g):
        memory["v"] = memory.get("v", 0) + g**2
        return 0.05 * g / (memory["v"].sqrt() + 1e-8)

    verdict = judge(name, lambda params: Bare(params, rule))
    assert verdict.diagnosis == "behaves-like-adagrad"


@pytest.mark.parametrize("keeps", [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("shown", [{}, {"lr": 0.01, "betas": (0.9, 0.99)}])
def test_a_bias_correction_that_is_left_out_is_no_schedule(keeps, shown):
    def rule(memory, g):
        t = memory["t"] = memory.get("t", 0) + 1
        m = memory["m"] = 0.9 * memory.get("m", 0) + 0.1 * g
        v = memory["v"] = 0.99 * memory.get("v", 0) + 0.01 * g**2
        m, v = m / (1 - 0.9**t) if keeps[0] else m, v / (1 - 0.99**t) if keeps[1] else v
        return 0.01 * m / (v.sqrt() + 1e-8)

    verdict = judge("Adam", lambda params: Bare(params, rule, **shown))
    assert verdict.diagnosis == "no-bias-correction"


def warming(kind):
    """A class of torch's that sets its learning rate at the beginning of each step."""

    class Warming(kind):
        count = 0

        def step(self, closure=None):
            self.count += 1
            for group in self.param_groups:
                group["lr"] = 0.05 * min(1.0, self.count / 7)
            return super().step(closure)

    return Warming


@pytest.mark.parametrize("name", ["Adadelta", "Adagrad", "Adam", "RMSprop", "SGD"])
def test_a_rate_that_a_step_sets_itself_is_read_after_it(name):
    assert judge(name, lambda params: warming(getattr(optim, name))(params, lr=0.05)).share == 1


class Descent(torch.optim.Optimizer):
    """Goes along a direction, and halves the step until Armijo's condition holds. `rule` is "bfgs", "gradient" or
    "conjugate"."""

    def __init__(self, params, rule, memory=4):
        super().__init__(params, {})
        self.params = self.param_groups[0]["params"]
        self.rule, self.memory, self.s, self.y, self.last = rule, memory, [], [], None

    def gradient(self):
        return torch.cat([p.grad.flatten() for p in self.params])

    def direction(self, g):
        if self.rule == "gradient" or self.last is None:
            return -g
        if self.rule == "conjugate":
            return -g + max(0.0, float(g @ (g - self.last[0]) / (self.last[0] @ self.last[0]))) * self.last[1]
        q, weights = g.clone(), []
        for s, y in zip(reversed(self.s), reversed(self.y), strict=True):
            weights.insert(0, s @ q / (s @ y))
            q -= weights[0] * y
        q *= self.s[-1] @ self.y[-1] / (self.y[-1] @ self.y[-1])
        for s, y, weight in zip(self.s, self.y, weights, strict=True):
            q += s * (weight - y @ q / (s @ y))
        return -q

    @torch.no_grad()
    def move(self, by):
        for p, part in zip(self.params, by.split([p.numel() for p in self.params]), strict=True):
            p += part.view_as(p)

    def step(self, closure):
        loss, g, length, done = closure(), self.gradient(), 1.0, 0.0
        d = self.direction(g)
        while True:
            self.move((length - done) * d)
            done = length
            if closure() <= loss + 1e-4 * length * (g @ d) or length < 1e-6:
                break
            length /= 2
        self.s = [*self.s, done * d][-self.memory :]
        self.y = [*self.y, self.gradient() - g][-self.memory :]
        self.last = g, d
        return loss


@pytest.mark.parametrize("memory", [1, 10])
def test_an_lbfgs_with_a_line_search_of_its_own_is_one(memory):
    assert judge("LBFGS", lambda params: Descent(params, "bfgs", memory)).share == 1


@pytest.mark.parametrize("rule", ["gradient", again("conjugate")])
def test_a_line_search_alone_makes_no_lbfgs(rule):
    assert judge("LBFGS", lambda params: Descent(params, rule)).diagnosis == "behaves-otherwise"


class Iterating(Descent):
    """Makes several iterations in a step."""

    def step(self, closure):
        loss = super().step(closure)
        super().step(closure)
        return loss


def test_several_iterations_in_a_step_of_an_lbfgs_of_ones_own_are_a_persons_to_judge():
    verdict = judge("LBFGS", lambda params: Iterating(params, "bfgs", 10))
    assert verdict.outcome is Outcome.REVIEW
    assert "With one iteration in each step it could be recognized, whatever its line search." in verdict.message


def recorded(off, rates=(1e4, 1e-5, 1e-5), size=20):
    """What a watch records of torch's L-BFGS on drawn gradients. The first step goes far; the last one is `off` by that
    share of its length, in another direction."""
    rng = np.random.default_rng(0)
    parameter = torch.nn.Parameter(torch.from_numpy(rng.normal(size=size)).float())
    made = optim.LBFGS([parameter], max_iter=1)
    evaluations, groups = [], []
    for rate in rates:
        gradient = torch.from_numpy(rng.normal(size=size)).float()

        def closure(gradient=gradient):
            parameter.grad = gradient.clone()
            point = parameter.detach().numpy().copy()
            evaluations.append({"point": point, "gradient": gradient.numpy(), "loss": 1.0})
            return torch.tensor(1.0)

        start = parameter.detach().numpy().copy()
        made.param_groups[0]["lr"] = rate
        groups.append([{"members": [0], "hyper": {"lr": rate, "max_iter": 1}}])
        made.step(closure)
        evaluations.append({"end": parameter.detach().numpy().copy()})
    end = evaluations[-1]["end"]
    evaluations[-1]["end"] = end + off * (end - start)[::-1]
    return {"evaluations": evaluations, "before": groups, "later": []}


def test_a_step_of_lbfgs_is_held_against_its_own_length_however_far_it_has_gone_before():
    assert optimizers.identify_training("LBFGS", recorded(off=0.0))["same"]
    assert not optimizers.identify_training("LBFGS", recorded(off=0.5))["same"]


def begun(count, off=0.0):
    """The first evaluations of a single long step of L-BFGS, whose end was not recorded; the last one is `off`."""
    target, evaluations = torch.linspace(0.1, 1.0, 20), []
    parameter = torch.nn.Parameter(torch.ones(20))
    hyper = {"max_iter": 20, "line_search_fn": "strong_wolfe"}
    made = optim.LBFGS([parameter], **hyper)

    def closure():
        made.zero_grad()
        loss = torch.log(torch.cosh(parameter * target * 3)).sum()
        loss.backward()
        point, gradient = parameter.detach().numpy().copy(), parameter.grad.numpy().copy()
        evaluations.append({"point": point, "gradient": gradient, "loss": float(loss.detach())})
        return loss

    made.step(closure)
    evaluations = evaluations[:count]
    evaluations[-1]["point"] = evaluations[-1]["point"] + off * np.ones(20, dtype=np.float32)
    return {"evaluations": evaluations, "before": [[{"members": [0], "hyper": hyper}]], "later": []}


def test_the_beginning_of_a_long_step_tells_lbfgs_if_enough_of_it_was_recorded():
    assert optimizers.identify_training("LBFGS", begun(7))["same"]
    assert not optimizers.identify_training("LBFGS", begun(7, off=0.5))["same"]
    assert not optimizers.identify_training("LBFGS", begun(4))["same"]


def test_what_has_decayed_to_nothing_is_rounding():
    path = np.array([[1.0], [1e-20], [5e-40], [2e-40]])
    expected = np.array([[1.0], [1e-20], [4e-40], [-1e-40]])
    assert step_deviation(path, expected, 1e-7) == 0
    assert step_deviation(path, path * [[1], [1], [1], [10]], 1e-7) == 0
    assert step_deviation(path * 1e20, expected * 1e20, 1e-7) > 1


def test_a_hyper_parameter_of_another_form_is_not_read():
    make = lambda params: Bare(params, adam_rule(correct=False), lr=0.01, betas=0.9, eps=[1.0, 2.0])  # noqa: E731
    assert judge("Adam", make).diagnosis == "no-bias-correction"


@pytest.mark.parametrize("shown", [{"weight_decay": None}, {"momentum": None, "nesterov": None, "dampening": None}])
def test_a_hyper_parameter_that_is_none_is_not_read(shown):
    assert judge("SGD", lambda params: Bare(params, lambda memory, g: 0.3 * g, lr=0.3, **shown)).share == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [("SGD", {"momentum": 1e30}), again("Adam", {"betas": (1e30, 0.9)}), again("RMSprop", {"eps": -1})],
)
def test_hyper_parameters_beyond_all_numbers_are_a_wrong_answer(name, shown):
    assert judge(name, lambda params: Bare(params, lambda memory, g: 0.3 * g, lr=0.3, **shown)).share == 0


def test_hyper_parameters_that_torch_cannot_follow_are_a_wrong_answer():
    """A momentum that begins to be in the middle: torch's RMSprop has then no buffer for it."""

    class Late(Bare):
        def step(self, closure=None):
            super().step()
            self.param_groups[0]["momentum"] = 0.9

    make = lambda params: Late(params, lambda memory, g: 0.01 * g, lr=0.01, momentum=0.0)  # noqa: E731
    assert judge("RMSprop", make).share == 0


def test_numbers_that_are_shown_are_believed():
    verdict = judge("Adam", lambda params: Bare(params, adam_rule(), lr=0.01, betas=(0.5, 0.9), eps=1e-8))
    assert verdict.diagnosis == "behaves-otherwise"


def test_a_learning_rate_that_is_shown_and_not_used_makes_no_other_optimizer():
    make = lambda params: Bare(params, adam_rule(lr=0.01), lr=0.02, betas=(0.9, 0.999), eps=1e-8)  # noqa: E731
    assert judge("Adam", make).share == 1


@pytest.mark.parametrize(
    ("make", "diagnosis", "says"),
    [
        (lambda params: Bare(params, adam_rule(correct=False), lr=0.01), "no-bias-correction", "bias correction"),
        (lambda params: Bare(params, adam_rule(sign=-1.0), lr=0.01), "uphill", "uphill"),
        (lambda params: optim.Adam(params, lr=0.0), "zero-learning-rate", "learning rate of 0"),
        (lambda params: optim.Adam(list(params)[:1]), "parameters-missing", "moves only 1 of them"),
        (
            lambda params: optim.Adam([p.detach().clone().requires_grad_() for p in params]),
            "parameters-not-given",
            "none of the parameters",
        ),
        (lambda params: Bare(params, lambda memory, g: 0 * g), "does-not-move", "moved none"),
        (lambda params: Bare(params, lambda memory, g: g * math.nan), "behaves-otherwise", "elsewhere"),
    ],
)
def test_what_goes_wrong_has_its_sentence(make, diagnosis, says):
    verdict = judge("Adam", make)
    assert verdict.share == 0
    assert verdict.diagnosis == diagnosis
    assert says in verdict.message


def test_what_is_not_torchs_kind_of_optimizer_is_a_persons_to_judge():
    class Own:
        def __init__(self, params):
            self.params = list(params)

        def step(self):
            """Whatever it does, nothing can be read of it."""

    verdict = judge("Adam", Own)
    assert verdict.outcome is Outcome.REVIEW


def test_what_has_no_step_is_no_optimizer():
    harness = harness_for(student_of(make_optimizer=lambda name, params: list(params)))
    answer = harness.probe_optimizer("Adam", probes.problems("Adam", np.random.default_rng(0)))
    assert answer == {"status": "no-optimizer", "found": "an object of type list"}


@pytest.mark.parametrize(
    "answer",
    [
        "records",
        [],
        [{}, {}, {}],
        [{"path": np.zeros((11, 17)), "groups": "many"}] * 3,
        [{"path": np.zeros((2, 2)), "groups": [[]] * 11}] * 3,
        [{"path": np.zeros((11, 17)), "groups": [[{"members": [0, 99], "hyper": {}}]] * 11}] * 3,
        [{"path": np.zeros((11, 17)), "groups": [[{"members": [np.zeros(2)], "hyper": {}}]] * 11}] * 3,
        [{"path": np.zeros((11, 17), dtype=bool), "groups": [[{"members": [0], "hyper": {}}]] * 11}] * 3,
    ],
)
def test_a_report_of_another_form_is_no_optimizer(answer):
    asked = probes.problems("SGD", np.random.default_rng(0))
    verdict = probes.judge("SGD", asked, {"records": answer}, optimizers.identify)
    assert verdict.share == 0
    assert "could not be read" in verdict.message


def test_limits_of_another_form_are_none():
    clips = [
        "norm",
        3,
        ["norm"],
        ["norm", "1"],
        ["norm", math.inf],
        ["norm", 0.0],
        ["other", 1.0],
        [[], 1.0],
        ["value", 2.0],
    ]
    assert probes.read_clips({"clips": clips}) == (("value", 2.0),)
    assert probes.read_clips({"clips": 1}) == probes.read_clips({}) == ()


def test_hyper_parameters_that_would_keep_our_own_oracle_busy_are_not_taken():
    step = [{"members": [0, 1], "hyper": {"lr": 1.0, "max_iter": 10**9, "history_size": 5, "line_search_fn": "mine"}}]
    asked = probes.problems("LBFGS", np.random.default_rng(0))
    records = [{"path": np.zeros((p["steps"] + 1, 17)), "groups": [step] * (p["steps"] + 1)} for p in asked]
    read = probes.read(records, asked)
    assert read is not None
    assert read[0]["before"][0][0]["hyper"] == {"lr": 1.0, "history_size": 5}


def test_the_reference_run_takes_a_measurable_time():
    assert all(0 < seconds < 60 for seconds in optimizers.reference_seconds("cpu").values())


class TickingClock:
    """A clock of a worker that alone has the processor, which is read in `ticks` a second."""

    def __init__(self, ticks):
        self.now, self.ticks = 1.003, ticks

    def perf_counter(self):
        return self.now

    def process_time(self):
        self.now += 1e-4  # to read it takes a moment
        return math.floor(self.now * self.ticks) / self.ticks


@pytest.mark.parametrize("ticks", [64, 10**6])
def test_a_processors_clock_with_coarse_ticks_shows_no_load_that_is_not_there(ticks, monkeypatch):
    device = sys.modules["grader.oracles.optimizers.device"]
    clock = TickingClock(ticks)

    def step():
        clock.now += 0.001
        return torch.zeros(())

    monkeypatch.setattr(device, "time", clock)
    monkeypatch.setattr(device, "_training", lambda place: step)
    measured = device._measured("cpu")
    assert measured["wall"] == pytest.approx(0.04, rel=0.2)
    assert measured["work"] == pytest.approx(measured["wall"], rel=0.1)


def test_an_optimizer_that_only_wraps_one_of_torchs_is_a_persons_to_judge_who_is_told_what_to_derive_it_from():
    class Wrapper:
        def __init__(self, inner):
            self.zero_grad, self.step = inner.zero_grad, inner.step

    verdict = judge("Adam", lambda params: Wrapper(optim.Adam(params)))
    assert verdict.outcome is Outcome.REVIEW
    assert verdict.message.endswith("derive its class from torch.optim.Optimizer, or from the optimizer that it wraps.")
