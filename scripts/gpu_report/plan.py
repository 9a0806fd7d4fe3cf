"""What a section of the report is given, and what it brings."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Plan:
    """The device to try, whether the smallest of everything will do, and the seconds that there are."""

    device: str
    short: bool
    seconds: float

    @property
    def has_gpu(self) -> bool:
        return self.device.startswith("cuda")


@dataclass(frozen=True, slots=True)
class Finding:
    """One row. `holds` says whether what was claimed holds; None where nothing is."""

    what: str
    found: str
    holds: bool | None
    figures: dict[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """As JSON has it; a text of several lines becomes one."""
        return {**asdict(self), "found": " ".join(self.found.split()).replace("|", "/")}
