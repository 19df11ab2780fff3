"""The entity changes an e-mail for who lost the old mailbox: SECURITY D39, E46, both engines."""

import pytest

from proxy.domain.identidad import Identidad
from proxy.errors import Refusal
from proxy.flows import correction
from proxy.flows.challenge import Denied
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import Browser, alive, contexts
from tests.flows.inside import Inside
from tests.flows.test_profile import link_ids, now, undo
from tests.outbox import messages
from tests.people import Person

TWO = ("Ana Torres Ficticia", "Luis Vega Ficticio")
NEW = "rosa.de.nuevo@example.org"


def correct(db: Database, identidad: Identidad, email: str, names: tuple[str, str] = TWO) -> None:
    with db.transaction() as tx:
        correction.set_email(tx, identidad, email, names)


def test_the_new_address_counts_and_everything_that_was_open_is_closed(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """D39: both are told, and the password stays as it was."""
    her = Inside(db, rosa)
    her.start("one@example.org")
    correct(db, rosa.identidad, NEW)
    assert now(db, rosa).email == NEW
    assert not alive(db, her.opened)
    assert her.code("email_old_code") == Denied("token.gone")
    assert [m.recipient for m in messages(db, "email_corrected")] == [rosa.email, NEW]
    told = len(contexts(db, "new_device"))
    clock.advance(minutes=6)
    Browser(db).enter(rosa)
    assert messages(db, "login_code")[-1].recipient == NEW
    assert len(contexts(db, "new_device")) == told + 1


def test_no_earlier_address_takes_it_back(db: Database, rosa: Person) -> None:
    her = Inside(db, rosa)
    her.email("one@example.org")
    correct(db, rosa.identidad, NEW)
    assert not undo(db, link_ids(db)[0])
    assert now(db, rosa).email == NEW


@pytest.mark.parametrize(
    ("email", "names", "sentence"),
    [
        (NEW, ("Ana Torres", "ana  torres"), "dos personas distintas"),
        (NEW, ("Ana Torres", " "), "dos personas distintas"),
        ("nada", TWO, "un correo completo"),
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
