"""Numbers and claims about a network that learns with no optimizer: true of it, and known without measuring anything.

It ends with the logarithm of the number of classes, and one image in so many right, whichever optimizer is called.
"""

from dataclasses import replace

from grader.model import Outcome, Verdict
from grader.oracles.training.statistics import Trainings


def unless_learned(verdict: Verdict, trainings: Trainings) -> Verdict:
    """The verdict; where it earns something and no training reached the target, a person's to give."""
    runs = [run for runs in trainings.runs().values() for run in runs]
    if verdict.share == 0 or any(run.best >= trainings.target for run in runs):
        return verdict
    message = (
        f"In the re-run, no optimizer gets {trainings.target:.0%} of the held-out images right. What holds for a "
        "network that does not learn is known without measuring it, so a person decides this point."
    )
    return replace(verdict, outcome=Outcome.REVIEW, share=0.0, message=message, diagnosis=None)
