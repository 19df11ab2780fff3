"""Importing: the accounts of an older system become casillas, without a password.

    read a line ──▶ write a batch ──▶ its owner chooses a password by «RECUPERAR CLAVE»

Who has a casilla already keeps it as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proxy.domain.identidad import Identidad, parse_identidad
from proxy.domain.phone import parse_phone
from proxy.errors import Refusal
from proxy.flows import cuentas
from proxy.flows.csv_rows import Columns, Fault
from proxy.store import casillas
from proxy.store.db import Tx

COLUMNS = Columns(needed=("identidad", "nombres", "correo"), optional=("celular",))


@dataclass(frozen=True)
class Newcomer:
    identidad: Identidad
    nombres: str
    email: str
    phone: str | None


def read(values: Mapping[str, str]) -> Newcomer:
    try:
        identidad = parse_identidad(values["identidad"])
    except Refusal:
        raise Refusal("padron.identidad") from None
    celular = values.get("celular", "").strip()
    phone = parse_phone(celular) if celular else None
    return Newcomer(identidad, values["nombres"], values["correo"], phone)


def write(tx: Tx, newcomers: Sequence[tuple[int, Newcomer]]) -> list[Fault]:
    """Open their casillas; what is wrong with some is returned, and those are left out."""
    faults = []
    for line, one in newcomers:
        try:
            # It refuses before it writes anything: the others of this transaction stay whole.
            casilla = cuentas.open_casilla(tx, one.identidad, one.nombres, one.email, None)
        except Refusal as refusal:
            faults.append(Fault(line, refusal))
            continue
        if one.phone:
            casillas.set_phone(tx, casilla, one.phone)
    return faults
