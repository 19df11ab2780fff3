"""The local register as whoever registers meets it: on both engines, S40, S66."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from proxy.domain import padron as rules
from proxy.domain.identidad import Identidad
from proxy.domain.identity import Answer, Claim, CompanyClaim, Known, PersonClaim
from proxy.domain.vault import Vault
from proxy.outside.identity import Register, Service, identity
from proxy.settings import Settings
from proxy.store import padron
from proxy.store.db import Database
from proxy.store.tables import padron as table

LUZ = PersonClaim(
    Identidad("DNI", "40000011"), "Núñez", "Ficticia", "Luz", date(1988, 2, 29), "F",
    date(2021, 7, 15), "1",
)  # fmt: skip
SUR = CompanyClaim(Identidad("RUC", "20999999906"), "Comercial Sur Ficticia S.A.C.", "Ate")
NOBODY = replace(LUZ, identidad=Identidad("DNI", "49999999"))


def load(db: Database, *claims: Claim) -> None:
    with db.transaction() as tx:
        padron.put(tx, claims)


def keys(*names: str) -> Vault:
    return Vault(lambda purpose: {name: f"{name}{purpose}".encode().ljust(32) for name in names})


def test_whoever_is_as_claimed_is_told_from_whoever_is_not(db: Database) -> None:
    load(db, LUZ, SUR)
    register = Register(db)
    assert register.check(LUZ).answer is Answer.MATCHES
    assert (
        register.check(replace(LUZ, nombres="LUZ", apellido_paterno="NÚÑEZ")).answer
        is Answer.MATCHES
    )
    assert register.check(SUR).answer is Answer.MATCHES
    # The same word for a wrong value and for somebody who is not there.
    assert register.check(replace(LUZ, nombres="Lus")).answer is Answer.DIFFERS
    assert register.check(NOBODY).answer is Answer.DIFFERS


def test_it_says_who_represents_a_company_and_nobody_else(db: Database) -> None:
    """S81: this very person, and this company."""
    other = CompanyClaim(Identidad("RUC", "20000000028"), "Otra Ficticia S.A.C.", "Ate")
    with db.transaction() as tx:
        known = Known((LUZ.identidad,), ("sur@example.org",))
        padron.put(tx, [LUZ, SUR, other], {SUR.identidad: known})
    register = Register(db)
    assert register.represents(LUZ.identidad, SUR.identidad) is Answer.MATCHES
    assert register.represents(NOBODY.identidad, SUR.identidad) is Answer.DIFFERS
    assert register.represents(LUZ.identidad, other.identidad) is Answer.DIFFERS
    assert register.represents(LUZ.identidad, NOBODY.identidad) is Answer.DIFFERS
    same_number = replace(LUZ.identidad, kind="CE")
    assert register.represents(same_number, SUR.identidad) is Answer.DIFFERS
    assert register.check(SUR) == (Answer.MATCHES, ("sur@example.org",))
    assert register.check(replace(SUR, distrito="Lince")) == (Answer.DIFFERS, ())
    load(db, SUR)  # a later file without the column takes the power away
    assert register.represents(LUZ.identidad, SUR.identidad) is Answer.DIFFERS


def test_what_cannot_be_read_confirms_no_power(db: Database) -> None:
    """S66: nor does a row read the powers of another one."""
    other = CompanyClaim(Identidad("RUC", "20000000028"), "Otra Ficticia S.A.C.", "Ate")
    with db.transaction() as tx:
        padron.put(tx, [SUR, other], {SUR.identidad: Known((LUZ.identidad,))})
        sealed = tx.conn.execute(
            select(table.c.known).where(table.c.lookup == tx.vault.lookup(str(SUR.identidad)))
        ).scalar_one()
        assert b"40000011" not in sealed
        tx.conn.execute(update(table).values(known=sealed))
    assert Register(db).represents(LUZ.identidad, other.identidad) is Answer.UNAVAILABLE


def test_nobody_can_be_checked_by_an_empty_register(db: Database) -> None:
    assert Register(db).check(LUZ).answer is Answer.UNAVAILABLE


def test_a_record_comes_in_place_of_the_one_before(db: Database) -> None:
    load(db, LUZ, SUR)
    moved = replace(SUR, distrito="Lince")
    load(db, moved)
    assert Register(db).check(moved).answer is Answer.MATCHES
    assert Register(db).check(SUR).answer is Answer.DIFFERS
    assert Register(db).check(LUZ).answer is Answer.MATCHES
    with db.reading() as tx:
        assert len(tx.conn.execute(select(table)).all()) == 2


def test_a_record_is_replaced_under_the_keys_of_today(db: Database) -> None:
    """S67: a rotation leaves no second record behind."""
    db.vault = lambda: keys("old")
    load(db, LUZ)
    db.vault = lambda: keys("old", "new")
    assert Register(db).check(LUZ).answer is Answer.MATCHES
    married = replace(LUZ, apellido_materno="Inventada")
    load(db, married)
    assert Register(db).check(LUZ).answer is Answer.DIFFERS
    db.vault = lambda: keys("new")
    assert Register(db).check(married).answer is Answer.MATCHES


def test_a_record_that_cannot_be_read_is_no_answer(db: Database) -> None:
    load(db, LUZ)
    with db.transaction() as tx:
        tx.conn.execute(update(table).values(record=b"\x02k1" + b"x" * 60))
    assert Register(db).check(LUZ).answer is Answer.UNAVAILABLE


def test_the_table_tells_nothing_of_anybody(db: Database) -> None:
    """S66: and a record is not read in the row of somebody else."""
    load(db, LUZ, SUR)
    with db.reading() as tx:
        rows = tx.conn.execute(select(table)).all()
    content = b"".join(bytes(value) for row in rows for value in row)
    for secret in (b"40000011", b"luz", b"1988", b"20999999906", b"comercial"):
        assert secret not in content.lower()
    with db.transaction() as tx:
        for row, other in zip(rows, reversed(rows), strict=True):
            where = table.c.lookup == row.lookup
            tx.conn.execute(update(table).where(where).values(record=other.record))
    assert Register(db).check(LUZ).answer is Answer.UNAVAILABLE


def test_the_decoy_is_opened_and_is_nobody(db: Database) -> None:
    """An identidad that is not there costs what one that is there costs."""
    load(db, LUZ)
    with db.reading() as tx:
        found, decoy = padron.find(tx, LUZ.identidad), padron.find(tx, NOBODY.identidad)
    assert (found.there, decoy.there) == (True, False)
    assert decoy.record == padron.DECOY
    assert abs(len(decoy.record) - len(rules.written(LUZ))) < 20
    assert rules.written(NOBODY) != decoy.record


def test_the_setting_chooses_who_is_asked(db: Database) -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    assert identity(settings, db) == Register(db)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        identity_url="https://verifica.example/personas",
        identity_token="llave",
        identity_headers=" X-Entidad: 123 | X-Sistema: casilla: uno ",  # type: ignore[arg-type]
        identity_read_seconds=3,
    )
    service = identity(settings, db)
    assert isinstance(service, Service)
    assert (service.url, service.connect_seconds, service.read_seconds) == (
        "https://verifica.example/personas",
        2,
        3,
    )
    assert service.headers == {
        "X-Entidad": "123",
        "X-Sistema": "casilla: uno",
        "Authorization": "Bearer llave",
    }
    assert "llave" not in repr(settings) + repr(service)
    assert "X-Entidad" not in repr(settings) + repr(service)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("identity_url", ""),
        ("identity_url", "padron:otro"),
        ("identity_url", "http://verifica.example/"),  # personal data in the clear
        ("identity_url", "http://10.0.0.7/"),
        ("identity_url", "ftp://verifica.example/"),
        ("identity_url", "https:///personas"),
        ("identity_url", "https://usuario:clave@verifica.example/"),
        ("identity_url", "https://verifica.example:puerto/"),
        ("identity_url", "https://verifica.example/a b\r\nX: y"),
        ("identity_token", "a\r\nX: y"),
        ("identity_token", " llave"),
        ("identity_headers", "X-Entidad"),
        ("identity_headers", "X Entidad: 1"),
        ("identity_headers", "X-Entidad: 1\r\nX-Otra: 2"),
        ("identity_headers", ": 1"),
        ("identity_connect_seconds", 0),
        ("identity_read_seconds", 31),
    ],
)
def test_a_setting_that_would_not_work_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        Settings(_env_file=None, **{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]"])
def test_plain_http_stays_on_this_machine(host: str) -> None:
    url = f"http://{host}/"
    assert Settings(_env_file=None, identity_url=url).identity_url == url  # type: ignore[call-arg]
