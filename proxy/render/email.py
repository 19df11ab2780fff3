"""A message as three templates give it: subject, plain text, and the same text as HTML."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from catalog.model import Entity

TEMPLATES = Path(__file__).parent.parent / "templates" / "email"

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=lambda name: name is not None and name.endswith(".html"),
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Envelope:
    message_id: str
    recipient: str
    at: datetime


def letter(name: str, envelope: Envelope, entity: Entity, **context: Any) -> EmailMessage:
    """What leaves. The same message gives the same Message-ID and date at every attempt."""
    values = {"entity": entity, **context}
    email = EmailMessage(policy=SMTP)
    sender = entity.correo
    email["From"] = Address(sender.nombre, addr_spec=sender.direccion)
    email["To"] = Address(addr_spec=envelope.recipient)
    # One line, whatever a value brings along (header injection).
    email["Subject"] = " ".join(_render(name, "subject.txt", values).split())
    email["Date"] = format_datetime(envelope.at)
    email["Message-ID"] = envelope.message_id
    email["Auto-Submitted"] = "auto-generated"  # so that no holiday reply answers (RFC 3834)
    email.set_content(_render(name, "body.txt", values), cte="quoted-printable")
    email.add_alternative(
        _render(name, "body.html", values), subtype="html", cte="quoted-printable"
    )
    return email


def _render(name: str, file: str, values: dict[str, Any]) -> str:
    return _environment.get_template(f"{name}/{file}").render(values)
