"""Sends an e-mail to a mail server, or to a folder of this machine."""

import mailbox
import os
import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from proxy.errors import Refusal
from proxy.texts import TEXTS

TIMEOUT = 30.0  # seconds that a mail server may take for one answer
# Seconds before the message itself must go out. Four answers follow: all together stay within the
# lease of a worker, so no other worker sends the message meanwhile.
PATIENCE = 120.0
# Characters of a server's answer. The outbox keeps fewer, after it removes the recipient.
ANSWER = 1000
SUBMISSION, RELAY, IMPLICIT_TLS = 587, 25, 465


class Unsent(Exception):
    """The message did not leave, or its fate is unknown.

    `reason` may be logged; `answer` may name the recipient. `refused`: the service refuses the
    message itself, for example because the mailbox does not exist.
    """

    def __init__(self, reason: str, answer: str = "", *, refused: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.answer = answer or reason
        self.refused = refused


class Transport(Protocol):
    @property
    def where(self) -> str:
        """For the log: where a message went."""

    def send(self, email: EmailMessage) -> str:
        """Returns the answer that proves the sending. Raises Unsent."""


def transport(mail_url: str, hostname: str) -> Transport:
    """`hostname` is the name that we tell the mail server. Refuses `mail.url`."""
    if mail_url.startswith("maildir:"):
        return Folder(maildir(mail_url))
    try:
        parts = urlsplit(mail_url)
        port = parts.port
    except ValueError:
        raise Refusal("mail.url") from None
    rest = (parts.path.strip("/"), parts.query, parts.fragment)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or any(rest):
        raise Refusal("mail.url")
    usual = IMPLICIT_TLS if parts.scheme == "smtps" else SUBMISSION if parts.username else RELAY
    return Smtp(
        host=parts.hostname,
        port=port or usual,
        implicit_tls=parts.scheme == "smtps",
        hostname=hostname,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def maildir(mail_url: str) -> Path:
    """Refuses `mail.elsewhere` when messages leave by a server; `mail.url` without a folder."""
    scheme, _, path = mail_url.partition(":")
    if scheme != "maildir":
        raise Refusal("mail.elsewhere")
    if not path:
        raise Refusal("mail.url")
    return Path(path)


@dataclass(frozen=True)
class Folder:
    path: Path
    where: str = TEXTS["sent.folder"]

    def send(self, email: EmailMessage) -> str:
        content = email.as_bytes(policy=email.policy.clone(linesep="\n"))
        try:
            # Made for each message: an operator may empty the folder by removing it.
            self.path.parent.mkdir(parents=True, exist_ok=True)
            for name in ("", "tmp", "new", "cur"):
                (self.path / name).mkdir(mode=0o700, exist_ok=True)
            key = mailbox.Maildir(self.path, create=False).add(content)  # synced, then renamed
            _sync(self.path / "new")
        except OSError as error:
            raise Unsent(type(error).__name__, str(error)) from None
        return f"carpeta local: {key}"


@dataclass(frozen=True)
class Smtp:
    host: str
    port: int
    implicit_tls: bool
    hostname: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def where(self) -> str:
        return f"lo aceptó {self.host}"

    def send(self, email: EmailMessage) -> str:
        started = time.monotonic()
        with _as_unsent(), self._client() as server:
            self._enter(server)
            if time.monotonic() - started > PATIENCE:
                raise Unsent("the server is too slow")
            server.send_message(email)
            return server.answer[:ANSWER]

    @contextmanager
    def _client(self) -> Iterator["_Client"]:
        server = (
            _TlsClient(self.host, self.port, self.hostname, timeout=TIMEOUT, context=self._tls())
            if self.implicit_tls
            else _Client(self.host, self.port, self.hostname, timeout=TIMEOUT)
        )
        try:
            yield server
            # The server took the message: a QUIT that fails must not send it again.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()

    def _enter(self, server: "_Client") -> None:
        server.ehlo_or_helo_if_needed()
        if not self.implicit_tls:
            if server.has_extn("starttls"):
                server.starttls(context=self._tls())
                server.ehlo_or_helo_if_needed()
            elif self.password and not self._loopback:
                raise Unsent("the server offers no TLS for the password")
        if self.user:
            server.login(self.user, self.password)

    @property
    def _loopback(self) -> bool:
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        # No third party reads the loopback, and a local mail server seldom has a certificate.
        if self._loopback and not self.implicit_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class _Client(smtplib.SMTP):
    """Keeps the answer to DATA, which names the message in the queue of the server."""

    answer = ""

    def data(self, msg):  # type: ignore[no-untyped-def]
        code, said = super().data(msg)
        self.answer = _said(code, said)
        return code, said


class _TlsClient(_Client, smtplib.SMTP_SSL):
    pass


@contextmanager
def _as_unsent() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise Unsent(f"RCPT {code}", _said(code, said), refused=code >= 500) from None
    except smtplib.SMTPResponseException as error:
        answer = _said(error.smtp_code, error.smtp_error)
        raise Unsent(f"{type(error).__name__} {error.smtp_code}", answer) from None
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise Unsent(type(error).__name__, str(error)[:ANSWER]) from None


def _said(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return f"{code} {words}"[:ANSWER]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
