"""The worker does what is due, and the reminder as its reader sees it: X2, S73, S78."""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from proxy.domain.events import Event
from proxy.domain.reminders import Due
from proxy.flows import audit, inbox
from proxy.flows.audit import Whole
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.store import due, tables
from proxy.work.reminders import AGAIN, Reminder
from tests.clock import Clock
from tests.engines import free_port
from tests.flows.test_deposit import Sender
from tests.outbox import messages
from tests.outside.servers import Mailbox
from tests.people import BRUNO, PASSWORDS, ROSA, Person, open_casilla
from tests.plazos import LIMA, at
from tests.recorded import advance_all
from tests.work.reminders_killed import FIRST, do_all, on
from tests.work.test_mailer import body
from tests.work.worker_killed import install

ROOT = Path(__file__).parents[2]
NAME = "notificacion_reminder"
NEXT_DAY = at("2026-11-17T09:00")


def deposit(installation: Installation, to: Person, number: int = 0) -> bytes:
    sender = Sender(installation.db, installation.documents.folder)
    return sender.deposit(to=to.identidad, numero=f"{number}-2026").id


def look(installation: Installation) -> int:
    reminder = Reminder(installation)
    return sum(iter(reminder.look, 0))


@pytest.mark.parametrize(
    ("many", "said"),
    [
        (
            1,
            [
                "Le recordamos que tiene una notificación sin abrir en su casilla electrónica.",
                "Puede tener un plazo, y el plazo puede correr aunque no la abra.",
                "Para leerla, ingrese a su casilla: https://casilla.test/casilla/",
                "Así estaba su casilla el 17/11/2026 a las 09:00 (hora de Lima)",
                "Si la abrió después, no tome en cuenta este recordatorio.",
                "no es la notificación ni la reemplaza",
            ],
        ),
        (
            3,
            [
                "Le recordamos que tiene 3 notificaciones sin abrir en su casilla electrónica.",
                "Pueden tener un plazo, y el plazo puede correr aunque no las abra.",
                "Para leerlas, ingrese a su casilla: https://casilla.test/casilla/",
                "Si las abrió después, no tome en cuenta este recordatorio.",
                "no reemplaza a las notificaciones",
            ],
        ),
    ],
)
def test_the_reminder_says_how_many_wait_and_where_and_nothing_of_them(
    installation: Installation,
    rosa: Person,
    clock: Clock,
    start: Callable[..., int],
    deliver: Callable[[str], int],
    many: int,
    said: list[str],
) -> None:
    """R21"""
    for number in range(many):
        deposit(installation, rosa, number)
    clock.now = NEXT_DAY
    assert look(installation) == 1
    taken = Mailbox()
    deliver(f"smtp://127.0.0.1:{start(taken)}")
    [letter] = [one for one in taken.letters if "sin abrir" in one["Subject"]]
    text = " ".join(body(letter).split())
    for sentence in said:
        assert sentence in text
    what = "una notificación" if many == 1 else "3 notificaciones"
    assert letter["Subject"] == f"Tiene {what} sin abrir en su casilla"
    whole = letter.as_string() + body(letter, "html")
    for secret in (rosa.identidad.number, rosa.nombres, "Respuesta a su pedido", "SG/JNE"):
        assert secret not in whole


def test_a_mail_server_that_is_down_for_an_hour_gets_each_message_once(
    installation: Installation,
    rosa: Person,
    clock: Clock,
    start: Callable[..., int],
    deliver: Callable[[str], int],
) -> None:
    """S77: also a reminder that was written while it was down, and one that is not needed."""
    bruno = open_casilla(installation.db, BRUNO)
    opened = deposit(installation, bruno)
    deposit(installation, rosa)
    clock.now = NEXT_DAY - timedelta(minutes=30)
    away = f"smtp://127.0.0.1:{free_port()}"
    for minute in range(61):
        assert look(installation) == (2 if minute == 30 else 0), "what is due, needed or not"
        assert deliver(away) == 0
        if minute == 10:
            with installation.db.transaction() as tx:
                inbox.open(tx, bruno.id, opened, installation.catalog)
        clock.advance(minutes=1)
    taken = Mailbox()
    url = f"smtp://127.0.0.1:{start(taken)}"
    for _ in range(70):
        deliver(url)
        clock.advance(minutes=1)
    ids = [letter["Message-ID"] for letter in taken.letters]
    assert len({*ids}) == len(ids) == len(messages(installation.db)) == 3
    assert sum("sin abrir" in letter["Subject"] for letter in taken.letters) == 1


