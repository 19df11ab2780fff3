"""Who holds a casilla: a person by DNI, a company by RUC."""

import re
from dataclasses import dataclass

from stdnum.pe import ruc

from proxy.errors import Refusal

# 1- and 8- are the prefixes of the user name in the older systems of the State (M57).
PREFIXES = {"1": "DNI", "DNI": "DNI", "8": "RUC", "RUC": "RUC"}
WRITTEN = re.compile(r"(?:([A-Z0-9]{1,3})-)?([0-9]{8}|[0-9]{11})", re.ASCII)


@dataclass(frozen=True, order=True)
class Identidad:
    kind: str  # "DNI" or "RUC"
    number: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}"

    @property
    def masked(self) -> str:
        """What a screen may show to who looks over a shoulder: the last three digits."""
        return f"{self.kind} {'•' * (len(self.number) - 3)}{self.number[-3:]}"


def parse_identidad(text: str) -> Identidad:
    """Read `12345678`, `DNI-12345678`, `1-12345678` or a RUC in the same three ways.

    Refuses `identidad.malformed` when it is none of them, or when a RUC's check digit is wrong.
    A DNI of eight digits has no check digit: that one is on the card, apart.
    """
    found = WRITTEN.fullmatch("".join(text.split()).upper())
    if found is None:
        raise Refusal("identidad.malformed")
    prefix, number = found.groups()
    kind = "DNI" if len(number) == 8 else "RUC"
    if prefix is not None and PREFIXES.get(prefix) != kind:
        raise Refusal("identidad.malformed")
    if kind == "RUC" and not ruc.is_valid(number):
        raise Refusal("identidad.malformed")
    return Identidad(kind, number)
