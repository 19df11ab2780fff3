"""Sends an SMS to a service of messages, or to a folder of this machine."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol
from urllib.parse import urlencode

from proxy.outside import request
from proxy.outside.mail import Folder, Unsent, maildir
from proxy.outside.request import NoReply, Reply
from proxy.settings import Settings
from proxy.texts import TEXTS

CONNECT_SECONDS = 10.0
SECONDS = 30.0  # for the whole answer: far within the lease of a worker
LARGEST = 4096  # bytes of an answer
# The service refuses this message, and would again; 401 and 403 are about our account.
REFUSED = (400, 404, 410, 422)


@dataclass(frozen=True)
class Sms:
    message_id: str
    number: str  # E.164
    text: str
    sender: str
    at: datetime


class SmsTransport(Protocol):
    @property
    def where(self) -> str:
        """For the log: where a message went."""

    def send(self, sms: Sms) -> str:
        """Returns the answer that proves the sending. Raises Unsent."""


def sms_transport(settings: Settings) -> SmsTransport:
    if settings.sms_url.startswith("maildir:"):
        return SmsFolder(Folder(maildir(settings.sms_url)))
    return Gateway(settings.sms_url, settings.sms_token)


@dataclass(frozen=True)
class SmsFolder:
    folder: Folder

    @property
    def where(self) -> str:
        return self.folder.where

    def send(self, sms: Sms) -> str:
        email = EmailMessage(policy=SMTP)
        email["X-Canal"] = "SMS"
        email["From"] = sms.sender
        email["To"] = sms.number
        email["Subject"] = "SMS"
        email["Date"] = sms.at
        email["Message-ID"] = f"<{sms.message_id}@sms.invalid>"
        email.set_content(sms.text, cte="quoted-printable")
        return self.folder.send(email)


@dataclass(frozen=True)
class Gateway:
    """`url` and `token` give access to our account at the service: `repr` hides them."""

    url: str = field(repr=False)
    token: str = field(repr=False)
    where: str = TEXTS["sent.gateway"]

    def send(self, sms: Sms) -> str:
        # The same key at each try: a service that supports it sends the message only once.
        once = {"Idempotency-Key": sms.message_id}
        try:
            reply = request.ask(
                self.url,
                {"to": sms.number, "text": sms.text, "id": sms.message_id},
                once | request.bearer(self.token),
                connect_seconds=CONNECT_SECONDS,
                seconds=SECONDS,
                most=LARGEST,
            )
        except NoReply as error:
            raise Unsent(str(error)) from None
        if 200 <= reply.status < 300:
            return self._answer(reply, sms)
        reason, refused = f"HTTP {reply.status}", reply.status in REFUSED
        raise Unsent(reason, self._answer(reply, sms), refused=refused)

    def _answer(self, reply: Reply, sms: Sms) -> str:
        """Without the text, its code and our token: some services repeat what we sent."""
        said = reply.said.decode(errors="replace")
        for secret in (sms.text, *re.findall(r"\d{4,}", sms.text), self.token):
            for form in {secret, json.dumps(secret)[1:-1], urlencode({"": secret})[1:]}:
                said = said.replace(form, "…") if len(form) > 3 else said
        return f"{reply.status} {' '.join(said.split())}".strip()
