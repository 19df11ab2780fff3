"""The worker that empties the outbox, and the ways by which an e-mail leaves."""

import asyncio
import logging
import mailbox
import signal
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from sqlalchemy.exc import SQLAlchemyError

from proxy.domain.browser import in_words
from proxy.domain.codes import code_for
from proxy.errors import Refusal
from proxy.flows import delivery
from proxy.installation import Installation
from proxy.render.email import Envelope, letter
from proxy.signing import Signing
from proxy.store.outbox import Message

logger = logging.getLogger("casilla.mail")

POLL = 2.0  # seconds between looks at an outbox that another process may have filled
TIMEOUT = 30.0  # seconds that a mail server may take for one answer
PORTS = {"smtp": 25, "smtps": 465}
LOOPBACK = ("localhost", "127.0.0.1", "::1")

Send = Callable[[EmailMessage], str]  # returns what is recorded; raises OSError or SMTPException


async def work(installation: Installation, wake: asyncio.Event, stop: Event) -> None:
    """Send what is due, at once when `wake` is set, until `stop` is.

    It finishes the message in hand first. Neither a mail server nor a database that is down ends
    it.
    """
    send = sender(installation.settings.mail_url)
    while not stop.is_set():
        wake.clear()
        try:
            await asyncio.to_thread(deliver_due, installation, send, stop)
        except SQLAlchemyError:
            logger.exception("the outbox cannot be read")
        with suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), POLL)


def work_alone(installation: Installation) -> None:
    """The same as a process of its own, until it is told to end."""

    async def until_told() -> None:
        wake, stop = asyncio.Event(), Event()

        def end() -> None:
            stop.set()
            wake.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        await work(installation, wake, stop)

    asyncio.run(until_told())


def deliver_due(installation: Installation, send: Send, stop: Event | None = None) -> int:
    """Send everything that is due now, one after the other. Returns how many left."""
    done = 0
    while not (stop and stop.is_set()):
        with installation.db.transaction() as tx:
            message = delivery.claim(tx)
        if message is None:
            break
        done += _deliver(installation, send, message)
    return done


def _deliver(installation: Installation, send: Send, message: Message) -> bool:
    extra = {"message_id": message.message_id}
    try:
        answer = send(_compose(installation, message))
    except (OSError, smtplib.SMTPException) as error:
        # The class and the number, not the text: servers repeat addresses in it.
        answer = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
        with installation.db.transaction() as tx:
            delivery.failed(tx, message, answer)
        logger.warning("not sent, will be tried again", extra=extra | {"detail": answer})
        return False
    with installation.db.transaction() as tx:
        delivery.sent(tx, message, answer)
    logger.info("sent", extra=extra | {"detail": answer})
    return True


def _compose(installation: Installation, message: Message) -> EmailMessage:
    settings = installation.settings
    envelope = Envelope(
        f"<{message.message_id}@{settings.hostname}>", message.recipient, message.created_at
    )
    context: dict[str, Any] = dict(message.context)
    context["casilla"] = f"{settings.origin}/casilla/"
    if "at" in context:
        at = datetime.fromisoformat(context["at"]).astimezone(installation.zone)
        context |= {"at": at, "browser": in_words(context["browser"])}
    if message.name == "login_code":
        context |= _code(installation, context)
    return letter(message.name, envelope, installation.catalog.entity, **context)


def _code(installation: Installation, context: dict[str, Any]) -> dict[str, str]:
    """What is stored nowhere: the code, and the link by which the owner stops the login."""
    signing = Signing(installation.ring)
    challenge = context["challenge"]
    code = code_for(signing.code_key, "login", bytes.fromhex(challenge), context["sent"])
    stop = f"{context['casilla']}no-fui-yo/{signing.disavowal(challenge)}/"
    return {"code": f"{code[:3]} {code[3:]}", "stop": stop}


def sender(mail_url: str) -> Send:
    """How messages leave by this CASILLA_MAIL_URL. Refuses `mail.url` when it is none."""
    parts = urlsplit(mail_url)
    if parts.scheme == "maildir":
        return _into_folder(maildir(mail_url))
    if parts.scheme in PORTS and parts.hostname:
        return lambda email: _by_smtp(parts, email)
    raise Refusal("mail.url")


def maildir(mail_url: str) -> Path:
    """The local folder of messages. Refuses `mail.elsewhere` when they leave by a server."""
    scheme, _, path = mail_url.partition(":")
    if scheme != "maildir":
        raise Refusal("mail.elsewhere")
    return Path(path)


def _into_folder(folder: Path) -> Send:
    folder.parent.mkdir(parents=True, exist_ok=True)
    box = mailbox.Maildir(folder)

    def put(email: EmailMessage) -> str:
        box.add(email)  # written whole and synced before it gets its name
        return "carpeta local: léalo con «casilla correo»"

    return put


def _by_smtp(parts: SplitResult, email: EmailMessage) -> str:
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    tls = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=tls)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
        elif parts.scheme == "smtp" and parts.password and host not in LOOPBACK:
            raise smtplib.SMTPNotSupportedError("no TLS for a password")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(email)
    return f"aceptado por {host}"
