"""RESULTS, CLAIMS and the discussion, judged on measurements made up for the purpose."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.assignment.comparison import SIX, discussion
from grader.model import Outcome
from grader.oracles.training import agreement, claims, stated_results, statistics
from grader.oracles.training.claim_list import Claim
from grader.oracles.training.statistics import Epoch, Run
from grader.suite import check_time

TARGET = 0.8
# Loss after ten epochs, accuracy, first epoch at the target, seconds an epoch.
TRUTH = {
    "Adadelta": (0.17, 0.93, 5, 0.04),
    "Adagrad": (0.10, 0.95, 3, 0.04),
    "Adam": (0.05, 0.97, 2, 0.04),
    "RMSprop": (0.12, 0.94, 2, 0.04),
    "SGD": (0.60, 0.85, 8, 0.03),
    "LBFGS": (0.004, 0.96, 1, 0.40),
}
GOOD = [
    ["LBFGS", "train_loss", "<", "SGD"],
    ["LBFGS", "seconds_per_epoch", ">", "Adam"],
    ["SGD", "epochs_to_target", ">", "Adam"],
    ["SGD", "test_accuracy", "<", "RMSprop"],
    ["Adagrad", "train_loss", "<", "SGD"],
    ["Adadelta", "train_loss", "<", "SGD"],
]


def run_of(loss, accuracy, first, seconds, jitter=0.0, whole=True):
    """Ten epochs that end at these numbers, a little off by `jitter`."""
    epochs = []
    for number in range(1, 11):
        now = accuracy + jitter * (0.01 if number % 2 else -0.01)
        now = now if number >= first else min(now, 0.5)
        last = loss * math.exp(0.1 * jitter)
        epochs.append(Epoch(now, last, last, last if number == 10 else None, seconds * (1 + 0.02 * jitter), True, True))
    return Run(tuple(epochs) if whole else tuple(epochs[:4]), whole)


RUNS = {name: [run_of(*truth, jitter=jitter) for jitter in (-1, 0, 1)] for name, truth in TRUTH.items()}
HONEST = {name: {"train_loss": loss, "test_accuracy": accuracy} for name, (loss, accuracy, *_) in TRUTH.items()}


class Known:
    """Trainings of which there are no more: all seeds have been used, or there is no time."""

    target, batches = TARGET, 23

    def __init__(self, runs=RUNS, reasons=None):
        self.known, self.reasons = runs, reasons or {}

    def runs(self):
        return self.known

    def another(self, name):
        return False

    def why_not(self, name):
        return self.reasons[name]


class Further(Known):
    """Trainings of which there is one each at first, and more when they are asked for."""

    def __init__(self, runs=RUNS, count=1):
        super().__init__(runs)
        self.count, self.asked = dict.fromkeys(runs, count), []

    def runs(self):
        return {name: self.known[name][: self.count[name]] for name in self.known}

    def another(self, name):
        if self.count[name] == len(self.known[name]):
            return False
        self.asked.append(name)
        self.count[name] += 1
        return True


class Unasked(Known):
    """Trainings that nobody may ask for."""

    def runs(self):
        pytest.fail("nothing has to be measured for that")


def judge_claims(found, runs=RUNS):
    return claims.judge(found, SIX, Known(runs))


def judge_results(found, runs=RUNS, reasons=None):
    return stated_results.judge(found, Known(runs, reasons))


def changed(**entries):
    return {**HONEST, **entries}


# --- RESULTS ----------------------------------------------------------------------------------------------------------


def test_honest_results_agree():
    verdict = judge_results(HONEST)
    assert verdict.outcome is Outcome.PASSED
    assert verdict.message == ""


@given(
    st.dictionaries(st.sampled_from(SIX), st.tuples(st.floats(0.7, 1.4), st.floats(-0.02, 0.02)), min_size=6),
)
def test_what_another_seed_might_give_agrees(factors):
    found = {
        name: {"train_loss": TRUTH[name][0] * factor, "test_accuracy": TRUTH[name][1] + shift}
        for name, (factor, shift) in factors.items()
    }
    assert judge_results(found).share == 1


@pytest.mark.parametrize(
    ("entry", "diagnosis", "says"),
    [
        (
            {"train_loss": 0.05, "test_accuracy": 97.0},
            "percent",
            "97 is a percentage; write 0.97",
        ),
        ({"train_loss": 0.05, "test_accuracy": 0.99}, "agrees", ""),
        ({"train_loss": 0.05, "test_accuracy": 1.0}, "disagrees", "test_accuracy 1, re-run 0.97"),
        ({"train_loss": 5.0, "test_accuracy": 0.97}, "disagrees", "train_loss 5, re-run 0.05 to 0.0553"),
        ({"train_loss": math.nan, "test_accuracy": 0.97}, "not-a-number", "train_loss is nan"),
        ({"train_loss": 0.05}, "not-a-number", "test_accuracy is missing"),
        ({"train_loss": "0.05", "test_accuracy": 0.97}, "not-a-number", "train_loss is not a number"),
        ({"train_loss": np.array(0.05, np.float32), "test_accuracy": np.array(0.97)}, "agrees", ""),
        ({"train_loss": 0.05, "test_accuracy": np.array([0.97])}, "not-a-number", "test_accuracy is not a number"),
        ({"train_loss": True, "test_accuracy": 0.97}, "not-a-number", "train_loss is not a number"),
        ({"train_loss": -0.05, "test_accuracy": 0.97}, "impossible", "is impossible"),
        ({"train_loss": 0.05, "test_accuracy": 970.0}, "impossible", "is impossible"),
        ([0.05, 0.97], "not-a-number", 'needs {"train_loss"'),
    ],
)
def test_each_way_to_be_wrong_costs_that_entry_and_is_named(entry, diagnosis, says):
    verdict = judge_results(changed(Adam=entry))
    if diagnosis == "agrees":
        assert verdict.share == 1
        return
    assert verdict.share == pytest.approx(5 / 6)
    assert verdict.diagnosis == diagnosis
    assert says in verdict.message


def test_a_missing_optimizer_and_a_misspelt_one_are_named():
    found = {("RMSProp" if name == "RMSprop" else name): entry for name, entry in HONEST.items()}
    verdict = judge_results(found)
    assert verdict.share == pytest.approx(5 / 6)
    assert "RMSprop is missing." in verdict.message
    assert "RMSProp, which is none of the names" in verdict.message


def test_swapped_optimizers_are_named():
    verdict = judge_results(changed(SGD=HONEST["LBFGS"], LBFGS=HONEST["SGD"]))
    assert verdict.share == pytest.approx(4 / 6)
    assert verdict.diagnosis == "swapped"
    assert "SGD's numbers are those that LBFGS gets in the re-run." in verdict.message


def test_sums_in_the_place_of_means_are_named():
    sums = {name: {**entry, "train_loss": 23 * entry["train_loss"]} for name, entry in HONEST.items()}
    verdict = judge_results(sums)
    assert verdict.share <= 1 / 6  # LBFGS ends so low that its sum is small, too
    assert verdict.diagnosis == "sum-of-losses"
    assert "Divided by 23, the number of batches, the losses would agree" in verdict.message
    other = Known()
    other.batches = 5
    assert stated_results.judge(sums, other).diagnosis == "disagrees"


def test_the_same_numbers_for_all_are_named():
    """Even if they are where each might have ended."""
    verdict = judge_results({name: {"train_loss": 0.1, "test_accuracy": 0.95} for name in SIX})
    assert verdict.diagnosis == "identical-numbers"
    assert verdict.share == 0


def test_six_percentages_are_one_sentence():
    found = {name: {**entry, "test_accuracy": 100 * entry["test_accuracy"]} for name, entry in HONEST.items()}
    verdict = judge_results(found)
    assert verdict.share == 0
    assert verdict.message == "All accuracies look like percentages; write 0.93, not 93."


def test_losses_below_a_twentieth_are_all_the_same():
    """One network's LBFGS ended anywhere from 1e-7 to 0.06."""
    for loss in (1e-9, 1e-4, 0.03, 0.06):
        assert judge_results(changed(LBFGS={"train_loss": loss, "test_accuracy": 0.96})).share == 1
    claim = Claim("LBFGS", "train_loss", ">", "Adam")
    assert claims.decide(claim, RUNS, TARGET)["verdict"] == "too close to call"


