"""Over real SMTP and into a real folder: what leaves, what does not, and what is said of it."""

import mailbox
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from proxy.errors import Refusal
from proxy.outside import mail
from proxy.outside.mail import Smtp, Transport, Unsent, transport
from tests.engines import free_port
from tests.outside.servers import (
    ELSEWHERE,
    Forgets,
    HangsUp,
    HangsUpLater,
    Mailbox,
    NoFarewell,
    NoSuchMailbox,
    Silent,
    certificate,
    only_the_casilla,
    tls_of,
)

Start = Callable[..., int]


@pytest.fixture
def email() -> EmailMessage:
    email = EmailMessage(policy=policy.SMTP)
    email["From"], email["To"] = "casilla@entidad.example", "rosa@example.com"
    email["Subject"] = "Hola"
    email.set_content("Está lista.\n.\nFin\n", cte="quoted-printable")
    return email


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this machine trusts, for a server elsewhere."""
    pem = certificate(tmp_path, ELSEWHERE)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    return pem


def send(email: EmailMessage, url: str) -> str:
    return transport(url, "casilla.test").send(email)


def test_the_answer_of_the_server_is_kept(start: Start, email: EmailMessage) -> None:
    taken = Mailbox()
    answer = send(email, f"smtp://127.0.0.1:{start(taken)}")
    assert answer == "250 2.0.0 queued as 4F2A"
    assert taken.letters[0].get_content().splitlines() == ["Está lista.", ".", "Fin"]
    assert taken.encrypted == [False]


@pytest.mark.parametrize(
    ("handler", "reason", "refused"),
    [
        (Mailbox("451 4.3.0 busy"), "SMTPDataError 451", False),
        (Mailbox("554 5.7.1 not today"), "SMTPDataError 554", False),
        (NoSuchMailbox(), "RCPT 550", True),
        (HangsUp(), "SMTPServerDisconnected", False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Mailbox) else None,
)
def test_what_a_server_does_not_take_is_told_apart(
    start: Start, email: EmailMessage, handler: Mailbox, reason: str, refused: bool
) -> None:
    with pytest.raises(Unsent) as found:
        send(email, f"smtp://127.0.0.1:{start(handler)}")
    assert (found.value.reason, found.value.refused) == (reason, refused)


def test_the_reason_names_nobody_and_the_answer_is_whole(start: Start, email: EmailMessage) -> None:
    with pytest.raises(Unsent) as found:
        send(email, f"smtp://127.0.0.1:{start(NoSuchMailbox())}")
    assert "rosa" not in found.value.reason
    assert found.value.answer == "550 5.1.1 <rosa@example.com>: no such user"


def test_a_message_that_was_taken_counts_though_the_farewell_fails(
    start: Start, email: EmailMessage
) -> None:
    assert send(email, f"smtp://127.0.0.1:{start(NoFarewell())}").startswith("250")


@contextmanager
def keeping(handler_port: int) -> Iterator[Transport]:
    kept = transport(f"smtp://127.0.0.1:{handler_port}", "casilla.test", keep=1)
    yield kept
    kept.hang_up()


def test_a_connection_stays_open_for_the_next_message_and_no_longer_than_told(
    start: Start, email: EmailMessage
) -> None:
    taken = Mailbox()
    with keeping(start(taken)) as kept:
        kept.send(email)
        kept.hang_up(idle=60)
        kept.send(email)
        assert (len(taken.letters), len(taken.sessions)) == (2, 1)
        kept.hang_up()
        kept.send(email)
    assert (len(taken.letters), len(taken.sessions)) == (3, 2)


def test_a_mailbox_that_is_refused_does_not_end_the_connection(
    start: Start, email: EmailMessage
) -> None:
    nobody = NoSuchMailbox()
    with keeping(start(nobody)) as kept:
        for _ in range(2):
            with pytest.raises(Unsent, match="RCPT 550"):
                kept.send(email)
    assert len(nobody.sessions) == 1


@pytest.mark.parametrize("answer", ["", "421 4.4.2 idle", "451 4.7.0 enough", "554 5.7.0 enough"])
def test_a_server_that_takes_no_more_on_a_connection_gets_the_message_at_once_on_a_new_one(
    start: Start, email: EmailMessage, answer: str
) -> None:
    taken = Forgets(answer)
    with keeping(start(taken)) as kept:
        for _ in range(3):
            kept.send(email)
    assert (len(taken.letters), len(taken.sessions)) == (3, 3)


def test_a_message_whose_fate_is_unknown_is_not_sent_again_at_once(
    start: Start, email: EmailMessage
) -> None:
    """On a connection that was kept, too: the server may have the message."""
    taken = HangsUpLater()
    with keeping(start(taken)) as kept:
        kept.send(email)
        with pytest.raises(Unsent, match="SMTPServerDisconnected"):
            kept.send(email)
    assert len(taken.letters) == 2


def test_the_authorities_of_the_system_are_read_once(
    start: Start,
    email: EmailMessage,
    trusted: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It took longer than to send a message: what is read later is not asked any more."""
    taken = Mailbox()
    port = start(taken, ssl_context=tls_of(trusted), server_hostname=ELSEWHERE)
    one = transport(f"smtps://{ELSEWHERE}:{port}", "casilla.test")
    one.send(email)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path, "otra.example")))
    one.send(email)
    assert (len(taken.letters), len(taken.sessions)) == (2, 2)


def test_nobody_listening_is_unsent(email: EmailMessage) -> None:
    for url in (f"smtp://127.0.0.1:{free_port()}", f"smtps://127.0.0.1:{free_port()}"):
        with pytest.raises(Unsent, match="ConnectionRefusedError"):
            send(email, url)


