"""Importing: the accounts of an older system become casillas, without a password.

    read a line ──▶ write a batch ──▶ its owner chooses a password by «RECUPERAR CLAVE»

An existing casilla stays as it is. No mobile is imported: it would receive codes, and only its
owner can prove that it is theirs (S30).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proxy.domain.columns import Columns, Fault
from proxy.domain.identidad import Identidad, read_identidad
from proxy.errors import Refusal
from proxy.flows import cuentas
from proxy.store.tx import Tx

COLUMNS = Columns(needed=("identidad", "nombres", "correo"))


@dataclass(frozen=True)
class Newcomer:
    identidad: Identidad
    nombres: str
    email: str


def read(values: Mapping[str, str]) -> Newcomer:
    identidad = read_identidad(values["identidad"])
    return Newcomer(identidad, values["nombres"], values["correo"])


def write(tx: Tx, newcomers: Sequence[tuple[int, Newcomer]]) -> list[Fault]:
    """Returns the faults. A line with a fault opens no casilla."""
    faults = []
    for line, one in newcomers:
        try:
            # A refusal comes before any write: the other casillas of this transaction stay whole.
            cuentas.open_casilla(tx, one.identidad, one.nombres, one.email, None)
        except Refusal as refusal:
            faults.append(Fault(line, refusal))
    return faults
