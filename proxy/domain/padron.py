"""The local register of people and companies: its records, and their comparison with a claim.

The comparison ignores case, accents, dots, the kind of apostrophe, and double spaces. Ñ is a letter
of its own, not an N.
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from hmac import compare_digest

from proxy.domain.identidad import Identidad, check_cui, cui_digit, read_identidad
from proxy.domain.identity import NAMES, Claim, CompanyClaim, PersonClaim, read_day
from proxy.domain.pasted import APOSTROPHES, clean
from proxy.errors import Refusal

PERSON = (*NAMES, "fecha_nacimiento", "sexo", "fecha_emision")
COMPANY = ("razon_social", "distrito")
REPRESENTATIVES, ADDRESSES = "representantes", "correos"  # several in one cell
MAY_BE_EMPTY = {*NAMES, "cui"}
SEXES = {"F": "F", "FEMENINO": "F", "M": "M", "MASCULINO": "M"}
ALIKE = str.maketrans(dict.fromkeys(APOSTROPHES, "'") | {".": " "})
LONGEST = 200  # characters of one value


def parse_record(values: Mapping[str, str]) -> Claim:
    identidad = read_identidad(values["identidad"])
    names = COMPANY if identidad.kind == "RUC" else PERSON
    told = {name: _told(name, values.get(name, "")) for name in names}
    if identidad.kind == "RUC":
        return CompanyClaim(identidad, told["razon_social"], told["distrito"])
    if not any(told[name] for name in NAMES):
        raise Refusal("padron.empty", name="nombres")
    sexo = SEXES.get(told["sexo"].upper())
    if sexo is None:
        raise Refusal("padron.sexo")
    digit = ""
    if identidad.kind == "DNI":
        given = values.get("cui", "").strip()
        digit = check_cui(identidad.number, given) if given else cui_digit(identidad.number)
    return PersonClaim(
        identidad=identidad,
        apellido_paterno=told["apellido_paterno"],
        apellido_materno=told["apellido_materno"],
        nombres=told["nombres"],
        born_on=_day("fecha_nacimiento", told["fecha_nacimiento"]),
        sexo=sexo,
        issued_on=_day("fecha_emision", told["fecha_emision"]),
        cui=digit,
    )


def parse_representatives(values: Mapping[str, str], company: Identidad) -> tuple[Identidad, ...]:
    """Refuses `padron.representatives` for a person's line and for a company that represents."""
    found = tuple(map(read_identidad, apart(values.get(REPRESENTATIVES, ""))))
    if found and (company.kind != "RUC" or any(one.kind == "RUC" for one in found)):
        raise Refusal("padron.representatives")
    return found


def apart(cell: str) -> list[str]:
    """The values of a cell. A spreadsheet may leave line breaks between them."""
    return cell.replace(",", " ").replace(";", " ").split()


def written(claim: Claim) -> str:
    return _folded(vars(claim).values())


def says_the_same(record: str, claim: Claim) -> bool:
    """Compare all values in constant time, whatever their lengths.

    For a company dots and spaces do not count: «S. A. C.», «S.A.C.» and «SAC» are the same.
    """
    # An older version folded less before it stored the record.
    texts = [_folded(json.loads(record)), written(claim)]
    if isinstance(claim, CompanyClaim):
        texts = [text.replace(" ", "") for text in texts]
    return compare_digest(*(sha256(text.encode()).digest() for text in texts))


def fold(text: str) -> str:
    """`D’Ángelo` and `D'ANGELO` are one name, `Ma. Luz` and `MA LUZ` too; `Nuñez` and `Nunez` are
    two."""
    letters = unicodedata.normalize("NFC", clean(text).casefold()).translate(ALIKE)
    if letters.isascii():  # quick: most names are ASCII, and a file has many
        return " ".join(letters.split())
    bare = "".join(c if c == "ñ" else unicodedata.normalize("NFD", c) for c in letters)
    return " ".join("".join(c for c in bare if unicodedata.category(c) != "Mn").split())


def _folded(values: Iterable[object]) -> str:
    return json.dumps([fold(str(value)) for value in values], ensure_ascii=False)


def _told(name: str, text: str) -> str:
    value = clean(text)
    if not value and name not in MAY_BE_EMPTY:
        raise Refusal("padron.empty", name=name)
    if len(value) > LONGEST or not value.isprintable():
        raise Refusal("padron.unreadable", name=name, most=LONGEST)
    return value


def _day(name: str, text: str) -> date:
    day = read_day(text)
    if day is None:
        raise Refusal("padron.day", name=name)
    return day
