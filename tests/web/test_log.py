"""What the log holds, and what it never does: SECURITY J69, M79."""

import json
import logging
from collections.abc import Callable

import pytest

from proxy.installation import Installation
from proxy.logs import JsonLines
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
    """M79: no trace on the page, all of it in the log, every header in place."""
    with installation.db.transaction() as tx:
        tx.conn.exec_driver_sql("DROP TABLE challenges")
    visitor.get("/casilla/ingresar/")
    caplog.set_level(logging.INFO, "casilla")
    reply = visitor.get("/casilla/token/")
    (broken,) = [line for line in lines(caplog) if line["text"] == "unexpected"]
    assert reply.status_code == 500
    assert str(broken["request"]) in reply.text
    assert "no such table" in str(broken["trace"])
    assert "Traceback" not in reply.text and "challenges" not in reply.text
    assert reply.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
