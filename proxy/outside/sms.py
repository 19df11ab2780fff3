"""The ways by which an SMS leaves: an HTTP gateway, or a folder of this machine."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol
from urllib.parse import quote, urlencode
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from proxy.errors import Refusal
from proxy.outside import request
from proxy.outside.mail import Folder, Unsent, maildir
from proxy.outside.request import NoReply, Reply
from proxy.settings import Settings, is_service

CONNECT_SECONDS = 10.0
SECONDS = 30.0  # of the whole answer: far within the lease of a worker
LARGEST = 4096  # bytes of an answer
# What the gateway says of this very message, and will say again; 401 and 403 are of our account.
REFUSED = (400, 404, 410, 422)

PLACE = re.compile(r"\{(numero|digitos|texto|id)\}")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Sms:
    message_id: str
    number: str  # E.164
    text: str
    sender: str
    at: datetime

    def values(self) -> dict[str, str]:
        return {
            "numero": self.number,
            "digitos": self.number.removeprefix("+"),  # some gateways want no sign
            "texto": self.text,
            "id": self.message_id,
        }


class SmsTransport(Protocol):
    @property
    def where(self) -> str:
        """Where the message went, for the log."""

    def send(self, sms: Sms) -> str:
        """Returns the answer that proves it. Raises Unsent."""


def sms_transport(settings: Settings) -> SmsTransport:
    """What CASILLA_SMS_… say. Refuses `sms.url`, `sms.body` and `sms.places`."""
    url = settings.sms_url
    if url.startswith("maildir:"):
        if url == "maildir:":
            raise Refusal("sms.url")
        return SmsFolder(Folder(maildir(url)))
    if not is_service(PLACE.sub("0", url)):
        raise Refusal("sms.url")
    headers = {name.title(): told for name, told in settings.sms_headers}
    return Gateway(url, settings.sms_method, headers, settings.sms_body)


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
    """`url`, `headers` and `body` hold the account at the gateway: no text shows them."""

    url: str = field(repr=False)
    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: str = field(repr=False)
    where: str = "lo aceptó el servicio de mensajes"

    def __post_init__(self) -> None:
        places = set(PLACE.findall(self.url))
        if self.method != "GET":
            self._check_body()
            places |= set(PLACE.findall(self.body))
        if "texto" not in places or not places & {"numero", "digitos"}:
            raise Refusal("sms.places")

    def send(self, sms: Sms) -> str:
        values = sms.values()
        try:
            reply = request.ask(
                self.method,
                _fill(self.url, values, lambda text: quote(text, safe="")),
                self._headers(values),
                None if self.method == "GET" else _fill(self.body, values, self._escape).encode(),
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

    @property
    def kind(self) -> str:
        return self.headers.get("Content-Type", JSON).partition(";")[0].strip().lower()

    def _headers(self, values: Mapping[str, str]) -> dict[str, str]:
        # The same at each try, so that a gateway that knows it sends the message once.
        usual = {"Idempotency-Key": values["id"], "User-Agent": "casilla"}
        if self.method != "GET":
            usual["Content-Type"] = JSON
        named = {"id": values["id"]}
        return usual | {name: _fill(told, named, str) for name, told in self.headers.items()}

    @property
    def _escape(self) -> Callable[[str], str]:
        if self.kind == FORM:
            return lambda text: quote(text, safe="")
        if self.kind.endswith("xml"):
            return lambda text: escape(text, {'"': "&quot;", "'": "&apos;"})
        return lambda text: json.dumps(text)[1:-1]

    def _check_body(self) -> None:
        """Refuses a body that no gateway could read."""
        sample = dict.fromkeys(("numero", "digitos", "texto", "id"), 'un "texto" <&')
        body = _fill(self.body, sample, self._escape)
        try:
            if self.kind == JSON or self.kind.endswith("+json"):
                json.loads(body)
            elif self.kind.endswith("xml"):
                ElementTree.fromstring(body)
            elif self.kind != FORM:
                raise ValueError(self.kind)
        except (ValueError, ElementTree.ParseError):
            raise Refusal("sms.body", kind=self.kind) from None

    def _answer(self, reply: Reply, sms: Sms) -> str:
        """Some gateways repeat the message, or what we sent: neither code nor account is kept."""
        said = reply.said.decode(errors="replace")
        account = [told for name, told in self.headers.items() if name != "Content-Type"]
        account += [told.split()[-1] for told in account if told]
        for secret in (sms.text, *re.findall(r"\d{4,}", sms.text), *account):
            for form in {secret, json.dumps(secret)[1:-1], urlencode({"": secret})[1:]}:
                said = said.replace(form, "…") if len(form) > 3 else said
        return f"{reply.status} {' '.join(said.split())}".strip()


def _fill(template: str, values: Mapping[str, str], escaped: Callable[[str], str]) -> str:
    return PLACE.sub(
        lambda place: escaped(values[place[1]]) if place[1] in values else place[0], template
    )