def noisy(width):
    """Runs of an optimizer whose accuracy is anywhere, from seed to seed."""
    return [run_of(0.05, 0.97 + shift, 2, 0.04) for shift in (-width, 0.0, -width / 2)]


def test_every_image_right_is_more_than_the_rerun_ever_has():
    found = {name: {**entry, "test_accuracy": 1.0} for name, entry in HONEST.items()}
    assert judge_results(found).share == 0


def test_own_noise_makes_no_number_agree():
    found = changed(Adam={"train_loss": 0.05, "test_accuracy": 0.50})
    verdict = judge_results(found, {**RUNS, "Adam": noisy(0.4)})
    assert verdict.outcome is Outcome.REVIEW
    assert "The re-run scatters too widely to tell" in verdict.message
    two = found | {"SGD": found["Adam"]}
    assert judge_results(two, {**RUNS, "Adam": noisy(0.02)}).share == pytest.approx(4 / 6)


def scattering():
    """Three runs whose losses and accuracies change widely from epoch to epoch, and together."""
    ends = [(0.15, 0.96), (0.3, 0.91), (0.6, 0.86), (0.2, 0.94), (0.4, 0.89)]
    runs = []
    for first in range(3):
        order = [ends[(first * 2 + number) % len(ends)] for number in range(10)]
        runs.append(Run(tuple(Epoch(acc, loss, loss, loss, 0.1, True, True) for loss, acc in order), True))
    return runs


