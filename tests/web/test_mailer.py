"""Messages over real SMTP and into a real folder: point by point what a mailbox would see."""

import asyncio
import mailbox
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from threading import Event

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from proxy import mailer
from proxy.errors import Refusal
from proxy.installation import Installation
from proxy.mailer import deliver_due, sender
from proxy.store import casillas, outbox, tables
from tests.clock import Clock
from tests.engines import free_port
from tests.people import Person
from tests.web.visitor import Visitor

NAMES = ("login_code", "new_device", "session_ended", "notificacion_deposited")


class Mailbox:
    """What a mail server took. It answers with `answers`, one each, and then with 250."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.answers.pop(0) if self.answers else "250 OK"


@pytest.fixture
def start() -> Iterator[Callable[..., int]]:
    """Starts a mail server on a free port of this machine."""
    running: list[Controller] = []

    def one(handler: Mailbox, **options: object) -> int:
        port = free_port()
        controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port

    yield one
    for controller in running:
        controller.stop()


@pytest.fixture
def leave(installation: Installation, rosa: Person) -> Callable[[], None]:
    def one() -> None:
        with installation.db.transaction() as tx:
            outbox.add(tx, "notificacion_deposited", casillas.by_id(tx, rosa.id))

    return one


def body(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def answers(installation: Installation) -> list[tuple[bool, str]]:
    table = tables.outbox_attempts
    with installation.db.reading() as tx:
        rows = tx.conn.execute(select(table.c.sent, table.c.detail).order_by(table.c.id))
        return [(row.sent, row.detail) for row in rows]


def test_the_token_arrives_as_a_person_would_like_to_read_it(
    visitor: Visitor,
    installation: Installation,
    rosa: Person,
    mailed_code: Callable[[], str],
    start: Callable[..., int],
) -> None:
    """J22, J25, C28"""
    taken = Mailbox()
    agent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36"
    visitor.client.headers["User-Agent"] = agent
    visitor.password(rosa.identidad.number, rosa.password)
    code = mailed_code()
    assert deliver_due(installation, sender(f"smtp://127.0.0.1:{start(taken)}")) == 1
    (letter,) = taken.letters
    grouped = f"{code[:3]} {code[3:]}"
    for kind in ("plain", "html"):
        text = body(letter, kind)
        for said in (grouped, "10 minutos", "16/11/2026", "10:00", "Chrome en Android"):
            assert said in text
        assert "/casilla/no-fui-yo/" in text
        assert "/casilla/ingresar/" not in text  # a code never travels with a way in
    assert grouped in body(letter).splitlines()
    headers = str(letter.items())
    assert grouped not in headers and code not in headers
    assert rosa.identidad.number not in letter.as_string()
    assert (letter["To"], letter["Auto-Submitted"]) == (rosa.email, "auto-generated")


def test_the_alerta_says_only_that_something_is_there(
    installation: Installation, leave: Callable[[], None], rosa: Person, start: Callable[..., int]
) -> None:
    """Ruling 21"""
    taken = Mailbox()
    leave()
    deliver_due(installation, sender(f"smtp://127.0.0.1:{start(taken)}"))
    (letter,) = taken.letters
    assert "no es la notificación" in body(letter)
    assert "https://casilla.test/casilla/" in body(letter)
    assert installation.catalog.entity.correo.direccion in body(letter)
    assert rosa.identidad.number not in letter.as_string()
    assert rosa.nombres not in letter.as_string()


def test_every_message_loads_nothing_from_anywhere() -> None:
    from proxy.render.email import TEMPLATES

    assert sorted(one.name for one in TEMPLATES.iterdir() if one.is_dir()) == sorted(NAMES)
    for page in TEMPLATES.rglob("*.html"):
        assert "src=" not in page.read_text() and "url(" not in page.read_text()


def test_a_server_that_is_down_delays_a_message_and_loses_none(
    installation: Installation, leave: Callable[[], None], clock: Clock, start: Callable[..., int]
) -> None:
    taken = Mailbox("451 más tarde", "550 no existe")
    leave()
    assert deliver_due(installation, sender("smtp://127.0.0.1:1")) == 0
    port = start(taken)
    for minutes in (1, 5, 15):
        clock.advance(minutes=minutes)
        deliver_due(installation, sender(f"smtp://127.0.0.1:{port}"))
    assert [sent for sent, _ in answers(installation)] == [False, False, False, True]
    assert [detail.split()[0] for _, detail in answers(installation)] == [
        "ConnectionRefusedError",
        "SMTPDataError",
        "SMTPDataError",
        "aceptado",
    ]
    assert len({letter["Message-ID"] for letter in taken.letters}) == 1
    assert len(taken.letters) == 3


def test_a_server_that_hangs_up_gets_the_message_again(
    installation: Installation, leave: Callable[[], None], clock: Clock, start: Callable[..., int]
) -> None:
    class HangsUp(Mailbox):
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            await super().handle_DATA(server, session, envelope)
            if len(self.letters) == 1:
                assert server.transport is not None
                server.transport.close()
            return "250 OK"

    taken = HangsUp()
    leave()
    send = sender(f"smtp://127.0.0.1:{start(taken)}")
    assert deliver_due(installation, send) == 0
    clock.advance(minutes=1)
    assert deliver_due(installation, send) == 1
    assert taken.letters[0]["Message-ID"] == taken.letters[1]["Message-ID"]


def test_a_server_that_never_answers_holds_nobody_for_ever(
    installation: Installation,
    leave: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    start: Callable[..., int],
) -> None:
    class Silent(Mailbox):
        async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
            await asyncio.Event().wait()
            return ""

    monkeypatch.setattr(mailer, "TIMEOUT", 0.3)
    leave()
    assert deliver_due(installation, sender(f"smtp://127.0.0.1:{start(Silent())}")) == 0
    assert answers(installation)[0][0] is False


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """One that this machine trusts, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = tmp_path / "certificado.pem"
    pem.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


