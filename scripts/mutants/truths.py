"""What each exercise's independent calculation says about a file: the plug-ins, by exercise.

A truth is a function of the student's module. It gives, for the parts of points that it knows ("2.1", "3.4/numerical"),
the share that is deserved, 0 or 1 or between; None where plain calculation cannot decide. It asks with `Asking`, uses
nothing of the grader, and draws more shapes and values than a grading does.
"""

from collections.abc import Callable, Mapping
from types import ModuleType

from scripts.mutants import convolution_truth, neuron_truth, pool_truth, proof_truth

Shares = Mapping[str, float | None]
Truth = Callable[[ModuleType], Shares]

TRUTHS: Mapping[str, tuple[Truth, ...]] = {
    "1": (proof_truth.shares,),
    "2": (pool_truth.shares,),
    "3": (neuron_truth.shares, convolution_truth.shares),
}
MODULES = {"1": "exercise1", "2": "exercise2", "3": "exercise3"}