@pytest.mark.parametrize(
    ("loss", "accuracy", "outcome"),
    [(0.16, 0.96, "passed"), (0.6, 0.85, "passed"), (0.9, 0.97, "review"), (0.12, 0.86, "review")],
)
def test_a_pair_that_agrees_by_the_spread_alone_needs_an_epoch_like_it(loss, accuracy, outcome):
    """However widely a network scatters, such a loss comes with such an accuracy."""
    found = changed(SGD={"train_loss": loss, "test_accuracy": accuracy})
    assert judge_results(found, {**RUNS, "SGD": scattering()}).outcome.value == outcome


def with_losses(run, *losses):
    """The same run, whose first epochs had these losses."""
    changed = [replace(epoch, loss=loss, returned=loss) for epoch, loss in zip(run.epochs, losses, strict=False)]
    return replace(run, epochs=(*changed, *run.epochs[len(changed) :]))


def test_a_last_epoch_that_jumped_is_for_a_person_where_epochs_of_the_re_run_jump():
    found = changed(LBFGS={"train_loss": 33.9, "test_accuracy": HONEST["LBFGS"]["test_accuracy"]})
    calm = with_losses(RUNS["LBFGS"][0], 2.1, 0.9, 0.4)
    assert judge_results(found, {**RUNS, "LBFGS": [calm, *RUNS["LBFGS"][1:]]}).share == pytest.approx(5 / 6)
    for loss in (4.8, math.inf, math.nan):
        jumping = with_losses(RUNS["LBFGS"][0], 0.4, loss, 0.4)
        runs = {**RUNS, "LBFGS": [jumping, *RUNS["LBFGS"][1:]]}
        verdict = judge_results(found, runs)
        assert verdict.outcome is Outcome.REVIEW
        assert "train_loss 33.9, re-run 0.05" in verdict.message
        below = {name: {**entry, "train_loss": entry["train_loss"] / 100} for name, entry in HONEST.items()}
        sgd = changed(SGD=below["SGD"])
        assert judge_results(sgd, {**RUNS, "SGD": [with_losses(run, 0.4, loss) for run in RUNS["SGD"]]}).share < 1
        wrong = {**found, "Adam": {"train_loss": 3.0, "test_accuracy": 0.5}, "SGD": below["SGD"]}
        assert judge_results(wrong, runs).share == pytest.approx(3 / 6), "two that are surely wrong decide it"


