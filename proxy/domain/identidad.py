"""The identidad of an owner: a person (DNI, carné de extranjería, passport) or a company (RUC)."""

import re
from dataclasses import dataclass

from stdnum.pe import cui, ruc

from proxy.domain.pasted import bare, clean_number
from proxy.errors import Refusal

# The prefixes that may stand before a number, and the kind that each one means (M57, R7 and R33).
# 1, 4, 6 and 7 are the codes of SUNAT's catalogue 06 of identity papers. In the older casillas of
# the State, 8 begins the user name of a company.
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
# The prefixes of the user name in the mail of the credentials (M57).
USER_PREFIXES = {"DNI": "1", "CE": "4", "PAS": "7", "RUC": "8"}
BARE_USER = re.compile(r"1\d{8}|[68]\d{11}", re.ASCII)
BARE = ("DNI", "RUC")  # these kinds need no prefix; the others do


@dataclass(frozen=True, order=True)
class Identidad:
    kind: str  # "DNI", "CE", "PAS" or "RUC"
    number: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.number}"

    @property
    def user(self) -> str:
        return f"{USER_PREFIXES[self.kind]}-{self.number}"

    @property
    def masked(self) -> str:
        return f"{self.kind} {'•' * (len(self.number) - 3)}{self.number[-3:]}"


def parse_identidad(text: str) -> Identidad:
    """Read `12345678`, `DNI-12345678` or `1-12345678`, and the other prefixes of PREFIXES.

    For what citizens type: spaces and invisible marks do not count. Refuses `identidad.malformed`,
    also for a RUC with a wrong check digit. A DNI of eight digits has no check digit: the card
    prints it apart (`check_cui`).
    """
    return _parse(clean_number(text))


def _parse(text: str) -> Identidad:
    if not text.isascii():  # `upper` makes «SS» of «ß»
        raise Refusal("identidad.malformed")
    prefix, dash, number = text.upper().rpartition("-")
    kinds = (PREFIXES.get(prefix, ""),) if dash else BARE
    for kind in kinds:
        if kind in NUMBERS and NUMBERS[kind].fullmatch(number):
            if kind == "RUC" and not ruc.is_valid(number):
                break
            return Identidad(kind, number)
    raise Refusal("identidad.malformed")


def read_identidad(text: str) -> Identidad:
    """For who deposits or imports: the number is written exactly, and nothing in it is repaired.

    `1234567.0` of a spreadsheet is no DNI: it must not reach 12345670. Refuses
    `identidad.operator`.
    """
    try:
        return _parse(text.strip())
    except Refusal:
        raise Refusal("identidad.operator") from None


def parse_user(text: str) -> Identidad:
    """Read an identidad at login or recovery: also the mailed user name without its hyphen.

    Nine digits that may be a DNI with the digit of its card are refused: they may name another
    person. A sender may not omit the hyphen: a number that lost its prefix must not reach a
    stranger's casilla.
    """
    user = clean_number(text)
    if not BARE_USER.fullmatch(user) or user[8:] in cui.calc_check_digits(user[:8]):
        return parse_identidad(text)
    return parse_identidad(f"{user[0]}-{user[1:]}")


def check_cui(dni: str, text: str) -> str:
    """Read the check digit of a DNI (M30): alone, as `-2`, or after the whole number.

    An older card prints a letter instead: the function reads the letter too and returns the digit.
    Refuses `cui.malformed` for the digit of another DNI.
    """
    given = bare(text).upper().removeprefix(dni)
    if len(given) != 1 or given not in cui.calc_check_digits(dni):
        raise Refusal("cui.malformed")
    return cui_digit(dni)


def cui_digit(dni: str) -> str:
    return str(cui.calc_check_digits(dni)[0])
