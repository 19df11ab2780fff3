"""What the log holds, and what it never does: S69, S79."""

import json
import logging
from collections.abc import Callable

import pytest
from sqlalchemy import select

from proxy.domain.events import Event
from proxy.installation import Installation
from proxy.logs import JsonLines
from proxy.store.tables import eventos
from proxy.web.routes import BODY_BYTES
from tests.people import Person
from tests.web.visitor import Visitor


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(JsonLines().format(record)) for record in caplog.records]


def test_a_request_is_one_line_of_json_in_utc(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "casilla")
    visitor.get("/casilla/ingresar/?volver=/casilla/leidos/")
    (line,) = [line for line in lines(caplog) if line["logger"] == "casilla.web"]
    assert str(line["at"]).endswith("+00:00")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/casilla/ingresar/", 200)
    assert len(str(line["request"])) == 12


def test_what_the_audit_notes_leads_to_the_line_of_its_request(
    visitor: Visitor, rosa: Person, installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """S69"""
    caplog.set_level(logging.INFO, "casilla")
    visitor.password(rosa.identidad.number, "clave-equivocada")
    line = lines(caplog)[-1]
    with installation.db.reading() as tx:
        noted = tx.conn.execute(select(eventos.c.kind, eventos.c.request)).all()
    assert noted == [(Event.LOGIN_FAILED, line["request"])]
    assert line["route"] == "/casilla/ingresar/"


def test_no_line_holds_a_secret_of_a_whole_login(
    visitor: Visitor,
    rosa: Person,
    mailed_code: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    visitor.password(rosa.identidad.number, "clave-equivocada")
    visitor.password(rosa.identidad.number, rosa.password)
    code = mailed_code()
    visitor.code("999999" if code != "999999" else "111111")
    visitor.get("/casilla/no-fui-yo/un-sello-de-un-correo/")
    visitor.code(code)
    visitor.get("/casilla/")
    cookies = [value for value in visitor.client.cookies.values() if value]
    secrets = [rosa.identidad.number, rosa.password, "clave-equivocada", code, rosa.email]
    ours = [record for record in caplog.records if record.name != "httpx2"]  # the test's browser
    written = "\n".join(JsonLines().format(record) for record in ours)
    assert len(ours) > 5
    for secret in [*secrets, *cookies, "un-sello-de-un-correo"]:
        assert secret not in written


def test_what_breaks_gives_a_calm_page_with_the_reference_of_its_line(
    visitor: Visitor, installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """S79: no trace on the page, all of it in the log, every header in place."""
    with installation.db.transaction() as tx:
        tx.conn.exec_driver_sql("ALTER TABLE challenges RENAME purpose TO elsewhere")
    visitor.get("/casilla/ingresar/")
    caplog.set_level(logging.INFO, "casilla")
    reply = visitor.get("/casilla/token/")
    (broken,) = [line for line in lines(caplog) if line["text"] == "unexpected"]
    assert reply.status_code == 500
    assert str(broken["request"]) in reply.text
    assert "no such column" in str(broken["trace"])
    assert "Traceback" not in reply.text and "challenges" not in reply.text
    assert reply.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("declared", [True, False])
def test_a_form_that_is_too_large_is_one_calm_line(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, declared: bool
) -> None:
    """Anybody can send one, as often as they like."""
    caplog.set_level(logging.INFO, "casilla")
    body = b"a" * (BODY_BYTES + 1)
    reply = visitor.client.post(
        "/casilla/ingresar/",
        content=body if declared else iter([body]),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    (line,) = lines(caplog)
    assert (reply.status_code, line["text"], line["status"]) == (413, "request", 413)


def test_a_database_that_fails_tells_the_log_nothing_of_what_was_written(
    her: Visitor, rosa: Person, installation: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """S69: the hash of a password is among it."""
    with installation.db.transaction() as tx:
        tx.conn.exec_driver_sql(
            "CREATE TRIGGER full BEFORE UPDATE OF password ON casillas"
            " BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
        )
    caplog.set_level(logging.INFO, "casilla")
    chosen = "Zafiro-Camote-93-lluvia"
    page = her.get("/casilla/clave/")
    reply = her.send(page, "/casilla/clave/", antigua=rosa.password, nueva=chosen, repetida=chosen)
    (broken,) = [line for line in lines(caplog) if line["text"] == "unexpected"]
    assert (reply.status_code, "disk I/O error" in str(broken["trace"])) == (500, True)
    assert "UPDATE casillas SET password" in str(broken["trace"])
    assert "argon2" not in str(broken["trace"])


def test_a_form_of_another_site_is_a_line_of_the_casilla(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "casilla")
    answer = visitor.client.post("/casilla/ingresar/", headers={"Sec-Fetch-Site": "cross-site"})
    line = lines(caplog)[-1]
    assert (answer.status_code, line["route"], line["status"]) == (403, "/casilla", 403)


def test_what_breaks_outside_the_doors_says_the_reference_of_its_line(
    visitor: Visitor,
    installation: Installation,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S79"""

    def broken() -> None:
        raise RuntimeError("secret")

    caplog.set_level(logging.INFO, "casilla")
    monkeypatch.setattr(installation.db.hurried, "transaction", broken)
    answer = visitor.get("/listo")
    reference = lines(caplog)[-1]["request"]
    assert (answer.status_code, answer.text) == (500, f"error inesperado: {reference}\n")
    assert answer.headers["cache-control"] == "no-store"
