"""The inbox, without HTTP: M83–M85, M89, R19 and R20, S54, S51, S71, S72."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from proxy.domain.client import Client
from proxy.domain.notificacion import File
from proxy.errors import Denied, NotYours, Reason
from proxy.flows import inbox
from proxy.flows.inbox import Detail, Page
from proxy.store import tables
from proxy.store.db import Database
from tests.casilla import Casilla, Offered
from tests.clock import Clock
from tests.flows.test_limiting import limited
from tests.people import Person, vault
from tests.plazos import CATALOG
from tests.racing import race

PHONE = Client("203.0.113.7", "Chrome en Android")
ELSEWHERE = Client("198.51.100.9", "Firefox")
ANEXOS = [Offered("cargo.pdf"), Offered("informe.pdf")]


class Reader:
    """What the owner of a casilla does, each in a transaction of its own."""

    def __init__(self, db: Database, person: Person, client: Client = PHONE) -> None:
        self.db = db
        self.person = person
        self.client = client

    def page(self, *, read: bool = False, key: bytes | None = None, older: bool = True) -> Page:
        with self.db.reading() as tx:
            return inbox.page(tx, self.person.id, read=read, key=key, older=older)

    def open(self, notificacion_id: bytes) -> None:
        with self.db.transaction() as tx:
            inbox.open(tx, self.person.id, notificacion_id, CATALOG)

    def detail(self, notificacion_id: bytes) -> Detail:
        with self.db.reading() as tx:
            return inbox.detail(tx, self.person.id, notificacion_id)

    def files(self, notificacion_id: bytes) -> list[File] | Denied:
        with self.db.transaction() as tx:
            return inbox.files(tx, self.person.id, notificacion_id, self.client)

    def take(self, notificacion_id: bytes) -> list[File]:
        files = self.files(notificacion_id)
        assert isinstance(files, list)
        with self.db.transaction() as tx:
            inbox.record_download(tx, CATALOG, files)
        return files


@pytest.fixture
def letter(db: Database, rosa: Person) -> bytes:
    """One unread notificacion of Rosa's, with two anexos."""
    with db.transaction() as tx:
        return Casilla(rosa).serve(tx, anexos=ANEXOS)


@pytest.fixture
def letters(db: Database, rosa: Person, clock: Clock) -> Callable[[int], list[bytes]]:
    """Puts so many into Rosa's casilla, a minute apart, and gives their ids, newest first."""

    def serve(count: int) -> list[bytes]:
        with db.transaction() as tx:
            start = tx.now - timedelta(minutes=count)
            ids = [
                Casilla(rosa).serve(tx, f"Carta {n}", at=start + timedelta(minutes=n))
                for n in range(count)
            ]
        return ids[::-1]

    return serve


def trail(db: Database, event: str) -> list[Any]:
    table = tables.eventos
    with db.reading() as tx:
        rows = tx.conn.execute(select(table).where(table.c.kind == event).order_by(table.c.id))
        return list(rows)


def pages(reader: Reader, read: bool) -> Iterator[Page]:
    """Every page, from the newest to the oldest."""
    page = reader.page(read=read)
    yield page
    while page.older:
        page = reader.page(read=read, key=page.older)
        yield page


def ids(page: Page) -> list[bytes]:
    return [row.id for row in page.rows]


def test_what_was_deposited_is_pending_newest_first_and_counted(
    db: Database, rosa: Person, bruno: Person, letters: Callable[[int], list[bytes]]
) -> None:
    """M83"""
    served = letters(3)
    page = Reader(db, rosa).page()
    assert ids(page) == served
    assert (page.counts.pending, page.counts.read) == (3, 0)
    assert (page.newer, page.older) == (None, None)
    assert Reader(db, bruno).page().rows == []
    assert Reader(db, bruno).page().counts.pending == 0


def test_opening_moves_it_from_pending_to_read(
    db: Database, rosa: Person, letters: Callable[[int], list[bytes]]
) -> None:
    """M83, M85"""
    newest, oldest = letters(2)
    reader = Reader(db, rosa)
    reader.open(oldest)
    assert ids(reader.page()) == [newest]
    assert ids(reader.page(read=True)) == [oldest]
    assert (reader.page().counts.pending, reader.page().counts.read) == (1, 1)


def test_it_is_read_once_and_for_ever(
    db: Database, rosa: Person, clock: Clock, letter: bytes
) -> None:
    """R19: the second time leaves no trace, and the first one stays."""
    reader = Reader(db, rosa)
    reader.open(letter)
    first = clock()
    clock.advance(days=3)
    reader.open(letter)
    assert reader.detail(letter).notificacion.read_at == first
    [note] = trail(db, "notificacion_read")
    assert (note.at, note.casilla_id, note.notificacion) == (first, rosa.id, letter)


def open_the_only_one(database_url: str) -> list[int]:
    db = Database(database_url, vault=vault)
    with db.reading() as tx:
        [row] = tx.conn.execute(select(tables.notificaciones))
    with db.transaction() as tx:
        inbox.open(tx, row.casilla_id, row.id, CATALOG)
    db.close()
    return [1]


def test_four_processes_that_open_it_together_read_it_once(
    database_url: str, db: Database, letter: bytes
) -> None:
    assert race(open_the_only_one, database_url) == [1, 1, 1, 1]
    assert len(trail(db, "notificacion_read")) == 1


