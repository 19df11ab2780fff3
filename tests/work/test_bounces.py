"""What mail servers send back, from the folder to the record; alertas as a worker sends them."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from proxy.domain.events import Event
from proxy.flows import alertas, delivery
from proxy.flows.delivery import LEASE
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.outside import bounces
from proxy.store import casillas, outbox, tables
from proxy.web.routes import path_of
from proxy.work.bounces import Bounces
from proxy.work.mailer import Mailer
from proxy.work.worker import Worker
from tests.alerting import kinds, stated
from tests.casilla import Casilla
from tests.clock import Clock
from tests.engines import free_port
from tests.outbox import messages
from tests.outside.returned import EXIM, POSTFIX, maildir, put, written
from tests.outside.servers import Mailbox
from tests.people import ROSA, Person, open_casilla
from tests.work.worker_killed import install

Deliver = Callable[[str], int]
Start = Callable[..., int]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(installation: Installation, tmp_path: Path) -> Path:
    folder = maildir(tmp_path / "rebotes")
    installation.settings.bounces = f"maildir:{folder}"
    return folder


@pytest.fixture
def alerta(installation: Installation, rosa: Person) -> Callable[[], bytes]:
    """Leaves one for Rosa, of a notificacion that is there."""

    def one() -> bytes:
        with installation.db.transaction() as tx:
            notificacion = Casilla(rosa).serve(tx)
            alertas.write(tx, casillas.by_id(tx, rosa.id), notificacion, sms=False)
        return notificacion

    return one


def letters(folder: Path) -> dict[str, list[str]]:
    return {
        name: sorted(path.name for path in (folder / name).iterdir()) for name in ("new", "cur")
    }


@pytest.mark.parametrize("style", [POSTFIX, EXIM])
def test_an_alerta_that_comes_back_is_told_and_proved(
    style: str,
    installation: Installation,
    folder: Path,
    alerta: Callable[[], bytes],
    rosa: Person,
    clock: Clock,
    start: Start,
    deliver: Deliver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """X2, X3: the number is that of the message as it left."""
    caplog.set_level(logging.INFO)
    taken = Mailbox()
    alerta()
    assert deliver(f"smtp://127.0.0.1:{start(taken)}") == 1
    message_id = str(taken.letters[0]["Message-ID"]).strip("<>").partition("@")[0]
    put(folder, written(style, message_id, rosa.email), "1.a")
    put(folder, b"From: alguien@example.net\n\nRe: hola", "2.b")
    put(folder, written(style, "0" * 32, rosa.email), "3.c")
    chore = Bounces(installation)
    assert (chore.look(), chore.look()) == (3, 0)
    assert letters(folder) == {"new": [], "cur": ["1.a:2,S", "2.b:2,", "3.c:2,"]}
    assert kinds(installation.db) == ["alerta_sent", "alerta_bounced", "alerta_undelivered"]
    proved = stated(installation.db, clock)
    assert [one["evento"] for one in proved] == ["alerta", "alerta-fallida"]
    assert proved[1]["detalle"]["direccion"] == rosa.email
    put(folder, written(style, message_id, rosa.email), "4.d")
    assert chore.look() == 1 and len(kinds(installation.db)) == 3
    said = str([vars(one) for one in caplog.records if one.name.startswith("casilla")])
    assert rosa.email not in said and "returned" in said


def test_of_a_code_that_comes_back_only_the_log_tells(
    installation: Installation,
    folder: Path,
    leave: Callable[..., None],
    rosa: Person,
    deliver: Deliver,
    start: Start,
    caplog: pytest.LogCaptureFixture,
) -> None:
    leave("session_ended", most=5)
    assert deliver(f"smtp://127.0.0.1:{start(Mailbox())}") == 1
    [message] = messages(installation.db)
    put(folder, written(POSTFIX, message.message_id, rosa.email))
    assert Bounces(installation).look() == 1
    [line] = [record for record in caplog.records if record.message == "returned"]
    assert line.__dict__["message_id"] == message.message_id
    assert kinds(installation.db) == []
    with installation.db.reading() as tx:
        assert outbox.last_left(tx, rosa.id)


def test_a_worker_that_dies_before_it_moves_the_file_records_it_once(
    installation: Installation,
    folder: Path,
    alerta: Callable[[], bytes],
    rosa: Person,
    deliver: Deliver,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alerta()
    deliver(f"smtp://127.0.0.1:{start(Mailbox())}")
    [message] = messages(installation.db)
    put(folder, written(POSTFIX, message.message_id, rosa.email))

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(bounces, "put_aside", die)
        Bounces(installation).look()
    assert Bounces(installation).look() == 1
    assert kinds(installation.db).count("alerta_bounced") == 1
    assert letters(folder)["new"] == []


def test_what_comes_back_of_a_copy_that_a_dead_worker_sent_waits(
    installation: Installation,
    folder: Path,
    alerta: Callable[[], bytes],
    rosa: Person,
    clock: Clock,
    deliver: Deliver,
    start: Start,
) -> None:
    """S78: the server took it, and the worker died before it wrote that down."""
    taken = Mailbox()
    url = f"smtp://127.0.0.1:{start(taken)}"
    alerta()
    installation.settings.mail_url = url
    dead = Mailer(installation, path_of)
    with installation.db.transaction() as tx:
        message = delivery.claim(tx, installation.catalog)
    assert message and not isinstance(message, delivery.Passed)
    dead._send(message)
    dead.mail.hang_up()
    put(folder, written(POSTFIX, message.message_id, rosa.email))
    assert Bounces(installation).look() == 0 and letters(folder)["new"]
    clock.advance(seconds=LEASE.total_seconds())
    assert deliver(url) == 1
    first, second = taken.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert kinds(installation.db) == ["alerta_sent"]
    assert len(stated(installation.db, clock)) == 1
    assert Bounces(installation).look() == 1
    assert kinds(installation.db)[1:] == ["alerta_bounced", "alerta_undelivered"]


def test_what_must_wait_keeps_nothing_else_from_being_read(
    installation: Installation,
    folder: Path,
    alerta: Callable[[], bytes],
    rosa: Person,
    clock: Clock,
    deliver: Deliver,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A mailbox that puts off what it was given knows its id, and can report it for days."""
    monkeypatch.setattr(bounces, "MOST", 3)
    alerta()
    deliver(f"smtp://127.0.0.1:{start(Mailbox())}")
    alerta()
    assert deliver(f"smtp://127.0.0.1:{free_port()}") == 0
    left, waits = messages(installation.db)
    for number in range(9):
        put(folder, written(POSTFIX, waits.message_id, rosa.email), f"0.{number}")
    put(folder, written(POSTFIX, left.message_id, rosa.email), "9.z")
    chore = Bounces(installation)
    assert sum(chore.look() for _ in range(200)) == 1
    assert letters(folder)["cur"] == ["9.z:2,S"]


