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
from functools import cached_property
from pathlib import Path
from threading import Condition
from typing import Protocol
from urllib.parse import unquote, urlsplit

from proxy.errors import Refusal
from proxy.outside.deadline import Deadline
from proxy.outside.smtp import ANSWER, Client, TlsClient, said
from proxy.settings import Settings, is_loopback
from proxy.texts import TEXTS

TIMEOUT = 30.0  # seconds that a mail server may take for one answer
# Seconds before the message itself must go out, and for all of it: far within the lease of a
# worker, so no other worker sends the message meanwhile.
PATIENCE, LIMIT = 60.0, 120.0
FAREWELL = 2.0  # seconds for the answer to QUIT: nothing depends on it
LOOK = 5.0  # seconds for the question of a start, which does not wait for a server that is away
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

    def hang_up(self, idle: float = 0) -> None:
        """End each connection that nobody used for `idle` seconds."""


def transport(
    mail_url: str, hostname: str, keep: int = 0, *, plain: bool = False
) -> "Folder | Smtp":
    """`hostname` is the name that we tell the mail server, `keep` how many connections stay open.

    With `plain`, another machine need not offer TLS. Refuses `mail.url`.
    """
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
        user=_decoded(parts.username or ""),
        password=_decoded(parts.password or ""),
        keep=keep,
        plain=plain,
    )


def mail_transport(settings: Settings, keep: int = 0) -> "Folder | Smtp":
    plain = "smtp" in settings.allow_plain
    return transport(settings.mail_url, settings.hostname, keep, plain=plain)


def _decoded(credential: str) -> str:
    """Refuses `mail.url` for what no server could be told: it would answer that it is wrong."""
    try:
        decoded = unquote(credential, errors="strict")
        decoded.encode()
    except UnicodeError:
        raise Refusal("mail.url") from None
    if "\0" in decoded:
        raise Refusal("mail.url")
    return decoded


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

    def hang_up(self, idle: float = 0) -> None:
        pass


@dataclass(frozen=True)
class Smtp:
    host: str
    port: int
    implicit_tls: bool
    hostname: str
    user: str = ""
    password: str = field(default="", repr=False)
    keep: int = 0  # connections that stay open for the next messages, until `hang_up`
    plain: bool = False
    _kept: "_Kept" = field(default_factory=lambda: _Kept(), init=False, repr=False, compare=False)

    @property
    def where(self) -> str:
        return f"lo aceptó {self.host}"

    def send(self, email: EmailMessage) -> str:
        """Threads may send at once. Each has a connection for itself meanwhile."""
        started, limit = time.monotonic(), Deadline(LIMIT)
        with _as_unsent(), limit:
            server = self._kept.take() or self._connected_or_kept(limit)
            if server.kept and server.sock:
                limit.watch(server.sock)
            kept = server.kept
            try:
                return self._send_by(server, email, started)
            except (OSError, smtplib.SMTPException):
                # A server may take no more on a kept connection, and a new one is tried at once.
                # Never after DATA has begun: the server may have the message. A connection that
                # is still open served: only the recipient was refused.
                if not kept or server.data_begun or server.sock:
                    raise
            return self._send_by(self._connected_or_kept(limit), email, started)

    def _send_by(self, server: "Client", email: EmailMessage, started: float) -> str:
        server.data_begun = False
        try:
            if time.monotonic() - started > PATIENCE:
                raise Unsent("the server is too slow")
            server.send_message(email)
        except smtplib.SMTPRecipientsRefused:
            raise  # smtplib has sent RSET, and the connection serves
        except BaseException:
            server.close()
            raise
        finally:
            self._kept.give_back(server, self.keep)
        return server.answer[:ANSWER]

    def hang_up(self, idle: float = 0) -> None:
        for server in self._kept.unused(idle):
            _take_leave(server)

    def offers_tls(self) -> bool:
        """Whether a message could leave encrypted. Raises Unsent when nobody answers."""
        if self.implicit_tls:
            return True
        with _as_unsent(), Deadline(LOOK) as limit:
            server = Client(limit.watch, self.host, self.port, self.hostname, timeout=LOOK)
            try:
                server.ehlo_or_helo_if_needed()
                return server.has_extn("starttls")
            finally:
                server.close()

    def _connected_or_kept(self, limit: Deadline) -> "Client":
        self._kept.count_new()
        try:
            return self._connected(limit)
        except BaseException as error:
            self._kept.count_lost()
            # Some servers accept fewer connections than there are senders: wait for one of those.
            refused = isinstance(error, OSError | smtplib.SMTPException)
            if refused and (kept := self._kept.take(wait=PATIENCE / 2)):
                return kept
            raise

    def _connected(self, limit: Deadline) -> "Client":
        where = (limit.watch, self.host, self.port, self.hostname)
        server = (
            TlsClient(*where, timeout=TIMEOUT, context=self._tls)
            if self.implicit_tls
            else Client(*where, timeout=TIMEOUT)
        )
        try:
            self._enter(server)
        except BaseException:
            server.close()
            raise
        return server

    def _enter(self, server: "Client") -> None:
        server.ehlo_or_helo_if_needed()
        if not self.implicit_tls:
            if server.has_extn("starttls"):
                server.starttls(context=self._tls)
                server.ehlo_or_helo_if_needed()
            elif not (self.loopback or self.plain):
                raise Unsent("the server offers no TLS")
        if self.user:
            server.login(self.user, self.password)

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once: to read the authorities of the system takes as long as to send a message."""
        context = ssl.create_default_context()
        # No third party reads the loopback, and a local mail server seldom has a certificate.
        if self.loopback and not self.implicit_tls:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class _Kept:
    """The open connections: those that threads make or use are counted, and the others lie here."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._used = 0
        self._unused: list[tuple[Client, float]] = []  # and since when; the newest last

    def take(self, wait: float = 0) -> Client | None:
        """Waits only while another thread has one, which it may give back."""
        with self._changed:
            self._changed.wait_for(lambda: self._unused or not self._used, wait)
            if not self._unused:
                return None
            self._used += 1
            return self._unused.pop()[0]

    def count_new(self) -> None:
        with self._changed:
            self._used += 1

    def count_lost(self) -> None:
        with self._changed:
            self._used -= 1
            self._changed.notify_all()

    def give_back(self, server: Client, most: int) -> None:
        with self._changed:
            self._used -= 1
            if server.sock and len(self._unused) < most:
                server.kept = True
                self._unused.append((server, time.monotonic()))
            else:
                _take_leave(server)
            self._changed.notify_all()

    def unused(self, idle: float) -> list[Client]:
        """Those that nobody used for `idle` seconds. They are the caller's now."""
        until = time.monotonic() - idle
        with self._changed:
            old = [server for server, since in self._unused if since <= until]
            self._unused = [one for one in self._unused if one[1] > until]
        return old


def _take_leave(server: Client) -> None:
    # The server took the messages: a QUIT that fails must not send them again.
    with suppress(OSError, smtplib.SMTPException), Deadline(FAREWELL) as limit:
        if server.sock:
            server.sock.settimeout(FAREWELL)
            limit.watch(server.sock)
        server.quit()
    server.close()


@contextmanager
def _as_unsent() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise Unsent(f"RCPT {code}", said(code, answer), refused=code >= 500) from None
    except smtplib.SMTPResponseException as error:
        whole = said(error.smtp_code, error.smtp_error)
        raise Unsent(f"{type(error).__name__} {error.smtp_code}", whole) from None
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise Unsent(type(error).__name__, str(error)[:ANSWER]) from None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
