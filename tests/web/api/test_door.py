"""Who may ask what: keys, scopes, limits, and no page for anybody: X6, S11, S59, S69, S71."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from starlette.websockets import WebSocketDisconnect

from proxy.domain import limits
from proxy.flows import api_keys
from proxy.installation import Installation
from proxy.store import tables
from proxy.web.edge.headers import SECURITY_HEADERS
from tests.clock import Clock
from tests.people import Person
from tests.store.intruder import without_guards
from tests.web.api.conftest import System, Systems, body, datos, refusal

K = tables.api_keys
Spoil = Callable[[System, Installation, Clock], None]


def unknown(sgd: System, installation: Installation, clock: Clock) -> None:
    sgd.secret = "real_" + "x" * 43


def of_no_kind(sgd: System, installation: Installation, clock: Clock) -> None:
    sgd.secret = "clave"


def expired(sgd: System, installation: Installation, clock: Clock) -> None:
    clock.now += api_keys.LASTS


def retired(sgd: System, installation: Installation, clock: Clock) -> None:
    with installation.db.transaction() as tx:
        [key] = api_keys.every(tx)
        api_keys.retire(tx, key.id)


@pytest.mark.parametrize("spoil", [unknown, of_no_kind, expired, retired])
def test_a_key_that_does_not_hold_opens_nothing_whatever_is_wrong_with_it(
    sgd: System, rosa: Person, installation: Installation, clock: Clock, spoil: Spoil
) -> None:
    spoil(sgd, installation, clock)
    answers = [
        sgd.deposit(),
        sgd.get("/notificaciones"),
        sgd.get("/eventos"),
        sgd.get("/casillas/DNI-40000001"),
        sgd.post("/notificaciones/" + "0" * 32 + "/anulacion", json={"motivo": "x"}),
    ]
    for answer in answers:
        assert refusal(answer) == (401, "clave.invalida")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["detail"].startswith("La clave no vale.")


def test_without_a_key_nothing_is_told(sgd: System) -> None:
    for headers in ({}, {"Cookie": "__Host-sesion=x"}):
        answer = sgd.client.get("/api/v1/eventos", headers=headers)
        assert refusal(answer) == (401, "clave.falta")
    basic = sgd.client.get("/api/v1/eventos", headers={"Authorization": "Basic eDp5"})
    assert refusal(basic) == (401, "clave.invalida")


WIDER = [
    {"scopes": "depositar anular leer"},
    {"system": "Mesa"},
    {"test": False},
    {"expires_at": tables.api_keys.c.created_at},
    {"seal": None},
]


@pytest.mark.parametrize("change", WIDER, ids=lambda change: next(iter(change)))
def test_who_writes_the_table_makes_no_key_and_widens_none(
    systems: Systems, installation: Installation, change: dict[str, object]
) -> None:
    """S62: what a key may do is sealed with it."""
    system = systems(scopes=("leer",), test=True)
    assert system.get("/eventos").status_code == 200
    with without_guards(installation.db) as tx:
        tx.conn.execute(update(K).values(change))
    assert refusal(system.get("/eventos")) == (401, "clave.invalida")


def test_a_retired_key_is_not_brought_back(
    sgd: System, installation: Installation, clock: Clock
) -> None:
    retired(sgd, installation, clock)
    with installation.db.transaction() as tx:
        tx.conn.execute(update(K).values(retired_at=None))
    assert refusal(sgd.get("/eventos")) == (401, "clave.invalida")


def test_no_key_is_stored(sgd: System, installation: Installation) -> None:
    stored = b"".join(
        path.read_bytes()
        for path in (installation.db.path.parent).glob("*.db*")  # type: ignore[union-attr]
    )
    assert sgd.secret.encode() not in stored
    assert sgd.secret.partition("_")[2].encode() not in stored


@pytest.mark.parametrize("scope", ["depositar", "anular", "leer"])
def test_a_key_does_what_its_scopes_say_and_no_more(
    systems: Systems, rosa: Person, scope: str
) -> None:
    one = systems().deposit().json()["id"]
    system = systems(scopes=(scope,))
    asked = {
        "depositar": system.deposit(),
        "anular": system.post(f"/notificaciones/{one}/anulacion", json={"motivo": "x"}),
        "leer": system.get(f"/notificaciones/{one}"),
    }
    for name, answer in asked.items():
        if name == scope:
            assert answer.status_code in (200, 201)
        else:
            assert refusal(answer) == (403, "clave.sin_permiso")
    for address in ("/notificaciones", "/eventos", "/casillas/DNI-40000001"):
        assert (system.get(address).status_code == 200) == (scope == "leer")


def test_what_another_system_sent_is_as_missing_as_what_nobody_did(
    sgd: System, systems: Systems, rosa: Person
) -> None:
    """S71: not by its id, its number, nor as a replacement; and a test is another world."""
    mine = sgd.deposit().json()
    other, test = systems("Mesa"), systems(test=True)
    for system in (other, test):
        own = system.deposit().json()["id"]
        found = system.get(f"/notificaciones/{mine['id']}")
        none = system.get(f"/notificaciones/{'0' * 32}")
        assert refusal(found) == refusal(none) == (404, "notificacion.desconocida")
        assert found.json() | {"pedido": ""} == none.json() | {"pedido": ""}
        for named in (mine["id"], mine["numero"]):
            told = system.post(f"/notificaciones/{named}/anulacion", json={"motivo": "x"})
            assert refusal(told) == (404, "notificacion.desconocida")
        asked = {"motivo": "x", "reemplazo": mine["id"]}
        told = system.post(f"/notificaciones/{own}/anulacion", json=asked)
        assert refusal(told) == (422, "anulacion.reemplazo")
        listed = system.get("/notificaciones").json()["notificaciones"]
        assert [one["id"] for one in listed] == [own]
    assert sgd.get(f"/notificaciones/{mine['id']}").json()["estado"] == "depositada"


def test_each_key_has_a_limit_of_its_own(
    sgd: System, systems: Systems, rosa: Person, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    few = (3, timedelta(minutes=1), limits.Kind.WALL)
    monkeypatch.setitem(limits.TABLE, "api/key", few)
    statuses = [sgd.deposit().status_code for _ in range(3)]
    refused = sgd.deposit()
    assert statuses == [201] * 3
    assert refusal(refused) == (429, "limite.excedido")
    assert refusal(sgd.get("/eventos")) == (429, "limite.excedido")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert systems().deposit(key="otra").status_code == 201
    clock.advance(seconds=int(refused.headers["retry-after"]))
    assert sgd.deposit().status_code == 201


def test_what_is_refused_counts_too(
    sgd: System, rosa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = (3, timedelta(minutes=1), limits.Kind.WALL)
    monkeypatch.setitem(limits.TABLE, "api/key", few)
    sgd.deposit(datos(procedimiento="otro"))
    sgd.get("/notificaciones/" + "0" * 32)
    sgd.get("/notificaciones/x")
    assert refusal(sgd.get("/eventos")) == (429, "limite.excedido")


def test_who_has_a_casilla_is_asked_a_few_times_a_minute(
    sgd: System, rosa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = (2, timedelta(minutes=1), limits.Kind.WALL)
    monkeypatch.setitem(limits.TABLE, "api/reach", few)
    for _ in range(2):
        assert sgd.get("/casillas/DNI-40000001").status_code == 200
    answer = sgd.get("/casillas/DNI-40000002")
    assert refusal(answer) == (429, "limite.excedido") and answer.headers["retry-after"]
    assert sgd.get("/eventos").status_code == 200


NOBODY = "DNI-40000009"


def test_a_deposit_that_is_refused_tells_no_more_of_a_casilla_than_who_asks(
    sgd: System, systems: Systems, rosa: Person, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    few = (2, timedelta(minutes=1), limits.Kind.WALL)
    monkeypatch.setitem(limits.TABLE, "api/reach", few)
    for _ in range(2):
        assert refusal(sgd.deposit(destinatario=NOBODY)) == (422, "destinatario.sin_casilla")
    # The same for whoever has one and whoever has none, until there is room again.
    for told in (sgd.deposit(destinatario=NOBODY), sgd.deposit(), sgd.get(f"/casillas/{NOBODY}")):
        assert refusal(told) == (429, "limite.excedido")
        assert 1 <= int(told.headers["retry-after"]) <= 60
    clock.advance(minutes=1)
    assert [sgd.deposit().status_code for _ in range(4)] == [201] * 4  # what is served tells


def test_nor_does_a_test_which_reaches_nobody(
    systems: Systems, rosa: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = (2, timedelta(minutes=1), limits.Kind.WALL)
    monkeypatch.setitem(limits.TABLE, "api/reach", few)
    test = systems(test=True)
    assert [test.deposit().status_code for _ in range(3)] == [201, 201, 429]


@pytest.mark.parametrize(
    "wrong",
    [
        {"fecha_emision": "2026-11-17"},
        {"procedimiento": "municipal"},
        {"inicio_no_antes_de": {"fecha": "2099-01-01", "norma": "x"}},
    ],
)
def test_what_is_wrong_with_a_deposit_does_not_tell_whether_there_is_a_casilla(
    sgd: System, rosa: Person, wrong: dict[str, object]
) -> None:
    told = [refusal(sgd.deposit(**wrong, destinatario=who)) for who in ("DNI-40000001", NOBODY)]
    assert told[0] == told[1] != (422, "destinatario.sin_casilla")


def test_the_last_use_of_a_key_is_known(
    sgd: System, installation: Installation, clock: Clock
) -> None:
    sgd.get("/eventos")
    first = clock.now
    clock.advance(seconds=30)
    sgd.get("/eventos")  # to the minute
    with installation.db.reading() as tx:
        [key] = api_keys.every(tx)
    assert key.used_at == first


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/api", (404, "direccion.desconocida")),
        ("POST", "/api", (404, "direccion.desconocida")),
        ("GET", "/api/", (404, "direccion.desconocida")),
        ("GET", "/api/v1/otra", (404, "direccion.desconocida")),
        ("GET", "/api/v2/notificaciones", (404, "direccion.desconocida")),
        ("GET", "/api/v1/notificaciones/", (404, "direccion.desconocida")),
        ("DELETE", "/api/v1/notificaciones", (405, "metodo.no_admitido")),
        ("TRACE", "/api/v1/eventos", (405, "metodo.no_admitido")),
        ("POST", "/api/v1/openapi.json", (405, "metodo.no_admitido")),
    ],
)
def test_no_page_is_answered(sgd: System, method: str, path: str, said: tuple[int, str]) -> None:
    answer = sgd.client.request(method, path)
    assert refusal(answer) == said
    assert (said[0] == 405) == ("allow" in answer.headers)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


def test_another_host_gets_a_problem_too(sgd: System) -> None:
    for path in ("/api", "/api/", "/api/v1/eventos"):
        answer = sgd.client.get(path, headers={"Host": "otra.test"})
        assert refusal(answer) == (400, "direccion.otro_servidor")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/eventos"])
def test_what_is_no_request_is_closed(sgd: System, path: str) -> None:
    with pytest.raises(WebSocketDisconnect), sgd.client.websocket_connect(path):
        pass


def test_a_fault_of_the_program_is_a_problem_without_a_trace(
    sgd: System, rosa: Person, monkeypatch: pytest.MonkeyPatch, installation: Installation
) -> None:
    monkeypatch.setattr(type(installation.documents), "coming", None)
    answer = sgd.deposit()
    assert refusal(answer) == (500, "error.inesperado")
    assert answer.json()["pedido"] in answer.json()["detail"]
    assert "Traceback" not in answer.text


def test_the_log_names_nobody_and_no_key(
    sgd: System, rosa: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sgd.deposit()
    sgd.deposit(datos(destinatario="DNI-40000009"))
    sgd.get("/casillas/DNI-40000001")
    sgd.post("/notificaciones", files=body(datos(asunto="")), headers={"Idempotency-Key": "x"})
    secret, sgd.secret = sgd.secret, "real_" + "x" * 43
    sgd.get("/casillas/DNI-40000001")
    ours = [record for record in caplog.records if record.name.startswith("casilla")]
    told = "\n".join(f"{record.getMessage()} {vars(record)}" for record in ours)
    routes = [getattr(record, "route", None) for record in ours]
    assert "/api/v1/casillas/{identidad}" in routes
    for kept in (secret, sgd.secret, "40000001", "40000009", rosa.email, datos()["asunto"]):
        assert kept not in told
