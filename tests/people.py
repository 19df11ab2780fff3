"""The people of the tests. None of them exists; their numbers are well formed but nobody's."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from proxy.domain import passwords as hashing
from proxy.domain.identidad import Identidad
from proxy.domain.passwords import Passwords
from proxy.domain.vault import Vault
from proxy.store import casillas
from proxy.store.db import Database


def cheap(peppers: Mapping[str, bytes]) -> Passwords:
    """As cheap as Argon2id allows: for tests whose subject is not the hash."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashing, "MEMORY_KIB", 8)
        patch.setattr(hashing, "PASSES", 1)
        return Passwords(peppers)


PASSWORDS = cheap({"k1": b"p" * 32})
VAULT = Vault(lambda purpose: {"k1": hashlib.sha256(purpose.encode()).digest()})


def vault() -> Vault:
    return VAULT


@dataclass(frozen=True)
class Person:
    identidad: Identidad
    nombres: str
    email: str
    password: str
    id: int = 0


ROSA = Person(
    Identidad("DNI", "40000001"), "Rosa Quispe Ficticia", "rosa@example.com", "Quinua-2041"
)
BRUNO = Person(
    Identidad("DNI", "40000002"), "Bruno Mamani Ficticio", "bruno@example.com", "Cancha-7719"
)
COMERCIAL_SUR = Person(
    Identidad("RUC", "20999999906"),
    "Comercial Sur Ficticia S.A.C.",
    "sur@example.com",
    "Lucuma-3380",
)


def open_casilla(db: Database, person: Person, passwords: Passwords = PASSWORDS) -> Person:
    """The person with the id of the new casilla."""
    with db.transaction() as tx:
        casilla_id = casillas.add(
            tx,
            person.identidad,
            person.nombres,
            person.email,
            passwords.hash(person.password),
            must_change=False,
        )
    return replace(person, id=casilla_id)
