"""What is served to people in the tests over HTTP, and what they do with it."""

from httpx2 import Response
from sqlalchemy import select

from proxy.domain.codes import code_for
from proxy.installation import Installation
from proxy.store import tables
from tests.casilla import Offered
from tests.outbox import messages
from tests.web.visitor import Visitor

CARGO = Offered("Cargo de recepción.pdf", b"%PDF-1.7\nun cargo\n%%EOF\n")
FOTO = Offered("foto.png", b"\x89PNG\r\n\x1a\n....", "image/png")


def id_of(address: str) -> bytes:
    return bytes.fromhex(address.split("/")[3])


def see(visitor: Visitor, address: str) -> Response:
    """Press «Ver» on the page of a notificacion, and follow."""
    answer = visitor.send(visitor.get(address), f"{address}ver/")
    assert (answer.status_code, answer.headers["location"]) == (303, address)
    return visitor.get(address)


def events(installation: Installation, event: str) -> int:
    """How often the audit has it."""
    with installation.db.reading() as tx:
        return list(tx.conn.execute(select(tables.eventos.c.kind)).scalars()).count(event)


def sent_code(installation: Installation, name: str) -> str:
    """The code of the newest message of that name, as its reader sees it."""
    context = messages(installation.db, name)[-1].context
    key = installation.vault.code_key(context["key_id"])
    assert key is not None
    challenge = bytes.fromhex(context["challenge"])
    return code_for(key, context["purpose"], challenge, context["sent"])