def only_the_casilla(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"casilla", b"a/b@c"))


def test_name_and_password_travel_only_under_tls(
    installation: Installation,
    leave: Callable[[], None],
    certificate: ssl.SSLContext,
    start: Callable[..., int],
) -> None:
    taken = Mailbox()
    port = start(taken, tls_context=certificate, auth_required=True, authenticator=only_the_casilla)
    leave()
    send = sender(f"smtp://casilla:a%2Fb%40c@127.0.0.1:{port}")
    assert (deliver_due(installation, send), len(taken.letters)) == (1, 1)


def test_a_server_with_another_certificate_gets_nothing(
    installation: Installation,
    leave: Callable[[], None],
    certificate: ssl.SSLContext,
    monkeypatch: pytest.MonkeyPatch,
    start: Callable[..., int],
) -> None:
    taken = Mailbox()
    port = start(taken, tls_context=certificate)
    monkeypatch.delenv("SSL_CERT_FILE")
    leave()
    assert deliver_due(installation, sender(f"smtp://127.0.0.1:{port}")) == 0
    assert taken.letters == []
    assert answers(installation) == [(False, "SSLCertVerificationError")]


def test_the_local_folder_holds_the_whole_message(
    installation: Installation, leave: Callable[[], None], tmp_path: Path
) -> None:
    leave()
    deliver_due(installation, sender(installation.settings.mail_url))
    box = mailbox.Maildir(tmp_path / "correo", create=False)
    (message,) = [
        message_from_bytes(box.get_bytes(key), policy=policy.default) for key in box.iterkeys()
    ]
    assert message["Subject"] == "Tiene una notificación nueva en su casilla"


@pytest.mark.parametrize("url", ["", "correo", "http://servidor", "smtp://", "smtp:servidor"])
def test_an_address_that_leads_nowhere_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(Refusal):
        sender(url)


def test_the_worker_wakes_at_once_and_ends_when_told(
    installation: Installation, leave: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailer, "POLL", 60)

    async def story() -> None:
        wake, stop = asyncio.Event(), Event()
        working = asyncio.create_task(mailer.work(installation, wake, stop))
        await asyncio.sleep(0.05)
        leave()
        wake.set()
        while not answers(installation):
            await asyncio.sleep(0.01)
        stop.set()
        wake.set()
        await asyncio.wait_for(working, 5)

    asyncio.run(asyncio.wait_for(story(), 20))
    assert answers(installation)[0][0] is True
