"""Somebody without a casilla who registers, without HTTP."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from catalog.reading.reader import read_catalog
from proxy.domain import codes, secrets
from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.first_access import secret_for
from proxy.domain.identidad import Identidad
from proxy.domain.identity import Answer, Checked, Claim
from proxy.domain.policy import Policy
from proxy.domain.registration import LEGAL, NATURAL
from proxy.errors import Denied
from proxy.flows import first_access, opening, registration, representation
from proxy.flows.registration import Registration
from proxy.store import casillas, tables
from proxy.store.db import Database
from tests import outbox
from tests.flows.browser import PHONE, POLICY
from tests.paying import paid
from tests.people import PASSWORDS, VAULT

CATALOG = read_catalog()
ELENA = {
    "tipo": "DNI",
    "numero": "40000011",
    "apellido_paterno": "Yupanqui",
    "apellido_materno": "Imaginaria",
    "nombres": "Elena",
    "nacimiento": "1988-02-29",
    "sexo": "F",
    "telefono": "987 654 321",
    "correo": "elena@example.com",
    "correo2": "elena@example.com",
    "emision": "2021-07-15",
    "cui": "1",
}
BAKERY = {
    "ruc": "20000000028",
    "razon_social": "Panadería Imaginaria del Norte E.I.R.L.",
    "telefono": "044 223344",
    "distrito": "Trujillo",
    "correo": "pan@example.com",
    "correo2": "pan@example.com",
}
HER = Identidad("DNI", "40000011")
ITS = Identidad("RUC", "20000000028")


class Newcomer:
    """What one browser does, step by step."""

    def __init__(self, db: Database, client: Client = PHONE, policy: Policy = POLICY) -> None:
        self.db, self.client, self.policy = db, client, policy
        self.visit = ""

    @property
    def found(self) -> Registration:
        with self.db.reading() as tx:
            found = registration.begun(tx, self.visit)
        assert found is not None
        return found

    def accept(self) -> None:
        with self.db.transaction() as tx:
            begun = registration.begin(
                tx, CATALOG.terms, self.visit, secrets.new_token(), self.client
            )
            assert not isinstance(begun, Denied)
            found, self.visit = begun
            registration.accept(tx, found, "privacidad", CATALOG.privacy, self.client)

    def choose(self, persona: str) -> None:
        with self.db.transaction() as tx:
            registration.choose(tx, self.found, persona)

    def data(
        self, form: dict[str, str], answer: Answer = Answer.MATCHES, *known: str
    ) -> Denied | Claim:
        """Type them, and be compared with them."""
        found = self.found
        with self.db.transaction() as tx:
            found = registration.keep_typed(tx, found, form)
        claim = registration.read_applicant(found.draft.persona, form, self.today).claim
        if found.draft.identified:
            return claim
        with self.db.transaction() as tx:
            price = paid(tx, registration.admit(tx, claim.identidad, self.client))
        if isinstance(price, Denied):
            return price
        with self.db.transaction() as tx:
            checked = Checked(answer, known)
            registration.record_check(tx, found, form, claim.identidad, checked, self.client)
        return claim

    @property
    def today(self) -> date:
        return self.db.clock().date()

    def ask(self) -> Denied | None:
        with self.db.transaction() as tx:
            price = paid(tx, opening.admit(tx, self.visit, self.today, self.client))
        if isinstance(price, Denied):
            return price
        with self.db.transaction() as tx:
            return opening.ask(tx, self.policy, self.visit, self.today, self.client)

    def resend(self) -> Denied | None:
        with self.db.transaction() as tx:
            return opening.resend(tx, self.policy, self.visit, self.client)

    def validate(self, typed: str) -> Denied | None:
        return self._validate(opening.validate, self.visit, typed)

    def follow(self, challenge_id: bytes, typed: str) -> Denied | None:
        return self._validate(opening.validate_by_link, challenge_id, typed)

    def _validate(self, visit: Any, whose: object, typed: str) -> Denied | None:
        made = first_access.first(self.policy, VAULT)
        if made.secret:
            made = replace(made, hashed=PASSWORDS.hash(made.secret))
        with self.db.transaction() as tx:
            denied: Denied | None = visit(tx, self.policy, CATALOG, whose, typed, made, self.client)
        return denied

    def reach_email(self, form: dict[str, str] = ELENA) -> "Newcomer":
        """Up to the code that was mailed."""
        self.accept()
        self.choose(NATURAL)
        assert not isinstance(self.data(form), Denied)
        assert self.ask() is None
        return self

    def reach_representative(self, form: dict[str, str] = BAKERY) -> "Newcomer":
        self.accept()
        self.choose(LEGAL)
        assert not isinstance(self.data(form), Denied)
        return self

    def summon(self, identidad: Identidad) -> Denied | None:
        found = self.found
        with self.db.transaction() as tx:
            return representation.summon(tx, self.policy, found, identidad, self.client)

    def power(self, answer: Answer = Answer.MATCHES) -> None:
        """The register says whether who was proved represents the company."""
        pair = representation.pair(self.found.draft)
        assert pair is not None
        with self.db.transaction() as tx:
            representation.record_power(tx, self.visit, pair, answer)

    def answer(self, typed: str) -> Denied | None:
        found = self.found
        with self.db.transaction() as tx:
            return representation.answer(tx, self.policy, found, typed, self.client)


def code_of(db: Database, which: int = -1, name: str = "registration_code") -> str:
    """The code of a message that leaves, as its reader sees it."""
    sent = [message for message in outbox.messages(db, name) if message.context.get("challenge")]
    context = sent[which].context
    key = VAULT.code_key(context["key_id"])
    assert key
    challenge = bytes.fromhex(context["challenge"])
    return codes.code_for(key, context["purpose"], challenge, context["sent"])


def secret_of(db: Database) -> str:
    context = outbox.messages(db, "credentials")[-1].context
    key = VAULT.code_key(context["key_id"])
    assert key
    return secret_for(key, bytes.fromhex(context["first_access"]))


def hers(db: Database) -> Casilla | None:
    with db.reading() as tx:
        return casillas.by_identidad(tx, HER)


def leaving(db: Database, name: str) -> list[str]:
    """To whom messages of that name really go."""
    return [
        message.recipient
        for message in outbox.messages(db, name)
        if message.recipient != "nadie.en.ninguna@example.com"
    ]


def count(db: Database, table: str) -> int:
    with db.reading() as tx:
        found = tx.conn.execute(select(func.count()).select_from(tables.metadata.tables[table]))
        return int(found.scalar_one())
