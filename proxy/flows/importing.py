"""Importing: the accounts of an older system become casillas, without a password.

    check every line ──▶ write a batch ──▶ its owner chooses a password by «RECUPERAR CLAVE»
                            └── and the next one; other writers come in between

An existing casilla stays as it is. A line that says just what its casilla says was imported
before: it is no fault, so a file whose import was cut is imported again from its beginning. No
mobile is imported: it would receive codes, and only its owner can prove that it is theirs (S30).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from proxy.domain.columns import Columns, Fault, Seen
from proxy.domain.identidad import Identidad, read_identidad
from proxy.errors import Refusal
from proxy.flows import cuentas
from proxy.store import casillas
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


def check(tx: Tx, newcomers: Sequence[tuple[int, Newcomer]]) -> Seen:
    """What `write` would refuse. It writes nothing."""
    return _each(tx, newcomers, cuentas.newcomer)


def write(tx: Tx, newcomers: Sequence[tuple[int, Newcomer]]) -> Seen:
    """A line with a fault opens no casilla."""
    return _each(tx, newcomers, _open)


def _open(tx: Tx, identidad: Identidad, nombres: str, email: str) -> None:
    cuentas.open_casilla(tx, identidad, nombres, email, None)


def _each(tx: Tx, newcomers: Sequence[tuple[int, Newcomer]], act: Callable[..., object]) -> Seen:
    faults, there = [], 0
    for line, one in newcomers:
        try:
            # A refusal comes before any write: the other casillas of this transaction stay whole.
            act(tx, one.identidad, one.nombres, one.email)
        except Refusal as refusal:
            if refusal.code == "casilla.exists" and _is_there(tx, one):
                there += 1
            else:
                faults.append(Fault(line, refusal))
    return Seen(faults, there)


def _is_there(tx: Tx, one: Newcomer) -> bool:
    casilla = casillas.by_identidad(tx, one.identidad)
    if casilla is None:
        return False
    return (casilla.nombres, casilla.email) == cuentas.fit(one.nombres, one.email)
