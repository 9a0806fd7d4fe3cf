"""All that an assignment may import of the engine, beside the library `grader.oracles`.

A check asks the submission and returns a `Verdict`; its docstring says in `grader explain` what is checked:

    exercise2 = module("exercise2")

    @points("2.1")
    def check_one_window(exercise2, rng):
        "In one window the gradient lands on the maximum."
        return judge(exercise2.maxpool2x2_backward, one_window(rng))

The fixtures that a check can ask for by name: those of `module` and `harness_module`, `rng`, `seed`, `settings`,
`files`, and `bounded`.
"""

from grader.errors import UsageError
from grader.model import CallFailure, Outcome, Verdict
from grader.sandbox.child.protocol import Opaque, Tree, Value
from grader.suite.handles import Handle, fetch, keep
from grader.suite.plugin import harness_module, module, points

__all__ = [
    "CallFailure",
    "Handle",
    "Opaque",
    "Outcome",
    "Tree",
    "UsageError",
    "Value",
    "Verdict",
    "fetch",
    "harness_module",
    "keep",
    "module",
    "points",
]