def test_looking_at_it_marks_nothing(db: Database, rosa: Person, letter: bytes) -> None:
    """S54"""
    reader = Reader(db, rosa)
    for _ in range(2):
        assert reader.detail(letter).notificacion.read_at is None
        assert reader.page().counts.pending == 1
        assert reader.files(letter) == Denied(Reason.UNREAD)
    assert trail(db, "notificacion_read") == []


def test_its_three_dates_stay_apart(
    db: Database, rosa: Person, clock: Clock, letter: bytes
) -> None:
    """R20"""
    deposited = clock()
    clock.advance(days=2)
    Reader(db, rosa).open(letter)
    found = Reader(db, rosa).detail(letter).notificacion
    assert found.issued_at == deposited - timedelta(days=7, minutes=13)
    assert (found.deposited_at, found.read_at) == (deposited, deposited + timedelta(days=2))


def test_nobody_else_finds_it(db: Database, rosa: Person, bruno: Person, letter: bytes) -> None:
    """S71: what is Rosa's and what does not exist are the same to Bruno, opened or not."""
    thief = Reader(db, bruno, ELSEWHERE)
    for _ in range(2):
        for target in (letter, bytes(16), b""):
            for attempt in (thief.open, thief.detail, thief.files):
                with pytest.raises(NotYours):
                    attempt(target)
        Reader(db, rosa).open(letter)
    assert len(trail(db, "notificacion_read")) == 1


def test_files_come_after_reading_acto_first(db: Database, rosa: Person, letter: bytes) -> None:
    """M89"""
    reader = Reader(db, rosa)
    assert reader.files(letter) == Denied(Reason.UNREAD)
    reader.open(letter)
    assert [file.name for file in reader.take(letter)] == [
        "CARTA 9.pdf",
        "cargo.pdf",
        "informe.pdf",
    ]
    detail = reader.detail(letter)
    assert [detail.acto.position, *(file.position for file in detail.anexos)] == [0, 1, 2]


def test_each_file_that_leaves_is_on_the_record(db: Database, rosa: Person, letter: bytes) -> None:
    """S72"""
    reader = Reader(db, rosa)
    reader.open(letter)
    reader.take(letter)
    [note] = trail(db, "sensitive_read")
    assert (note.casilla_id, note.notificacion) == (rosa.id, letter)
    assert json.loads(note.detail) == {"positions": [0, 1, 2]}


def test_sixty_downloads_a_minute_and_no_more(
    db: Database, rosa: Person, clock: Clock, letter: bytes
) -> None:
    """S51"""
    reader = Reader(db, rosa)
    reader.open(letter)
    for _ in range(60):
        assert isinstance(reader.files(letter), list)
    assert reader.files(letter) == Denied(Reason.LIMITED, timedelta(seconds=1))
    assert Reader(db, rosa, ELSEWHERE).files(letter) == Denied(Reason.LIMITED, timedelta(seconds=1))
    clock.advance(seconds=1)
    assert isinstance(reader.files(letter), list)


def test_a_flood_of_downloads_is_one_evento(db: Database, rosa: Person, letter: bytes) -> None:
    """S51, S69"""
    reader = Reader(db, rosa)
    reader.open(letter)
    assert sum(isinstance(reader.files(letter), Denied) for _ in range(70)) > 1
    assert limited(db) == 1


def test_an_address_takes_a_hundred_and_twenty_a_minute_over_all_its_people(
    db: Database, rosa: Person, bruno: Person, comercial_sur: Person
) -> None:
    """S51"""
    taken = 0
    for person in (rosa, bruno, comercial_sur):
        with db.transaction() as tx:
            letter = Casilla(person).serve(tx)
        reader = Reader(db, person)
        reader.open(letter)
        taken += sum(isinstance(reader.files(letter), list) for _ in range(50))
    assert taken == 120


def test_ten_thousand_rows_are_walked_once_each_in_both_directions(
    db: Database, rosa: Person, letters: Callable[[int], list[bytes]]
) -> None:
    """Pages go by key: each row is on one page, and the way back shows the same pages."""
    served = letters(10_000)
    reader = Reader(db, rosa)
    down = list(pages(reader, read=False))
    assert [id for page in down for id in ids(page)] == served
    assert {len(page.rows) for page in down} == {inbox.ROWS}
    page, up = down[-1], [ids(down[-1])]
    while page.newer:
        page = reader.page(key=page.newer, older=False)
        up.append(ids(page))
    assert up[::-1] == [ids(page) for page in down]


def test_the_way_back_ends_at_a_whole_first_page(
    db: Database, rosa: Person, clock: Clock, letters: Callable[[int], list[bytes]]
) -> None:
    """A row that arrived meanwhile is there, and the first page is never a stump."""
    served = letters(45)
    reader = Reader(db, rosa)
    second = reader.page(key=served[19])
    clock.advance(minutes=1)
    with db.transaction() as tx:
        newest = Casilla(rosa).serve(tx)
    back = reader.page(key=second.newer, older=False)
    assert ids(back) == served[:20]
    assert back.newer is not None
    top = reader.page(key=back.newer, older=False)
    assert ids(top) == [newest, *served[:19]]
    assert top.newer is None


def test_a_page_that_emptied_meanwhile_shows_the_newest_rows(
    db: Database, rosa: Person, letters: Callable[[int], list[bytes]]
) -> None:
    served = letters(21)
    reader = Reader(db, rosa)
    older = reader.page().older
    assert older is not None
    reader.open(served[20])
    assert ids(reader.page(key=older)) == served[:20]
