"""Who represents a legal person, without HTTP: M65–M76, R22, S40, S41."""

from dataclasses import replace

import pytest

from proxy.domain.identity import Answer, Checked
from proxy.domain.registration import Faults
from proxy.errors import Denied, Reason
from proxy.flows import registration, representation
from proxy.store import casillas
from proxy.store.db import Database
from tests import outbox
from tests.clock import Clock
from tests.flows.app import turn_on
from tests.flows.browser import PHONE, mailed_code, wrong
from tests.flows.newcomer import BAKERY, ELENA, HER, ITS, Newcomer, code_of, count, leaving
from tests.people import Person

GONE = Denied(Reason.OVER)
TEXTILES = BAKERY | {"ruc": "20000000036", "razon_social": "Textiles Supuestos S.A.C."}
POWER = ELENA | {"poder": "1"}


def test_a_company_registers_by_the_casilla_of_who_represents_it(
    db: Database, rosa: Person
) -> None:
    """M65–M76, M57: the code goes to the casilla of the person, the credentials to the company."""
    newcomer = Newcomer(db).reach_representative()
    assert newcomer.ask() == GONE
    assert newcomer.summon(rosa.identidad) is None
    assert leaving(db, "representative_code") == [rosa.email]
    assert newcomer.answer(mailed_code(db, name="representative_code")) is None
    newcomer.power()
    assert newcomer.ask() is None
    assert newcomer.validate(code_of(db)) is None
    with db.reading() as tx:
        casilla = casillas.by_identidad(tx, ITS)
    assert casilla is not None
    assert (casilla.nombres, casilla.email) == (BAKERY["razon_social"], BAKERY["correo"])
    (credentials,) = outbox.messages(db, "credentials")
    assert credentials.context["user"] == "8-20000000028"
    (record,) = outbox.messages(db, "affiliation")
    assert record.context["identidad"] == "RUC ••••••••028"
    assert record.context["represented_by"] == rosa.identidad.masked


def test_a_company_registers_by_the_data_of_who_represents_it(db: Database) -> None:
    newcomer = Newcomer(db).reach_representative()
    with db.transaction() as tx:
        found = newcomer.found
        assert not representation.prove(tx, found, POWER, HER, Checked(Answer.DIFFERS), PHONE)
    assert newcomer.found.draft.representative["apellido_paterno"] == "Yupanqui"
    assert newcomer.ask() == GONE
    with db.transaction() as tx:
        assert representation.prove(tx, found, POWER, HER, Checked(Answer.MATCHES), PHONE)
    assert newcomer.found.draft.represented_by == str(HER)
    assert newcomer.ask() is None


def test_who_represents_stays_proved_while_only_the_way_to_reach_the_company_changes(
    db: Database,
) -> None:
    newcomer = Newcomer(db).reach_representative()
    with db.transaction() as tx:
        representation.prove(tx, newcomer.found, POWER, HER, Checked(Answer.MATCHES), PHONE)
    newcomer.data(BAKERY | {"telefono": "044 223355"})
    with db.transaction() as tx:
        representation.keep_typed(tx, newcomer.found, POWER)
    assert newcomer.found.draft.represented_by == str(HER)
    assert newcomer.ask() is None
    with db.transaction() as tx:
        representation.keep_typed(tx, newcomer.found, POWER | {"nombres": "Elsa"})
    assert newcomer.found.draft.represented_by == ""


def test_who_represents_declares_it(db: Database) -> None:
    newcomer = Newcomer(db)
    assert representation.read_representative(POWER, newcomer.today).identidad == HER
    with pytest.raises(Faults) as refused:
        representation.read_representative(ELENA, newcomer.today)
    assert list(refused.value.errors) == ["poder"]


def test_a_representative_without_a_casilla_gets_the_same_answer_and_no_code(db: Database) -> None:
    """S41"""
    newcomer = Newcomer(db).reach_representative()
    assert newcomer.summon(HER) is None
    assert leaving(db, "representative_code") == []
    with db.reading() as tx:
        assert representation.summoned(tx, newcomer.found) is not None
    assert newcomer.answer("000000") == Denied(Reason.WRONG, left=4)


