"""The API deposits, and answers the same to who asks again: X6, L7, L26, L29, L34, S8."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from proxy.installation import Installation
from proxy.store import tables
from tests.casilla import PDF, pdf
from tests.holding import no_large_file
from tests.people import Person
from tests.store.carrying import EXE, SCRIPTS
from tests.web.api.conftest import System, Systems, body, datos, refusal, sha256


def count(installation: Installation, table: str = "notificaciones") -> int:
    with installation.db.reading() as tx:
        found = select(func.count()).select_from(tables.metadata.tables[table])
        return int(tx.conn.execute(found).scalar_one())


def test_a_deposit_is_answered_with_all_that_was_recorded(
    sgd: System, rosa: Person, installation: Installation
) -> None:
    term = {"cantidad": 5, "unidad": "habiles", "para": "sus descargos"}
    answer = sgd.deposit(anexos=(b"hola", b"otro"), plazo=term)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert list(told) == [
        "id", "numero", "entorno", "aviso", "estado", "depositada", "efecto", "partes", "enlaces"
    ]  # fmt: skip
    assert (told["entorno"], told["aviso"], told["estado"]) == ("real", None, "depositada")
    assert told["depositada"] == "2026-11-16T10:00:00.000000-05:00"
    assert told["efecto"]["surte_efecto"] == "2026-11-16"
    assert told["efecto"]["vence"] == "2026-11-23"
    assert told["partes"] == [
        {"nombre": "carta.pdf", "bytes": len(PDF), "sha256": sha256(PDF)},
        {"nombre": "anexo-1.txt", "bytes": 4, "sha256": sha256(b"hola")},
        {"nombre": "anexo-2.txt", "bytes": 4, "sha256": sha256(b"otro")},
    ]
    assert answer.headers["location"] == told["enlaces"]["notificacion"]
    assert (
        sgd.client.get(
            answer.headers["location"], headers={"Authorization": f"Bearer {sgd.secret}"}
        ).json()["id"]
        == told["id"]
    )
    with installation.db.reading() as tx:
        [evento] = tx.conn.execute(
            select(tables.eventos).where(tables.eventos.c.kind == "notificacion_deposited")
        )
    assert (evento.actor, evento.ip, evento.request) != (None, None, None)
    assert evento.actor == "system:SGD"


def test_the_same_key_and_body_get_the_same_answer_byte_for_byte(
    sgd: System, rosa: Person, installation: Installation
) -> None:
    first = sgd.deposit(key="uno")
    written = datos()
    other_order = dict(reversed(written.items()))
    again = [sgd.deposit(key="uno"), sgd.deposit(other_order, key="uno")]
    assert [one.status_code for one in (first, *again)] == [201, 200, 200]
    assert {one.content for one in again} == {first.content}
    assert count(installation) == count(installation, "outbox") == 1


@pytest.mark.parametrize(
    "changes", [{"asunto": "Otro asunto"}, {"acto": pdf("otro")}, {"anexos": (b"hola",)}]
)
def test_the_same_key_with_another_body_is_refused(
    sgd: System, rosa: Person, changes: dict[str, Any]
) -> None:
    sgd.deposit(key="uno")
    assert refusal(sgd.deposit(key="uno", **changes)) == (422, "idempotencia.otro_cuerpo")


def test_the_same_data_with_other_bytes_are_not_the_same(sgd: System, rosa: Person) -> None:
    sgd.deposit(key="uno")
    other = sgd.deposit(datos(), acto=pdf("otro"), key="uno")
    assert refusal(other) == (422, "archivo.sha256")


def test_a_test_says_that_it_is_worth_nothing(systems: Systems, rosa: Person) -> None:
    told = systems(test=True).deposit().json()
    assert (told["entorno"], told["aviso"]) == ("prueba", "SIN VALOR LEGAL")
    assert told["numero"].startswith("CP-2026-000001-")


REQUIRED = [name for name in datos() if name != "anexos"]


@pytest.mark.parametrize("name", REQUIRED)
def test_each_field_is_required_and_named_when_it_is_not_there(
    sgd: System, rosa: Person, installation: Installation, name: str
) -> None:
    """L7, L34: nothing is guessed, and least of all the procedure."""
    said = datos()
    del said[name]
    answer = sgd.deposit(said)
    assert refusal(answer) == (422, "datos.invalidos")
    assert answer.json()["errores"] == [{"campo": name, "detalle": "Falta."}]
    assert count(installation) == 0


WRONG: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "procedure": ({"procedimiento": "municipal"}, (422, "procedimiento.desconocido")),
    "unit": ({"procedimiento": "electoral",
              "plazo": {"cantidad": 2, "unidad": "meses", "para": "x"}}, (422, "plazo.unidad")),
    "far": ({"inicio_no_antes_de": {"fecha": "2099-01-01", "norma": "x"}},
            (422, "plazo.fuera_de_calendario")),
    "future": ({"fecha_emision": "2026-11-17"}, (422, "datos.futuro")),
    "nobody": ({"destinatario": "DNI-40000009"}, (422, "destinatario.sin_casilla")),
    "nobody's": ({"destinatario": "4000"}, (422, "datos.invalidos")),
    "hash": ({"acto": {"nombre": "a.pdf", "sha256": "0" * 64}}, (422, "archivo.sha256")),
    "more": ({"anexos": [{"nombre": "a.txt", "sha256": "0" * 64}]}, (422, "datos.invalidos")),
}  # fmt: skip


def test_a_full_disk_is_a_problem_that_passes(sgd: System, rosa: Person) -> None:
    """S73"""
    said, key = datos(pdf("x" * 3000)), "lleno"
    with no_large_file():
        answer = sgd.deposit(said, pdf("x" * 3000), key=key)
    assert refusal(answer) == (503, "servicio.sin_espacio")
    assert answer.headers["retry-after"] == "300"
    assert sgd.deposit(said, pdf("x" * 3000), key=key).status_code == 201


def test_a_file_is_what_its_bytes_are(sgd: System, rosa: Person) -> None:
    """S72: a name that does not fit gets the ending by which the bytes are opened."""
    assert refusal(sgd.deposit(acto=b"\xff\xd8\xff")) == (422, "archivo.roto")
    assert refusal(sgd.deposit(acto=SCRIPTS["names"])) == (422, "archivo.con_javascript")
    assert refusal(sgd.deposit(anexos=(EXE,))) == (422, "archivo.programa")
    acto = {"nombre": "CARTA 9", "sha256": sha256(PDF)}
    told = sgd.deposit(datos() | {"acto": acto})
    assert [one["nombre"] for one in told.json()["partes"]] == ["CARTA 9.pdf"]


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_with_a_code_that_stays_and_recorded(
    sgd: System, rosa: Person, installation: Installation, name: str
) -> None:
    """E: the code, and the digests of what was refused."""
    changes, said = WRONG[name]
    assert refusal(sgd.deposit(datos() | changes)) == said
    assert count(installation) == count(installation, "outbox") == 0
    with installation.db.reading() as tx:
        kinds = tables.eventos.c.kind == "deposit_refused"
        [row] = tx.conn.execute(select(tables.eventos).where(kinds))
    assert sha256(PDF) in row.detail and "40000001" not in row.detail
    assert row.actor == "system:SGD"


@pytest.mark.parametrize("shut", ["closed_at", "suspended_at"])
def test_a_casilla_that_is_shut_is_named(
    sgd: System, rosa: Person, installation: Installation, shut: str
) -> None:
    with installation.db.transaction() as tx:
        tx.conn.execute(tables.casillas.update().values({shut: tx.now}))
    codigo = {"closed_at": "casilla.cerrada", "suspended_at": "casilla.suspendida"}[shut]
    assert refusal(sgd.deposit()) == (422, codigo)


MALFORMED: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "form": ({"data": {"datos": "x"}}, (415, "cuerpo.tipo")),
    "json": ({"json": datos()}, (415, "cuerpo.tipo")),
    "nothing": ({}, (415, "cuerpo.tipo")),
    "no boundary": ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
                    (400, "cuerpo.mal_formado")),
    "cut": ({"content": b"--x\r\ncontent-disposition: form-data; name=datos\r\n\r\n{",
             "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            (400, "cuerpo.mal_formado")),
    "unpacked": ({"files": body(datos()), "headers": {"Content-Encoding": "gzip"}},
                 (415, "cuerpo.tipo")),
    "no datos": ({"files": body(datos())[1:]}, (422, "datos.invalidos")),
    "no acto": ({"files": body(datos(), None)}, (422, "datos.invalidos")),
    "two actos": ({"files": [*body(datos()), *body(datos())[1:]]}, (422, "datos.invalidos")),
    "other part": ({"files": [*body(datos()), ("x", ("x", b"x", "text/plain"))]},
                   (422, "datos.invalidos")),
    "utf-16": ({"files": body(json.dumps(datos()).encode("utf-16"))}, (422, "datos.invalidos")),
    "utf-32": ({"files": body(json.dumps(datos()).encode("utf-32-be"))},
               (422, "datos.invalidos")),
    "mark": ({"files": body(json.dumps(datos()).encode("utf-8-sig"))}, (422, "datos.invalidos")),
    "latin": ({"files": body(b'{"asunto": "\xf3"}')}, (422, "datos.invalidos")),
    "surrogate": ({"files": body(b'"\xed\xa0\x80"')}, (422, "datos.invalidos")),
    "no json": ({"files": body(b"{")}, (422, "datos.invalidos")),
    "twice": ({"files": body(b'{"acto": 1, "acto": 2}')}, (422, "datos.invalidos")),
    "long datos": ({"files": body(b'"' + b"x" * 70_000)}, (413, "cuerpo.grande")),
}  # fmt: skip


@pytest.mark.parametrize("name", MALFORMED)
def test_a_body_that_is_no_deposit_is_refused(
    sgd: System, rosa: Person, installation: Installation, name: str
) -> None:
    given, said = MALFORMED[name]
    headers = given.get("headers", {}) | {"Idempotency-Key": "uno"}
    answer = sgd.post("/notificaciones", **given | {"headers": headers})
    assert refusal(answer) == said
    if name in ("utf-16", "utf-32", "mark", "latin", "surrogate"):  # RFC 8259, 8.1
        assert "No está en UTF-8" in answer.text
    kept = [one for one in installation.documents.folder.rglob("*") if one.is_file()]
    assert (count(installation), kept) == (0, [])


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 201, "ñ"])
def test_a_deposit_needs_a_key_of_its_own(sgd: System, rosa: Person, key: str) -> None:
    headers = {"Idempotency-Key": key.encode("latin-1")} if key else {}
    answer = sgd.post("/notificaciones", files=body(datos()), headers=headers)
    assert refusal(answer) == (400, "idempotencia.falta")


def test_what_is_too_large_is_refused_and_leaves_nothing(
    sgd: System, rosa: Person, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = installation.limits
    monkeypatch.setattr(installation, "limits", type(limits)(acto=2000, anexo=3000, anexos=2))
    large = pdf("x" * 3000)
    assert refusal(sgd.deposit(acto=large)) == (413, "archivo.grande")
    assert refusal(sgd.deposit(acto=pdf("x" * 300_000))) == (413, "cuerpo.grande")
    assert refusal(sgd.deposit(anexos=(b"x",) * 3)) == (422, "anexos.demasiados")
    kept = [one for one in installation.documents.folder.rglob("*") if one.is_file()]
    assert (count(installation), kept) == (0, [])
    with installation.db.reading() as tx:
        found = select(tables.eventos.c.id).where(tables.eventos.c.kind == "deposit_refused")
        assert len(tx.conn.execute(found).all()) == 3  # though they were not read to their end


def test_what_the_act_and_the_distance_put_off_counts(sgd: System, rosa: Person) -> None:
    """L26, L29"""
    later = {"fecha": "2026-12-21", "norma": "Artículo 3"}
    term = {"cantidad": 5, "unidad": "habiles", "para": "x"}
    told = sgd.deposit(inicio_no_antes_de=later, plazo=term).json()["efecto"]
    far = sgd.deposit(
        inicio_no_antes_de=later, plazo=term, distancia={"dias": 2, "norma": "Cuadro"}
    ).json()["efecto"]
    assert told["inicio_computo"] == far["inicio_computo"] == "2026-12-21"
    assert told["vence"] < far["vence"]
    assert any("Artículo 3" in step for step in told["pasos"])
    assert any("Cuadro" in step for step in far["pasos"])
