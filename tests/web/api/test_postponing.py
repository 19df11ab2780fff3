"""A term that is put off through the API: L26, L30."""

from typing import Any

import pytest

from proxy.installation import Installation
from tests.clock import Clock
from tests.people import Person
from tests.recorded import advance_all
from tests.web.api.conftest import System, Systems, refusal

MORE = {"cantidad": 5, "unidad": "habiles", "norma": "Ley N.° 27444", "motivo": "Lo pidió"}


def test_a_term_is_put_off_and_every_answer_says_the_dates_that_count(
    sgd: System, systems: Systems, rosa: Person, installation: Installation, clock: Clock
) -> None:
    """L26, L30"""
    sent = sgd.deposit(plazo={"cantidad": 15, "unidad": "habiles", "para": "descargos"}).json()
    here = f"/notificaciones/{sent['id']}"
    first = sgd.post(f"{here}/prorroga", json=MORE)
    clock.advance(minutes=1)
    again = sgd.post(f"{here}/prorroga", json=MORE)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert (sent["efecto"]["vence"], first.json()["efecto"]["vence"]) == (
        "2026-12-07",
        "2026-12-16",
    )
    later = sgd.post(f"{here}/inicio", json={"fecha": "2026-11-23", "norma": "Artículo 3"})
    assert later.status_code == 201
    told = sgd.get(here).json()
    assert told["efecto"] == later.json()["efecto"]
    assert (told["efecto"]["inicio_computo"], told["efecto"]["vence"]) == (
        "2026-11-23",
        "2026-12-22",
    )
    put_off = [one for one in told["sucesos"] if one["suceso"] in ("prorroga", "inicio-aplazado")]
    assert [one["descripcion"] for one in put_off] == [
        "Se prorrogó el plazo 5 días hábiles (Ley N.° 27444): vencía el 07/12/2026 y ahora vence "
        "el 16/12/2026. Motivo: Lo pidió.",
        "Se dispuso que el plazo corra desde más tarde (Artículo 3): corría desde el 17/11/2026 y "
        "ahora corre desde el 23/11/2026 y vence el 22/12/2026.",
    ]
    other = sgd.post(f"{here}/prorroga", json=MORE | {"cantidad": 6})
    assert refusal(other) == (409, "aplazamiento.ya_prorrogada")
    assert refusal(systems("Mesa").post(f"{here}/prorroga", json=MORE)) == (
        404,
        "notificacion.desconocida",
    )
    advance_all(installation.db)
    feed = sgd.get("/eventos").json()["eventos"]
    assert [one["suceso"] for one in feed][-2:] == ["prorroga", "inicio-aplazado"]


@pytest.mark.parametrize(
    ("where", "asked", "said"),
    [
        ("prorroga", MORE, (422, "aplazamiento.sin_plazo")),
        ("prorroga", MORE | {"cantidad": 0}, (422, "datos.invalidos")),
        ("prorroga", MORE | {"unidad": "semanas"}, (422, "datos.invalidos")),
        ("prorroga", {**MORE, "norma": ""}, (422, "datos.invalidos")),
        ("inicio", {"fecha": "2026-11-16", "norma": "x"}, (422, "aplazamiento.no_mas_tarde")),
        ("inicio", {"fecha": "mañana", "norma": "x"}, (422, "datos.invalidos")),
        ("inicio", {"fecha": "2026-11-23"}, (422, "datos.invalidos")),
    ],
)
def test_what_puts_off_nothing_is_refused_with_its_code(
    sgd: System, rosa: Person, where: str, asked: dict[str, Any], said: tuple[int, str]
) -> None:
    sent = sgd.deposit().json()
    assert refusal(sgd.post(f"/notificaciones/{sent['id']}/{where}", json=asked)) == said
    assert sgd.get(f"/notificaciones/{sent['id']}").json()["efecto"] == sent["efecto"]


def test_only_who_may_deposit_puts_off(systems: Systems, rosa: Person) -> None:
    sent = systems().deposit().json()
    reader = systems(scopes=("leer", "anular"))
    for where in ("prorroga", "inicio"):
        asked = reader.post(f"/notificaciones/{sent['id']}/{where}", json={})
        assert refusal(asked) == (403, "clave.sin_permiso")
