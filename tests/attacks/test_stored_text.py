"""What a citizen or an entity writes is text wherever it is shown: V 1.2.1, S57."""

from collections.abc import Callable
from dataclasses import replace
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from markupsafe import escape
from sqlalchemy import Text, update

from proxy.domain.content import Content, Remedy
from proxy.domain.effect import freeze
from proxy.domain.identidad import Identidad
from proxy.domain.plazo import Distance, Term
from proxy.installation import Installation
from proxy.store import casillas, outbox, tables
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.casilla import Offered
from tests.people import Person, open_casilla
from tests.plazos import RULING
from tests.web.visitor import Visitor
from tests.work.whatever import WHATEVER

EVIL = (
    "\"'></p><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}\r\nBcc: malo@malo.example"
)
MESSAGES = Path(__file__).parents[2] / "proxy" / "templates" / "email"


def harmless(text: str) -> bool:
    return "<script>alert" not in text and "<img src=x" not in text and ">49" not in text


@pytest.fixture
def rosa(installation: Installation) -> Person:
    """Somebody whose own name is an attack."""
    person = Person(Identidad("DNI", "40000001"), EVIL, "rosa@example.com", "Quinua-2041")
    return open_casilla(installation.db, person, installation.passwords)


def test_pages_show_what_others_wrote_as_text(
    installation: Installation,
    serve: Callable[..., str],
    inside: Callable[[Person], Visitor],
    rosa: Person,
) -> None:
    written = [column.name for column in tables.notificaciones.c if isinstance(column.type, Text)]
    said = dict.fromkeys(written, EVIL)
    # We write these ourselves, with words of the sender in them.
    remedy = Remedy(EVIL, EVIL, Term(1, "habiles"))
    content = Content(EVIL, EVIL, EVIL, exhausts=True, remedies=(remedy,), purpose=EVIL)
    said["content"] = replace(content, term=Term(1, "habiles")).freeze()
    ruling = replace(RULING, term=Term(1, "habiles"), distance=Distance(1, EVIL))
    said["effect"] = freeze(ruling, installation.clock())
    del said["effect_read"]
    address = serve(rosa, anexos=(Offered(EVIL), Offered("b")), acto=Offered(EVIL), **said)
    her = inside(rosa)
    with installation.db.transaction() as tx:  # what a browser says of itself is stored too
        for table in (tables.sessions, tables.devices):
            tx.conn.execute(update(table).values(user_agent=EVIL))
    shown = ""
    detail = her.get(address)
    for answer in (
        her.get("/casilla/"),
        detail,
        her.send(detail, f"{address}ver/"),
        her.get(address),
        her.get("/casilla/leidos/"),
        her.get("/casilla/perfil/"),
        her.get("/casilla/sesiones/"),
        her.get("/casilla/clave/"),
    ):
        assert answer.status_code in (200, 303)
        assert harmless(answer.text), answer.url
        shown += answer.text
    assert shown.count("&lt;script&gt;alert") > 5
    for file in ("acto/", "anexos/1/", "anexos.zip"):
        served = her.get(f"{address}{file}")
        assert served.status_code == 200
        assert "bcc" not in served.headers and "\n" not in served.headers["content-disposition"]


def test_forms_show_what_was_typed_as_text(visitor: Visitor) -> None:
    evil = EVIL.replace("\r\n", " ")
    paths = {
        "/casilla/ingresar/": {"dni": evil, "clave": "x", "volver": evil},
        "/casilla/recuperar/": {"dni": evil},
        "/casilla/recuperar/correo/": {"numero": evil, "correo": evil, "tipo": evil},
    }
    for path, fields in paths.items():
        answer = visitor.send(visitor.get(path), path, **fields)
        assert answer.status_code == 400
        assert harmless(answer.text)
        assert (
            str(escape(evil)).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in answer.text
        )
    for path in ("/casilla/ingresar/", "/casilla/token/", "/casilla/recuperar/enviado/"):
        assert harmless(visitor.client.get(path, params={"volver": evil, "nuevo": evil}).text)


def test_messages_carry_what_others_wrote_as_text(
    installation: Installation, rosa: Person, tmp_path: Path
) -> None:
    """And nothing of it becomes a header."""
    kept = ("purpose", "key_id", "challenge", "link", "first_access")
    evil = {
        name: EVIL if isinstance(value, str) and name not in kept else value
        for name, value in WHATEVER.items()
    }
    evil |= {"key_id": installation.vault.newest, "at": "2026-11-16T15:00:00+00:00"}
    evil["accepted"] = [dict.fromkeys(("text", "titulo", "version", "sha256", "at", "ip"), EVIL)]
    names = sorted(path.parent.name for path in MESSAGES.glob("*/subject.txt"))
    with installation.db.transaction() as tx:
        for name in names:
            outbox.add(tx, name, casillas.by_id(tx, rosa.id), **evil)
    assert Mailer(installation, path_of).deliver_due() == len(names)
    for path in (tmp_path / "correo" / "new").iterdir():
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        assert message["Bcc"] is None
        assert message["To"] == "rosa@example.com"
        html = message.get_body(("html",))
        assert html is not None and harmless(html.get_content()), message["Subject"]
