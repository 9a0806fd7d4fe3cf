"""A layer as courses have students write it: a forward function, a backward function, and a cache between them.

out, cache = affine_forward(x, w, b)
dx, dw, db = affine_backward(dout, cache)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from grader.oracles.misconceptions import Misconception
from grader.oracles.numeric import Case, Model, Numbers, Question, gradient

Inputs: TypeAlias = dict[str, Any]  # arrays by name; numbers are arrays without axes
Misconceptions: TypeAlias = Sequence[Misconception[Model]]


@dataclass(frozen=True, slots=True)
class CachedLayer:
    """The names of a layer's functions and of what goes in and out.

    arguments: the forward function's arguments; what has no axes is handed over as a number. options: the entries of a
    dict that follows them, if it has one; `fixed` are further entries, the same for all inputs. results: what the
    backward function returns, in its order, each named after an input: `dx`.
    output: what the forward function's first result is called; its upstream gradient is the same behind a d.
    computes: the right output, a function of all arguments and options by name, which also works on complex numbers.
    draw: random inputs for a grading. smallest: small inputs, the smallest first, to show a student what is wrong.
    hand_over: turns the dict into the argument that is passed to the student's module: the dict itself, or
    `grader.api.keep` of it where the function writes into it.
    """

    forward: str
    backward: str
    arguments: tuple[str, ...]
    options: tuple[str, ...]
    results: tuple[str, ...]
    computes: Callable[..., Numbers]
    draw: Callable[[np.random.Generator], Sequence[Inputs]]
    smallest: Sequence[Inputs] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    hand_over: Callable[[Any, dict[str, Any]], Any] = lambda module, options: options
    output: str = "out"

    def forward_question(self, rng: np.random.Generator, misconceptions: Misconceptions = ()) -> Question:
        """The question whether `out` is right."""
        return Question(
            [*map(self._forward_case, self.draw(rng))], [*map(self._forward_case, self.smallest)], misconceptions
        )

    def backward_question(self, result: str, rng: np.random.Generator, misconceptions: Misconceptions = ()) -> Question:
        """The question whether a result of the backward function is right, for a random upstream gradient: one of ones
        would hide mistakes."""

        def cases(inputs: Sequence[Inputs], upstream: Callable[[Any], Any]) -> list[Case]:
            return [
                self._backward_case(result, case_inputs, upstream(self.computes(**case_inputs).shape))
                for case_inputs in inputs
            ]

        drawn = cases(self.draw(rng), lambda shape: rng.normal(size=shape))
        return Question(drawn, cases(self.smallest, _counting), misconceptions)

    def _forward_case(self, inputs: Inputs) -> Case:
        return Case(self.output, inputs, self.computes(**inputs), call=f"{self._written()}[0]")

    def _backward_case(self, result: str, inputs: Inputs, dout: Any) -> Case:
        right = gradient(self.computes, inputs, result[1:], dout)
        upstream = f"d{self.output}"
        call = f"{self.output}, cache = {self._written()}\n{self.backward}({upstream}, cache){self._chosen(result)}"
        return Case(result, {**inputs, upstream: dout}, right, call=call)

    def asks_forward(self, module: Any) -> Callable[..., Any]:
        """A function that calls the submission's forward function and returns `out`."""
        return lambda *values: getattr(module, self.forward)(*self._forward_arguments(module, values))[0]

    def asks_backward(self, module: Any, result: str) -> Callable[..., Any]:
        """A function that calls the submission's forward and backward functions and returns one of the results."""

        def ask(*values: Any) -> Any:
            _, cache = getattr(module, self.forward)(*self._forward_arguments(module, values[:-1]))
            results = getattr(module, self.backward)(values[-1], cache)
            return results[self.results.index(result)] if len(self.results) > 1 else results

        return ask

    def _forward_arguments(self, module: Any, values: tuple[Any, ...]) -> list[Any]:
        """The forward function's arguments: the arrays, and the dict if there is one."""
        first, rest = values[: len(self.arguments)], values[len(self.arguments) :]
        options = {**self.fixed, **dict(zip(self.options, map(_number_or_array, rest), strict=True))}
        arguments = [_number_or_array(value) for value in first]
        return [*arguments, self.hand_over(module, options)] if options else arguments

    def _written(self) -> str:
        """The forward call, as a student would write it."""
        entries = [f"{name!r}: {value!r}" for name, value in self.fixed.items()]
        entries += [f"{name!r}: {name}" for name in self.options]
        options = [f"{{{', '.join(entries)}}}"] if entries else []
        return f"{self.forward}({', '.join([*self.arguments, *options])})"

    def _chosen(self, result: str) -> str:
        return f"[{self.results.index(result)}]" if len(self.results) > 1 else ""


def _number_or_array(value: Any) -> Any:
    return value.item() if isinstance(value, np.ndarray) and not value.ndim else value


def _counting(shape: tuple[int, ...]) -> Numbers:
    """1, 2, 3, …: an upstream gradient for small cases, which a student can follow."""
    return 1.0 + np.arange(np.prod(shape)).reshape(shape)
