"""Sends the messages of the outbox, several at a time and each channel apart."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from email.message import EmailMessage
from threading import Event

from proxy.errors import short
from proxy.flows import delivery
from proxy.installation import Installation
from proxy.outside.mail import Unsent, mail_transport
from proxy.outside.sms import Sms, sms_transport
from proxy.render.email import Envelope, letter
from proxy.render.sms import sms_text
from proxy.store.outbox import DETAIL, Channel, Message
from proxy.work.messages import PathOf, Said, said_in

logger = logging.getLogger("casilla.mail")

# Seconds between looks at an outbox that another process may have filled: a look costs a
# millisecond, and a person waits for the code.
POLL = 0.5
IDLE = 10.0  # seconds that a connection stays open for the next message
CHANNELS: tuple[Channel, ...] = ("email", "sms")


class Mailer:
    """Refuses `mail.url` when CASILLA_MAIL_URL is no valid address."""

    def __init__(self, installation: Installation, path_of: PathOf) -> None:
        settings = installation.settings
        self.installation, self.path_of = installation, path_of
        self.senders = settings.mail_senders
        self.mail = mail_transport(settings, keep=self.senders)
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
        """One sender looks. Whoever finds a message wakes one more, as long as one is free.

        A sender whose server is slow keeps the others from nothing.
        """
        loop, free = asyncio.get_running_loop(), asyncio.Semaphore(self.senders)
        said: str | None = None

        async def empty() -> None:
            nonlocal said
            try:
                await loop.run_in_executor(threads, self._empty, channel, stop, found)
                said = None
            except Exception as error:
                if said != short(error):  # once, not at each look
                    said = short(error)
                    logger.error("the outbox cannot be read", extra={"detail": said})
            finally:
                free.release()

        def found() -> None:
            loop.call_soon_threadsafe(wake.set)

        # Threads of its own, as the chores have.
        with ThreadPoolExecutor(self.senders, f"mailer-{channel}") as threads:
            async with asyncio.TaskGroup() as working:
                while True:
                    await free.acquire()
                    wake.clear()
                    if stop.is_set():  # after the clear, which may have undone the wake of the end
                        break
                    working.create_task(empty())
                    with suppress(TimeoutError):
                        await asyncio.wait_for(wake.wait(), POLL)
            if channel == "email":
                await loop.run_in_executor(threads, self.mail.hang_up)

    def deliver_due(self) -> int:
        """One by one, without `work`. Returns how many messages left."""
        done = sum(self._empty(channel, Event(), lambda: None) for channel in CHANNELS)
        self.mail.hang_up()
        return done

    def _empty(self, channel: Channel, stop: Event, found: Callable[[], None]) -> int:
        """Send codes first, because a person waits for them, but in turns with the oldest message.

        A flood of codes must not hold back the alerta of an act: that can cost a person a right.
        `found` is called once, when there is a first message.
        """
        done, turn, catalog = 0, 0, self.installation.catalog
        while not stop.is_set():
            with self.installation.db.transaction() as tx:
                message = delivery.claim(tx, catalog, channel, longest=turn % 2 == 1)
            if message is None:
                break
            if isinstance(message, delivery.Passed):
                continue
            if turn == 0:
                found()
            done += self._deliver(message)
            turn += 1
        if channel == "email":
            self.mail.hang_up(IDLE)
        return done

    def _deliver(self, message: Message) -> bool:
        catalog = self.installation.catalog
        try:
            answer, where = self._send(message)
        except Unsent as error:
            with self.installation.db.transaction() as tx:
                delivery.record_failure(tx, catalog, message, error.answer, refused=error.refused)
            _log(logging.WARNING, "not sent", message, error.reason)
            return False
        with self.installation.db.transaction() as tx:
            delivery.record_sent(tx, catalog, message, answer)
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