def test_an_hour_without_a_mail_server_doubles_nothing(
    installation: Installation,
    alerta: Callable[[], bytes],
    clock: Clock,
    deliver: Deliver,
    start: Start,
) -> None:
    """S77"""
    taken = Mailbox()
    for _ in range(3):
        alerta()
    away = f"smtp://127.0.0.1:{free_port()}"
    end = clock.now + timedelta(hours=1)
    while clock.now < end:
        assert deliver(away) == 0
        clock.advance(minutes=1)
    url = f"smtp://127.0.0.1:{start(taken)}"
    while len(taken.letters) < 3:
        deliver(url)
        clock.advance(minutes=1)
    clock.advance(days=4)
    assert deliver(url) == 0
    assert len({letter["Message-ID"] for letter in taken.letters}) == len(taken.letters) == 3
    found = kinds(installation.db)
    assert (found.count("alerta_sent"), found.count("alerta_tried"), len(found)) == (3, 12, 15)
    proved = stated(installation.db, clock)
    assert [len(one["detalle"]["intentos"]) for one in proved] == [5, 5, 5]


def test_nothing_is_read_without_the_setting(installation: Installation) -> None:
    assert installation.settings.bounces == ""
    assert Bounces(installation).look() == 0


def test_the_worker_reads_them(installation: Installation, folder: Path) -> None:
    put(folder, b"hola")
    assert Worker(installation, path_of)._bounces.look() == 1


@pytest.mark.lento
def test_killed_at_any_instant_each_alerta_has_one_end_and_one_constancia(
    database_url: str, tmp_path: Path
) -> None:
    """S78"""
    place = install(database_url, tmp_path)
    create_keyring(place.settings.keys_file)
    open_casilla(place.db, ROSA)
    place.db.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.work.alerta_killed", database_url, str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert int(done.stdout) > 10, "it hardly ran"
    later = install(database_url, tmp_path, lambda: place.clock() + LEASE)
    Mailer(later, path_of).deliver_due()

    def of(kind: Event) -> list[Any]:
        c = tables.eventos.c
        with later.db.reading() as tx:
            rows = tx.conn.execute(select(c.notificacion).where(c.kind == kind))
            return sorted(rows.scalars())

    written_of, ends = of(Event.MESSAGE_WRITTEN), of(Event.ALERTA_SENT)
    with later.db.reading() as tx:
        c = tables.constancias.c
        proved = tx.conn.execute(select(c.notificacion_id).where(c.kind == "alerta")).scalars()
        assert sorted(proved) == ends == written_of
    later.db.close()
