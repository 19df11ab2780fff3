"""The worker and its messages, as a mailbox sees them: S28, S31, S77."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select, update

from proxy.app import create_app
from proxy.errors import Refusal
from proxy.flows import password
from proxy.installation import Installation
from proxy.logs import JsonLines
from proxy.outside import mail
from proxy.store import tables
from proxy.web.routes import path_of
from proxy.work import mailer
from proxy.work.mailer import Mailer
from tests.clock import Clock
from tests.engines import free_port
from tests.outbox import attempts
from tests.outside.servers import HangsUp, Mailbox, NoSuchMailbox, Silent
from tests.people import Person
from tests.web.visitor import Visitor
from tests.work.conftest import in_a_loop
from tests.work.html import Page
from tests.work.whatever import ANDROID, WHATEVER

Start = Callable[..., int]
Leave = Callable[..., None]
Deliver = Callable[[str], int]


def body(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def written(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records]
    return [line for line in lines if line["logger"] == "casilla.mail"]


def test_the_token_arrives_as_a_person_would_like_to_read_it(
    visitor: Visitor,
    rosa: Person,
    mailed_code: Callable[[], str],
    start: Start,
    deliver: Deliver,
) -> None:
    """J22, J25, S28"""
    taken = Mailbox()
    visitor.client.headers["User-Agent"] = ANDROID
    visitor.password(rosa.identidad.number, rosa.password)
    code = mailed_code()
    assert deliver(f"smtp://127.0.0.1:{start(taken)}") == 1
    (letter,) = taken.letters
    grouped = f"{code[:3]} {code[3:]}"
    for kind in ("plain", "html"):
        text = body(letter, kind)
        for said in (grouped, "10 minutos", "16/11/2026 a las 10:00 (hora de Lima)"):
            assert said in text
        assert "Chrome en Android" in text and "testclient" in text  # the address of the browser
        assert "/casilla/ingresar/" not in text  # a code never travels with a way in
    assert grouped in body(letter).split("\n    ")[1]
    # A locked phone shows how a message begins.
    assert body(letter).index(grouped) > 150
    headers = str(letter.items())
    assert grouped not in headers and code not in headers
    assert rosa.identidad.number not in letter.as_string()
    assert (letter["To"], letter["Auto-Submitted"]) == (rosa.email, "auto-generated")
    assert letter["Date"] == "Mon, 16 Nov 2026 10:00:00 -0500"
    assert re.fullmatch(r"<[0-9a-f]{32}@casilla\.test>", letter["Message-ID"])


def test_the_link_of_the_message_ends_the_login_that_asked_for_it(
    visitor: Visitor, rosa: Person, start: Start, deliver: Deliver
) -> None:
    taken = Mailbox()
    visitor.password(rosa.identidad.number, rosa.password)
    deliver(f"smtp://127.0.0.1:{start(taken)}")
    (link,) = re.findall(r"https://casilla\.test(/casilla/no-fui-yo/\S+)", body(taken.letters[0]))
    assert f"https://casilla.test{link}" in body(taken.letters[0], "html")
    page = visitor.follow(link)
    assert visitor.get("/casilla/token/").status_code == 200
    visitor.send(page, "/no-fui-yo/")
    assert visitor.get("/casilla/token/").status_code == 303


def test_the_alerta_says_only_that_something_is_there(
    installation: Installation, leave: Leave, rosa: Person, start: Start, deliver: Deliver
) -> None:
    """R21; Chile D.8/2023 art. 7: the alert never stands for the act."""
    taken = Mailbox()
    leave()
    deliver(f"smtp://127.0.0.1:{start(taken)}")
    (letter,) = taken.letters
    for said in (
        "no es la notificación",
        "https://casilla.test/casilla/",
        "16/11/2026 a las 10:00 (hora de Lima)",
        installation.catalog.entity.correo.direccion,
    ):
        assert said in body(letter)
    assert rosa.identidad.number not in letter.as_string()
    assert rosa.nombres not in letter.as_string()


@pytest.mark.parametrize("name", sorted(path.parent.name for path in Path(
    mailer.__file__).parents[1].glob("templates/email/*/body.txt")))  # fmt: skip
def test_the_page_of_a_message_says_what_its_text_says(
    name: str, leave: Leave, start: Start, deliver: Deliver
) -> None:
    """Whoever reads either has read the message."""
    taken = Mailbox()
    leave(name, **WHATEVER)
    assert deliver(f"smtp://127.0.0.1:{start(taken)}") == 1
    (letter,) = taken.letters
    shown = Page(body(letter, "html")).text
    assert {*re.findall(r"\w+", body(letter))} == {*re.findall(r"\w+", shown)}
    html = body(letter, "html")
    assert "src=" not in html and "url(" not in html and "<script" not in html
    assert letter["Subject"] and "http" not in letter["Subject"]


def test_a_code_that_was_replaced_does_not_arrive_after_the_new_one(
    visitor: Visitor,
    rosa: Person,
    clock: Clock,
    mailed_code: Callable[[], str],
    start: Start,
    deliver: Deliver,
    installation: Installation,
) -> None:
    """S26: it opens nothing any more, and would only mislead."""
    taken = Mailbox()
    visitor.password(rosa.identidad.number, rosa.password)
    assert deliver(f"smtp://127.0.0.1:{free_port()}") == 0
    clock.advance(minutes=1)
    page = visitor.get("/casilla/token/")
    assert visitor.send(page, "/casilla/token/reenviar/").status_code == 303
    code = mailed_code()
    assert deliver(f"smtp://127.0.0.1:{start(taken)}") == 1
    assert len(taken.letters) == 1
    assert f"{code[:3]} {code[3:]}" in body(taken.letters[0])
    assert sorted(attempts(installation.db))[-2:] == [
        (False, "reemplazado"),
        (True, "250 2.0.0 queued as 4F2A"),
    ]


def test_a_server_that_is_down_delays_a_message_and_loses_none(
    installation: Installation, leave: Leave, clock: Clock, start: Start, deliver: Deliver
) -> None:
    """S77"""
    taken = Mailbox("451 más tarde", "554 hoy no")
    leave()
    assert deliver(f"smtp://127.0.0.1:{free_port()}") == 0
    port = start(taken)
    for minutes in (1, 5, 15):
        clock.advance(minutes=minutes, seconds=-1)
        assert deliver(f"smtp://127.0.0.1:{port}") == 0
        clock.advance(seconds=1)
        deliver(f"smtp://127.0.0.1:{port}")
    assert [sent for sent, _ in attempts(installation.db)] == [False, False, False, True]
    assert len({letter["Message-ID"] for letter in taken.letters}) == 1
    assert len({letter["Date"] for letter in taken.letters}) == 1
    assert len(taken.letters) == 3


def test_a_server_that_hangs_up_gets_the_same_message_again(
    leave: Leave, clock: Clock, start: Start, deliver: Deliver
) -> None:
    taken = HangsUp()
    leave()
    url = f"smtp://127.0.0.1:{start(taken)}"
    assert deliver(url) == 0
    clock.advance(minutes=1)
    assert deliver(url) == 1
    assert taken.letters[0]["Message-ID"] == taken.letters[1]["Message-ID"]


def test_what_is_given_up_stops_no_other(
    leave: Leave, clock: Clock, start: Start, deliver: Deliver
) -> None:
    for _ in range(3):
        leave()
    clock.advance(days=4)
    leave(recipient="nuñez@example.com")
    leave()
    assert deliver(f"smtp://127.0.0.1:{start(Mailbox())}") == 1


def test_a_message_that_cannot_be_written_stops_no_other(
    installation: Installation, leave: Leave, start: Start, deliver: Deliver
) -> None:
    taken = Mailbox()
    leave("new_device")  # without the browser and the address that it tells of
    leave("sin_plantilla")
    leave()
    assert deliver(f"smtp://127.0.0.1:{start(taken)}") == 1
    assert [sent for sent, _ in attempts(installation.db)].count(False) == 2
    assert len(taken.letters) == 1


@pytest.mark.parametrize(
    "recipient", ["a@example.com\nBcc: b@example.com", "a@example.com, b@x.pe"]
)
def test_a_recipient_that_is_more_than_an_address_gets_nothing(
    recipient: str, leave: Leave, start: Start, deliver: Deliver
) -> None:
    taken = Mailbox()
    leave(recipient=recipient)
    assert deliver(f"smtp://127.0.0.1:{start(taken)}") == 0
    assert taken.letters == []


def test_what_a_browser_says_of_itself_is_no_part_of_a_message(
    leave: Leave, start: Start, deliver: Deliver
) -> None:
    taken = Mailbox()
    leave("new_device", browser="<script>Firefox\r\nBcc: a@b.pe", ip="<b>1.2.3.4</b>")
    deliver(f"smtp://127.0.0.1:{start(taken)}")
    (letter,) = taken.letters
    assert "Bcc" not in letter.as_string() and "<script>" not in body(letter, "html")
    assert "&lt;b&gt;1.2.3.4" in body(letter, "html")
    assert "Firefox" in body(letter)


def test_the_log_says_where_to_look_and_holds_no_secret(
    visitor: Visitor,
    rosa: Person,
    installation: Installation,
    mailed_code: Callable[[], str],
    deliver: Deliver,
    start: Start,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    """S69"""
    caplog.set_level(logging.DEBUG)
    visitor.password(rosa.identidad.number, rosa.password)
    codes = [mailed_code()]
    refusing = start(NoSuchMailbox())
    deliver(f"smtp://casilla:muy-secreta@127.0.0.1:{refusing}")
    clock.advance(minutes=1)
    deliver(f"smtp://127.0.0.1:{refusing}")
    visitor.password(rosa.identidad.number, rosa.password)
    codes.append(mailed_code())
    deliver(f"maildir:{tmp_path}/correo")
    unsent, refused, sent = written(caplog)
    with installation.db.reading() as tx:
        ids = tx.conn.execute(select(tables.outbox.c.message_id)).scalars().all()
    assert {refused["message_id"], sent["message_id"]} == set(ids)
    assert unsent["detail"] == "SMTPNotSupportedError"
    assert (refused["text"], refused["detail"]) == ("not sent", "RCPT 550")
    assert sent["detail"] == "hay un mensaje nuevo: léalo con «casilla correo»"
    ours = [record for record in caplog.records if record.name.startswith("casilla")]
    text = "\n".join(JsonLines().format(record) for record in ours)
    for secret in (rosa.email, rosa.identidad.number, "no-fui-yo", "muy-secreta", *codes):
        assert secret not in text
    with installation.db.reading() as tx:
        contexts = [row.context for row in tx.conn.execute(select(tables.outbox))]
    assert contexts == [b"", b""]  # what is not needed any more is not kept


def test_a_database_that_fails_does_not_end_the_worker_nor_fill_the_log(
    installation: Installation,
    leave: Leave,
    rosa: Person,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mailer, "POLL", 0.01)
    with installation.db.transaction() as tx:
        tx.conn.exec_driver_sql("ALTER TABLE outbox_attempts RENAME TO away")
    leave()

    async def story() -> None:
        wake, stop = asyncio.Event(), Event()
        working = asyncio.create_task(Mailer(installation, path_of).work(wake, stop))
        while not written(caplog):
            await asyncio.sleep(0.01)
        with installation.db.transaction() as tx:
            tx.conn.exec_driver_sql("ALTER TABLE away RENAME TO outbox_attempts")
            tx.conn.execute(update(tables.outbox).values(next_at=tx.now))
        while (True, "carpeta") not in {
            (sent, said[:7]) for sent, said in attempts(installation.db)
        }:
            await asyncio.sleep(0.01)
        stop.set()
        wake.set()
        await working

    in_a_loop(story)
    assert written(caplog)[0]["text"] == "the outbox cannot be read"
    assert rosa.email not in caplog.text


def test_the_worker_wakes_at_once_and_ends_when_told(
    installation: Installation, leave: Leave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "POLL", 60)

    async def story() -> None:
        wake, stop = asyncio.Event(), Event()
        working = asyncio.create_task(Mailer(installation, path_of).work(wake, stop))
        await asyncio.sleep(0.05)
        leave()
        wake.set()
        while not attempts(installation.db):
            await asyncio.sleep(0.01)
        stop.set()
        wake.set()
        await asyncio.wait_for(working, 5)

    in_a_loop(story)
    assert attempts(installation.db)[0][0] is True


def test_a_worker_that_is_told_to_end_finishes_those_in_hand_and_takes_no_other(
    installation: Installation, leave: Leave, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 0.5)
    taken = Silent()
    installation.settings.mail_url = f"smtp://127.0.0.1:{start(taken)}"
    installation.settings.mail_senders = 2
    for _ in range(5):
        leave()

    async def story() -> None:
        wake, stop = asyncio.Event(), Event()
        working = asyncio.create_task(Mailer(installation, path_of).work(wake, stop))
        while taken.reached < 2:
            await asyncio.sleep(0.01)
        stop.set()
        wake.set()
        await asyncio.wait_for(working, 5)

    in_a_loop(story)
    assert len(attempts(installation.db)) == 2


def test_the_service_sends_by_itself_what_a_page_leaves(
    installation: Installation, rosa: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """At once, and not when it looks the next time."""
    from starlette.testclient import TestClient

    monkeypatch.setattr(mailer, "POLL", 60)
    with TestClient(
        create_app(installation, worker=True), base_url="https://casilla.test"
    ) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        Visitor(client).password(rosa.identidad.number, rosa.password)
        until = time.monotonic() + 20
        while not attempts(installation.db) and time.monotonic() < until:
            time.sleep(0.01)
    (path,) = (tmp_path / "correo" / "new").iterdir()
    assert message_from_bytes(path.read_bytes(), policy=policy.default)["To"] == rosa.email


def test_a_service_does_not_start_with_a_mail_url_that_leads_nowhere(
    installation: Installation,
) -> None:
    installation.settings.mail_url = "smtp//servidor"
    with pytest.raises(Refusal, match="CASILLA_MAIL_URL"):
        create_app(installation, worker=True)


def test_who_did_not_change_the_password_reads_how_long_the_link_serves(
    leave: Leave, start: Start, deliver: Deliver, installation: Installation
) -> None:
    """The sheet says it, once."""
    installation.policy = replace(installation.policy, disavowal_life=timedelta(days=9))
    taken = Mailbox()
    leave("password_changed", **WHATEVER | {"purpose": password.NOT_ME})
    deliver(f"smtp://127.0.0.1:{start(taken)}")
    (letter,) = taken.letters
    for kind in ("plain", "html"):
        assert "El enlace sirve 9 días" in body(letter, kind)
