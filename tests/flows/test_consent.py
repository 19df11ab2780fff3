"""Consent given and taken back, each with its constancia: L2, L3, L15, L16, L19, S45, X3, both
engines."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.reading.model import Catalog
from proxy.domain.casilla import READABLE_FOR, Casilla
from proxy.domain.events import Event
from proxy.domain.identity import Answer
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import constancias, cuentas, opening, revocation
from proxy.flows.login import Opened
from proxy.store import acceptances, casillas
from proxy.store.acceptances import Acceptance
from proxy.store.db import Database
from tests import outbox
from tests.clock import Clock
from tests.flows.browser import PHONE, Browser, alive, mailed_code
from tests.flows.inside import Inside
from tests.flows.newcomer import BAKERY, CATALOG, ELENA, HER, Newcomer, code_of, hers
from tests.flows.test_constancias import detail_of, job, seal
from tests.flows.test_deposit import Sender
from tests.flows.test_power import approve, by_data, finish, its, waiting
from tests.operators import ANA
from tests.people import Person

NORM = "Decreto Supremo N.° 000-2027-PCM"


@pytest.fixture
def her(db: Database, rosa: Person) -> Inside:
    with db.transaction() as tx:
        one = Acceptance("terminos", "1", CATALOG.terms.sha256, tx.now, "192.0.2.7")
        acceptances.add(tx, rosa.id, one)
    return Inside(db, rosa)


def leave(her: Inside, catalog: Catalog = CATALOG, read: str | None = None) -> None:
    with her.db.transaction() as tx:
        shown = revocation.look(tx, catalog, her.session)
        revocation.revoke(tx, catalog, her.session, read or shown.digest, PHONE)


def now(db: Database, person: Person) -> Casilla:
    with db.reading() as tx:
        return casillas.by_id(tx, person.id)


def test_a_registration_leaves_the_constancia_of_what_was_accepted(db: Database) -> None:
    newcomer = Newcomer(db)
    newcomer.reach_email()
    newcomer.validate(code_of(db))
    casilla = hers(db)
    assert casilla
    found, told = job(db)
    assert (told["evento"], told["notificacion"], told["anterior"]) == ("afiliacion", None, None)
    assert told["destinatario"]["numero"] == HER.number
    assert [
        (one["titulo"], one["version"], one["sha256"], one["pagina"])
        for one in told["detalle"]["textos"]
    ] == [
        (CATALOG.terms.titulo, "1", CATALOG.terms.sha256, "/terminos/1/"),
        (CATALOG.privacy.titulo, "1", CATALOG.privacy.sha256, "/privacidad/1/"),
    ]
    assert (told["detalle"]["correo"], told["detalle"]["telefono"]) == (
        ELENA["correo"],
        "+51987654321",
    )
    [noted] = detail_of(db, Event.CASILLA_OPENED)
    assert noted["constancia"] == told["id"] and len(noted["facts"]) == 64
    seal(db, found)
    with db.reading() as tx:
        [one] = constancias.of_casilla(tx, casilla.id)
    assert (one.kind, one.number, one.notificacion_id) == ("afiliacion", told["id"], None)


def test_of_a_company_that_the_entity_approves_it_says_who_represents_it(db: Database) -> None:
    """Also which official approved it."""
    finish(db, by_data(db))
    assert not waiting(db)[0].petition.casilla_id
    approve(db, waiting(db)[0].petition.id)
    _, told = job(db)
    assert told["destinatario"]["nombre"] == BAKERY["razon_social"] == its(db).nombres
    assert told["representante"] == {
        "tipo": HER.kind,
        "numero": HER.number,
        "nombre": "Elena Yupanqui Imaginaria",
        "poder": "Poder declarado bajo juramento",
    }
    assert told["remitente"]["funcionario"] == "ana"


def test_of_a_company_that_the_register_knows_it_says_so(db: Database) -> None:
    newcomer = by_data(db)
    newcomer.power(Answer.MATCHES)
    finish(db, newcomer)
    _, told = job(db)
    assert told["representante"]["poder"] == "Lo dice el registro de personas jurídicas"


def test_a_casilla_that_the_entity_opened_says_nothing_of_consent(
    db: Database, rosa: Person
) -> None:
    with db.transaction(ANA) as tx:
        cuentas.open_casilla(tx, HER, "Elena Ficticia", "elena@example.com", None)
        assert opening.accepted(tx, rosa.id) == []
        assert not constancias.any_waiting(tx)


def test_who_takes_it_back_is_served_nothing_more_and_reads_for_a_year(
    db: Database, rosa: Person, her: Inside, clock: Clock, tmp_path: Path
) -> None:
    """L16: as when the entity closes it."""
    sender = Sender(db, tmp_path)
    sender.deposit()
    leave(her)
    with pytest.raises(Refusal) as refused:
        sender.deposit(anew=True)
    assert refused.value.code == "casilla.cerrada"
    assert alive(db, her.opened)
    assert (now(db, rosa).closed_at, now(db, rosa).revoked_at) == (clock.now, clock.now)
    clock.advance(days=READABLE_FOR.days - 1)
    assert Browser(db).enter(rosa)
    clock.advance(days=2)
    late = Browser(db)
    late.password(rosa.identidad, rosa.password)
    assert late.code(mailed_code(db)) == Denied(Reason.CLOSED)


def test_its_constancia_says_what_was_taken_back_and_what_was_said_before(
    db: Database, rosa: Person, her: Inside, clock: Clock, tmp_path: Path
) -> None:
    Sender(db, tmp_path).deposit()
    seal(db, job(db)[0])
    with db.reading() as tx:
        said = revocation.look(tx, CATALOG, her.session).said
    assert "Le falta leer 1 notificación." in said[1]
    assert (clock.now + READABLE_FOR).strftime("%d/%m/%Y") in said[2]
    leave(her)
    _, told = job(db)
    assert told["evento"] == "revocacion"
    assert told["detalle"]["advertencia"] == " ".join(said)
    assert told["detalle"]["desde"] == told["hora_evento"]
    assert [one["sha256"] for one in told["detalle"]["textos"]] == [CATALOG.terms.sha256]
    [noted] = detail_of(db, Event.CONSENT_REVOKED)
    assert noted["constancia"] == told["id"]


def test_its_owner_is_told_and_so_is_the_entity_with_no_document(
    db: Database, rosa: Person, her: Inside
) -> None:
    entity = CATALOG.entity.model_copy(update={"avisos": "casilla@entidad.example"})
    leave(her, replace(CATALOG, entity=entity))
    (owner,) = outbox.messages(db, "revoked")
    (told,) = outbox.messages(db, "revoked_told")
    assert (owner.recipient, told.recipient) == (rosa.email, "casilla@entidad.example")
    assert owner.context["constancia"] == told.context["constancia"]
    for message in (owner, told):
        assert rosa.identidad.number not in json.dumps(message.context)
        assert rosa.nombres not in json.dumps(message.context)
    with db.reading() as tx:
        [left] = revocation.left(tx)
    assert (left.casilla.identidad, left.at, left.unread) == (rosa.identidad, db.clock(), 0)


def test_without_an_address_of_the_entity_it_is_only_listed(db: Database, her: Inside) -> None:
    leave(her)
    assert outbox.messages(db, "revoked_told") == []


def test_what_its_owner_read_must_still_be_so(
    db: Database, rosa: Person, her: Inside, tmp_path: Path
) -> None:
    """The constancia states what was shown: not a text that nobody saw."""
    with db.reading() as tx:
        before = revocation.look(tx, CATALOG, her.session).digest
    Sender(db, tmp_path).deposit()
    with pytest.raises(Refusal, match="llegó otra notificación"):
        leave(her, read=before)
    assert now(db, rosa).in_use
    assert outbox.messages(db, "revoked") == []


def test_nobody_leaves_twice_or_a_casilla_that_the_entity_closed(
    db: Database, rosa: Person, her: Inside
) -> None:
    with db.transaction(ANA) as tx:
        cuentas.close_for_good(tx, rosa.identidad)
    with pytest.raises(Refusal, match="ya está cerrada"):
        leave(her)
    assert now(db, rosa).revoked_at is None


def test_where_a_decree_makes_it_compulsory_nobody_leaves_by_themselves(
    db: Database, rosa: Person, her: Inside
) -> None:
    """L2"""
    sheet = CATALOG.consent.model_copy(update={"obligatoria": NORM})
    catalog = replace(CATALOG, consent=sheet)
    with db.reading() as tx:
        why = revocation.look(tx, catalog, her.session).compulsory
    assert why and NORM in why and CATALOG.entity.contacto.telefono in why
    with pytest.raises(Refusal, match="obligatoria por el Decreto Supremo"):
        leave(her, catalog)
    assert now(db, rosa).in_use


def test_the_entity_opens_it_again_when_its_owner_asks(
    db: Database, rosa: Person, her: Inside, tmp_path: Path
) -> None:
    leave(her)
    with db.transaction(ANA) as tx:
        cuentas.lift(tx, rosa.identidad)
    [noted] = detail_of(db, Event.CASILLA_LIFTED)
    assert noted == {"was_closed": True, "was_revoked": True}
    assert Sender(db, tmp_path).deposit().id
    with db.reading() as tx:
        assert revocation.left(tx) == []
    assert isinstance(her.opened, Opened)
