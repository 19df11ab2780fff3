"""The demonstration."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Row, select

from proxy.domain.files import Limits
from proxy.domain.identidad import check_cui, parse_identidad
from proxy.domain.identity import Answer, PersonClaim
from proxy.domain.sender import Sender
from proxy.flows import demonstration, inbox
from proxy.flows.constancias import LATE
from proxy.flows.demonstration_people import (
    CARMEN,
    COMERCIAL_SUR,
    ROSA,
    STORIES,
    STRANGERS,
    SYSTEM,
    Person,
)
from proxy.outside.identity import Register
from proxy.store import casillas, deposits, notificaciones, tables
from proxy.store.db import Database
from proxy.store.documents import Documents
from tests.clock import Clock
from tests.people import PASSWORDS, vault
from tests.plazos import CATALOG

LIMITS = Limits(acto=1_000_000, anexo=1_000_000, anexos=5)
HASHED = PASSWORDS.hash("whatever they share")


def load(db: Database, documents: Documents) -> None:
    with db.reading() as tx:
        missing = demonstration.missing(tx)
    with db.transaction() as tx:
        demonstration.load(tx, documents, LIMITS, CATALOG, dict.fromkeys(missing, HASHED))


def rows(db: Database, table: str) -> list[Row[tuple[object, ...]]]:
    found = tables.metadata.tables[table]
    with db.reading() as tx:
        return list(tx.conn.execute(select(found).order_by(*found.primary_key)))


def casilla_of(db: Database, person: Person) -> int:
    with db.reading() as tx:
        casilla = casillas.by_identidad(tx, person.identidad)
    assert casilla is not None
    return casilla.id


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    return Documents(tmp_path / "documentos")


@dataclass(frozen=True)
class Loaded:
    db: Database
    documents: Documents
    clock: Clock


@pytest.fixture(scope="module")
def loaded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """All of it, once, for who reads it: to load it takes a second. That both engines take it, the
    tests that load again tell."""
    folder, clock = tmp_path_factory.mktemp("demonstration"), Clock()
    db = Database(f"sqlite:///{shutil.copy(sqlite_template, folder)}", clock, vault)
    load(db, Documents(folder / "documentos"))
    yield Loaded(db, Documents(folder / "documentos"), clock)
    db.close()


def test_the_people_have_well_formed_identidades_and_reach_nobody() -> None:
    for person in STORIES:
        assert parse_identidad(str(person.identidad)) == person.identidad
        assert person.email.endswith(".example")
        assert re.search("[A-Z].*[0-9]", person.password)
        assert len(person.password) >= 8
    assert Counter(person.identidad.kind for person in STORIES) == {"DNI": 3, "RUC": 1}


def test_each_has_acts_of_two_years_read_and_unread_with_whole_files(loaded: Loaded) -> None:
    db, clock = loaded.db, loaded.clock
    for person in STORIES:
        casilla = casilla_of(db, person)
        mine = [row for row in rows(db, "notificaciones") if row.casilla_id == casilla]
        assert {row.read_at is None for row in mine} == {True, False}
        assert all(row.issued_at < row.deposited_at < clock.now for row in mine)
        assert all(
            row.read_at is None or row.deposited_at < row.read_at <= clock.now for row in mine
        )
        oldest = min(row.deposited_at for row in mine)
        assert timedelta(days=600) < clock.now - oldest < timedelta(days=735)
    for file in rows(db, "files"):
        assert loaded.documents.intact(file.sha256)
    kinds = {file.media_type for file in rows(db, "files")}
    assert kinds == {"application/pdf", "image/png", "text/plain", "text/csv"}


def test_one_of_them_needs_several_pages_of_each_list(loaded: Loaded) -> None:
    casilla = casilla_of(loaded.db, CARMEN)
    with loaded.db.reading() as tx:
        for read in (False, True):
            assert inbox.page(tx, casilla, read=read).older is not None


def test_the_register_knows_others_who_have_no_casilla(loaded: Loaded) -> None:
    """Whoever tries the registration has somebody to be."""
    db = loaded.db
    with db.transaction() as tx:
        demonstration.introduce(tx)
    before = rows(db, "padron")
    with db.transaction() as tx:
        demonstration.introduce(tx)
    assert rows(db, "padron") == before
    manual = Path(__file__).parents[2] / "site_src/pages/manual/identidad.md"
    told = manual.read_text(encoding="utf-8")
    for one in STRANGERS:
        assert Register(db).check(one).answer is Answer.MATCHES
        with db.reading() as tx:
            assert casillas.by_identidad(tx, one.identidad) is None
        values = [one.identidad.number, *list(vars(one).values())[1:]]
        if isinstance(one, PersonClaim):
            assert one.cui == "" or check_cui(one.identidad.number, one.cui) == one.cui
            values[0] = f"{one.identidad.kind} {one.identidad.number}"
            cells = [values[0], one.cui, *values[1:4], one.born_on, one.sexo, one.issued_on]
            values = [f"{v:%d/%m/%Y}" if isinstance(v, date) else v for v in cells]
        assert f"| {' | '.join(values)} |".replace("|  |", "| |") in told


def test_one_was_annulled_and_replaced_and_a_test_is_seen_only_by_its_sender(
    loaded: Loaded,
) -> None:
    """X6, X7"""
    db = loaded.db
    casilla = casilla_of(db, ROSA)
    mine, tests = Sender(SYSTEM), Sender(SYSTEM, test=True)
    with db.reading() as tx:
        shown = inbox.page(tx, casilla, read=False)
        [(wrong, said)] = shown.annulled.items()
        assert said.replacement in {row.id for row in shown.rows}
        assert deposits.one(tx, mine, wrong) and deposits.one(tx, mine, said.replacement)
        [test] = [row for row in rows(db, "notificaciones") if row.test]
        assert deposits.one(tx, tests, test.id) and not deposits.one(tx, mine, test.id)
        assert test.number.startswith("CP-") and notificaciones.one(tx, casilla, test.id) is None
        declared = [inbox.detail(tx, casilla, row.id).notificacion.declared for row in shown.rows]
    assert {bool(one and one.remedies) for one in declared} == {True, False}
    assert any(one and one.no_remedies for one in declared) and None in declared


def test_no_message_leaves(loaded: Loaded) -> None:
    assert rows(loaded.db, "outbox") == []


def test_what_it_wrote_of_the_past_is_not_late_at_once(loaded: Loaded) -> None:
    waiting = [row for row in rows(loaded.db, "constancias") if not row.test]
    assert {row.late_at for row in waiting} == {loaded.clock.now + LATE}
    assert min(row.at for row in waiting) < loaded.clock.now - LATE


def test_loading_again_changes_nothing(db: Database, documents: Documents, clock: Clock) -> None:
    load(db, documents)
    before = {name: rows(db, name) for name in tables.metadata.tables}
    clock.advance(days=40)
    load(db, documents)
    assert {name: rows(db, name) for name in tables.metadata.tables} == before


def test_whoever_is_there_is_left_alone_and_the_others_come(
    db: Database, documents: Documents
) -> None:
    some = {person: HASHED for person in STORIES if person is not COMERCIAL_SUR}
    with db.transaction() as tx:
        demonstration.load(tx, documents, LIMITS, CATALOG, some)
    before = rows(db, "notificaciones")
    load(db, documents)
    assert len(rows(db, "casillas")) == len(STORIES)
    after = rows(db, "notificaciones")
    assert len(after) == len(before) + len(STORIES[COMERCIAL_SUR])
    assert set(before) < set(after)


def test_an_acto_is_an_accessible_pdf_that_says_it_is_worth_nothing(loaded: Loaded) -> None:
    [file, *_] = [f for f in rows(loaded.db, "files") if f.position == 0]
    content = loaded.documents.path(file.sha256).read_bytes()
    for metadata in ("pdfuaid:part", "pdfaid:part", "DEMOSTRACIÓN SIN VALOR LEGAL"):
        assert metadata.encode() in content
