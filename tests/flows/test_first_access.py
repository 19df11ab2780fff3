"""How the owner of a new casilla gets their first password: M55–M64, M75, M76, S43, S44.

R5 and R6, and both profiles of S16.
"""

import pytest
from sqlalchemy import delete

from proxy.domain.policy import policy_of
from proxy.errors import Denied, Reason
from proxy.flows import cuentas, first_access, login, password
from proxy.flows.login import Opened
from proxy.store import casillas, tables
from proxy.store.db import Database
from proxy.store.purge import purge
from tests import outbox
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, mailed_code
from tests.flows.newcomer import CATALOG, HER, Newcomer, code_of, hers, leaving, secret_of
from tests.people import PASSWORDS, ROSA, Person

ESTRICTO = policy_of(CATALOG.access, "estricto")
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


@pytest.fixture
def given(db: Database) -> Person:
    """Rosa, whose first password the entity chose."""
    hashed = PASSWORDS.hash(ROSA.password)
    with db.transaction() as tx:
        life = POLICY.first_access_life
        cuentas.open_casilla(tx, ROSA.identidad, "Rosa", ROSA.email, hashed, first_for=life)
    return ROSA


def test_a_first_password_that_the_entity_chose_dies_after_a_day(
    db: Database, given: Person, clock: Clock
) -> None:
    """J9, S43: as a mailed one does, and no clearing of rows brings it back."""
    clock.advance(hours=24, minutes=-1)
    assert Browser(db).password(given.identidad, given.password) is None
    clock.advance(minutes=1)
    assert Browser(db, ELSEWHERE).password(given.identidad, given.password) == WRONG
    clock.advance(days=400)
    with db.transaction() as tx:
        purge(tx)
    assert Browser(db, ELSEWHERE).password(given.identidad, given.password) == WRONG


def test_a_first_password_that_the_entity_chose_serves_once(
    db: Database, given: Person, clock: Clock
) -> None:
    assert isinstance(Browser(db).enter(given), Opened)
    clock.advance(minutes=6)
    assert Browser(db).password(given.identidad, given.password) == WRONG


def test_five_wrong_tries_void_a_password_that_the_entity_chose(
    db: Database, given: Person, clock: Clock
) -> None:
    for _ in range(5):
        assert Browser(db).password(given.identidad, "otra-clave") == WRONG
    clock.advance(hours=1)
    assert Browser(db).password(given.identidad, given.password) == WRONG


def test_the_password_that_an_owner_chose_instead_lasts(
    db: Database, given: Person, clock: Clock
) -> None:
    with db.transaction() as tx:
        casilla = casillas.by_identidad(tx, given.identidad)
        assert casilla is not None
        password.replace(tx, POLICY, casilla, PASSWORDS.hash("Tres-rios-altos-91"), PHONE)
    clock.advance(days=400)
    assert Browser(db).enter(given, "Tres-rios-altos-91")


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
        assert first_access.activate(tx, POLICY, link, hashed, PHONE)
    with db.transaction() as tx:
        assert not first_access.activate(tx, POLICY, link, hashed, PHONE)
        assert first_access.opened(tx, link) is None
    assert Browser(db).enter(Person(HER, "", "", "Tres-rios-altos-91"))


def test_the_activation_link_dies_after_a_day(db: Database, clock: Clock) -> None:
    newcomer = Newcomer(db, policy=ESTRICTO).reach_email()
    newcomer.validate(code_of(db))
    link = bytes.fromhex(outbox.messages(db, "activation")[-1].context["link"])
    clock.advance(hours=24)
    with db.transaction() as tx:
        assert first_access.opened(tx, link) is None
        assert not first_access.activate(tx, POLICY, link, PASSWORDS.hash("x"), PHONE)
