"""How the owner of a new casilla gets their first password: M55–M64, M75, M76, S43, S44.

R5 and R6, and both profiles of S16.
"""

import pytest
from sqlalchemy import delete

from proxy.domain.identidad import Identidad
from proxy.domain.policy import policy_of
from proxy.errors import Denied, Reason
from proxy.flows import first_access, login
from proxy.flows.login import Opened
from proxy.store import casillas, tables
from proxy.store.db import Database
from tests import outbox
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, mailed_code
from tests.flows.newcomer import CATALOG, HER, Newcomer, code_of, hers, leaving, secret_of
from tests.people import PASSWORDS, Person

ESTRICTO = policy_of(CATALOG.access.profile("estricto"))
WRONG = Denied(Reason.WRONG)


@pytest.fixture
def secret(db: Database) -> str:
    """The secret that Elena was mailed."""
    newcomer = Newcomer(db).reach_email()
    assert newcomer.validate(code_of(db)) is None
    return secret_of(db)


def test_the_secret_opens_a_session_that_only_serves_to_choose_a_password(
    db: Database, secret: str
) -> None:
    """M60–M62, S44: the form for it is the same for every first access."""
    opened = Browser(db).enter(Person(HER, "", "", secret))
    with db.reading() as tx:
        session = login.resume(tx, POLICY, opened.token)
    assert session is not None and session.must_change


def test_the_secret_opens_one_session(db: Database, secret: str) -> None:
    Browser(db).enter(Person(HER, "", "", secret))
    assert Browser(db, ELSEWHERE).password(HER, secret) == WRONG


def test_a_code_that_was_already_asked_for_opens_no_second_session(
    db: Database, secret: str
) -> None:
    """Two browsers gave the secret before either gave the token digital."""
    one, two = Browser(db), Browser(db, ELSEWHERE)
    assert one.password(HER, secret) is None
    code = mailed_code(db)
    assert two.password(HER, secret) is None
    assert isinstance(two.code(mailed_code(db)), Opened)
    assert isinstance(one.code(code), Denied)


def test_the_secret_dies_after_a_day(db: Database, secret: str, clock: Clock) -> None:
    clock.advance(hours=24, minutes=-1)
    assert Browser(db).password(HER, secret) is None
    clock.advance(minutes=1)
    assert Browser(db, ELSEWHERE).password(HER, secret) == WRONG


def test_the_secret_stays_dead_once_its_row_was_cleared_away(
    db: Database, secret: str, clock: Clock
) -> None:
    clock.advance(days=3)
    with db.transaction() as tx:
        tx.conn.execute(delete(tables.links))
    assert Browser(db).password(HER, secret) == WRONG


def test_five_wrong_tries_void_the_secret(db: Database, secret: str, clock: Clock) -> None:
    for _ in range(5):
        assert Browser(db).password(HER, "otra-clave") == WRONG
    clock.advance(hours=1)
    assert Browser(db).password(HER, secret) == WRONG
    clock.advance(hours=1)
    assert Browser(db, ELSEWHERE).password(HER, secret) == WRONG


def test_four_wrong_tries_do_not(db: Database, secret: str) -> None:
    for _ in range(4):
        Browser(db).password(HER, "otra-clave")
    assert Browser(db).password(HER, secret) is None


def test_a_password_given_by_the_entity_is_no_mailed_secret(db: Database, clock: Clock) -> None:
    """J9: accounts of an older system keep theirs until their owner comes."""
    identidad = Identidad("DNI", "40000001")
    with db.transaction() as tx:
        hashed = PASSWORDS.hash("De-la-entidad-1")
        casillas.add(tx, identidad, "Rosa", "rosa@example.com", hashed, must_change=True)
    clock.advance(days=400)
    for _ in range(5):
        Browser(db).password(identidad, "otra")
    clock.advance(hours=1)
    assert Browser(db).password(identidad, "De-la-entidad-1") is None


def test_the_strict_profile_mails_a_link_and_no_secret(db: Database, clock: Clock) -> None:
    """S43, R5: the casilla has no password until its owner follows the link, once."""
    newcomer = Newcomer(db, policy=ESTRICTO).reach_email()
    assert newcomer.validate(code_of(db)) is None
    casilla = hers(db)
    assert casilla is not None and casilla.password is None
    assert leaving(db, "credentials") == []
    (mailed,) = outbox.messages(db, "activation")
    link = bytes.fromhex(mailed.context["link"])
    for _ in range(2):
        with db.reading() as tx:
            opened = first_access.opened(tx, link)
        assert opened and opened.casilla_id == casilla.id
    hashed = PASSWORDS.hash("Tres-rios-altos-91")
    with db.transaction() as tx:
        assert first_access.activate(tx, link, hashed, PHONE)
    with db.transaction() as tx:
        assert not first_access.activate(tx, link, hashed, PHONE)
        assert first_access.opened(tx, link) is None
    assert Browser(db).enter(Person(HER, "", "", "Tres-rios-altos-91"))


def test_the_activation_link_dies_after_a_day(db: Database, clock: Clock) -> None:
    newcomer = Newcomer(db, policy=ESTRICTO).reach_email()
    newcomer.validate(code_of(db))
    link = bytes.fromhex(outbox.messages(db, "activation")[-1].context["link"])
    clock.advance(hours=24)
    with db.transaction() as tx:
        assert first_access.opened(tx, link) is None
        assert not first_access.activate(tx, link, PASSWORDS.hash("x"), PHONE)
