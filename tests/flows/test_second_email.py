"""A second address, where only alertas go: S46, S85, X2, both engines."""

from pathlib import Path

import pytest

from proxy.errors import Denied, Reason, Refusal
from proxy.flows import annulment, correction, profile
from proxy.flows.profile import Step, Wanted
from proxy.store import casillas
from proxy.store.db import Database
from proxy.store.petitions import Petition
from tests.clock import Clock
from tests.flows.browser import PHONE, POLICY, Browser, mailed_code
from tests.flows.forgetful import ask_link
from tests.flows.inside import Inside
from tests.flows.test_deposit import Sender
from tests.flows.test_profile import link_ids, now, undo
from tests.flows.test_recalculation import LATER, TERM, look
from tests.outbox import messages
from tests.people import Person
from tests.plazos import CATALOG

SECOND, OTHER = "rosa.otra@example.org", "rosa.tercera@example.org"


@pytest.fixture
def her(db: Database, rosa: Person) -> Inside:
    return Inside(db, rosa)


def ask(her: Inside, second: str, email: str | None = None) -> Denied | None:
    her.visit += "+"
    wanted = Wanted(email, None, second)
    with her.db.transaction() as tx:
        return profile.start(tx, POLICY, her.session, wanted, her.visit, PHONE)


def add(her: Inside, second: str = SECOND) -> None:
    assert ask(her, second) is None
    assert her.code("email_old_code") == Step(profile.SECOND, second, by_app=False, failures=0)
    assert her.code("second_email_code") is None


def to(db: Database, name: str) -> list[str]:
    return [message.recipient for message in messages(db, name)]


def test_it_counts_once_the_first_address_and_then_itself_gave_their_codes(
    db: Database, rosa: Person, her: Inside, tmp_path: Path
) -> None:
    ask(her, SECOND)
    assert to(db, "email_old_code") == [rosa.email] and to(db, "second_email_code") == []
    her.code("email_old_code")
    assert to(db, "second_email_code") == [SECOND]
    assert now(db, rosa).alerted == [rosa.email]
    assert her.code("second_email_code") is None
    assert now(db, rosa).alerted == [rosa.email, SECOND]
    assert to(db, "second_email_changed") == [rosa.email]
    assert to(db, "second_email_told") == [SECOND]


def test_both_get_the_alertas_and_only_the_first_one_codes_and_links(
    db: Database, rosa: Person, her: Inside, clock: Clock, tmp_path: Path
) -> None:
    add(her)
    receipt = Sender(db, tmp_path).deposit()
    with db.transaction() as tx:
        annulment.annul(tx, CATALOG, receipt.id.hex(), "Se notificó a otra persona")
    for name in ("notificacion_deposited", "notificacion_annulled"):
        assert to(db, name) == [rosa.email, SECOND]
    clock.advance(hours=1)
    Browser(db).password(rosa.identidad, rosa.password)
    assert to(db, "login_code")[-1] == rosa.email
    ask_link(db, rosa.identidad, SECOND)
    assert SECOND not in to(db, "recovery_link")


def test_both_are_told_of_a_date_that_a_later_calendar_gives(
    db: Database, rosa: Person, her: Inside, tmp_path: Path
) -> None:
    add(her)
    Sender(db, tmp_path).deposit(ruling=TERM)
    assert look(db, LATER) == 1
    assert to(db, "effect_differs") == [rosa.email, SECOND]


def test_the_first_address_takes_it_back_for_72_hours(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    add(her)
    clock.advance(hours=1)
    add(her, OTHER)
    assert to(db, "second_email_told")[1:] == [SECOND, OTHER]
    first, second = link_ids(db, "second_email_changed")
    assert undo(db, second)
    assert now(db, rosa).second_email == SECOND
    assert undo(db, first)
    assert now(db, rosa).second_email is None


def test_an_older_change_of_the_first_address_takes_it_along(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    """Or else the thief would go on reading what is deposited."""
    her.email(OTHER)
    clock.advance(hours=1)
    add(her)
    assert undo(db, link_ids(db)[0])
    assert (now(db, rosa).email, now(db, rosa).second_email) == (rosa.email, None)


def test_it_is_taken_off_and_comes_back(
    db: Database, rosa: Person, her: Inside, clock: Clock
) -> None:
    with pytest.raises(Refusal, match="no tiene un segundo correo"), db.transaction() as tx:
        profile.remove_second_email(tx, POLICY, her.session, PHONE)
    add(her)
    clock.advance(hours=1)
    with db.transaction() as tx:
        assert profile.remove_second_email(tx, POLICY, her.session, PHONE) is None
    assert now(db, rosa).alerted == [rosa.email]
    assert messages(db, "second_email_told")[-1].context["added"] is False
    assert undo(db, link_ids(db, "second_email_changed")[1])
    assert now(db, rosa).second_email == SECOND


@pytest.mark.parametrize("email", [None, SECOND])
def test_it_is_another_one_than_the_first(
    db: Database, rosa: Person, her: Inside, email: str | None
) -> None:
    same = (email or rosa.email).upper()
    with pytest.raises(Refusal, match="Escriba otro"):
        ask(her, same, email)


def test_a_first_address_that_becomes_the_second_gets_one_alerta(
    db: Database, rosa: Person, her: Inside, tmp_path: Path
) -> None:
    add(her)
    her.email(SECOND)
    Sender(db, tmp_path).deposit()
    assert to(db, "notificacion_deposited") == [SECOND]


def test_a_strangers_mailbox_gets_no_more_codes_than_any(
    db: Database, her: Inside, clock: Clock
) -> None:
    """S85: three a day, whoever types it."""
    answers = []
    for _ in range(4):
        ask(her, SECOND)
        answers.append(her.code("email_old_code"))
        clock.advance(minutes=20)
    assert [isinstance(answer, Step) for answer in answers] == [True, True, True, False]
    assert isinstance(answers[3], Denied) and answers[3].reason is Reason.MAILBOX
    assert to(db, "second_email_code") == [SECOND] * 3


def test_the_entity_that_corrects_the_first_one_takes_it_off(
    db: Database, rosa: Person, her: Inside
) -> None:
    """Whoever read the old mailbox may have set it."""
    add(her)
    petition = Petition(
        1, b"", "email", rosa.id, None, OTHER, "", None, "ana", db.clock(), None, None
    )
    with db.transaction() as tx:
        casillas.lock(tx, rosa.id)
        correction.set_email(tx, casillas.by_id(tx, rosa.id), petition, [])
    assert now(db, rosa).alerted == [OTHER]


def test_it_is_sealed_in_the_database(db: Database, rosa: Person, her: Inside) -> None:
    add(her)
    with db.reading() as tx:
        raw = tx.conn.exec_driver_sql("SELECT second_email FROM casillas").scalar_one()
    assert SECOND.encode() not in bytes(raw)
    assert mailed_code(db, name="second_email_code")
