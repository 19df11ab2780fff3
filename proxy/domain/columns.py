"""The columns of an imported file, and the fault of a line that stays out."""

from dataclasses import dataclass

from proxy.errors import Refusal


@dataclass(frozen=True)
class Columns:
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fault:
    line: int
    refusal: Refusal


@dataclass(frozen=True)
class Seen:
    """What a batch of lines came to."""

    faults: list[Fault]
    there: int = 0  # lines that are in already, as they are written: nothing to do
