"""Whose company it is, without HTTP: R22, S81, S31, S66, both engines."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from proxy.domain.actor import Actor
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad
from proxy.domain.identity import Answer, Checked
from proxy.errors import Refusal
from proxy.flows import first_access, opening, petitions, power, registration, representation
from proxy.store import casillas, purge, tables
from proxy.store.db import Database
from tests import outbox
from tests.clock import Clock
from tests.few import few
from tests.flows.browser import PHONE, POLICY, mailed_code
from tests.flows.newcomer import (
    BAKERY,
    CATALOG,
    ELENA,
    HER,
    ITS,
    Newcomer,
    code_of,
    count,
    hers,
    leaving,
)
from tests.operators import ANA
from tests.people import PASSWORDS, VAULT, Person

POWER = ELENA | {"poder": "1"}
WHY = "La vigencia de poder está vencida"
BEFORE = "elena.de.antes@example.org"  # an address that the register knows of her


def by_data(db: Database, *known: str, form: dict[str, str] = BAKERY) -> Newcomer:
    """Somebody who has the ficha of a company and the DNI of Elena."""
    newcomer = Newcomer(db)
    newcomer.accept()
    newcomer.choose("juridica")
    newcomer.data(form, Answer.MATCHES, "contacto@panaderia.example")
    with db.transaction() as tx:
        checked = Checked(Answer.MATCHES, known)
        assert representation.prove(tx, newcomer.found, POWER, HER, checked, PHONE)
    return newcomer


def finish(db: Database, newcomer: Newcomer) -> None:
    assert newcomer.ask() is None
    assert newcomer.validate(code_of(db)) is None


def its(db: Database) -> Any:
    with db.reading() as tx:
        return casillas.by_identidad(tx, ITS)


def waiting(db: Database) -> list[petitions.Waiting]:
    with db.reading() as tx:
        return petitions.waiting(tx)


def approve(db: Database, number: int, by: Actor = ANA) -> None:
    made = first_access.first(POLICY, VAULT)
    made = replace(made, hashed=PASSWORDS.hash(made.secret))
    with db.transaction(by) as tx:
        power.approve(tx, POLICY, CATALOG, number, made)


def reject(db: Database, number: int, reason: str = WHY) -> None:
    with db.transaction(ANA) as tx:
        power.reject(tx, number, reason)


def refused(act: Any, *values: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        act(*values)
    return refusal.value.code


def noted(db: Database, *kinds: Event) -> list[tuple[str, str, dict[str, Any]]]:
    table = tables.eventos
    with db.reading() as tx:
        rows = tx.conn.execute(select(table).where(table.c.kind.in_(kinds)).order_by(table.c.id))
        return [(row.kind, row.actor, json.loads(row.detail)) for row in rows]


@pytest.mark.parametrize("answer", [None, Answer.DIFFERS, Answer.UNAVAILABLE])
def test_public_data_and_a_declared_power_open_no_casilla(
    db: Database, answer: Answer | None
) -> None:
    """S81: it waits, also when the register does not answer, and the applicant is told so."""
    newcomer = by_data(db)
    if answer:
        newcomer.power(answer)
    finish(db, newcomer)
    assert its(db) is None
    assert leaving(db, "credentials") == []
    ((one, whose, nombres, draft),) = waiting(db)
    assert (one.act, whose, nombres) == ("company", ITS, BAKERY["razon_social"])
    assert draft and (draft.represented_by, draft.proved_by_data) == (str(HER), True)
    (told,) = outbox.messages(db, "company_waits")
    assert (told.recipient, told.context["petition"]) == (BAKERY["correo"], one.id)
    assert "20000000028" not in str(told.context)


def test_the_word_of_the_register_about_this_very_pair_opens_it(db: Database) -> None:
    newcomer = by_data(db)
    newcomer.power()
    finish(db, newcomer)
    assert its(db).email == BAKERY["correo"]
    assert waiting(db) == []


def test_a_word_about_another_pair_confirms_nothing(db: Database, rosa: Person) -> None:
    newcomer = by_data(db)
    with db.transaction() as tx:
        pair = representation.pair(newcomer.found.draft)
        assert pair
        other = pair._replace(company=Identidad("RUC", "20000000036"))
        representation.record_power(tx, newcomer.visit, other, Answer.MATCHES)
        other = pair._replace(person=rosa.identidad)
        representation.record_power(tx, newcomer.visit, other, Answer.MATCHES)
    assert newcomer.found.draft.waits


def test_the_word_ends_with_what_it_was_about(db: Database, rosa: Person) -> None:
    """Whoever proved a power over one company has none over the next."""
    newcomer = by_data(db)
    newcomer.power()
    newcomer.data(BAKERY | {"telefono": "044 223355"})
    assert not newcomer.found.draft.waits
    newcomer.summon(rosa.identidad)
    assert newcomer.found.draft.waits
    newcomer.answer(mailed_code(db, name="representative_code"))
    newcomer.power()
    newcomer.data(BAKERY | {"ruc": "20000000036", "razon_social": "Textiles Supuestos S.A.C."})
    assert newcomer.found.draft.waits
    assert newcomer.found.draft.known == []


def test_who_is_named_as_representative_is_told_at_their_own_casilla(
    db: Database, rosa: Person
) -> None:
    """S81: also when nobody asked them for a code, and when it only waits."""
    for answer, waits in ((Answer.DIFFERS, True), (Answer.MATCHES, False)):
        newcomer = Newcomer(db).reach_representative()
        with db.transaction() as tx:
            form = POWER | {"numero": rosa.identidad.number}
            checked = Checked(Answer.MATCHES)
            representation.prove(tx, newcomer.found, form, rosa.identidad, checked, PHONE)
        newcomer.power(answer)
        finish(db, newcomer)
        assert leaving(db, "registered")[-1] == rosa.email
        told = outbox.messages(db, "registered")[-1].context
        assert (told["represents"], told["waits"]) == (True, waits)
        assert told["nombres"] == BAKERY["razon_social"]
        assert rosa.identidad.number not in str(told)


def test_every_address_that_the_register_knows_is_told(db: Database) -> None:
    """R22, S81: of the company and of its representative, and not twice the applicant's own."""
    newcomer = by_data(db, BEFORE, BAKERY["correo"].upper())
    finish(db, newcomer)
    told = {one.recipient: one.context for one in outbox.messages(db, "registered")}
    told.pop("nadie.en.ninguna@example.com")  # she has no casilla, and no time says so (S31)
    assert told.keys() == {BEFORE, "contacto@panaderia.example"}
    assert told[BEFORE]["represents"] and not told["contacto@panaderia.example"]["represents"]
    approve(db, waiting(db)[0].petition.id)
    assert sorted(leaving(db, "registered")) == sorted([*told, *told])
    assert outbox.messages(db, "registered")[-1].context["waits"] is False