def test_a_re_run_that_ended_in_nan_says_nothing_about_where_others_end():
    diverged = run_of(math.nan, 0.0, 1, 0.4)
    apart = {**RUNS, "LBFGS": [diverged, *RUNS["LBFGS"][1:]]}
    assert judge_results(HONEST, apart).share == 1
    found = changed(LBFGS={"train_loss": 0.004, "test_accuracy": 0.50})
    verdict = judge_results(found, apart)
    assert verdict.outcome is Outcome.REVIEW
    assert "Too few of the re-runs came to an end in numbers." in verdict.message
    assert judge_results(HONEST, {**RUNS, "LBFGS": [diverged] * 3}).share == pytest.approx(5 / 6)


def test_one_re_run_that_failed_does_not_make_the_others_look_worse():
    failed = [run_of(2.0, 0.10, 1, 0.4), *(run_of(0.06, 0.96, 1, 0.4, jitter=jitter) for jitter in (-1, 1))]
    found = changed(LBFGS={"train_loss": 0.06, "test_accuracy": 0.97})
    assert judge_results(found, {**RUNS, "LBFGS": failed}).outcome is Outcome.REVIEW


def test_an_accuracy_somewhat_below_the_re_runs_is_a_persons_to_judge_and_one_above_is_not():
    def judged(accuracy):
        return judge_results(changed(SGD={"train_loss": 0.6, "test_accuracy": accuracy}))

    assert judged(0.74).outcome is Outcome.REVIEW
    assert "SGD: test_accuracy 0.74, re-run 0.85." in judged(0.74).message
    assert judged(0.96).diagnosis == "disagrees"


def test_a_single_result_that_is_worse_than_the_re_runs_is_a_persons_to_judge():
    """As L-BFGS on batches leaves it, which in its last epoch took one step too far."""
    far = {"train_loss": 1.96, "test_accuracy": 0.11}
    verdict = judge_results(changed(LBFGS=far))
    assert verdict.outcome is Outcome.REVIEW
    assert verdict.message.endswith("One result that is worse than the re-run's may be bad luck.")
    assert judge_results(changed(LBFGS=far, SGD=far)).share == pytest.approx(4 / 6)
    assert judge_results(changed(LBFGS=far, SGD={"train_loss": 0.05, "test_accuracy": 1.0})).share < 1


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_training_that_ended_in_nan_agrees_where_the_re_run_ends_so_in_any_seed(loss):
    found = changed(LBFGS={"train_loss": loss, "test_accuracy": 0.1028})

    def judged(lbfgs, found=found):
        return stated_results.judge(found, Further({**RUNS, "LBFGS": lbfgs}))

    tame, diverged = RUNS["LBFGS"], run_of(math.nan, 0.0, 1, 0.4)
    assert judged([*tame[:2], diverged]).outcome is Outcome.PASSED
    doubtful = judged(tame)
    assert doubtful.outcome is Outcome.REVIEW
    assert f"LBFGS: train_loss {loss}, re-run 0.05. What diverges at times" in doubtful.message
    known = changed(LBFGS={"train_loss": loss, "test_accuracy": 0.96})
    assert judged([*tame[:2], diverged], known).diagnosis == "not-a-number"
    for_all = changed(**{name: {"train_loss": loss, "test_accuracy": 0.1} for name in SIX})
    assert judged(tame, for_all).diagnosis == "identical-numbers"


