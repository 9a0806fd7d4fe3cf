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

    arguments: the forward function's. options: the entries of the dict behind them, none of which is one; `fixed` are
    more of its entries, the same for all inputs. results: what the backward function returns, in its order, each named
    after an input: `dx`.
    computes: what is right, a function of all arguments and options by name, for complex numbers, too.
    draw: inputs for a grading. smallest: those on which a student is shown what is wrong, from the smallest up.
    hand_over: makes of a module and the dict what the function is given; where it is written into, `grader.api.keep`.
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

    def forward_question(self, rng: np.random.Generator, misconceptions: Misconceptions = ()) -> Question:
        """What `out` has to be."""
        return Question(
            [*map(self._forward_case, self.draw(rng))], [*map(self._forward_case, self.smallest)], misconceptions
        )

    def backward_question(self, result: str, rng: np.random.Generator, misconceptions: Misconceptions = ()) -> Question:
        """What one of the results has to be, for a random upstream gradient: with one of ones, mistakes hide."""

        def cases(inputs: Sequence[Inputs], upstream: Callable[[Any], Any]) -> list[Case]:
            return [
                self._backward_case(result, case_inputs, upstream(self.computes(**case_inputs).shape))
                for case_inputs in inputs
            ]

        drawn = cases(self.draw(rng), lambda shape: rng.normal(size=shape))
        return Question(drawn, cases(self.smallest, _counting), misconceptions)

    def _forward_case(self, inputs: Inputs) -> Case:
        return Case("out", inputs, self.computes(**inputs), call=f"{self._written()}[0]")

    def _backward_case(self, result: str, inputs: Inputs, dout: Any) -> Case:
        right = gradient(self.computes, inputs, result[1:], dout)
        call = f"out, cache = {self._written()}\n{self.backward}(dout, cache){self._chosen(result)}"
        return Case(result, {**inputs, "dout": dout}, right, call=call)

    def asks_forward(self, module: Any) -> Callable[..., Any]:
        """`out`, asked of a submission."""
        return lambda *values: getattr(module, self.forward)(*self._forward_arguments(module, values))[0]

    def asks_backward(self, module: Any, result: str) -> Callable[..., Any]:
        """One of the results, with the cache that the forward pass left."""

        def ask(*values: Any) -> Any:
            _, cache = getattr(module, self.forward)(*self._forward_arguments(module, values[:-1]))
            results = getattr(module, self.backward)(values[-1], cache)
            return results[self.results.index(result)] if len(self.results) > 1 else results

        return ask

    def _forward_arguments(self, module: Any, values: tuple[Any, ...]) -> list[Any]:
        """The forward function's arguments: arrays, and the dict, where it has one."""
        first, rest = values[: len(self.arguments)], values[len(self.arguments) :]
        named = {name: value if value.ndim else value.item() for name, value in zip(self.options, rest, strict=True)}
        options = {**self.fixed, **named}
        return [*first, self.hand_over(module, options)] if options else [*first]

    def _written(self) -> str:
        """The forward call, as a student would write it."""
        entries = [f"{name!r}: {value!r}" for name, value in self.fixed.items()]
        entries += [f"{name!r}: {name}" for name in self.options]
        options = [f"{{{', '.join(entries)}}}"] if entries else []
        return f"{self.forward}({', '.join([*self.arguments, *options])})"

    def _chosen(self, result: str) -> str:
        return f"[{self.results.index(result)}]" if len(self.results) > 1 else ""


def _counting(shape: tuple[int, ...]) -> Numbers:
    """1, 2, 3, …: an upstream gradient for small cases, which a student can follow."""
    return 1.0 + np.arange(np.prod(shape)).reshape(shape)
