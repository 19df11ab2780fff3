"""Sends the messages of the outbox one by one, each channel apart."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from threading import Event

from proxy.flows import delivery
from proxy.installation import Installation
from proxy.outside.mail import Unsent, transport
from proxy.outside.sms import Sms, sms_transport
from proxy.render.email import Envelope, letter
from proxy.render.sms import sms_text
from proxy.store.outbox import DETAIL, Channel, Message
from proxy.work.messages import PathOf, Said, said_in

logger = logging.getLogger("casilla.mail")

POLL = 2.0  # seconds between looks at an outbox that another process may have filled
CHANNELS: tuple[Channel, ...] = ("email", "sms")


class Mailer:
    """Refuses `mail.url` when CASILLA_MAIL_URL is no valid address."""

    def __init__(self, installation: Installation, path_of: PathOf) -> None:
        settings = installation.settings
        self.installation, self.path_of = installation, path_of
        self.mail = transport(settings.mail_url, settings.hostname)
        self.sms = sms_transport(settings)

    async def work(self, wake: asyncio.Event, stop: Event) -> None:
        """Send due messages, at once when `wake` is set. To end it, set `stop` and then `wake`.

        The messages in hand are finished first. No error ends the loop. E-mails do not wait for
        SMS, and SMS do not wait for e-mails.
        """
        wakes = {channel: asyncio.Event() for channel in CHANNELS}
        async with asyncio.TaskGroup() as working:
            for channel, awake in wakes.items():
                working.create_task(self._work(channel, awake, stop))
            while not stop.is_set():
                await wake.wait()
                wake.clear()
                for awake in wakes.values():
                    awake.set()

    async def _work(self, channel: Channel, wake: asyncio.Event, stop: Event) -> None:
        while not stop.is_set():
            wake.clear()
            try:
                await asyncio.to_thread(self._empty, channel, stop)
            except Exception as error:
                # Only the type: the text of a database error quotes addresses and contexts.
                logger.error("the outbox cannot be read", extra={"detail": type(error).__name__})
            with suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), POLL)

    def deliver_due(self) -> int:
        """Returns how many messages left."""
        return sum(self._empty(channel) for channel in CHANNELS)

    def _empty(self, channel: Channel, stop: Event | None = None) -> int:
        """Send codes first, because a person waits for them, but in turns with the oldest message.

        A flood of codes must not hold back the alerta of an act: that can cost a person a right.
        """
        done = turn = 0
        while not (stop and stop.is_set()):
            with self.installation.db.transaction() as tx:
                message = delivery.claim(tx, channel, longest=turn % 2 == 1)
            if message is None:
                break
            done += self._deliver(message)
            turn += 1
        return done

    def _deliver(self, message: Message) -> bool:
        try:
            answer, where = self._send(message)
        except Unsent as error:
            with self.installation.db.transaction() as tx:
                delivery.record_failure(tx, message, error.answer, refused=error.refused)
            _log(logging.WARNING, "not sent", message, error.reason)
            return False
        with self.installation.db.transaction() as tx:
            delivery.record_sent(tx, message, answer)
        _log(logging.INFO, "sent", message, where)
        return True

    def _send(self, message: Message) -> tuple[str, str]:
        send: Callable[[Message], str] = self._send_sms
        way = self.sms.where
        if message.channel == "email":
            send, way = self._send_email, self.mail.where
        try:
            return send(message), way
        except Unsent:
            raise
        except Exception as error:  # a message that cannot be written stops no other
            raise Unsent(f"{message.name}: {type(error).__name__}", repr(error)[:DETAIL]) from error

    def _send_email(self, message: Message) -> str:
        return self.mail.send(self._letter(message))

    def _send_sms(self, message: Message) -> str:
        at = message.created_at.astimezone(self.installation.zone)
        entity = self.installation.catalog.entity
        text = sms_text(message.name, entity, at, **self._said(message))
        return self.sms.send(
            Sms(message.message_id, message.recipient, text, entity.correo.direccion, at)
        )

    def _letter(self, message: Message) -> EmailMessage:
        envelope = Envelope(
            f"<{message.message_id}@{self.installation.settings.hostname}>",
            message.recipient,
            message.created_at.astimezone(self.installation.zone),
        )
        said = self._said(message)
        if code := said.get("code"):
            said["code"] = f"{code[:3]} {code[3:]}"
        return letter(message.name, envelope, self.installation.catalog.entity, **said)

    def _said(self, message: Message) -> Said:
        return said_in(message, self.installation, self.path_of)


def _log(level: int, text: str, message: Message, detail: str) -> None:
    """Logs the reference of the message, but no address, no code and no content."""
    logger.log(level, text, extra={"message_id": message.message_id, "detail": detail})
