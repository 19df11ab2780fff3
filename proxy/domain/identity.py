"""What is asked of whoever knows people and companies (RENIEC, SUNAT), and what it may answer.

Never which field failed: that would let anybody find out somebody's data one field at a time
(S40).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from proxy.domain.identidad import Identidad


class Answer(StrEnum):
    MATCHES = "coincide"
    DIFFERS = "no coincide"
    UNAVAILABLE = "no disponible"


@dataclass(frozen=True)
class PersonClaim:
    """What a natural person says of themselves (M19–M30)."""

    identidad: Identidad  # DNI, CE or PAS
    apellido_paterno: str
    apellido_materno: str  # may be empty: not everybody has two
    nombres: str
    born_on: date
    sexo: str  # "F" or "M"
    issued_on: date  # of the document
    cui: str  # the check digit of the DNI; empty for the other kinds


@dataclass(frozen=True)
class CompanyClaim:
    """What is said of a legal person (M65–M68)."""

    identidad: Identidad  # RUC
    razon_social: str
    distrito: str


Claim = PersonClaim | CompanyClaim
