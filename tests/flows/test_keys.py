"""Keys are added and retired while people go on: S66, S67, on both engines."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select, update

from proxy.domain.constancia_acts import Kind
from proxy.domain.events import Event
from proxy.domain.identidad import Identidad, parse_identidad
from proxy.domain.identity import PersonClaim
from proxy.domain.vault import Unsealable, Vault
from proxy.errors import Refusal
from proxy.flows import api_keys, audit, keys
from proxy.flows.audit import Whole
from proxy.keys import file
from proxy.keys.ring import create_keyring, read_keyring
from proxy.store import (
    casillas,
    challenges,
    changes,
    constancias,
    devices,
    factors,
    links,
    outbox,
    padron,
    petitions,
    sealed,
    sessions,
    tables,
)
from proxy.store import eventos as notes
from proxy.store.challenges import NewChallenge
from proxy.store.db import Database
from proxy.store.tx import Tx
from tests.clock import Clock
from tests.flows.retire_killed import retire
from tests.people import BRUNO, COMERCIAL_SUR, ROSA, cheap, open_casilla
from tests.recorded import advance_all, verify
from tests.ringed import opened

ROOT = Path(__file__).parents[2]
PEOPLE = (ROSA, BRUNO, COMERCIAL_SUR)
RECORDS = ("DNI-40000001", "CE-001234567", "PAS-AB12345")
THERE = b"c" * 16
TOKEN = "of a session"


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    create_keyring(tmp_path / "claves.json")
    return tmp_path / "claves.json"


@pytest.fixture
def db(database_url: str, clock: Clock, ring: Path) -> Iterator[Database]:
    """With something in every sealed column."""
    db = opened(database_url, ring, clock)
    fill(db, ring)
    yield db
    db.close()


def fill(db: Database, ring: Path) -> None:
    passwords = cheap(read_keyring(ring).subkeys("password"))
    people = [open_casilla(db, person, passwords) for person in PEOPLE]
    with db.transaction() as tx:
        for person in people:
            notes.note(tx, Event.CASILLA_OPENED, person.id)
        rosa = owner(tx, ROSA.identidad)
        casillas.set_phone(tx, rosa, "+51987654321")
        casillas.set_second_email(tx, rosa, "otra@example.com")
        padron.put(tx, [claim(record) for record in RECORDS])
        outbox.add(tx, "alerta", rosa, asunto="Carta")
        api_keys.create(tx, "SGD")
        casillas.lock(tx, rosa.id)
        factors.add(tx, rosa.id, "JBSWY3DPEHPK3PXP", b"s" * 16)
        changes.add(tx, rosa.id, "email", ROSA.email, "nueva@example.com", b"f", tx.now)
        petitions.add(tx, "email", rosa.id, "otra@example.com", ["Ana"], "ana", tx.now)
        challenges.add(tx, a_code(tx, rosa.id, THERE, tx.now))
        constancias.add(tx, "CC-2026-000001-Z", rosa.id, None, Kind.AFILIACION, FACTS, tx.now)
        told = {"constancia": "CC-2026-000001-Z", "facts": sha256(FACTS.encode()).hexdigest()}
        notes.note(tx, Event.CASILLA_OPENED, rosa.id, **told)
        claimed = constancias.claim(tx, timedelta(minutes=1))
        assert claimed
        constancias.state(tx, claimed, "{}")
        devices.add(tx, THERE, rosa.id, "")
        session = sessions.add(tx, tx.vault.digest(TOKEN), rosa.id, THERE, tx.now, "", "")
        notes.note(tx, Event.SESSION_STARTED, rosa.id, session=session)
        registration = {
            "id": THERE,
            "visit": b"f",
            "lookup": tx.vault.lookup(str(ROSA.identidad)),
            "data": tx.vault.seal("registrations.data", THERE, "{}"),
            "created_at": tx.now,
            "expires_at": tx.now,
        }
        tx.conn.execute(tables.registrations.insert(), registration)


FACTS = '{"entorno":"real","evento":"afiliacion","id":"CC-2026-000001-Z"}'


def a_code(tx: Tx, casilla_id: int, name: bytes, until: datetime) -> NewChallenge:
    return NewChallenge(
        name, "login", casilla_id, b"s", name * 2, tx.vault.newest, "email", "a@b.pe",
        tx.now, until, "", "",
    )  # fmt: skip


def claim(record: str) -> PersonClaim:
    day = date(1990, 1, 2)
    return PersonClaim(parse_identidad(record), "Ñahui", "", "Inés", day, "F", day, "")


def owner(tx: Tx, identidad: Identidad) -> casillas.Casilla:
    found = casillas.by_identidad(tx, identidad)
    assert found is not None
    return found


def everything(db: Database) -> list[str]:
    """What every sealed column says, and everybody is found who was there."""
    said = []
    with db.reading() as tx:
        for table in sealed.TABLES:
            for row in tx.conn.execute(select(table)).mappings():
                for column in table.c:
                    if (tie := column.info.get("sealed")) and row[column.name]:
                        place = row[tie].encode() if isinstance(row[tie], str) else row[tie]
                        name = f"{table.name}.{column.name}"
                        said.append(f"{name}={tx.vault.open(name, place, row[column.name])}")
        for person in PEOPLE:
            assert owner(tx, person.identidad).nombres == person.nombres
        for record in RECORDS:
            assert padron.find(tx, parse_identidad(record)).there
        mine = tables.registrations.c.lookup.in_(tx.vault.lookups(str(ROSA.identidad)))
        assert tx.conn.execute(select(tables.registrations.c.id).where(mine)).all()
    return sorted(said)


def verified(db: Database) -> bool:
    return isinstance(verify(db), Whole)


def rotate(db: Database, ring: Path) -> str:
    added = file.rotate(ring, db.clock())
    with db.transaction() as tx:
        keys.record_added(tx, added)
    return added


def test_the_filling_leaves_no_sealed_column_empty(db: Database) -> None:
    """So that the other tests speak of all of them."""
    names = {f"{t.name}.{c.name}" for t in sealed.TABLES for c in t.c if "sealed" in c.info}
    assert {said.partition("=")[0] for said in everything(db)} == names


def test_what_an_older_key_sealed_is_read_and_what_is_new_takes_the_newest(
    db: Database, ring: Path
) -> None:
    before = everything(db)
    assert rotate(db, ring) == "k2"
    assert everything(db) == before
    with db.transaction() as tx:
        casillas.set_email(tx, owner(tx, BRUNO.identidad), "otro@example.com")
    with db.reading() as tx:
        assert keys.hanging(tx, "k2", None) == keys.Hanging(0, 1, None)
        assert keys.hanging(tx, "k1", tx.now).passwords == 3
    assert verified(db)


def test_a_key_is_retired_once_nothing_hangs_on_it(db: Database, ring: Path) -> None:
    before = everything(db)
    rotate(db, ring)
    rehash(db, ring)
    retire(db, ring, "k1")
    assert everything(db) == before
    assert verified(db)
    now = read_keyring(ring)
    assert (list(now.keys), list(now.retired)) == (["k2"], ["k1"])
    assert now.subkeys("audit")["k2"] != now.retired["k1"]
    with db.reading() as tx:
        assert keys.hanging(tx, "k1", tx.now) == keys.Hanging(0, 0, None)
        assert tx.vault.code_key("k1") is None
        with pytest.raises(Unsealable):
            tx.vault.mac(b"x", "k1")


def rehash(db: Database, ring: Path) -> None:
    passwords = cheap(read_keyring(ring).subkeys("password"))
    with db.transaction() as tx:
        for person in PEOPLE:
            casilla = owner(tx, person.identidad)
            proof = passwords.prove(casilla.password, person.password)
            assert proof.stored is not None
            assert casillas.keep_password(tx, casilla.id, proof.stored, proof.new_hash)


def test_a_key_that_somebodys_password_needs_is_retired_by_force_only(
    db: Database, ring: Path
) -> None:
    rotate(db, ring)
    with pytest.raises(Refusal) as refused:
        retire(db, ring, "k1")
    assert refused.value.code == "keys.passwords"
    assert "desde que se agregó la nueva: 3." in str(refused.value)
    assert list(read_keyring(ring).keys) == ["k1", "k2"]
    retire(db, ring, "k1", force=True)
    with db.reading() as tx:
        # As who never had one: an answer takes as long for them as for others (S31).
        assert [owner(tx, person.identidad).password for person in PEOPLE] == [None] * 3


def test_a_key_that_signed_a_link_which_still_serves_is_retired_by_force_only(
    db: Database, ring: Path, clock: Clock
) -> None:
    """S67: somebody may still have to undo with it what a stranger did."""
    with db.transaction() as tx:
        rosa = owner(tx, ROSA.identidad)
        casillas.lock(tx, rosa.id)
        links.add(tx, "undo", rosa.id, timedelta(hours=72))
    rotate(db, ring)
    rehash(db, ring)
    for passed, ended in ((0, None), (71, "19/11/2026 a las 10:00 (hora de Lima)")):
        clock.advance(hours=passed)
        with pytest.raises(Refusal) as refused:
            retire(db, ring, "k1")
        assert refused.value.code == "keys.links"
        assert (ended or "") in str(refused.value)
    with db.transaction() as tx:  # of the newest key: it says nothing of the older one
        casillas.lock(tx, rosa.id)
        links.add(tx, "undo", rosa.id, timedelta(hours=72))
    clock.advance(hours=1)
    retire(db, ring, "k1")
    assert list(read_keyring(ring).keys) == ["k2"]


def test_links_and_codes_that_open_nothing_any_more_keep_no_key(
    db: Database, ring: Path, clock: Clock
) -> None:
    with db.transaction() as tx:
        rosa = owner(tx, ROSA.identidad)
        casillas.lock(tx, rosa.id)
        spent = links.add(tx, "undo", rosa.id, timedelta(days=9))
        links.add(tx, "not_me", rosa.id, timedelta(days=9))
        code = a_code(tx, rosa.id, b"d" * 16, tx.now + timedelta(minutes=30))
        challenges.add(tx, code)
    rotate(db, ring)
    rehash(db, ring)
    with db.transaction() as tx:
        assert keys.hanging(tx, "k1", tx.now).until == clock.now + timedelta(days=9)
        links.spend(tx, spent, "undo")
        links.end_all(tx, rosa.id, "not_me")
        assert keys.hanging(tx, "k1", tx.now).until == code.expires_at
        challenges.end_all(tx, rosa.id)
        assert keys.hanging(tx, "k1", tx.now).until is None
    retire(db, ring, "k1")


def test_by_force_a_key_goes_although_links_still_serve(db: Database, ring: Path) -> None:
    """It may have leaked."""
    with db.transaction() as tx:
        casillas.lock(tx, owner(tx, ROSA.identidad).id)
        links.add(tx, "undo", owner(tx, ROSA.identidad).id, timedelta(hours=72))
    rotate(db, ring)
    retire(db, ring, "k1", force=True)
    assert list(read_keyring(ring).keys) == ["k2"]


def test_a_key_is_kept_for_what_is_damaged(db: Database, ring: Path) -> None:
    rotate(db, ring)
    with db.transaction() as tx:
        bruno = owner(tx, BRUNO.identidad)
        (broken,) = tx.conn.execute(
            select(tables.casillas.c.email).where(tables.casillas.c.id == bruno.id)
        ).scalars()
        spoilt = {"email": broken[:-1] + bytes([broken[-1] ^ 1])}
        this = tables.casillas.c.id == bruno.id
        tx.conn.execute(update(tables.casillas).where(this).values(spoilt))
    with pytest.raises(Refusal) as refused:
        retire(db, ring, "k1", force=True)
    assert refused.value.code == "keys.stuck"
    assert "no se pueden sellar otra vez: 1." in str(refused.value)
    with db.reading() as tx:
        assert keys.hanging(tx, "k1", tx.now).rows == 1
    assert "k1" in read_keyring(ring).keys


def test_the_key_in_use_and_one_that_is_not_there_are_not_retired(ring: Path) -> None:
    for key_id, code in (("k1", "keys.newest"), ("k9", "keys.unknown")):
        with pytest.raises(Refusal) as refused:
            file.refuse_in_use(ring, key_id)
        assert refused.value.code == code


@pytest.mark.lento
def test_killed_at_any_instant_a_retirement_loses_nothing(
    db: Database, database_url: str, ring: Path
) -> None:
    """kill -9 between any two statements, over and over; the next one goes on."""
    with db.transaction() as tx:
        tx.conn.execute(update(tables.casillas).values(password=None))
    before = everything(db)
    db.engine.dispose()
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.retire_killed", database_url, str(ring)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert int(done.stdout) > 20, "it hardly ran"
    assert everything(db) == before
    assert verified(db)
    for key_id in list(read_keyring(ring).keys)[:-1]:
        retire(db, ring, key_id)
    assert everything(db) == before
    assert len(read_keyring(ring).keys) == 1
    assert verified(db)


def test_an_export_names_somebody_alike_before_and_after(db: Database, ring: Path) -> None:
    def users() -> list[str]:
        advance_all(db)
        with db.reading() as tx:
            return [line["user"] for line in audit.lines(tx) if line["user"]]

    before = users()
    assert len(set(before)) == 3
    rotate(db, ring)
    assert users() == before
    retire(db, ring, "k1", force=True)
    assert users() == before


def test_a_vault_of_the_ring_names_its_keys(ring: Path) -> None:
    assert Vault(read_keyring(ring).subkeys).newest == "k1"
