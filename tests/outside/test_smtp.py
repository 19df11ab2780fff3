"""What smtplib leaves open: credentials that are not ASCII, and a server that drips."""

from email import policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from proxy.outside import mail
from proxy.outside.deadline import Deadline
from proxy.outside.mail import Smtp, Unsent, transport
from proxy.outside.smtp import Client
from tests.engines import free_port
from tests.outside.dripping import TLS_BEGINS, Dripping
from tests.outside.servers import ELSEWHERE, Mailbox, certificate, tls_of
from tests.outside.test_mail import Start

USER, PASSWORD = "nuñez@entidad.pe", "Ñandú:é€/%2F 1"
GREETING, HELLO = b"220 hola\r\n", b"250-hola\r\n250 SIZE 1000\r\n"


@pytest.fixture
def email() -> EmailMessage:
    email = EmailMessage(policy=policy.SMTP)
    email["From"], email["To"] = "casilla@entidad.example", "rosa@example.com"
    email.set_content("Hola")
    return email


def of_the_ministry(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == right, handled=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("written", ["as it is", "percent-encoded"])
def test_a_name_and_a_password_with_letters_of_spanish_enter(
    start: Start, email: EmailMessage, mechanism: str, written: str
) -> None:
    taken = Mailbox()
    options = {"auth_required": True, "auth_require_tls": False, "authenticator": of_the_ministry}
    other = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[mechanism]
    port = start(taken, auth_exclude_mechanism=[other], **options)
    safe = "" if written == "percent-encoded" else "ñÑúé€ "
    user, password = quote(USER, safe), quote(PASSWORD, safe)
    for sign in "ñÑúé€":
        if safe:
            user = user.replace(quote(sign), sign)
            password = password.replace(quote(sign), sign)
    transport(f"smtp://{user}:{password}@127.0.0.1:{port}", "casilla.test").send(email)
    assert len(taken.letters) == 1
    with pytest.raises(Unsent, match="SMTPAuthenticationError 535"):
        transport(f"smtp://{user}:otra%C3%B1@127.0.0.1:{port}", "casilla.test").send(email)


def test_a_challenge_is_answered_in_utf_8_too() -> None:
    """RFC 2195, for the servers that offer nothing newer."""
    client = object.__new__(Client)
    client.user, client.password = "nuñez", "ñandú"
    answer = client.auth_cram_md5(b"<1896.697170952@servidor.pe>")
    assert answer.startswith("nuñez ") and len(answer.rpartition(" ")[2]) == 32
    assert client.auth_cram_md5() is None


@pytest.mark.parametrize("written", ["clave%F1", "clave%00", "clave\udcf1"])
def test_a_password_that_no_server_could_be_told_is_refused_at_the_start(written: str) -> None:
    with pytest.raises(mail.Refusal, match="CASILLA_MAIL_URL"):
        transport(f"smtp://casilla:{written}@servidor", "casilla.test")


@pytest.mark.parametrize(
    ("scheme", "before", "drip"),
    [
        ("smtp", [], b"2"),
        ("smtps", [TLS_BEGINS], b"\x02"),
        ("smtp", [GREETING], b"2"),
        ("smtp", [GREETING, HELLO], b"2"),
        ("smtp", [GREETING, HELLO, b"250 OK\r\n", b"250 OK\r\n", b"354 ya\r\n"], b"2"),
    ],
    ids=["greeting", "TLS", "EHLO", "MAIL", "after the message"],
)
def test_a_server_that_drips_holds_no_worker(
    email: EmailMessage,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    before: list[bytes],
    drip: bytes,
) -> None:
    monkeypatch.setattr(mail, "LIMIT", 0.5)
    with Dripping(*before, drip=drip) as server:
        with pytest.raises(Unsent):
            transport(f"{scheme}://127.0.0.1:{server.port}", "casilla.test").send(email)
        assert server.cut.wait(10)


def test_a_server_that_drips_its_farewell_holds_no_worker(
    email: EmailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is its own by then: it is not sent again."""
    monkeypatch.setattr(mail, "FAREWELL", 0.5)
    ok = b"250 OK\r\n"
    with Dripping(GREETING, HELLO, ok, ok, b"354 ya\r\n", ok) as server:
        one = transport(f"smtp://127.0.0.1:{server.port}", "casilla.test")
        assert one.send(email) == "250 OK"
        assert server.cut.wait(10)


def test_a_connection_that_comes_after_the_deadline_is_cut_at_once() -> None:
    with Dripping() as server, Deadline(0) as limit:
        limit._timer.join(10)
        with pytest.raises(OSError):
            Client(limit.watch, "127.0.0.1", server.port, "casilla.test", timeout=10)


def test_another_machine_without_tls_gets_nothing_unless_the_entity_says_so(
    start: Start, email: EmailMessage
) -> None:
    taken = Mailbox()
    url = f"smtp://{ELSEWHERE}:{start(taken)}"
    with pytest.raises(Unsent, match="no TLS"):
        transport(url, "casilla.test").send(email)
    assert taken.letters == []
    transport(url, "casilla.test", plain=True).send(email)
    assert taken.encrypted == [False]


def test_tls_that_is_offered_is_used_whatever_the_entity_says(
    start: Start, email: EmailMessage, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, pem = Mailbox(), certificate(tmp_path, ELSEWHERE)
    port = start(taken, tls_context=tls_of(pem))
    one = transport(f"smtp://{ELSEWHERE}:{port}", "casilla.test", plain=True)
    with pytest.raises(Unsent, match="SSLCertVerificationError"):
        one.send(email)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    transport(f"smtp://{ELSEWHERE}:{port}", "casilla.test", plain=True).send(email)
    assert taken.encrypted == [True]


def test_a_start_can_ask_whether_messages_would_leave_encrypted(
    start: Start, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(port: int) -> bool:
        one = transport(f"smtp://{ELSEWHERE}:{port}", "casilla.test")
        assert isinstance(one, Smtp)
        return one.offers_tls()

    assert not asked(start(Mailbox()))
    assert asked(start(Mailbox(), tls_context=tls_of(certificate(tmp_path, "otro.example"))))
    with pytest.raises(Unsent):
        asked(free_port())
    monkeypatch.setattr(mail, "LOOK", 0.5)
    with Dripping() as server, pytest.raises(Unsent):
        asked(server.port)
