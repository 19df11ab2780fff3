"""Whether the service lives and can work: S10."""

from sqlalchemy import update

from proxy.installation import Installation
from proxy.store import tables
from tests.clock import Clock
from tests.people import Person
from tests.web.visitor import Visitor


def test_a_healthy_service_is_alive_and_ready(visitor: Visitor) -> None:
    assert (visitor.get("/salud").status_code, visitor.get("/listo").status_code) == (200, 200)


def test_a_database_that_does_not_answer_is_not_ready_but_alive(
    visitor: Visitor, installation: Installation
) -> None:
    with installation.db.transaction() as tx:
        tx.conn.exec_driver_sql("DROP TABLE rates")
    ready = visitor.get("/listo")
    assert (ready.status_code, ready.text) == (503, "no listo: la base de datos no responde\n")
    assert visitor.get("/salud").status_code == 200


def test_messages_that_nobody_sends_are_not_ready(
    visitor: Visitor, installation: Installation, rosa: Person, clock: Clock
) -> None:
    visitor.password(rosa.identidad.number, rosa.password)
    clock.advance(minutes=5)
    assert visitor.get("/listo").status_code == 200
    clock.advance(seconds=1)
    assert visitor.get("/listo").text == "no listo: hay mensajes atrasados\n"
    with installation.db.transaction() as tx:
        tx.conn.execute(update(tables.outbox).values(next_at=None))
    assert visitor.get("/listo").status_code == 200


def test_health_is_no_way_around_the_login(visitor: Visitor) -> None:
    """S10: some proxies let a health check's user agent through."""
    for agent in ("GoogleHC/1.0", "kube-probe/1.30", "ELB-HealthChecker/2.0"):
        assert visitor.get("/casilla/", **{"User-Agent": agent}).status_code == 303


def test_whoever_watches_the_process_need_not_know_its_name(visitor: Visitor) -> None:
    for path in ("/salud", "/listo"):
        assert visitor.get(path, Host="127.0.0.1:8000").status_code == 200
    assert visitor.get("/casilla/ingresar/", Host="127.0.0.1:8000").status_code == 400


def test_documents_that_were_served_and_are_gone_are_not_ready(
    visitor: Visitor, installation: Installation, letter: str
) -> None:
    assert visitor.get("/listo").status_code == 200
    installation.documents.folder.rename(installation.documents.folder.with_name("otra"))
    ready = visitor.get("/listo")
    assert (ready.status_code, ready.text) == (
        503,
        "no listo: falta la carpeta de los documentos\n",
    )
