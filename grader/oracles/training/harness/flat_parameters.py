"""A network's parameters and gradients as one vector each, and the few entries of them that are followed."""

import torch

FOLLOWED = 64  # entries that are recorded at each step, of all parameters together; at least four of each tensor
MIN_OF_EACH = 4


class FlatParameters:
    """The parameters in `named`, one after the other. `followed` are the indices of the entries that `seed` draws to
    be recorded at each step, `counts` how many these are of each parameter."""

    def __init__(self, named: dict[str, torch.Tensor], seed: int) -> None:
        self._named = named
        self.parameters = list(named.values())
        self._sizes = [p.numel() for p in self.parameters]
        places = _places(self.parameters, seed)
        self.counts = [len(indices) for indices in places]
        self.followed = _in_all(places, self._sizes)

    def values(self) -> torch.Tensor:
        """A copy of all parameters, (n,)."""
        return torch.cat([p.detach().reshape(-1) for p in self.parameters])

    def gradients(self, missing: float) -> torch.Tensor:
        """A copy of all gradients, (n,), with `missing` where a parameter has none."""
        return torch.cat(
            [
                torch.full_like(p, missing).reshape(-1) if p.grad is None else p.grad.detach().reshape(-1)
                for p in self.parameters
            ]
        )

    def gradient_norms(self) -> torch.Tensor:
        """The norm of each parameter's gradient, 0 where it has none."""
        return torch.stack([p.new_zeros(()) if p.grad is None else p.grad.detach().norm() for p in self.parameters])

    def names_of_changed(self, now: torch.Tensor, last: torch.Tensor) -> set[str]:
        """The names of the parameters that differ between two such copies."""
        if torch.equal(now, last):
            return set()
        parts = zip(self._named, now.split(self._sizes), last.split(self._sizes), strict=True)
        return {name for name, new, old in parts if not _same(new, old)}


def _same(new: torch.Tensor, old: torch.Tensor) -> bool:
    """Whether no entry has changed; one that has diverged to NaN and stays there has not."""
    return torch.equal(new, old) or bool(((new == old) | (new.isnan() & old.isnan())).all())


def _places(parameters: list[torch.Tensor], seed: int) -> list[torch.Tensor]:
    """The indices of the entries that are recorded, for each parameter."""
    generator = torch.Generator().manual_seed(seed)
    each = max(FOLLOWED // max(len(parameters), 1), MIN_OF_EACH)
    return [torch.randperm(p.numel(), generator=generator)[:each].to(p.device) for p in parameters]


def _in_all(places: list[torch.Tensor], sizes: list[int]) -> torch.Tensor:
    """The same indices, into the concatenation of all parameters."""
    return torch.cat([indices + sum(sizes[:number]) for number, indices in enumerate(places)])