def test_a_network_that_has_not_learned_ends_anywhere():
    short = {**RUNS, "SGD": [run_of(0.8, 0.76, 8, 0.03, jitter=jitter) for jitter in (-1, 0, 1)]}

    def judged(accuracy):
        found = changed(SGD={"train_loss": 0.8, "test_accuracy": accuracy})
        return judge_results(found, short)

    unlucky = judged(0.42)
    assert unlucky.outcome is Outcome.REVIEW
    assert "SGD: test_accuracy 0.42, re-run 0.76. Networks that have not learned scatter too widely" in unlucky.message
    assert judged(0.95).share == pytest.approx(5 / 6)


def test_a_number_is_rejected_after_three_seeds_only():
    found = changed(Adam={"train_loss": 0.05, "test_accuracy": 1.0})
    further = Further()
    verdict = stated_results.judge(found, further)
    assert verdict.share == pytest.approx(5 / 6)
    assert further.asked == ["Adam", "Adam"]
    verdict = judge_results(found, Further().runs())
    assert verdict.outcome is Outcome.REVIEW
    assert "There was no time for further seeds" in verdict.message


def test_what_agrees_asks_for_no_further_seed():
    further = Further()
    assert stated_results.judge(HONEST, further).share == 1
    assert further.asked == []


def test_without_a_rerun_numbers_cannot_be_confirmed():
    verdict = judge_results(HONEST, {**RUNS, "LBFGS": []}, {"LBFGS": "train_epoch raised KeyError"})
    assert verdict.share == pytest.approx(5 / 6)
    assert (
        "LBFGS could not be re-run, so its numbers could not be confirmed: train_epoch raised KeyError"
        in verdict.message
    )


def test_a_run_that_was_cut_short_confirms_nothing():
    cut = {**RUNS, "LBFGS": [run_of(0.5, 0.85, 1, 9.0, whole=False)]}
    verdict = judge_results(HONEST, cut)
    assert verdict.outcome is Outcome.REVIEW
    assert "LBFGS's re-run was cut short by the time box" in verdict.message
    verdict = judge_claims(GOOD, cut)
    assert verdict.outcome is Outcome.REVIEW
    assert "There was no time to train often enough to decide: LBFGS train_loss < SGD" in verdict.message


def test_results_that_are_no_dict():
    assert judge_results([1, 2]).diagnosis == "not-a-dict"


# --- CLAIMS -----------------------------------------------------------------------------------------------------------


def test_good_claims_earn_everything():
    verdict = judge_claims(GOOD)
    assert verdict.share == 1
    assert [row["verdict"] for row in verdict.evidence["claims"]] == ["supported"] * 6


def test_turning_a_claim_round_changes_nothing():
    turned = [[right, metric, ">" if relation == "<" else "<", left] for left, metric, relation, right in GOOD]
    verdict = judge_claims(turned)
    assert verdict.share == 1
    assert verdict.evidence["claims"][0]["claim"] == "SGD train_loss > LBFGS"  # as the student wrote it


def test_contradicted_claims_cost_their_share_of_those_decided():
    found = [*GOOD[:3], ["SGD", "train_loss", "<", "Adam"], ["Adadelta", "train_loss", ">", "SGD"]]
    found += [["Adagrad", "test_accuracy", ">", "RMSprop"]]  # too close to call: counts nothing
    verdict = judge_claims(found)
    assert verdict.outcome is Outcome.PARTIAL
    assert "The re-run contradicts" in verdict.message
    decided = [row["verdict"] for row in verdict.evidence["claims"]]
    assert decided.count("supported") == 3
    assert decided.count("contradicted") == 2
    assert verdict.share == pytest.approx(3 / 5)
    assert any("Too close to call" in note for note in verdict.notes)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (
            GOOD[:4],
            "There are 4 claims; at least 5 are needed. The claims have to name every optimizer; nothing is said",
        ),
        ([GOOD[0]] * 6, "There is 1 different claim; at least 5"),
        ([*GOOD, ["Adam", "speed", ">", "SGD"]], "Claim 7: 'speed' is not a metric"),
        ([*GOOD, ["AdamW", "train_loss", ">", "SGD"]], "Claim 7: 'AdamW' is not one of the optimizers"),
        ([*GOOD, ["Adam", "train_loss", "<=", "SGD"]], "Claim 7: the relation is '<='"),
        ([*GOOD, ["Adam", "train_loss", "SGD"]], "Claim 7 is not of the form (left, metric, relation, right)."),
        ([*GOOD, "Adam is best"], "Claim 7 is not of the form"),
    ],
)
def test_claims_that_are_not_in_order_earn_nothing_and_are_named(found, says):
    verdict = claims.judge(found, SIX, Unasked())
    assert verdict.share == 0
    assert says in verdict.message


