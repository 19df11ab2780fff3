"""Writes an e-mail from three templates: subject, plain text, and the same text as HTML."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from catalog.reading.model import Entity
from proxy.domain.email import ascii_form

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
    at: datetime  # of the message's creation, in the entity's zone


def letter(name: str, envelope: Envelope, entity: Entity, **context: Any) -> EmailMessage:
    """Every attempt to send a message has the same Message-ID and date."""
    sender, values = (
        entity.correo,
        {"entity": entity, "when": entity.moment(envelope.at), **context},
    )
    # One line, even when a value holds line breaks (header injection).
    subject = " ".join(_render(name, "subject.txt", values).split())
    email = EmailMessage(policy=SMTP)
    email["From"] = Address(sender.nombre, addr_spec=sender.direccion)
    email["To"] = Address(addr_spec=ascii_form(envelope.recipient) or envelope.recipient)
    email["Subject"] = subject
    email["Date"] = envelope.at
    email["Message-ID"] = envelope.message_id
    email["Auto-Submitted"] = "auto-generated"  # against automatic replies (RFC 3834)
    values["subject"] = subject
    email.set_content(_render(name, "body.txt", values), cte="quoted-printable")
    email.add_alternative(
        _render(name, "body.html", values), subtype="html", cte="quoted-printable"
    )
    email["Content-Language"] = "es"  # last: setting the content removes it
    return email


def _render(name: str, file: str, values: dict[str, Any]) -> str:
    return _environment.get_template(f"{name}/{file}").render(values)