def test_a_casilla_opened_with_what_a_dni_shows_is_told_to_its_person(db: Database) -> None:
    """S81"""
    newcomer = Newcomer(db)
    newcomer.accept()
    newcomer.choose("natural")
    newcomer.data(ELENA, Answer.MATCHES, BEFORE, "no es un correo", "Otra@example.org")
    finish(db, newcomer)
    assert hers(db)
    assert sorted(leaving(db, "registered")) == sorted([BEFORE, "Otra@example.org"])


def test_data_that_do_not_match_give_nobody_an_address(db: Database) -> None:
    newcomer = Newcomer(db)
    newcomer.accept()
    newcomer.choose("natural")
    newcomer.data(ELENA, Answer.DIFFERS, BEFORE)
    assert newcomer.found.draft.known == []


def test_nobody_fills_a_mailbox_with_registrations(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch, "mailbox/typed", 100)  # of the applicant's own
    for _ in range(7):
        clock.advance(minutes=10)
        finish(db, by_data(db, BEFORE))
    assert leaving(db, "registered").count(BEFORE) == 5
    assert len(waiting(db)) == 7


def test_the_entity_opens_what_waited(db: Database) -> None:
    """M74–M76: with the acceptances and the telephone of the registration, and its actor."""
    finish(db, by_data(db))
    number = waiting(db)[0].petition.id
    approve(db, number)
    casilla = its(db)
    assert (casilla.email, casilla.nombres) == (BAKERY["correo"], BAKERY["razon_social"])
    (credentials,) = outbox.messages(db, "credentials")
    assert credentials.recipient == BAKERY["correo"]
    assert credentials.context["by_entity"] is True
    with db.reading() as tx:
        assert len(opening.accepted(tx, casilla.id)) == 2
        assert opening.declared_phone(tx, ITS) == BAKERY["telefono"]
    assert noted(db, Event.COMPANY_WAITS)[0][2] == {"petition": number}
    detail = {"petition": number, "act": "company"}
    assert noted(db, Event.COMPANY_APPROVED) == [("registration_approved", "operator:ana", detail)]
    assert refused(approve, db, number) == "petition.answered"
    assert refused(reject, db, number) == "petition.answered"
    assert waiting(db) == []


def test_of_two_that_wait_for_one_company_one_opens_it(db: Database) -> None:
    finish(db, by_data(db))
    finish(db, by_data(db, form=BAKERY | {"correo": "b@example.com", "correo2": "b@example.com"}))
    first, second = (one.petition.id for one in waiting(db))
    approve(db, second)
    assert refused(approve, db, first) == "casilla.exists"
    assert its(db).email == "b@example.com"
    reject(db, first)
    assert waiting(db) == []


