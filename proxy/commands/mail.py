"""The local folder of messages: `correo`."""

import mailbox
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Annotated

import typer

from proxy.commands import start
from proxy.errors import Refusal

MOST = 20


def mail(
    numero: Annotated[
        int | None, typer.Argument(min=1, metavar="[N]", help="El mensaje que se quiere leer.")
    ] = None,
) -> None:
    """Lista los correos de la carpeta local, del más nuevo al más antiguo, o muestra uno."""
    from proxy.mailer import maildir

    parts = start.installation()
    messages = _newest_first(maildir(parts.settings.mail_url))
    if numero is None:
        for number, message in enumerate(messages[:MOST], 1):
            at = start.in_lima(parsedate_to_datetime(message["Date"]), parts)
            print(f"{number:3}  {at}  {message['To']}  {message['Subject']}")
        print(f"Hay {len(messages)} mensajes. «casilla correo 1» muestra el más nuevo.")
        return
    if numero > len(messages):
        raise Refusal("mail.missing", number=numero)
    message = messages[numero - 1]
    body = message.get_body(("plain",))
    for name in ("Date", "From", "To", "Subject"):
        print(f"{name}: {message[name]}")
    print()
    print(body.get_content() if body else "")


def _newest_first(folder: Path) -> list[EmailMessage]:
    if not folder.is_dir():
        return []
    box = mailbox.Maildir(folder)
    # The Date says when it happened; two of one second keep the order in which they arrived.
    messages = [
        message_from_bytes(box.get_bytes(key), policy=policy.default) for key in sorted(box.keys())
    ]
    return sorted(messages, key=lambda one: parsedate_to_datetime(one["Date"]))[::-1]
