"""What a system asks of what it sent: state, lists, feed, annulment, an addressee: X6, X7."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from proxy.domain.recipient import Bounce
from proxy.flows import alertas, delivery, inbox, recalculation
from proxy.installation import Installation
from proxy.keys.seal_file import create_demonstration
from proxy.store import casillas, outbox, tables
from proxy.store.outbox import Message
from proxy.work.constancias import Sealer
from tests.casilla import pdf
from tests.clock import Clock
from tests.people import Person
from tests.plazos import CATALOG, also_closed, governed_by
from tests.recorded import advance_all
from tests.store.intruder import without_guards
from tests.web.api.conftest import System, Systems, refusal
from tests.web.visitor import Visitor


def opened(installation: Installation, person: Person, notificacion: str) -> None:
    with installation.db.transaction() as tx:
        inbox.open(tx, person.id, bytes.fromhex(notificacion), CATALOG)


def test_a_notificacion_tells_its_state_its_alertas_its_readings_and_what_happened(
    sgd: System, rosa: Person, installation: Installation, clock: Clock
) -> None:
    sent = sgd.deposit().json()
    clock.advance(minutes=1)
    told = sgd.get(f"/notificaciones/{sent['id']}").json()
    assert {name: told[name] for name in sent} == sent
    assert (told["estado"], told["referencia"]) == ("depositada", "SGD-2026-1")
    assert (told["lecturas"], told["anulacion"]) == ([], None)
    [alerta] = told["alertas"]
    assert (alerta["canal"], alerta["estado"], alerta["intentos"]) == ("email", "por-enviar", 0)
    assert [one["suceso"] for one in told["sucesos"]] == ["deposito", "alerta"]
    with installation.db.transaction() as tx:
        message = delivery.claim(tx, CATALOG)
        assert message
        delivery.record_failure(tx, CATALOG, message, "no")
    opened(installation, rosa, sent["id"])
    told = sgd.get(f"/notificaciones/{sent['id']}").json()
    assert (told["estado"], told["lecturas"]) == (
        "leida",
        [{"leida": "2026-11-16T10:01:00.000000-05:00", "por": "titular"}],
    )
    assert told["alertas"][0]["estado"] == "reintentando"
    with installation.db.transaction() as tx:
        tx.now += timedelta(hours=1)
        message = delivery.claim(tx, CATALOG)
        assert message
        delivery.record_sent(tx, CATALOG, message, "sí")
    told = sgd.get(f"/notificaciones/{sent['id']}").json()
    assert told["alertas"][0]["estado"] == "enviada" and told["alertas"][0]["enviada"]
    assert [one["suceso"] for one in told["sucesos"]] == [
        "deposito",
        "alerta",
        "alerta-intento",
        "lectura",
        "alerta-enviada",
    ]
    assert rosa.email not in str(told) and rosa.nombres not in str(told)


def test_what_became_of_each_alerta_is_told(
    sgd: System, rosa: Person, installation: Installation, clock: Clock
) -> None:
    """X2, L19: a service of messages is there, and a number is proved."""
    installation.settings.sms_url = "https://mensajes.example/enviar"
    with installation.db.transaction() as tx:
        casillas.set_phone(tx, casillas.by_id(tx, rosa.id), "+51987654321")
    here = f"/notificaciones/{sgd.deposit().json()['id']}"
    with installation.db.transaction() as tx:
        message = delivery.claim(tx, CATALOG)
        assert isinstance(message, Message)
        delivery.record_sent(tx, CATALOG, message, "250")
    clock.advance(minutes=1)
    with installation.db.transaction() as tx:
        bounce = Bounce(message.message_id, rosa.email, True, "550 no such user")
        assert alertas.came_back(tx, CATALOG, bounce) == "an alerta"
    told = {one["canal"]: one for one in sgd.get(here).json()["alertas"]}
    assert (told["email"]["estado"], told["sms"]["estado"]) == ("rebotada", "por-enviar")
    assert told["email"]["enviada"] < told["email"]["rebotada"]
    clock.advance(days=4)
    with installation.db.transaction() as tx:
        assert isinstance(delivery.claim(tx, CATALOG, "sms"), delivery.Passed)
    told = sgd.get(here).json()
    assert [one["estado"] for one in told["alertas"]] == ["rebotada", "abandonada"]
    happened = [one["suceso"] for one in told["sucesos"]]
    assert happened == [
        "deposito",
        "alerta",
        "alerta",
        "alerta-enviada",
        "alerta-rebotada",
        "alerta-abandonada",
        "alerta-fallida",
        "alerta-fallida",
    ]
    advance_all(installation.db)
    assert [one["suceso"] for one in sgd.get("/eventos").json()["eventos"]] == happened
    assert sgd.get("/casillas/DNI-40000001").json()["alertas"] == "fallan"
    assert rosa.email not in str(told) and "987654321" not in str(told)


def test_without_a_service_of_messages_there_is_no_sms(
    sgd: System, rosa: Person, installation: Installation
) -> None:
    """A folder of the server is none: what lies there reached nobody."""
    with installation.db.transaction() as tx:
        casillas.set_phone(tx, casillas.by_id(tx, rosa.id), "+51987654321")
    assert installation.settings.sms_url.startswith("maildir:")
    here = f"/notificaciones/{sgd.deposit().json()['id']}"
    assert [one["canal"] for one in sgd.get(here).json()["alertas"]] == ["email"]


def test_an_annulment_is_answered_once_and_again(sgd: System, rosa: Person, clock: Clock) -> None:
    wrong, right = sgd.deposit().json(), sgd.deposit(acto=pdf("otro")).json()
    asked = {"motivo": "Con errores", "reemplazo": right["numero"]}
    here = f"/notificaciones/{wrong['id']}"
    first = sgd.post(f"{here}/anulacion", json=asked)
    clock.advance(minutes=1)
    again = sgd.post(f"{here}/anulacion", json=asked)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    said = {
        "anulada": "2026-11-16T10:00:00.000000-05:00",
        "motivo": "Con errores",
        "reemplazo": right["id"],
    }
    assert first.json()["anulacion"] == said and first.json()["estado"] == "anulada"
    told = sgd.get(here).json()
    assert (told["estado"], told["anulacion"]) == ("anulada", said)
    assert told["sucesos"][-1]["suceso"] == "anulacion"
    other = sgd.post(f"{here}/anulacion", json={"motivo": "Otro"})
    assert refusal(other) == (409, "anulacion.otra")


def test_a_system_takes_the_constancias_of_what_it_sent(
    sgd: System, systems: Systems, rosa: Person, installation: Installation
) -> None:
    sent = sgd.deposit().json()
    here = f"/notificaciones/{sent['id']}"
    assert refusal(sgd.get(f"{here}/constancias/deposito.pdf")) == (
        404,
        "constancia.en_preparacion",
    )
    [told] = sgd.get(here).json()["constancias"]
    assert (told["clase"], told["sha256"]) == ("deposito", None)
    create_demonstration(installation.settings.seal_path, "Entidad Ficticia", installation.clock())
    sealer = Sealer(installation)
    try:
        assert sealer.seal_next() == 1
    finally:
        sealer.close()
    [told] = sgd.get(here).json()["constancias"]
    path = told["enlace"].partition("/api/v1")[2]
    for asked in (path, f"{here}/constancias/deposito.pdf"):
        answer = sgd.get(asked)
        assert answer.headers["content-type"] == "application/pdf"
        assert hashlib.sha256(answer.content).hexdigest() == told["sha256"]
    missing = (404, "constancia.desconocida")
    assert refusal(sgd.get(f"{here}/constancias/lectura.pdf")) == missing
    assert refusal(sgd.get(f"{here}/constancias/otra.pdf")) == missing
    assert refusal(sgd.get(f"{here}/constancias/deposito.pdf?numero=CC-2026-000999-X")) == missing
    other, writes = systems("Otro"), systems("SGD", scopes=("depositar",))
    assert refusal(other.get(path)) == (404, "notificacion.desconocida")
    assert refusal(writes.get(path)) == (403, "clave.sin_permiso")
    assert refusal(sgd.get("/notificaciones/x/constancias/deposito.pdf"))[0] == 404
    installation.documents.path(told["sha256"]).write_bytes(b"otra cosa")
    assert refusal(sgd.get(path)) == (500, "constancia.danada")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"json": {}}, (422, "datos.invalidos")),
        ({"json": {"motivo": ""}}, (422, "datos.invalidos")),
        ({"json": {"motivo": "x", "otro": 1}}, (422, "datos.invalidos")),
        ({"json": {"motivo": "x", "reemplazo": "CE-1"}}, (422, "anulacion.reemplazo")),
        ({"content": b"{", "headers": {"Content-Type": "application/json"}},
         (422, "datos.invalidos")),
        ({"content": '{"motivo": "x"}'.encode("utf-16"),
          "headers": {"Content-Type": "application/json"}}, (422, "datos.invalidos")),
        ({"data": {"motivo": "x"}}, (415, "cuerpo.tipo")),
        ({"json": {"motivo": "x" * 20_000}}, (413, "cuerpo.grande")),
    ],
)  # fmt: skip
def test_an_annulment_that_is_not_understood_annuls_nothing(
    sgd: System, rosa: Person, given: dict[str, Any], said: tuple[int, str]
) -> None:
    here = f"/notificaciones/{sgd.deposit().json()['id']}"
    assert refusal(sgd.post(f"{here}/anulacion", **given)) == said
    assert sgd.get(here).json()["estado"] == "depositada"


def test_lists_are_cut_by_reference_and_state_and_go_on_from_a_cursor(
    sgd: System, rosa: Person, installation: Installation, clock: Clock
) -> None:
    sent = []
    for turn in range(5):
        clock.advance(seconds=1)
        sent.append(sgd.deposit(referencia=f"SGD-{turn % 2}").json()["id"])
    opened(installation, rosa, sent[1])
    sgd.post(f"/notificaciones/{sent[2]}/anulacion", json={"motivo": "x"})

    def listed(**asked: Any) -> list[str]:
        answer = sgd.get("/notificaciones", params=asked).json()
        found = [one["id"] for one in answer["notificaciones"]]
        assert answer["siguiente"] == (found[-1] if found else asked.get("desde", "0"))
        return found

    assert listed() == sent
    assert listed(referencia="SGD-1") == [sent[1], sent[3]]
    assert listed(estado="leida") == [sent[1]]
    assert listed(estado="anulada") == [sent[2]]
    assert listed(estado="depositada", referencia="SGD-0") == [sent[0], sent[4]]
    assert listed(limite=2) == sent[:2]
    assert listed(limite=2, desde=sent[1]) == sent[2:4]
    assert listed(desde=sent[4]) == []
    assert listed(referencia="otra") == listed(referencia="\0") == []  # PostgreSQL takes no NUL


@pytest.mark.parametrize(
    ("asked", "codigo"),
    [
        ("/notificaciones?desde=x", "consulta.desde"),
        ("/notificaciones?limite=0", "consulta.limite"),
        ("/notificaciones?limite=201", "consulta.limite"),
        ("/notificaciones?estado=otra", "consulta.estado"),
        ("/notificaciones?referencia=", "consulta.referencia"),
        ("/eventos?desde=-1", "consulta.desde"),
        ("/eventos?desde=" + "9" * 19, "consulta.desde"),
        ("/eventos?limite=x", "consulta.limite"),
    ],
)
def test_a_question_that_is_not_understood_says_what_of_it(
    sgd: System, asked: str, codigo: str
) -> None:
    assert refusal(sgd.get(asked)) == (400, codigo)


def test_the_feed_goes_on_from_a_cursor_which_stays_when_nothing_is_new(
    sgd: System, systems: Systems, rosa: Person, installation: Installation
) -> None:
    assert sgd.get("/eventos").json() == {"eventos": [], "siguiente": "0"}
    one = sgd.deposit().json()
    systems("Mesa").deposit()
    systems(test=True).deposit()
    opened(installation, rosa, one["id"])
    advance_all(installation.db)
    told = sgd.get("/eventos").json()
    assert [e["suceso"] for e in told["eventos"]] == ["deposito", "alerta", "lectura"]
    assert {(e["notificacion"], e["numero"]) for e in told["eventos"]} == {
        (one["id"], one["numero"])
    }
    first = sgd.get("/eventos?limite=1").json()
    rest = sgd.get(f"/eventos?desde={first['siguiente']}").json()
    assert first["eventos"] + rest["eventos"] == told["eventos"]
    assert rest["siguiente"] == told["siguiente"] == str(told["eventos"][-1]["lugar"])
    none = sgd.get(f"/eventos?desde={told['siguiente']}").json()
    assert none == {"eventos": [], "siguiente": told["siguiente"]}


def test_an_addressee_is_reached_or_not(
    sgd: System, rosa: Person, installation: Installation, clock: Clock, inside: Any
) -> None:
    def reach(who: str) -> dict[str, Any]:
        found: dict[str, Any] = sgd.get(f"/casillas/{who}").json()
        return found

    nobody = {"afiliada": False, "alertas": "sin-probar", "ultimo_ingreso": "no-consta"}
    assert reach("DNI-40000009") == nobody
    assert reach("DNI-40000001") == nobody | {"afiliada": True}
    with installation.db.transaction() as tx:
        outbox.add(tx, "notificacion_deposited", casillas.by_id(tx, rosa.id))
        message = delivery.claim(tx, CATALOG)
        assert message
        delivery.record_failure(tx, CATALOG, message, "no", refused=True)
    assert reach("DNI-40000001")["alertas"] == "fallan"
    with installation.db.transaction() as tx:
        delivery.record_sent(tx, CATALOG, message, "sí")
    assert reach("DNI-40000001")["alertas"] == "sanas"
    her: Visitor = inside(rosa)
    assert her
    for days, bucket in ((0, "semana"), (8, "mes"), (40, "anio")):
        clock.advance(days=days)
        assert reach("DNI-40000001")["ultimo_ingreso"] == bucket
    with installation.db.transaction() as tx:
        casillas.suspend(tx, rosa.id)
    assert reach("DNI-40000001") == nobody
    for wrong in ("4000", "RUC-20999999905"):
        assert refusal(sgd.get(f"/casillas/{wrong}")) == (404, "destinatario.identidad")


def test_the_effect_is_the_one_in_force_and_a_later_calendar_shows_beside_it(
    sgd: System, rosa: Person, installation: Installation, clock: Clock
) -> None:
    """X1: as its owner sees it. What was answered at the deposit stays."""
    installation.catalog = governed_by("acuse-5-dias-b1")
    first = sgd.deposit(key="uno")
    here, later = f"/notificaciones/{first.json()['id']}", also_closed(date(2026, 11, 18))
    assert sgd.get(here).json()["efecto"]["surte_efecto"] == "2026-11-23"
    with installation.db.transaction() as tx:
        recalculation.advance(tx, replace(later, effect=installation.catalog.effect))
    told = sgd.get(here).json()
    assert told["otra_fecha"]["surte_efecto"] == "2026-11-24"
    assert told["sucesos"][-1]["suceso"] == "otra-fecha"
    with installation.db.transaction() as tx:
        inbox.open(tx, rosa.id, bytes.fromhex(first.json()["id"]), installation.catalog)
    assert sgd.get(here).json()["efecto"]["surte_efecto"] == "2026-11-16"
    assert sgd.deposit(key="uno").content == first.content


@pytest.mark.parametrize("damaged", ["nada", "[]", '{"pasos": 1}'])
def test_an_effect_that_cannot_be_read_hides_nothing_else(
    sgd: System, rosa: Person, installation: Installation, damaged: str
) -> None:
    sent = sgd.deposit().json()
    with without_guards(installation.db) as tx:
        tx.conn.execute(tables.notificaciones.update().values(effect=damaged))
    told = sgd.get(f"/notificaciones/{sent['id']}").json()
    assert told["efecto"] is None and told["partes"] == sent["partes"]