def test_a_representative_with_a_second_factor_is_proved_by_their_app(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S29: whoever reads the mailbox represents nobody. What is mailed and answered is the same."""
    app = turn_on(db, rosa).app
    clock.advance(minutes=6)
    newcomer = Newcomer(db).reach_representative()
    assert newcomer.summon(rosa.identidad) is None
    assert leaving(db, "representative_code") == [rosa.email]
    mailed = mailed_code(db, name="representative_code")
    assert newcomer.answer(mailed) == Denied(Reason.WRONG, left=4)
    assert newcomer.answer(app.wrong()) == Denied(Reason.WRONG, left=3)
    assert newcomer.ask() == GONE
    assert newcomer.answer(app.code) is None
    assert newcomer.found.draft.represented_by == str(rosa.identidad)
    assert newcomer.ask() is None


def test_a_code_of_the_app_proves_one_representative_and_after_five_guesses_none(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S25, S29: the sixth is refused although it is right."""
    app = turn_on(db, rosa).app
    clock.advance(minutes=6)
    first, second = (Newcomer(db).reach_representative(other) for other in (BAKERY, TEXTILES))
    first.summon(rosa.identidad)
    second.summon(rosa.identidad)
    assert first.answer(app.code) is None
    assert second.answer(app.code) == Denied(Reason.WRONG, left=4)
    clock.advance(minutes=6)
    answers = [second.answer(app.wrong()) for _ in range(4)]
    assert answers[-1] == Denied(Reason.SPENT)
    assert second.answer(app.code) == Denied(Reason.GONE)


def test_a_company_does_not_represent_another(db: Database, comercial_sur: Person) -> None:
    newcomer = Newcomer(db).reach_representative()
    newcomer.summon(comercial_sur.identidad)
    assert leaving(db, "representative_code") == []


def test_whoever_represents_one_company_does_not_represent_the_next(
    db: Database, rosa: Person
) -> None:
    """The code was given for those data and for no others."""
    newcomer = Newcomer(db).reach_representative()
    newcomer.summon(rosa.identidad)
    newcomer.answer(mailed_code(db, name="representative_code"))
    newcomer.data(TEXTILES)
    assert newcomer.found.draft.represented_by == ""
    assert newcomer.ask() == GONE


def test_another_representative_is_proved_again(db: Database, rosa: Person, bruno: Person) -> None:
    newcomer = Newcomer(db).reach_representative()
    newcomer.summon(rosa.identidad)
    old = mailed_code(db, name="representative_code")
    newcomer.summon(bruno.identidad)
    assert newcomer.answer(old) == Denied(Reason.WRONG, left=4)
    new = mailed_code(db, name="representative_code")
    assert newcomer.answer(wrong(new)) == Denied(Reason.WRONG, left=3)
    assert newcomer.answer(new) is None
    assert newcomer.found.draft.represented_by == str(bruno.identidad)


def test_a_code_for_the_mailbox_opens_nothing_while_another_representative_is_asked(
    db: Database, rosa: Person, bruno: Person
) -> None:
    newcomer = Newcomer(db).reach_representative()
    newcomer.summon(rosa.identidad)
    newcomer.answer(mailed_code(db, name="representative_code"))
    assert newcomer.ask() is None
    newcomer.summon(bruno.identidad)
    assert newcomer.validate(code_of(db)) == GONE
    assert count(db, "casillas") == 2


def test_a_draft_that_says_so_is_not_believed_before_the_code(db: Database, rosa: Person) -> None:
    newcomer = Newcomer(db).reach_representative()
    newcomer.summon(rosa.identidad)
    assert registration.next_step(newcomer.found.draft) == "representative"
    assert registration.next_step(replace(newcomer.found.draft, represented_by="x")) == "review"
    assert count(db, "casillas") == 1