def test_an_optimizer_compared_with_itself_is_named():
    verdict = judge_claims([*GOOD, ["SGD", "train_loss", "<", "SGD"]])
    assert verdict.share == 0
    assert verdict.message == "Claim 7 compares SGD with itself."


def test_claims_are_decided_with_as_few_seeds_as_it_takes():
    further = Further()
    assert claims.judge(GOOD, SIX, further).share == 1
    assert further.asked == []


def test_a_contradiction_takes_all_seeds_of_the_two_concerned():
    further = Further()
    wrong = [*GOOD, ["SGD", "train_loss", "<", "Adam"]]
    verdict = claims.judge(wrong, SIX, further)
    assert verdict.share == pytest.approx(6 / 7)
    assert further.asked == ["SGD", "Adam", "SGD", "Adam"]
    assert judge_claims(wrong, Further().runs()).outcome is Outcome.REVIEW


NEAR = [  # that further seeds might support, all of them
    ["Adam", "test_accuracy", ">", "Adagrad"],
    ["Adam", "train_loss", "<", "RMSprop"],
    ["Adagrad", "test_accuracy", ">", "Adadelta"],
    ["LBFGS", "test_accuracy", ">", "Adagrad"],
    ["SGD", "seconds_per_epoch", "<", "Adam"],
]


def test_what_further_seeds_might_have_supported_is_not_lost_to_the_clock():
    whole = {**RUNS, "Adam": [run_of(0.075, 0.97, 2, 0.04)] * 3}
    with_time = claims.judge(NEAR, SIX, Further(whole))
    assert with_time.share == 1
    without = judge_claims(NEAR, Further(whole).runs())
    assert without.outcome is Outcome.REVIEW, without.message
    assert "There was no time to train often enough to decide: Adam test_accuracy > Adagrad;" in without.message


def timed(seconds, noise):
    """Three runs of an optimizer whose epochs take that long, more or less."""
    return [run_of(0.1, 0.95, 3, seconds * math.exp(by)) for by in (-noise, 0.0, noise)]


@pytest.mark.parametrize(("noise", "slower"), [(0.0, 3.0), (0.3, 3.5), (0.1, 2.5), (0.4, 2.0)])
def test_a_claim_about_time_that_the_clock_cannot_decide_is_a_persons(noise, slower):
    """A mark must not depend on what else the machine does: 0.75 on a busy one where an idle one gave 0.6."""
    runs = {**RUNS, "RMSprop": timed(0.04, noise), "LBFGS": timed(0.04 * slower, noise)}
    found = [*GOOD[2:5], ["SGD", "train_loss", "<", "Adam"], ["Adadelta", "train_loss", "<", "SGD"]]
    verdict = judge_claims([*found, ["LBFGS", "seconds_per_epoch", "<", "RMSprop"]], runs)
    assert verdict.outcome is Outcome.REVIEW, verdict.message
    assert "This machine's clock is not steady enough to decide: LBFGS seconds_per_epoch < RMSprop." in verdict.message


def test_what_the_clock_leaves_open_is_nobodys_where_it_changes_nothing():
    runs = {**RUNS, "RMSprop": timed(0.04, 0.3), "LBFGS": timed(0.08, 0.3)}
    verdict = judge_claims([*GOOD, ["LBFGS", "seconds_per_epoch", ">", "RMSprop"]], runs)
    assert verdict.share == 1
    clear = {**RUNS, "RMSprop": timed(0.04, 0.02), "LBFGS": timed(0.4, 0.02)}
    verdict = judge_claims([*GOOD, ["LBFGS", "seconds_per_epoch", "<", "RMSprop"]], clear)
    assert (verdict.outcome, verdict.share) == (Outcome.PARTIAL, pytest.approx(6 / 7))


