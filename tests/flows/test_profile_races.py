"""A change and its undoing happen once, under four processes on both engines: S24, R32."""

from functools import partial

from proxy.domain.session import Session
from proxy.flows import profile
from proxy.store import casillas
from proxy.store.db import Database
from tests.clock import Clock
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, contexts, mailed_code
from tests.flows.inside import Inside
from tests.people import Person, vault
from tests.racing import race

NEW = "one@example.org"


def verify_many(session: Session, visit: str, code: str, database_url: str) -> list[bool]:
    db = Database(database_url, Clock(), vault)
    done = []
    for _ in range(5):
        with db.transaction() as tx:
            done.append(profile.verify(tx, POLICY, session, visit, code, PHONE).denied is None)
    return done


def undo_many(link: bytes, database_url: str) -> list[bool]:
    db = Database(database_url, Clock(), vault)
    undone = []
    for _ in range(5):
        with db.transaction() as tx:
            undone.append(profile.undo(tx, link, ELSEWHERE))
    return undone


def test_a_new_address_is_proved_once(db: Database, database_url: str, rosa: Person) -> None:
    her = Inside(db, rosa)
    her.start(NEW)
    her.code("email_old_code")
    code = mailed_code(db, name="email_new_code")
    work = partial(verify_many, her.session, her.visit, code)
    assert sum(race(work, database_url)) == 1
    assert len(contexts(db, "email_changed")) == 1


def test_a_change_is_undone_once(db: Database, database_url: str, rosa: Person) -> None:
    her = Inside(db, rosa)
    her.email(NEW)
    link = bytes.fromhex(str(contexts(db, "email_changed")[0]["link"]))
    assert sum(race(partial(undo_many, link), database_url)) == 1
    assert len(contexts(db, "profile_undone")) == 2
    with db.reading() as tx:
        assert casillas.by_id(tx, rosa.id).email == rosa.email