def test_who_is_rejected_reads_why_and_what_they_typed_is_gone(db: Database) -> None:
    finish(db, by_data(db))
    number = waiting(db)[0].petition.id
    assert refused(reject, db, number, "  ") == "petition.reason"
    assert refused(reject, db, number, "x" * 301) == "reason.malformed"
    assert refused(reject, db, number, "Vencida\x1b[2K") == "reason.malformed"
    reject(db, number)
    (told,) = outbox.messages(db, "company_rejected")
    assert (told.recipient, told.context["reason"]) == (BAKERY["correo"], WHY)
    assert (its(db), waiting(db), count(db, "registrations")) == (None, [], 0)
    assert refused(approve, db, number) == "petition.answered"
    assert noted(db, Event.COMPANY_REJECTED)[0][1:] == (
        "operator:ana",
        {"petition": number, "act": "company", "reason": WHY},
    )


def test_no_browser_changes_what_the_entity_reads(db: Database) -> None:
    """Nor does it open it: its code is spent, and its form is over."""
    newcomer = by_data(db)
    finish(db, newcomer)
    with db.reading() as tx:
        assert registration.begun(tx, newcomer.visit) is None
        done = opening.done(tx, newcomer.visit)
    assert done and done.draft.waits
    with db.transaction() as tx:
        registration.keep_typed(tx, done, BAKERY | {"correo": "ladron@example.org"})
    assert waiting(db)[0].draft == done.draft


def test_it_waits_sixty_days_and_then_it_is_purged(db: Database, clock: Clock) -> None:
    finish(db, by_data(db))
    number = waiting(db)[0].petition.id
    clock.advance(days=59)
    with db.transaction() as tx:
        purge.purge(tx)
    assert len(waiting(db)) == 1
    clock.advance(days=1, minutes=1)
    assert waiting(db) == []
    assert refused(approve, db, number) == "petition.expired"
    clock.advance(days=2)
    with db.transaction() as tx:
        purge.purge(tx)
    assert (count(db, "registrations"), count(db, "petitions")) == (0, 0)


def test_a_purge_leaves_the_registration_of_an_open_casilla(db: Database, clock: Clock) -> None:
    newcomer = by_data(db)
    newcomer.power()
    finish(db, newcomer)
    clock.advance(days=90)
    with db.transaction() as tx:
        purge.purge(tx)
    assert count(db, "registrations") == 1


@pytest.fixture
def declared(db: Database) -> int:
    """The petition of a company that 0.2.0 opened by a declared power, as 0009 leaves it."""
    newcomer = by_data(db)
    newcomer.power()
    finish(db, newcomer)
    with db.transaction() as tx:
        row = {
            "uid": b"u" * 16, "act": "declared", "casilla_id": its(db).id, "responds": "",
            "asked_by": "0.2.0", "asked_at": tx.now - timedelta(days=400),
        }  # fmt: skip
        return int(tx.conn.execute(insert(tables.petitions).returning(tables.petitions.c.id), row)
                   .scalar_one())  # fmt: skip


def test_what_an_older_version_opened_goes_on_until_it_is_rejected(
    db: Database, declared: int, clock: Clock
) -> None:
    """S81: then nobody enters, and nothing is lost."""
    clock.advance(days=400)
    with db.transaction() as tx:
        purge.purge(tx)
    ((one, whose, _, draft),) = waiting(db)
    assert (one.id, one.act, one.expires_at, whose) == (declared, "declared", None, ITS)
    assert draft and draft.represented_by == str(HER)
    assert its(db).in_use
    reject(db, declared)
    assert its(db).shut(db.clock()) == "suspended"
    (told,) = outbox.messages(db, "casilla_changed")
    assert (told.recipient, told.context["reason"]) == (BAKERY["correo"], WHY)
    assert waiting(db) == []


def test_what_an_older_version_opened_may_be_confirmed(db: Database, declared: int) -> None:
    approve(db, declared)
    assert its(db).in_use
    assert waiting(db) == []
    assert noted(db, Event.COMPANY_APPROVED)[0][2] == {"petition": declared, "act": "declared"}


def test_an_act_of_two_people_is_none_of_one(db: Database, rosa: Person) -> None:
    """S39: the one list has both, and nobody approves the other kind alone."""
    with db.transaction(ANA) as tx:
        two = petitions.ask_email(tx, rosa.identidad, "otra@example.org", "Ana", None).id
    finish(db, by_data(db))
    with db.reading() as tx:
        kinds = {one.petition.act: power.about(tx, one.petition.id) for one in waiting(db)}
    assert kinds == {"email": False, "company": True}
    assert two == waiting(db)[0].petition.id
