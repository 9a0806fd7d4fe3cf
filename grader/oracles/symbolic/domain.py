"""What a question is about: the symbols, where they live, and how some of them are written in others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import sympy

from .bounds import Budget

Kind: TypeAlias = Literal["real", "positive", "angle", "sine"]


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that symbols may take. A symbol that is not named here is any real number.

    `symbols`: name -> "real", "positive", "angle", a real number between −π and π whose sines and cosines are compared
    exactly, or "sine", a real number between −1 and 1. Witnesses name them in this order.
    `relations`: name -> the expression that it stands for, such as x = r cos θ. They are read as that.
    `labels`: how messages write a name, such as θ for theta.
    `closed`: whether an answer may have no other symbols. They are then reported as unknown.
    """

    symbols: Mapping[str, Kind] = field(default_factory=dict)
    relations: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False

    @classmethod
    def of(cls, data: "Domain | Mapping[str, Any] | None") -> "Domain":
        """A domain from plain data, as it arrives from another process: {"symbols": {...}, "relations": {...}, ...}."""
        return data if isinstance(data, Domain) else cls(**(data or {}))

    def symbol(self, name: str) -> Any:
        """The one symbol of this name, whatever assumptions a student's own had."""
        return sympy.Symbol(name, positive=True) if self.is_positive(name) else sympy.Symbol(name, real=True)

    def is_positive(self, name: str) -> bool:
        return self.symbols.get(name) == "positive"

    def is_angle(self, name: str) -> bool:
        return self.symbols.get(name) == "angle"

    def is_sine(self, name: str) -> bool:
        return self.symbols.get(name) == "sine"

    def label(self, name: str) -> str:
        return self.labels.get(name, name)

    def in_reading_order(self, names: set[str]) -> list[str]:
        """The domain's own names in its order, then the others by name."""
        return [name for name in self.symbols if name in names] + sorted(names - set(self.symbols))


@dataclass(slots=True)
class Question:
    """One question: its domain, the seed from which its sample points are drawn, and the work it may still cost."""

    domain: Domain = field(default_factory=Domain)
    seed: int = 0
    budget: Budget = field(default_factory=Budget)
    zeros: dict[Any, bool] = field(default_factory=dict)  # expressions of which it is known whether they are zero
