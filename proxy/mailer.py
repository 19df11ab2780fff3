"""The worker that empties the outbox."""

import asyncio
import logging
import signal
from contextlib import suppress
from email.message import EmailMessage
from threading import Event
from typing import Any

from proxy.domain.browser import in_words
from proxy.domain.codes import code_for
from proxy.flows import delivery
from proxy.flows.login import PURPOSE
from proxy.installation import Installation
from proxy.render.email import Envelope, letter
from proxy.signing import Signing
from proxy.store.outbox import Message
from proxy.transports import ANSWER, Unsent, transport

logger = logging.getLogger("casilla.mail")

POLL = 2.0  # seconds between looks at an outbox that another process may have filled


class Mailer:
    """Refuses to start with a CASILLA_MAIL_URL that leads nowhere."""

    def __init__(self, installation: Installation) -> None:
        settings = installation.settings
        self.installation = installation
        self.transport = transport(settings.mail_url, settings.hostname)
        self.signing = Signing(installation.ring)

    async def work(self, wake: asyncio.Event, stop: Event) -> None:
        """Send what is due, at once when `wake` is set, until `stop` is.

        It finishes the message in hand first. Nothing that goes wrong ends it.
        """
        while not stop.is_set():
            wake.clear()
            try:
                await asyncio.to_thread(self.deliver_due, stop)
            except Exception as error:
                # Not its text: what the database complains of quotes addresses and contexts.
                logger.error("the outbox cannot be read", extra={"detail": type(error).__name__})
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), POLL)

    def deliver_due(self, stop: Event | None = None) -> int:
        """Send everything that is due now, one after the other. Returns how many left."""
        done = 0
        while not (stop and stop.is_set()):
            with self.installation.db.transaction() as tx:
                message = delivery.claim(tx)
            if message is None:
                break
            done += self._deliver(message)
        return done

    def _deliver(self, message: Message) -> bool:
        try:
            answer = self._send(message)
        except Unsent as error:
            with self.installation.db.transaction() as tx:
                delivery.failed(tx, message, error.answer, refused=error.refused)
            _log(logging.WARNING, "not sent", message, error.reason)
            return False
        with self.installation.db.transaction() as tx:
            delivery.sent(tx, message, answer)
        _log(logging.INFO, "sent", message, self.transport.where)
        return True

    def _send(self, message: Message) -> str:
        try:
            return self.transport.send(self._compose(message))
        except Unsent:
            raise
        except Exception as error:  # one message that cannot be written stops no other
            raise Unsent(f"{message.name}: {type(error).__name__}", repr(error)[:ANSWER]) from error

    def _compose(self, message: Message) -> EmailMessage:
        settings = self.installation.settings
        envelope = Envelope(
            f"<{message.message_id}@{settings.hostname}>",
            message.recipient,
            message.created_at.astimezone(self.installation.zone),
        )
        context: dict[str, Any] = dict(message.context)
        context["casilla"] = f"{settings.origin}/casilla/"
        if "browser" in context:
            context["browser"] = in_words(context["browser"])
        if "challenge" in context:
            context |= self._code(context)
        return letter(message.name, envelope, self.installation.catalog.entity, **context)

    def _code(self, context: dict[str, Any]) -> dict[str, str]:
        """What is stored nowhere: the code, and the link by which the owner stops the login."""
        challenge = context["challenge"]
        key = self.signing.code_key
        code = code_for(key, PURPOSE, bytes.fromhex(challenge), context["sent"])
        stop = f"{context['casilla']}no-fui-yo/{self.signing.disavowal(challenge)}/"
        return {"code": f"{code[:3]} {code[3:]}", "stop": stop}


def work_alone(mailer: Mailer) -> None:
    """The worker as a process of its own, until it is told to end."""

    async def until_told() -> None:
        wake, stop = asyncio.Event(), Event()

        def end() -> None:
            stop.set()
            wake.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        await mailer.work(wake, stop)

    asyncio.run(until_told())


def _log(level: int, text: str, message: Message, detail: str) -> None:
    """The reference of the message and what came of it; neither address, nor code, nor content."""
    logger.log(level, text, extra={"message_id": message.message_id, "detail": detail})
