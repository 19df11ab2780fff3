"""Whether the service lives and can work: S10."""

from pathlib import Path

import pytest
from sqlalchemy import update

from proxy.installation import Installation
from proxy.store import tables
from tests.clock import Clock
from tests.flows.test_deposit import Sender
from tests.holding import no_large_file
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


def test_late_mail_is_said_and_takes_no_page_away(
    visitor: Visitor,
    installation: Installation,
    rosa: Person,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    visitor.password(rosa.identidad.number, rosa.password)
    clock.advance(minutes=5)
    assert visitor.get("/listo").text == "listo\n"
    clock.advance(seconds=1)
    for _ in range(3):
        ready = visitor.get("/listo")
        assert (ready.status_code, ready.text) == (200, "listo\nhay mensajes atrasados\n")
    assert caplog.messages.count("mail is late") == 1
    clock.advance(minutes=5)
    visitor.get("/listo")
    assert caplog.messages.count("mail is late") == 2
    with installation.db.transaction() as tx:
        tx.conn.execute(update(tables.outbox).values(next_at=None))
    assert visitor.get("/listo").text == "listo\n"


def test_a_constancia_that_is_not_sealed_is_said_and_the_log_repeats_it(
    visitor: Visitor,
    installation: Installation,
    rosa: Person,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Also where no worker runs."""
    Sender(installation.db, installation.documents.folder).deposit()
    with installation.db.transaction() as tx:  # its alerta has left
        tx.conn.execute(update(tables.outbox).values(next_at=None))
    assert visitor.get("/listo").text == "listo\n"
    clock.advance(minutes=10)
    said = "listo\nhay constancias sin sellar desde hace más de diez minutos\n"
    assert [visitor.get("/listo").text for _ in range(3)] == [said] * 3
    assert caplog.messages.count("constancias are late") == 1
    clock.advance(minutes=10)
    visitor.get("/listo")
    assert caplog.messages.count("constancias are late") == 2


def test_a_full_disk_is_not_ready(visitor: Visitor) -> None:
    """A database that writes in its old place does not notice it."""
    assert visitor.get("/listo").status_code == 200
    with no_large_file(2 * 1024 * 1024):  # what it has, fits
        ready = visitor.get("/listo")
    assert (ready.status_code, ready.text) == (503, "no listo: el disco no recibe más\n")
    assert visitor.get("/listo").status_code == 200


def test_a_folder_of_documents_that_takes_no_file_is_not_ready(
    visitor: Visitor, installation: Installation
) -> None:
    """On a disk of its own, beside a database that can grow."""
    installation.documents.folder = Path("/proc/self")
    ready = visitor.get("/listo")
    assert (ready.status_code, ready.text) == (503, "no listo: el disco no recibe más\n")


def test_health_is_no_way_around_the_login(visitor: Visitor) -> None:
    """S10: some proxies let a health check's user agent through."""
    for agent in ("GoogleHC/1.0", "kube-probe/1.30", "ELB-HealthChecker/2.0"):
        assert visitor.get("/casilla/", **{"User-Agent": agent}).status_code == 303


def test_whoever_watches_the_process_need_not_know_its_name(visitor: Visitor) -> None:
    for path in ("/salud", "/listo"):
        assert visitor.get(path, Host="127.0.0.1:8000").status_code == 200
    for path in ("/casilla/ingresar/", "/listo/otra", "/saludos"):
        assert visitor.get(path, Host="127.0.0.1:8000").status_code == 400


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