def test_claims_that_are_no_list():
    assert judge_claims({"Adam": 1}).diagnosis == "not-a-list"


def test_claims_about_what_could_not_be_rerun_are_undecided():
    verdict = judge_claims(GOOD, {**RUNS, "LBFGS": []})
    assert verdict.share == 1
    assert any("Could not be decided" in note for note in verdict.notes)


def test_a_claim_about_a_loss_that_is_not_finite_in_the_re_run_says_so():
    diverged = run_of(math.nan, 0.96, 1, 0.4)
    verdict = judge_claims(GOOD, {**RUNS, "LBFGS": [diverged] * 3})
    assert any("could not be re-run, or has no finite loss: " in note for note in verdict.notes)


def test_nothing_decided_earns_nothing():
    verdict = judge_claims(GOOD, {name: [] for name in SIX})
    assert verdict.share == 0
    assert verdict.diagnosis == "nothing-decided"
    assert "one side of each could not be re-run" in verdict.message
    alike = [[one, "seconds_per_epoch", "<", other] for one, other in itertools.pairwise(SIX[:5])]
    verdict = judge_claims([*alike, ["LBFGS", "test_accuracy", "<", "Adam"]])
    assert verdict.share == 0
    assert "choose differences that are larger than the scatter" in verdict.message


def test_an_epoch_takes_what_the_usual_one_takes():
    """Not the first, which loads, nor the last ones of an optimizer that has arrived and has nothing left to do."""
    taken = [9.0, *[1.0] * 6, *[0.01] * 3]
    run = Run(tuple(Epoch(0.9, 0.1, 0.1, 0.1, seconds, True, True) for seconds in taken), True)
    assert math.exp(statistics.seconds_per_epoch([run]).mean) == pytest.approx(1.0)


def test_an_optimizer_that_never_reaches_the_target_is_slower_than_one_that_does():
    runs = {**RUNS, "SGD": [run_of(2.0, 0.3, 1, 0.03) for _ in range(3)]}
    row = claims.decide(Claim("SGD", "epochs_to_target", ">", "Adam"), runs, TARGET)
    assert row["verdict"] == "supported"


def test_what_holds_for_a_network_that_does_not_learn_is_a_persons():
    runs = {name: [run_of(math.log(10), 0.1, 1, 0.4 if name == "LBFGS" else 0.04)] * 3 for name in SIX}
    found = {name: {"train_loss": 2.3 + 0.001 * n, "test_accuracy": 0.1} for n, name in enumerate(SIX)}
    slower = [[name, "seconds_per_epoch", "<", "LBFGS"] for name in SIX if name != "LBFGS"]
    for verdict in (judge_results(found, runs), judge_claims(slower, runs)):
        assert verdict.outcome is Outcome.REVIEW
        assert verdict.message == (
            "In the re-run, no optimizer gets 80% of the held-out images right. What holds for a network that does "
            "not learn is known without measuring it, so a person decides this point."
        )
    assert judge_results(
        {**found, "SGD": {"train_loss": 9.0, "test_accuracy": 0.9}}, {**runs, "SGD": RUNS["SGD"]}
    ).share
    assert judge_results({name: {"train_loss": 0.1, "test_accuracy": 0.9} for name in SIX}, runs).share == 0


OPPOSITES = {"<": ">", ">": "<"}


def test_claims_in_both_directions_are_a_persons():
    """Half of them hold, whatever anybody has measured."""
    both = [*GOOD, *([left, metric, OPPOSITES[relation], right] for left, metric, relation, right in GOOD)]
    verdict = judge_claims(both)
    assert verdict.outcome is Outcome.REVIEW
    assert verdict.message == (
        "CLAIMS has both LBFGS train_loss < SGD and the opposite, so that one of them holds whatever was measured. A "
        "person decides this point."
    )


