"""The entity changes an e-mail for who lost the old mailbox: S39, S46, both engines."""

import pytest

from proxy.domain.identidad import Identidad
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import password, petitions
from proxy.flows.login import Opened
from proxy.store import casillas
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, POLICY, Browser, alive, contexts
from tests.flows.forgetful import NEW as FORGETFUL_PASSWORD
from tests.flows.forgetful import Forgetful
from tests.flows.inside import Inside
from tests.flows.test_profile import link_ids, now, undo
from tests.operators import ANA, LUIS, TWO
from tests.outbox import messages
from tests.people import PASSWORDS, Person

NEW = "rosa.de.nuevo@example.org"


def correct(db: Database, identidad: Identidad, email: str, names: tuple[str, str] = TWO) -> None:
    with db.transaction(ANA) as tx:
        number = petitions.ask_email(tx, identidad, email, *names).id
    with db.transaction(LUIS) as tx:
        petitions.approve(tx, number)


def test_the_new_address_counts_and_everything_that_was_open_is_closed(
    db: Database, rosa: Person
) -> None:
    """S39: both are told."""
    her = Inside(db, rosa)
    her.start("one@example.org")
    correct(db, rosa.identidad, NEW)
    assert now(db, rosa).email == NEW
    assert not alive(db, her.opened)
    assert her.code("email_old_code") == Denied(Reason.OVER)
    assert [m.recipient for m in messages(db, "email_corrected")] == [rosa.email, NEW]


def test_an_address_to_which_nothing_can_be_written_is_corrected(
    db: Database, rosa: Person
) -> None:
    """S82: version 0.2.0 accepted it, and no code arrived."""
    with db.transaction() as tx:
        casillas.set_email(tx, casillas.by_id(tx, rosa.id), "nuñez@example.com")
    correct(db, rosa.identidad, "nunez@example.com")
    written = [message.recipient for message in messages(db, "email_corrected")]
    assert written == ["nuñez@example.com", "nunez@example.com"]
    forgetful = Forgetful(db)
    forgetful.reach_choice(now(db, rosa))
    forgetful.choose()
    assert Browser(db).enter(rosa, FORGETFUL_PASSWORD)


def test_nothing_stays_that_somebody_with_the_old_mailbox_may_have_set(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S37, S39: neither password nor mobile. The owner chooses another by the new address."""
    her = Inside(db, rosa)
    her.phone("+51987654321")
    correct(db, rosa.identidad, NEW)
    assert (now(db, rosa).password, now(db, rosa).phone) == (None, None)
    clock.advance(minutes=6)
    assert Browser(db).password(rosa.identidad, rosa.password) == Denied(Reason.WRONG)
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    assert messages(db, "recovery_code")[-1].recipient == NEW
    assert forgetful.choose()
    told = len(contexts(db, "new_device"))
    Browser(db).enter(rosa, FORGETFUL_PASSWORD)
    assert len(contexts(db, "new_device")) == told + 1


def test_no_earlier_address_takes_it_back(db: Database, rosa: Person) -> None:
    her = Inside(db, rosa)
    her.email("one@example.org")
    correct(db, rosa.identidad, NEW)
    assert not undo(db, link_ids(db)[0])
    assert now(db, rosa).email == NEW


def test_no_earlier_address_closes_it(db: Database, rosa: Person) -> None:
    """S37: «No fui yo» was mailed to the old mailbox, and the new password is not its business."""
    hashed = PASSWORDS.hash(FORGETFUL_PASSWORD)
    with db.transaction() as tx:
        password.replace(tx, POLICY, casillas.by_id(tx, rosa.id), hashed, ELSEWHERE)
    (link,) = link_ids(db, "password_changed")
    correct(db, rosa.identidad, NEW)
    forgetful = Forgetful(db)
    forgetful.reach_choice(rosa)
    assert forgetful.choose()
    with db.transaction() as tx:
        assert not password.disavow(tx, link)
    assert isinstance(Browser(db).enter(rosa, FORGETFUL_PASSWORD), Opened)


@pytest.mark.parametrize(
    ("email", "names", "sentence"),
    [
        (NEW, ("Ana Torres", "ana  torres"), "dos personas distintas"),
        (NEW, ("Ana Torres", " "), "dos personas distintas"),
        ("nada", TWO, "un correo completo"),
        ("nuñez@example.com", TWO, "no podemos escribir"),
        ("rosa@example.com", TWO, "ya tiene ese correo"),
    ],
)
def test_what_cannot_be_is_refused(
    db: Database, rosa: Person, email: str, names: tuple[str, str], sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        correct(db, rosa.identidad, email, names)
    assert now(db, rosa).email == rosa.email


def test_who_has_no_casilla_has_no_address_to_change(db: Database, rosa: Person) -> None:
    with pytest.raises(Refusal, match="no tiene casilla"):
        correct(db, Identidad("DNI", "49999999"), NEW)
