"""The local folders of messages: `correo`."""

import mailbox
import unicodedata
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated

import typer

from proxy.commands import start
from proxy.errors import Refusal

MOST = 20


def mail(
    numero: Annotated[
        int | None, typer.Argument(min=1, metavar="N", help="El mensaje que se quiere leer.")
    ] = None,
) -> None:
    """Lista los correos y SMS de esta máquina, del más nuevo al más antiguo, o muestra uno."""
    parts = start.installation()
    messages = _newest_first(_folders(parts.settings.mail_url, parts.settings.sms_url))
    if numero is None:
        for number, message in enumerate(messages[:MOST], 1):
            at = start.to_the_second(_date(message), parts)
            print(_plain(f"{number:3}  {at}  {message['To']}  {message['Subject']}"))
        if messages:
            many = "Hay 1 mensaje." if len(messages) == 1 else f"Hay {len(messages)} mensajes."
            print(f"{many} «casilla correo 1» muestra el más nuevo.")
        else:
            print("Todavía no hay mensajes.")
        return
    if numero > len(messages):
        raise Refusal("mail.missing", number=numero)
    message = messages[numero - 1]
    body = message.get_body(("plain",))
    print(f"Fecha:  {start.to_the_second(_date(message), parts)}")
    for label, name in (("De:", "From"), ("Para:", "To"), ("Asunto:", "Subject")):
        print(_plain(f"{label:7} {message[name]}"))
    print()
    print(_plain(body.get_content() if body else ""))


def _folders(mail_url: str, sms_url: str) -> list[Path]:
    """Refuses `mail.elsewhere` when there is nothing to read here."""
    from proxy.outside.mail import maildir

    texts = [maildir(sms_url)] if sms_url.startswith("maildir:") else []
    if not mail_url.startswith("maildir:") and any((folder / "new").is_dir() for folder in texts):
        return texts
    return [maildir(mail_url), *texts]


def _newest_first(folders: list[Path]) -> list[EmailMessage]:
    boxes = [mailbox.Maildir(folder) for folder in folders if folder.is_dir()]
    # Dates are whole seconds: messages of one second keep the order in which they arrived.
    messages = [
        message_from_bytes(box.get_bytes(key), policy=policy.default)
        for box in boxes
        for key in sorted(box.keys())
    ]
    return sorted(messages, key=_date)[::-1]


def _date(message: EmailMessage) -> datetime:
    header = message["Date"]
    moment = header.datetime if header else None
    return (moment or datetime.fromtimestamp(0, UTC)).astimezone(UTC)


def _plain(text: str) -> str:
    # A terminal would obey control characters.
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) != "Cc")
