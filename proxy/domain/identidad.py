"""Who holds a casilla: a person by DNI, carné de extranjería or passport, a company by RUC."""

import re
from dataclasses import dataclass

from stdnum.pe import cui, ruc

from proxy.errors import Refusal

# What may stand before the number, and what it says that the number is (M57, R7 and R33).
# 1, 4, 6 and 7 are the codes of SUNAT's catalogue 06 of identity papers; 8 is how the older
# casillas of the State begin the user name of a company.
PREFIXES = {
    "1": "DNI", "DNI": "DNI",
    "4": "CE", "CE": "CE",
    "7": "PAS", "PAS": "PAS",
    "6": "RUC", "8": "RUC", "RUC": "RUC",
}  # fmt: skip
NUMBERS = {
    "DNI": re.compile(r"\d{8}", re.ASCII),
    "RUC": re.compile(r"\d{11}", re.ASCII),
    "CE": re.compile(r"[A-Z0-9]{9,12}", re.ASCII),
    "PAS": re.compile(r"[A-Z0-9]{5,12}", re.ASCII),
}
# What stands before the number in the user name that is mailed (M57).
USER_PREFIXES = {"DNI": "1", "CE": "4", "PAS": "7", "RUC": "8"}
BARE_USER = re.compile(r"1\d{8}|[68]\d{11}", re.ASCII)
BARE = ("DNI", "RUC")  # their numbers tell by themselves which they are; the others need a prefix


@dataclass(frozen=True, order=True)
class Identidad:
    kind: str  # "DNI", "CE", "PAS" or "RUC"
    number: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}"

    @property
    def user(self) -> str:
        """The user name, as the mail of the credentials gives it (M57)."""
        return f"{USER_PREFIXES[self.kind]}-{self.number}"

    @property
    def masked(self) -> str:
        """What a screen may show to who looks over a shoulder: the last three digits."""
        return f"{self.kind} {'•' * (len(self.number) - 3)}{self.number[-3:]}"


def parse_identidad(text: str) -> Identidad:
    """Read `12345678`, `DNI-12345678` or `1-12345678`, and the others as PREFIXES says. Dots and
    spaces say nothing.

    Refuses `identidad.malformed` when it is none of them, or when a RUC's check digit is wrong.
    A DNI of eight digits has no check digit: that one is on the card, apart (`check_cui`).
    """
    prefix, dash, number = _close(text).rpartition("-")
    kinds = (PREFIXES.get(prefix, ""),) if dash else BARE
    for kind in kinds:
        if kind in NUMBERS and NUMBERS[kind].fullmatch(number):
            if kind == "RUC" and not ruc.is_valid(number):
                break
            return Identidad(kind, number)
    raise Refusal("identidad.malformed")


def parse_user(text: str) -> Identidad:
    """The same for who enters: also the user name that was mailed to them, without its hyphen.

    Not where a DNI with the digit of its card would read alike: that could be another person's.
    A sender may not write so: a number that lost its prefix must never reach somebody's casilla.
    """
    user = _close(text)
    if not BARE_USER.fullmatch(user) or user[8:] in cui.calc_check_digits(user[:8]):
        return parse_identidad(text)
    return parse_identidad(f"{user[0]}-{user[1:]}")


def check_cui(dni: str, text: str) -> str:
    """The digit that ends the CUI of a DNI (M30), typed alone, as `-2`, or with the whole number.

    Older cards have a letter in its place: the digit is returned for that one too.
    Refuses `cui.malformed` when it is not the one of this DNI.
    """
    given = _close(text).replace("-", "").removeprefix(dni)
    if len(given) != 1 or given not in cui.calc_check_digits(dni):
        raise Refusal("cui.malformed")
    return cui_digit(dni)


def _close(text: str) -> str:
    return "".join(text.split()).replace(".", "").upper()


def cui_digit(dni: str) -> str:
    return str(cui.calc_check_digits(dni)[0])
