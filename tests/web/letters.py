"""What is served to people in the tests over HTTP, and what they do with it."""

from httpx2 import Response
from sqlalchemy import select

from proxy.installation import Installation
from proxy.store import tables
from tests.casilla import Offered
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
        return list(tx.conn.execute(select(tables.audit.c.event)).scalars()).count(event)