@given(st.sampled_from(SIX), st.sampled_from(sorted(claims.MARGINS)), st.sampled_from(SIX), st.integers(1, 3))
def test_a_claim_and_its_opposite_are_never_both_supported(left, metric, right, seeds):
    assume(left != right)
    runs = {name: found[:seeds] for name, found in RUNS.items()}
    one = claims.decide(Claim(left, metric, "<", right), runs, TARGET)["verdict"]
    other = claims.decide(Claim(left, metric, ">", right), runs, TARGET)["verdict"]
    assert {one, other} not in ({"supported"}, {"contradicted"})
    assert (one == "contradicted") <= (other == "supported")


def test_fewer_seeds_know_less():
    spread = [agreement.scatter_scale(seeds) for seeds in (2, 3, 5)]
    assert spread == sorted(spread, reverse=True)


def test_small_losses_keep_their_digits_in_a_report():
    runs = {**RUNS, "LBFGS": [run_of(1.234e-6, 0.96, 1, 0.4)] * 3}
    assert statistics.summary(runs["LBFGS"], TARGET)["train_loss"][0] == pytest.approx(1.234e-6, rel=1e-3)


def test_the_table_has_a_row_for_what_was_not_measured():
    assert statistics.summary([], TARGET) == {"seeds": 0}
    row = statistics.summary(RUNS["LBFGS"], TARGET)
    assert row["seeds"] == 3
    assert row["epochs_to_target"] == 1
    assert row["train_loss"][0] == pytest.approx(0.004, rel=0.1)


# --- the discussion -------------------------------------------------------------------------------------------------

TEXT = b"""# Mine
Stochastic gradient descent is slow. ada-delta and Ada Grad adapt; ADAM too. RMS prop as well, and L-BFGS has a model.
"""
TEMPLATE = b"""# Optimizers

<!-- write here
about Adam -->

## Adam

Setext
------

***
"""


def test_a_discussion_is_a_persons():
    verdict = discussion.judge({"report.md": TEXT}, lambda: {"Adam": {"seeds": 3}})
    assert verdict.outcome is Outcome.REVIEW
    assert verdict.evidence["not_mentioned"] == []
    assert verdict.evidence["measured"] == {"Adam": {"seeds": 3}}
    assert "L-BFGS" in verdict.evidence["text"]


def test_optimizers_that_are_not_mentioned_are_named():
    verdict = discussion.judge({"report.md": b"AdamW and Adamax are variants; SGD is fine."}, dict)
    assert verdict.evidence["not_mentioned"] == ["Adadelta", "Adagrad", "Adam", "RMSprop", "LBFGS"]
    assert "does not mention Adadelta, Adagrad, Adam, RMSprop, LBFGS" in verdict.message


@pytest.mark.parametrize(
    ("files", "state"),
    [
        ({}, "There is no report.md"),
        ({"report.md": b"\n"}, "report.md is empty"),
        ({"report.md": TEMPLATE}, "report.md has headings and no text yet"),
        ({"report.md": b"<!-- open"}, "report.md has headings and no text yet"),
    ],
)
def test_no_text_is_no_discussion(files, state):
    verdict = discussion.judge(files, lambda: pytest.fail("nothing to lay beside it"))
    assert (verdict.outcome, verdict.message) == (
        Outcome.MISSING,
        f"{state}: a paragraph on each optimizer goes there.",
    )


def test_a_text_of_nothing_but_underlines_is_read_once(monkeypatch):
    monkeypatch.setattr(check_time, "SECONDS", 20.0)  # of the processor; one is enough
    with check_time.bounded_time():
        assert not discussion.written("-\n" * 200_000)


def test_a_text_from_another_editor_is_read():
    assert discussion.not_mentioned(discussion.decoded("Adam, SGD".encode("utf-16"))) == [
        "Adadelta",
        "Adagrad",
        "RMSprop",
        "LBFGS",
    ]
