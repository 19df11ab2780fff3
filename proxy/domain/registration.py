"""The form of a registration, read field by field, and the draft that keeps it."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Concatenate, ParamSpec, TypeVar

from proxy.domain.identidad import Identidad, check_cui, parse_identidad
from proxy.domain.identity import NAMES, CompanyClaim, PersonClaim, read_day
from proxy.domain.pasted import APOSTROPHES, clean, clean_number
from proxy.domain.phone import parse_phone
from proxy.errors import Refusal

NATURAL, LEGAL = "natural", "juridica"
# The identity papers of a natural person (M19, R33).
KINDS = {"DNI": "DNI", "CE": "Carné de extranjería", "PAS": "Pasaporte"}
WRONG_NUMBER = {
    "DNI": "registration.number_dni",
    "CE": "registration.number_ce",
    "PAS": "registration.number_pas",
}
SEXES = {"F": "Femenino", "M": "Masculino"}
ABOUT = (
    "tipo", "numero", "apellido_paterno", "apellido_materno", "nombres", "nacimiento", "sexo",
    "emision", "cui",
)  # fmt: skip
REPRESENTATIVE = (*ABOUT, "poder")
REACH = ("telefono", "correo", "correo2")  # no register is asked about these
PERSON = (*ABOUT, *REACH)
COMPANY = ("ruc", "razon_social", "distrito", *REACH)
JOINS = f" -.{APOSTROPHES}"
NAME_LENGTH, LONG_NAME_LENGTH = 60, 200
KEPT = 320  # characters of a field: an e-mail address may be that long
ADULT = 18
OLDEST = date(1900, 1, 1)

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Draft:
    """The state of a registration. All its values can be written as JSON."""

    accepted: dict[str, dict[str, str]] = field(default_factory=dict)  # by the name of the text
    persona: str = ""
    person: dict[str, str] = field(default_factory=dict)  # as it was typed
    company: dict[str, str] = field(default_factory=dict)
    representative: dict[str, str] = field(default_factory=dict)
    identified: bool = False  # RENIEC or SUNAT confirmed the data
    known: list[str] = field(default_factory=list)  # e-mails that the register knows of them
    represented_by: str = ""  # the identidad of the representative who proved it
    representative_known: list[str] = field(default_factory=list)
    confirmed: bool = False  # the register says that this person represents this company
    representative_visit: str = ""  # of the code for the representative
    email_visit: str = ""  # of the code for the address

    @property
    def waits(self) -> bool:
        """For the entity: a declared power opens no casilla (R22)."""
        return self.persona == LEGAL and not self.confirmed

    @property
    def proved_by_data(self) -> bool:
        """Whether the representative typed the data of a document, which others may have read."""
        number = clean_number(self.representative.get("numero", "")).upper()
        kind = self.representative.get("tipo", "")
        return self.represented_by == f"{kind}-{number.removeprefix(f'{kind}-')}"

    @property
    def typed(self) -> dict[str, str]:
        return self.company if self.persona == LEGAL else self.person


class Faults(Exception):
    """The faults of a form, by field."""

    def __init__(self, errors: Mapping[str, Refusal]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


class Reading:
    """Reads a form and collects all its faults, so that a page shows them at once."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = form
        self.errors: dict[str, Refusal] = {}

    def take(
        self,
        name: str,
        parse: Callable[Concatenate[str, P], T],
        otherwise: T,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        try:
            return parse(self.form.get(name, ""), *args, **kwargs)
        except Refusal as refusal:
            self.errors[name] = refusal
            return otherwise

    def end(self) -> None:
        """Raises Faults, in the order of the fields in the form."""
        names = list(self.form)
        late = len(names)
        place = {name: names.index(name) if name in names else late for name in self.errors}
        if self.errors:
            raise Faults({name: self.errors[name] for name in sorted(place, key=place.__getitem__)})


def as_typed(form: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: form.get(name, "")[:KEPT] for name in names}


def read_person(reading: Reading, today: date) -> PersonClaim:
    kind = reading.take("tipo", _one_of, "DNI", KINDS)
    identidad = reading.take("numero", _number, Identidad(kind, ""), kind)
    born = reading.take("nacimiento", parse_day, OLDEST, today)
    if "nacimiento" not in reading.errors and not of_age(born, today):
        reading.errors["nacimiento"] = Refusal("registration.minor")
    issued = reading.take("emision", parse_day, today, today)
    if "emision" not in reading.errors and issued < born:
        reading.errors["emision"] = Refusal("registration.day")
    sexo = reading.take("sexo", _one_of, "", SEXES)
    cui = ""
    if kind == "DNI" and "numero" not in reading.errors:
        cui = reading.take("cui", _cui, "", identidad.number)
    elif kind == "DNI" and not reading.form.get("cui", "").strip():
        reading.errors["cui"] = Refusal("registration.cui")
    # Some papers have one name or one surname; and none of them has no name at all.
    nameless = not any(clean(reading.form.get(name, "")) for name in NAMES)
    return PersonClaim(
        identidad=identidad,
        apellido_paterno=reading.take("apellido_paterno", parse_name, "", needed=nameless),
        apellido_materno=reading.take("apellido_materno", parse_name, ""),
        nombres=reading.take("nombres", parse_name, "", needed=nameless),
        born_on=born,
        sexo=sexo,
        issued_on=issued,
        cui=cui,
    )


def read_company(reading: Reading) -> CompanyClaim:
    return CompanyClaim(
        identidad=reading.take("ruc", _ruc, Identidad("RUC", "")),
        razon_social=reading.take("razon_social", parse_listed, "", "la", LONG_NAME_LENGTH),
        distrito=reading.take("distrito", parse_listed, "", "lo"),
    )


def read_phone(reading: Reading) -> str:
    return reading.take("telefono", _phone, "")


def parse_name(text: str, *, needed: bool = False, most: int = NAME_LENGTH) -> str:
    name = clean(text)
    if needed and not name:
        raise Refusal("registration.missing")
    letters = all(unicodedata.category(c)[0] in "LM" or c in JOINS for c in name)
    if len(name) > most or not letters or (name and not any(map(str.isalpha, name))):
        raise Refusal("registration.name", most=most)
    return name


def parse_listed(text: str, it: str, most: int = NAME_LENGTH) -> str:
    """A name as the ficha RUC lists it, with digits and signs: «3 Hermanos & Cía.»."""
    name = clean(text)
    if not name:
        raise Refusal("registration.missing_ruc", it=it)
    marked = any(c in "<>" or not c.isprintable() for c in name)
    if len(name) > most or marked or not any(map(str.isalnum, name)):
        raise Refusal("registration.name_ruc", it=it, most=most)
    return name


def parse_day(text: str, latest: date) -> date:
    day = read_day(clean(text))
    if day is None or not OLDEST <= day <= latest:
        raise Refusal("registration.day")
    return day


def of_age(born: date, today: date) -> bool:
    """A person born on 29 February is of age from 1 March."""
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years >= ADULT


def full_name(claim: PersonClaim | CompanyClaim) -> str:
    if isinstance(claim, CompanyClaim):
        return claim.razon_social
    parts = (claim.nombres, claim.apellido_paterno, claim.apellido_materno)
    return " ".join(part for part in parts if part)


def _one_of(text: str, options: Mapping[str, str]) -> str:
    if text not in options:
        raise Refusal("registration.choose")
    return text


def _number(text: str, kind: str) -> Identidad:
    number = clean_number(text).upper()
    try:
        identidad = parse_identidad(f"{kind}-{number.removeprefix(f'{kind}-')}")
    except Refusal:
        raise Refusal(WRONG_NUMBER[kind]) from None
    return identidad


def _ruc(text: str) -> Identidad:
    if not text.strip():
        raise Refusal("registration.no_ruc")
    try:
        return parse_identidad(f"RUC-{clean_number(text).upper().removeprefix('RUC-')}")
    except Refusal:
        raise Refusal("registration.ruc") from None


def _cui(text: str, dni: str) -> str:
    if not text.strip():
        raise Refusal("registration.cui")
    return check_cui(dni, text)


def _phone(text: str) -> str:
    try:
        return parse_phone(text)
    except Refusal as refusal:
        if refusal.code != "phone.fixed":
            raise Refusal("registration.phone") from None
        return clean(text)