def test_a_server_that_never_answers_holds_nobody_for_ever(
    start: Start, email: EmailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 0.3)
    with pytest.raises(Unsent):
        send(email, f"smtp://127.0.0.1:{start(Silent())}")


def test_a_server_that_is_too_slow_gets_no_message_after_all(
    start: Start, email: EmailMessage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another worker may have it by then."""
    taken = Mailbox()
    monkeypatch.setattr(mail, "PATIENCE", 0)
    with pytest.raises(Unsent, match="slow"):
        send(email, f"smtp://127.0.0.1:{start(taken)}")
    assert taken.letters == []


def test_a_whole_attempt_takes_less_than_the_lease_of_a_worker() -> None:
    from proxy.flows.delivery import LEASE

    answers = 4  # MAIL, RCPT, DATA and the message
    assert mail.PATIENCE + answers * mail.TIMEOUT < LEASE.total_seconds()


def test_name_and_password_travel_under_tls(
    start: Start, email: EmailMessage, trusted: Path
) -> None:
    taken = Mailbox()
    options = {"auth_required": True, "authenticator": only_the_casilla}
    port = start(taken, tls_context=tls_of(trusted), require_starttls=True, **options)
    send(email, f"smtp://casilla:a%2Fb%40c@{ELSEWHERE}:{port}")
    assert taken.encrypted == [True]
    with pytest.raises(Unsent, match="SMTPAuthenticationError 535") as found:
        send(email, f"smtp://casilla:otra@{ELSEWHERE}:{port}")
    assert not found.value.refused


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_password_does_not_travel_in_clear_to_another_machine(
    start: Start, email: EmailMessage
) -> None:
    taken = Mailbox()
    port = start(taken, auth_required=True, auth_require_tls=False, authenticator=only_the_casilla)
    with pytest.raises(Unsent, match="no TLS"):
        send(email, f"smtp://casilla:a%2Fb%40c@{ELSEWHERE}:{port}")
    send(email, f"smtp://casilla:a%2Fb%40c@127.0.0.1:{port}")
    assert len(taken.letters) == 1


def test_tls_from_the_first_byte(start: Start, email: EmailMessage, trusted: Path) -> None:
    taken = Mailbox()
    port = start(taken, ssl_context=tls_of(trusted), server_hostname=ELSEWHERE)
    send(email, f"smtps://{ELSEWHERE}:{port}")
    assert len(taken.letters) == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize("fault", ["unknown", "of another name"])
def test_a_server_with_a_wrong_certificate_gets_nothing(
    start: Start,
    email: EmailMessage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    fault: str,
) -> None:
    taken = Mailbox()
    pem = certificate(tmp_path, ELSEWHERE if fault == "unknown" else "otro.example")
    if fault != "unknown":
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    option = "ssl_context" if scheme == "smtps" else "tls_context"
    try:
        port = start(taken, **{option: tls_of(pem)}, server_hostname=ELSEWHERE)
    except OSError:  # the starter's own first look fails under TLS that it does not trust
        pytest.fail("the server did not start")
    with pytest.raises(Unsent, match="SSLCertVerificationError"):
        send(email, f"{scheme}://{ELSEWHERE}:{port}")
    assert taken.letters == []


def test_the_mail_server_of_the_same_machine_needs_no_certificate_that_others_trust(
    start: Start, email: EmailMessage, tmp_path: Path
) -> None:
    """Debian gives Postfix one that nobody signed."""
    taken = Mailbox()
    port = start(taken, tls_context=tls_of(certificate(tmp_path, "snakeoil")))
    send(email, f"smtp://localhost:{port}")
    assert taken.encrypted == [True]


def test_the_local_folder_is_a_maildir_that_only_its_owner_reads(
    email: EmailMessage, tmp_path: Path
) -> None:
    folder = tmp_path / "var" / "correo"
    for _ in range(2):
        send(email, f"maildir:{folder}")
    box = mailbox.Maildir(folder, create=False)
    assert [message_from_bytes(box.get_bytes(key))["Subject"] for key in box.iterkeys()] == [
        "Hola"
    ] * 2
    assert b"\r" not in box.get_bytes(next(box.iterkeys()))
    assert list((folder / "tmp").iterdir()) == []
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in ("", "new")} == {0o700}


def test_a_folder_that_cannot_be_written_keeps_the_message_waiting(
    email: EmailMessage, tmp_path: Path
) -> None:
    (tmp_path / "correo").write_text("a file in its place")
    with pytest.raises(Unsent, match="FileExistsError"):
        send(email, f"maildir:{tmp_path}/correo")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "correo",
        "maildir:",
        "http://servidor",
        "smtp://",
        "smtp:servidor",
        "smtp://servidor:puerto",
        "smtp://servidor:99999",
        "smtp://usuario:con/barra@servidor",
        "smtp://servidor/ruta",
        "smtp://[::1",
    ],
)
def test_an_address_that_leads_nowhere_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(Refusal, match="CASILLA_MAIL_URL"):
        transport(url, "casilla.test")


@pytest.mark.parametrize(
    ("url", "port"),
    [("smtp://servidor", 25), ("smtp://u:c@servidor", 587), ("smtps://u:c@servidor", 465)],
)
def test_a_url_without_a_port_means_the_usual_one(url: str, port: int) -> None:
    made = transport(url, "casilla.test")
    assert isinstance(made, Smtp)
    assert made.port == port


def test_the_password_is_in_no_text_of_the_transport() -> None:
    assert "secreta" not in repr(transport("smtp://u:secreta@servidor", "casilla.test"))
