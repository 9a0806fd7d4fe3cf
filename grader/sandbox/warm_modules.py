"""What is imported ahead of workers, where they are forked."""

from grader.sandbox.launcher import Bundle

# What zygotes have ready, the leanest first. A worker is forked from the first that has all of its preload.
# The names behind torch are what its optimizers import at their first step.
# What sympy imports at its first sum, sine and derivative would else cost every worker 30 ms.
WARM = (
    ("numpy", "numpy.random", "sympy", "sympy.tensor.tensor", "sympy.sets.setexpr", "sympy.assumptions.wrapper"),
    ("numpy", "numpy.random", "torch", "torch._dynamo"),
)


def warm_modules(bundle: Bundle) -> tuple[str, ...]:
    """What the zygote of this bundle's worker imports."""
    for modules in WARM:
        if set(bundle.preload) <= set(modules):
            return modules
    return bundle.preload