def test_one_that_no_key_opens_is_tried_later_and_is_in_the_way_of_no_other(
    installation: Installation, rosa: Person, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    bruno = open_casilla(installation.db, BRUNO)
    deposit(installation, rosa)
    deposit(installation, bruno)
    table = tables.casillas
    with installation.db.transaction() as tx:
        sealed = tx.conn.execute(select(table.c.email).where(table.c.id == rosa.id)).scalar_one()
        tx.conn.execute(update(table).where(table.c.id == rosa.id).values(email=b"x"))
    clock.now = NEXT_DAY
    with caplog.at_level(logging.ERROR):
        assert look(installation) == 2
    assert [one.recipient for one in messages(installation.db, NAME)] == [BRUNO.email]
    assert caplog.messages == ["what is due cannot be done"]
    with installation.db.transaction() as tx:
        tx.conn.execute(update(table).where(table.c.id == rosa.id).values(email=sealed))
    clock.advance(seconds=AGAIN.total_seconds())
    assert look(installation) == 1
    assert [one.recipient for one in messages(installation.db, NAME)] == [BRUNO.email, ROSA.email]


@pytest.mark.parametrize("kind", [*Due])
def test_whatever_is_wrong_with_one_is_in_the_way_of_no_other(
    installation: Installation, rosa: Person, clock: Clock, kind: Due
) -> None:
    deposit(installation, rosa)
    with installation.db.transaction() as tx:
        due.add(tx, [due.Row(rosa.id + 1, b"n" * 16, kind, clock.now)])
        due.add(tx, [due.Row(rosa.id, b"n" * 16, "otra cosa", clock.now)])
    clock.now = NEXT_DAY
    look(installation)
    assert [one.recipient for one in messages(installation.db, NAME)] == [rosa.email]


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Installation]:
    installation = install(database_url, tmp_path)
    create_keyring(installation.settings.keys_file)
    open_casilla(installation.db, ROSA, PASSWORDS)
    yield installation
    installation.db.close()


@pytest.mark.lento
def test_killed_before_each_step_each_reminder_and_each_expiry_is_there_once(
    place: Installation, database_url: str, tmp_path: Path
) -> None:
    place.db.close()
    done = subprocess.run(
        [sys.executable, "-m", "tests.work.reminders_killed", database_url, str(tmp_path)],
        cwd=ROOT, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    steps = int(done.stdout)
    assert steps >= 4, "it hardly ran"
    do_all(on(database_url, tmp_path, FIRST + timedelta(days=steps + 1)))
    kinds = tables.eventos.c.kind
    with place.db.reading() as tx:
        deposited = tx.conn.execute(select(tables.notificaciones.c.id)).scalars().all()
        expired = tx.conn.execute(
            select(tables.eventos.c.notificacion).where(kinds == Event.ACUSE_EXPIRED)
        ).scalars()
        assert sorted(expired) == sorted(deposited) and len(deposited) == steps + 1
        assert tx.conn.execute(select(tables.due)).all() == []
    written = [one.created_at.astimezone(LIMA).date() for one in messages(place.db, NAME)]
    assert len({*written}) == len(written), "a casilla and day has one"
    assert FIRST.date() + timedelta(days=steps) in written
    advance_all(place.db)
    with place.db.reading() as tx:
        assert isinstance(audit.verify(tx, None), Whole)
