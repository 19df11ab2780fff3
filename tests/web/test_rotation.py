"""A running service follows its keys without a restart: S67, S68."""

from collections.abc import Callable

import pytest

from proxy.flows import keys
from proxy.installation import Installation
from proxy.keys import file, ring
from tests.people import Person
from tests.web.visitor import Visitor

Make = Callable[[], Visitor]
Code = Callable[[], str]


@pytest.fixture(autouse=True)
def look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring, "LOOK_EVERY", 0.0)


def rotate(installation: Installation) -> None:
    file.rotate(installation.settings.keys_file, installation.clock())
    assert list(installation.ring.keys) == ["k1", "k2"]


def retire(installation: Installation) -> None:
    keys.renew(installation.db, "k1", lambda _done: None)
    with installation.db.transaction() as tx:
        keys.leave(tx, "k1", None, installation.catalog.entity, force=True)
    file.retire(installation.settings.keys_file, "k1", installation.clock())
    assert list(installation.ring.keys) == ["k2"]


def test_who_is_inside_stays_inside_through_a_rotation_and_a_retirement(
    installation: Installation, her: Visitor, rosa: Person
) -> None:
    for change in (rotate, retire):
        change(installation)
        page = her.get("/casilla/")
        assert page.status_code == 200
        assert rosa.nombres in page.text


def test_a_form_that_was_open_and_a_code_that_was_mailed_before_still_work(
    installation: Installation, visitor: Visitor, rosa: Person, mailed_code: Code
) -> None:
    page = visitor.get("/casilla/ingresar/")
    rotate(installation)
    fields = {"dni": rosa.identidad.number, "clave": rosa.password}
    assert visitor.send(page, "/casilla/ingresar/", **fields).status_code == 303
    code = mailed_code()
    file.rotate(installation.settings.keys_file, installation.clock())
    page = visitor.get("/casilla/token/")
    file.rotate(installation.settings.keys_file, installation.clock())
    assert visitor.send(page, "/casilla/token/", token=code).status_code == 303
    assert visitor.get("/casilla/").status_code == 200


def test_a_form_and_a_code_of_a_retired_key_are_of_no_use(
    installation: Installation, visitor: Visitor, rosa: Person, mailed_code: Code
) -> None:
    visitor.password(rosa.identidad.number, rosa.password)
    code, page = mailed_code(), visitor.get("/casilla/token/")
    rotate(installation)
    retire(installation)
    answer = visitor.send(page, "/casilla/token/", token=code)
    assert answer.status_code == 403
    assert visitor.code(code).status_code != 303
    assert visitor.get("/casilla/").status_code == 303


def test_a_known_browser_is_known_until_its_key_is_retired(
    installation: Installation, her: Visitor
) -> None:
    (cookie,) = [c.value for c in her.client.cookies.jar if "equipo" in c.name]
    age = 10**9
    rotate(installation)
    assert installation.signing.device_of(str(cookie), age)
    retire(installation)
    assert installation.signing.device_of(str(cookie), age) is None


def test_a_ring_broken_in_service_puts_nobody_out(
    installation: Installation, her: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    installation.settings.keys_file.write_text("{")
    assert her.get("/casilla/").status_code == 200
    assert "the key ring cannot be read" in caplog.text
