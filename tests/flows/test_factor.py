"""The story of the second factor, without HTTP: X11, S29, S38, S39."""

import json
from hashlib import sha256

import pytest
from sqlalchemy import select

from proxy.domain.identidad import Identidad
from proxy.domain.vault import Vault
from proxy.errors import Denied, Reason, Refusal
from proxy.flows import factor, login, password, petitions
from proxy.flows.login import Opened
from proxy.store import casillas, sealed, tables
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.app import begin, confirm, session_of, turn_on
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, alive, contexts
from tests.operators import ANA, LUIS, TWO
from tests.people import PASSWORDS, Person


def paired(db: Database, opened: Opened) -> factor.Pairing | None:
    with db.reading() as tx:
        return factor.pairing(tx, POLICY, session_of(db, opened), "JNE")


def test_the_app_opens_the_casilla_and_nothing_is_mailed(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """X11, S29"""
    owner = turn_on(db, rosa)
    clock.advance(minutes=2)
    mailed = len(contexts(db, "login_code"))
    browser = Browser(db)
    assert browser.password(rosa.identidad, rosa.password) is None
    assert isinstance(browser.code(owner.app.code), Opened)
    assert len(contexts(db, "login_code")) == mailed


def test_the_code_of_the_app_may_be_typed_in_groups(
    db: Database, rosa: Person, clock: Clock
) -> None:
    owner = turn_on(db, rosa)
    clock.advance(minutes=1)
    code = owner.app.code
    assert owner.accepts(f" {code[:3]} {code[3:]} ")


def test_turning_it_on_ends_the_other_sessions_and_is_told(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """V 7.4.3: whoever was inside with a mailed code is out."""
    before = Browser(db, ELSEWHERE).enter(rosa)
    clock.advance(minutes=2)
    owner = turn_on(db, rosa)
    assert not alive(db, before)
    assert alive(db, owner.opened)
    assert len(contexts(db, "factor_on")) == 1


def test_a_secret_counts_once_a_first_code_confirmed_it(
    db: Database, rosa: Person, clock: Clock
) -> None:
    opened = Browser(db).enter(rosa)
    app = begin(db, opened)
    assert confirm(db, opened, app.wrong()) == Denied(Reason.WRONG)
    with db.transaction() as tx:
        assert not factor.on(tx, rosa.id)
        assert factor.check(tx, rosa.id, app.code, PHONE)
    clock.advance(minutes=3)
    assert Browser(db).password(rosa.identidad, rosa.password) is None
    assert len(contexts(db, "login_code")) == 2


def test_a_secret_not_confirmed_in_half_an_hour_is_shown_and_taken_no_more(
    db: Database, rosa: Person, clock: Clock
) -> None:
    opened = Browser(db).enter(rosa)
    app = begin(db, opened)
    for _ in range(3):
        clock.advance(minutes=10)
        with db.transaction() as tx:
            login.touch(tx, session_of(db, opened))
    assert paired(db, opened) is None
    assert confirm(db, opened, app.code) == Denied(Reason.GONE)


def test_a_secret_is_shown_no_more_once_it_is_confirmed(db: Database, rosa: Person) -> None:
    assert paired(db, turn_on(db, rosa).opened) is None


def test_a_second_secret_takes_the_place_of_one_that_waited(db: Database, rosa: Person) -> None:
    opened = Browser(db).enter(rosa)
    first, second = begin(db, opened), begin(db, opened)
    assert confirm(db, opened, first.code) == Denied(Reason.WRONG)
    assert isinstance(confirm(db, opened, second.code), list)


def test_a_secret_is_there_for_the_session_that_began_it_alone(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S29: the key of a thief's app is shown to nobody else, and no code of it turns it on."""
    thief = Browser(db, ELSEWHERE).enter(rosa)
    theirs = begin(db, thief)
    clock.advance(minutes=2)
    here = Browser(db).enter(rosa)
    assert paired(db, here) is None
    assert confirm(db, here, theirs.code) == Denied(Reason.GONE)
    hers = begin(db, here)
    assert hers.secret != theirs.secret
    assert paired(db, thief) is None
    assert confirm(db, thief, theirs.code) == Denied(Reason.GONE)
    assert isinstance(confirm(db, here, hers.code), list)


def test_a_new_password_does_away_with_a_secret_that_waits(db: Database, rosa: Person) -> None:
    """S37: whoever began it may have had a copy of the owner's own session."""
    opened = Browser(db).enter(rosa)
    begun, session = begin(db, opened), session_of(db, opened)
    with db.transaction() as tx:
        rosas = casillas.by_id(tx, rosa.id)
        password.replace(tx, POLICY, rosas, PASSWORDS.hash("otra"), PHONE, but=session.id)
    assert paired(db, opened) is None
    assert confirm(db, opened, begun.code) == Denied(Reason.GONE)


def test_each_recovery_code_opens_once_and_the_owner_is_told_how_many_are_left(
    db: Database, rosa: Person, clock: Clock
) -> None:
    owner = turn_on(db, rosa)
    assert len(set(owner.codes)) == 10
    clock.advance(minutes=6)
    browser = Browser(db)
    browser.password(rosa.identidad, rosa.password)
    opened = browser.code(owner.codes[3])
    assert isinstance(opened, Opened)
    assert [context["left"] for context in contexts(db, "recovery_code_used")] == [9]
    again = Browser(db)
    again.password(rosa.identidad, rosa.password)
    assert again.code(owner.codes[3]) == Denied(Reason.WRONG, left=4, by_app=True)
    here = session_of(db, opened)
    with db.reading() as tx:
        assert factor.state(tx, POLICY, here).codes_left == 9


def test_a_recovery_code_is_read_as_people_write(db: Database, rosa: Person) -> None:
    owner = turn_on(db, rosa)
    assert owner.accepts(owner.codes[0].lower().replace("-", " ").replace("0", "o"))


def test_new_recovery_codes_void_the_old_ones(db: Database, rosa: Person, clock: Clock) -> None:
    owner = turn_on(db, rosa)
    clock.advance(minutes=6)
    with db.transaction() as tx:
        new = factor.renew(tx, owner.session, owner.app.code, PHONE)
    assert isinstance(new, list)
    assert not owner.accepts(owner.codes[0])
    assert owner.accepts(new[0])


def test_new_recovery_codes_want_a_code(db: Database, rosa: Person) -> None:
    """Whoever has the session and the password must not mint a way past the app."""
    owner = turn_on(db, rosa)
    with db.transaction() as tx:
        denied = factor.renew(tx, owner.session, owner.app.wrong(), PHONE)
    assert denied == Denied(Reason.WRONG)
    assert owner.accepts(owner.codes[0])


def test_it_is_turned_off_with_a_code_and_mailed_codes_open_again(
    db: Database, rosa: Person, clock: Clock
) -> None:
    owner = turn_on(db, rosa)
    clock.advance(minutes=6)
    elsewhere = Browser(db, ELSEWHERE)
    elsewhere.password(rosa.identidad, rosa.password)
    inside = elsewhere.code(owner.app.code)
    assert isinstance(inside, Opened)
    clock.advance(minutes=1)
    with db.transaction() as tx:
        assert factor.turn_off(tx, owner.session, owner.app.wrong(), PHONE)
        assert factor.on(tx, rosa.id)
    with db.transaction() as tx:
        assert factor.turn_off(tx, owner.session, owner.app.code, PHONE) is None
    assert not alive(db, inside)
    assert len(contexts(db, "factor_off")) == 1
    assert not owner.accepts(owner.codes[0])
    clock.advance(minutes=6)
    assert isinstance(Browser(db).enter(rosa), Opened)


def test_the_entity_turns_it_off_for_an_owner_who_lost_everything(
    db: Database, rosa: Person, clock: Clock
) -> None:
    """S39: two different people answer for it, and the owner is told."""
    owner = turn_on(db, rosa)
    with db.transaction(ANA) as tx:
        number = petitions.ask_factor(tx, rosa.identidad, *TWO).id
    assert alive(db, owner.opened) and contexts(db, "factor_off") == []
    with db.transaction(LUIS) as tx:
        petitions.approve(tx, number)
    assert not alive(db, owner.opened)
    assert [context["by_entity"] for context in contexts(db, "factor_off")] == [True]
    with db.reading() as tx:
        table = tables.eventos
        row = tx.conn.execute(select(table).where(table.c.kind == "authn_factor_reset")).one()
    told = {"responsible": [*TWO], "petition": number, "asked_by": "ana"}
    assert (json.loads(row.detail), row.actor) == (told, "operator:luis")
    clock.advance(minutes=6)
    assert isinstance(Browser(db).enter(rosa), Opened)


@pytest.mark.parametrize(
    ("number", "two", "code"),
    [
        ("40000001", ("Ana Torres", " ana  torres "), "responsible.alone"),
        ("40000001", ("Ana Torres", " "), "responsible.alone"),
        ("49999999", TWO, "casilla.none"),
        ("40000002", TWO, "factor.none"),
    ],
)
def test_the_entity_turns_nothing_off_without_two_people_and_a_factor(
    db: Database, rosa: Person, bruno: Person, number: str, two: tuple[str, str], code: str
) -> None:
    turn_on(db, rosa)
    with pytest.raises(Refusal) as refused, db.transaction(ANA) as tx:
        petitions.ask_factor(tx, Identidad("DNI", number), *two)
    assert refused.value.code == code
    with db.reading() as tx:
        assert factor.on(tx, rosa.id)


def test_an_owner_without_codes_has_nothing_to_spend(db: Database, rosa: Person) -> None:
    with db.transaction() as tx:
        assert factor.check(tx, rosa.id, "123456", PHONE)
        assert factor.check(tx, rosa.id, "", PHONE)


def test_app_and_recovery_codes_outlive_the_key_that_sealed_them(
    db: Database, database_url: str, rosa: Person, clock: Clock
) -> None:
    """S67: a key of the ring is rotated and retired, and nobody has to set anything up again."""
    owner = turn_on(db, rosa)
    clock.advance(minutes=6)
    rotated = Vault(lambda purpose: {"k1": sha256(purpose.encode()).digest(), "k2": b"2" * 32})
    both = Database(database_url, clock, lambda: rotated)
    with both.transaction() as tx:
        for table in sealed.TABLES:
            sealed.renew(tx, table, "k1", None, 100)
    both.close()
    alone = Database(database_url, clock, lambda: Vault(lambda purpose: {"k2": b"2" * 32}))
    for typed in (owner.app.code, owner.codes[0]):
        with alone.transaction() as tx:
            assert factor.check(tx, rosa.id, typed, PHONE) is None
    alone.close()
