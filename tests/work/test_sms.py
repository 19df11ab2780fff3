"""SMS as they leave the outbox: S30, S66, S69, S77."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Event

import pytest
from sqlalchemy import select, update

from proxy.domain.codes import code_for
from proxy.installation import Installation
from proxy.render.sms import TEMPLATES
from proxy.store import outbox, tables
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.clock import Clock
from tests.outbox import attempts, messages
from tests.outside.services import HANGS_UP, TAKEN, Reply, Service
from tests.people import Person
from tests.work.conftest import in_a_loop
from tests.work.whatever import WHATEVER

NUMBER = "+51987654321"
CHALLENGE = "5c" * 16
Text = Callable[..., None]


@pytest.fixture
def text(installation: Installation, rosa: Person) -> Text:
    """Leaves a code for a mobile."""

    def one(useful_for: object = outbox.USEFUL_FOR) -> None:
        context = {"purpose": "phone", "key_id": "k1", "challenge": CHALLENGE, "sent": 1}
        with installation.db.transaction() as tx:
            outbox.add(
                tx, "phone_code", None, useful_for, channel="sms", recipient=NUMBER,  # type: ignore[arg-type]
                minutes=10, **context,
            )  # fmt: skip

    return one


def code(installation: Installation) -> str:
    key = installation.vault.code_key("k1")
    assert key is not None
    return code_for(key, "phone", bytes.fromhex(CHALLENGE), 1)


def send(installation: Installation, server: Service) -> int:
    installation.settings.sms_url = server.url()
    return Mailer(installation, path_of).deliver_due()


def test_the_code_arrives_and_what_came_of_it_is_kept(
    installation: Installation, text: Text
) -> None:
    """J16, L19"""
    text()
    with Service(Reply(f'{{"to": "{NUMBER}", "sid": "SM1"}}'.encode(), 201)) as server:
        assert send(installation, server) == 1
    (asked,) = server.asked
    sent = asked.said
    assert sent["to"] == NUMBER
    assert f"su token digital para confirmar este celular es {code(installation)}." in sent["text"]
    assert sent["text"].endswith(f"@casilla.test #{code(installation)}")
    (message,) = messages(installation.db)
    assert sent["id"] == asked.headers["Idempotency-Key"] == message.message_id
    assert message.context == {}
    assert attempts(installation.db) == [(True, '201 {"to": "el destinatario", "sid": "SM1"}')]


def test_a_gateway_that_fails_delays_an_sms_and_never_sends_it_under_another_number(
    installation: Installation, text: Text, clock: Clock
) -> None:
    text()
    with Service(Reply(b"roto", 500), Reply(b"espere", 429), HANGS_UP, TAKEN) as server:
        for minutes in (1, 5, 15):
            assert send(installation, server) == 0
            clock.advance(minutes=minutes, seconds=-1)
            assert send(installation, server) == 0
            clock.advance(seconds=1)
        assert send(installation, server) == 1
    assert [sent for sent, _ in attempts(installation.db)] == [False, False, False, True]
    assert len(server.asked) == 4
    assert len({asked.headers["Idempotency-Key"] for asked in server.asked}) == 1
    assert len({asked.body for asked in server.asked}) == 1


def test_a_number_that_the_gateway_refuses_is_not_asked_for_again_with_a_code(
    installation: Installation, text: Text, clock: Clock
) -> None:
    text(installation.policy.code_life)
    with Service(Reply(f"{NUMBER} no es un celular".encode(), 422)) as server:
        assert send(installation, server) == 0
        clock.advance(minutes=1)
        assert send(installation, server) == 0
    assert len(server.asked) == 1
    assert attempts(installation.db) == [(False, "422 el destinatario no es un celular")]
    with installation.db.reading() as tx:
        events = tx.conn.execute(select(tables.eventos.c.kind)).scalars().all()
    assert sorted(events) == ["message_created", "message_given_up"]


def test_the_log_says_where_to_look_and_holds_no_secret(
    installation: Installation, text: Text, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """S69"""
    caplog.set_level(logging.DEBUG)
    installation.settings.sms_token = "llave-secreta"
    text()
    echo = Reply(f"{NUMBER} {code(installation)}".encode(), 500)
    with Service(echo, TAKEN) as server:
        send(installation, server)
        clock.advance(minutes=1)
        send(installation, server)
    with installation.db.reading() as tx:
        (row,) = tx.conn.execute(select(tables.outbox)).all()
    lines = [record.__dict__ for record in caplog.records if record.name == "casilla.mail"]
    assert [line["detail"] for line in lines] == ["HTTP 500", "lo aceptó el servicio de mensajes"]
    assert {line["message_id"] for line in lines} == {row.message_id}
    logged = f"{[record.__dict__ for record in caplog.records]}"
    kept = f"{row} {attempts(installation.db)}"
    for secret in (NUMBER, NUMBER[3:], code(installation), "llave-secreta"):
        assert secret not in logged and secret not in kept


def test_an_sms_for_a_key_that_was_retired_stops_no_other(
    installation: Installation, text: Text
) -> None:
    text()
    text()
    table = tables.outbox
    with installation.db.transaction() as tx:
        tx.conn.execute(update(table).where(table.c.id == 1).values(context=b"\x02k0" + b"0" * 64))
    with Service(TAKEN) as server:
        assert send(installation, server) == 1
    assert attempts(installation.db)[0] == (False, "ninguna clave del llavero lo abre")


@pytest.mark.parametrize("name", sorted(path.stem for path in TEMPLATES.iterdir()))
def test_each_message_is_written_from_what_the_flows_tell(
    installation: Installation, name: str
) -> None:
    with installation.db.transaction() as tx:
        outbox.add(tx, name, None, channel="sms", recipient=NUMBER, **WHATEVER)  # type: ignore[arg-type]
    with Service(TAKEN) as server:
        assert send(installation, server) == 1
    assert server.asked[0].said["text"].startswith("JNE, casilla: ")


def test_a_slow_gateway_keeps_no_e_mail_waiting(
    installation: Installation, text: Text, leave: Callable[[], None]
) -> None:
    for _ in range(4):
        text()
    installation.settings.mail_senders = 2

    async def story(server: Service) -> None:
        wake, stop = asyncio.Event(), Event()
        working = asyncio.create_task(Mailer(installation, path_of).work(wake, stop))
        await asyncio.sleep(0.3)
        leave()
        wake.set()
        while not attempts(installation.db):
            await asyncio.sleep(0.01)
        assert server.asked and [detail[:7] for _, detail in attempts(installation.db)] == [
            "carpeta"
        ]
        stop.set()
        wake.set()
        await working  # with the SMS in hand, which they finish

    with Service(replace(TAKEN, after=1)) as server:
        installation.settings.sms_url = server.url()
        in_a_loop(partial(story, server))
    assert sorted(detail[:3] for _, detail in attempts(installation.db)) == ["201", "201", "car"]
