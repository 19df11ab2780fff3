"""The claims that RENIEC and SUNAT check, and the answers that they may give.

No answer tells which field failed: with that a stranger could find out the data of a person, one
field at a time (S40).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from proxy.domain.identidad import Identidad

NAMES = ("apellido_paterno", "apellido_materno", "nombres")  # a person has at least one of them
# As people write it, and as a browser's calendar or another system sends it.
DAYS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")


class Answer(StrEnum):
    MATCHES = "coincide"
    DIFFERS = "no coincide"
    UNAVAILABLE = "no disponible"


class Checked(NamedTuple):
    """The answer about a claim. `addresses`: the e-mails that the register knows of that identidad,
    if the claim matches."""

    answer: Answer
    addresses: tuple[str, ...] = ()


class Known(NamedTuple):
    """What a register knows of an identidad beside what a form asks for."""

    representatives: tuple[Identidad, ...] = ()  # of a company
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonClaim:
    """The data that a natural person declares (M19–M30)."""

    identidad: Identidad  # DNI, CE or PAS
    apellido_paterno: str  # each of NAMES may be empty: some people have one name
    apellido_materno: str
    nombres: str
    born_on: date
    sexo: str  # "F" or "M"
    issued_on: date  # of the document
    cui: str  # the check digit of the DNI; empty for the other kinds


@dataclass(frozen=True)
class CompanyClaim:
    """The data that an applicant declares about a legal person (M65–M68)."""

    identidad: Identidad  # RUC
    razon_social: str
    distrito: str


Claim = PersonClaim | CompanyClaim


def read_day(text: str) -> date | None:
    """Eight digits alone are day, month and year: the keyboard of some telephones has no bar."""
    if len(text) == 8 and text.isascii() and text.isdigit():
        # Of 20260309 no other reading is left, for as day, month and year it would be long ago.
        return read_day(f"{text[:2]}/{text[2:4]}/{text[4:]}") if text[4:] >= "1900" else None
    for form in DAYS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None
