"""The first access and the change of password: J1, J9–J11, J19, M61–M63, S22, S44."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import Response
from sqlalchemy import update

from proxy.installation import Installation
from proxy.outside.breached import Breached
from proxy.store import casillas, tables
from tests import outbox
from tests.clock import Clock
from tests.people import Person
from tests.web.visitor import Visitor, forms

NEW = "Olluco-volcan-93"
CHANGE = "/casilla/clave/"
NOT_ME = "/no-fui-yo/clave/"

Maker = Callable[[], Visitor]


@pytest.fixture
def newcomer(
    installation: Installation, inside: Callable[[Person], Visitor], rosa: Person
) -> Visitor:
    """Rosa, inside with a password that the entity gave her."""
    with installation.db.transaction() as tx:
        hashed = installation.passwords.hash(rosa.password)
        casillas.set_password(tx, rosa.id, hashed, must_change=True)
        until = tx.now + timedelta(days=1)
        tx.conn.execute(update(tables.casillas).values(first_until=until))
    return inside(rosa)


def change(visitor: Visitor, old: str, new: str = NEW, again: str | None = None) -> Response:
    again = new if again is None else again
    return visitor.send(visitor.get(CHANGE), CHANGE, antigua=old, nueva=new, repetida=again)


def test_a_given_password_must_be_changed_before_anything_else(
    newcomer: Visitor, rosa: Person, serve: Callable[..., str]
) -> None:
    """J1, J9, S44: at every address but the change and the way out."""
    letter = serve(rosa)
    for path in ("/casilla/", "/casilla/leidos/", letter, f"{letter}acto/", f"{letter}anexos.zip"):
        assert newcomer.get(path).headers["location"] == CHANGE
    page = newcomer.get(CHANGE)
    opened = newcomer.send(page, "/casilla/salir/")
    assert opened.headers["location"] == "/casilla/salir/"


def test_a_mailed_password_may_be_copied_by_hand(
    installation: Installation,
    visitor: Visitor,
    rosa: Person,
    mailed_code: Callable[[], str],
) -> None:
    """M61: small letters, in groups, O for 0. Once the owner chose one, it counts to the letter."""
    kept, typed = "0123456789ABCDEF", "o123-4567 89ab-cdef"
    with installation.db.transaction() as tx:
        hashed = installation.passwords.hash(kept)
        casillas.set_password(tx, rosa.id, hashed, must_change=True)
        until = tx.now + timedelta(days=1)
        tx.conn.execute(update(tables.casillas).values(first_until=until))
    assert visitor.password(rosa.identidad.number, typed).status_code == 303
    visitor.code(mailed_code())
    assert change(visitor, typed, kept).status_code == 400  # the same one again
    assert change(visitor, typed, "Metka7qrX9vbnwzs").status_code == 303
    visitor.send(visitor.get("/casilla/"), "/casilla/salir/")
    for other, status in (("METK-A7QR-X9VB-NWZS", 403), ("Metka7qrX9vbnwzs", 303)):
        assert visitor.password(rosa.identidad.number, other).status_code == status


def test_the_form_of_the_first_access_is_that_of_the_guide(newcomer: Visitor, rosa: Person) -> None:
    """M61, M63"""
    page = newcomer.get(CHANGE).text
    assert f"<strong>Usuario:</strong> {rosa.identidad.user} " in page  # as it was mailed: M57
    for label in ("Clave Antigua", "Clave Nueva", "Repetir Clave Nueva"):
        assert f">{label}</label>" in page
    assert ">Enviar</button>" in page
    assert (
        "La contraseña debe tener al menos 8 caracteres, incluyendo al menos una mayúscula, "
        "una minúscula y un número." in page
    )


def test_the_new_password_is_announced_with_its_rules(newcomer: Visitor) -> None:
    """WCAG 1.3.1: who jumps from field to field hears them too."""
    page = newcomer.get(CHANGE).text
    field = re.search(r'<input id="nueva"[^>]*>', page)
    assert field and 'aria-describedby="requisitos"' in field[0]
    assert page.count('id="requisitos"') == 1
    refused = change(newcomer, "otra", "corta").text
    field = re.search(r'<input id="nueva"[^>]*>', refused)
    assert field and 'aria-describedby="requisitos nueva-error"' in field[0]


@pytest.mark.parametrize(("profile", "least"), [("guia", 8), ("estricto", 12)])
def test_what_a_password_needs_stands_there_once(her: Visitor, profile: str, least: int) -> None:
    """Where the length is all that is asked for, the sentence says it and no list repeats it."""
    rules = her.get(CHANGE).text.partition("data-rules>")[2].partition("</div>")[0]
    read = re.sub(r"<[^>]+>", "", rules)
    assert read.count(f"{least} caracteres") == (1 if profile == "estricto" else 2)
    assert rules.count("data-rule=") == (1 if profile == "estricto" else 4)


def test_only_who_may_leave_the_change_is_shown_ways_out_of_it(
    newcomer: Visitor, rosa: Person
) -> None:
    way = '<a href="/casilla/perfil/">'
    assert way not in newcomer.get(CHANGE).text
    change(newcomer, rosa.password)
    page = newcomer.get(CHANGE).text
    assert f"{way}PERFIL</a>" in page
    assert f"{way}Volver al perfil sin cambiar nada</a>" in page


@pytest.mark.parametrize("profile", ["estricto"])
def test_the_stricter_profile_asks_for_length_alone(newcomer: Visitor, rosa: Person) -> None:
    """S15, S16"""
    page = newcomer.get(CHANGE).text
    assert "La contraseña debe tener al menos 12 caracteres." in page
    assert "mayúscula" not in page
    assert change(newcomer, rosa.password, "olluco volcan puente").status_code == 303


def test_after_the_change_the_casilla_opens(
    newcomer: Visitor, make_visitor: Maker, rosa: Person
) -> None:
    """J11, J19, M62, M64, S64"""
    before = newcomer.client.cookies["__Host-sesion"]
    assert change(newcomer, rosa.password).headers["location"] == "/casilla/?clave=1"
    assert newcomer.client.cookies["__Host-sesion"] != before
    assert newcomer.get("/casilla/").status_code == 200
    thief = make_visitor()
    thief.client.cookies.set("__Host-sesion", before, domain="casilla.test")
    assert thief.get("/casilla/").status_code == 303
    assert thief.password(rosa.identidad.number, rosa.password).status_code == 403


def test_who_chose_a_password_is_not_asked_for_another_one(
    newcomer: Visitor, make_visitor: Maker, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    """J5, J9, S18: only the first time."""
    change(newcomer, rosa.password)
    again = make_visitor()
    again.password(rosa.identidad.number, NEW)
    assert again.code(mailed_code()).headers["location"] == "/casilla/?listo=1"
    assert again.get("/casilla/").status_code == 200


def test_a_wrong_old_password_changes_nothing_and_is_counted(
    her: Visitor, rosa: Person, clock: Clock
) -> None:
    """S22"""
    for _ in range(5):
        wrong = change(her, "otra-clave")
        assert wrong.status_code == 403 and "La clave antigua no es correcta" in wrong.text
    limited = change(her, rosa.password)
    assert limited.status_code == 429 and int(limited.headers["retry-after"]) <= 180
    clock.advance(minutes=4)
    assert change(her, rosa.password).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("", NEW, NEW, "antigua"),
        ("Quinua-2041", "corta", "corta", "nueva"),
        ("Quinua-2041", "Quinua-2041", "Quinua-2041", "nueva"),
        ("Quinua-2041", NEW, "otra", "repetida"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_no_try_is_lost(
    her: Visitor, rosa: Person, old: str, new: str, again: str, field: str
) -> None:
    for _ in range(6):
        refused = change(her, old, new, again)
        assert refused.status_code == 400 and f'href="#{field}"' in refused.text
        assert NEW not in refused.text
    assert change(her, rosa.password).status_code == 303


def test_the_other_sessions_end_and_the_owner_is_told(
    her: Visitor, inside: Callable[[Person], Visitor], rosa: Person, installation: Installation
) -> None:
    """S22, S37"""
    other = inside(rosa)
    assert change(her, rosa.password).status_code == 303
    assert other.get("/casilla/").status_code == 303
    assert her.get("/casilla/").status_code == 200
    [told] = outbox.messages(installation.db, "password_changed")
    assert told.recipient == rosa.email


def test_who_did_not_change_it_closes_the_casilla_by_a_button(
    her: Visitor, make_visitor: Maker, rosa: Person, installation: Installation
) -> None:
    """S37: «No fui yo», for ten days; opening the link alone does nothing (S34)."""
    change(her, rosa.password)
    [told] = outbox.messages(installation.db, "password_changed")
    token = installation.signing.link("not_me", bytes.fromhex(told.context["link"]))
    path = f"/casilla/no-fui-yo/clave/{token}/"
    owner = make_visitor()
    asked = owner.follow(path)
    assert her.get("/casilla/").status_code == 200
    assert "Cerramos su casilla" in owner.send(asked, NOT_ME).text
    assert her.get("/casilla/").status_code == 303
    assert owner.password(rosa.identidad.number, NEW).status_code == 403
    again = owner.send(owner.follow(path), NOT_ME)
    assert "Este enlace ya no sirve" in again.text


def test_the_link_of_a_change_that_was_not_mine_ends_after_ten_days(
    her: Visitor, make_visitor: Maker, rosa: Person, installation: Installation, clock: Clock
) -> None:
    change(her, rosa.password)
    [told] = outbox.messages(installation.db, "password_changed")
    token = installation.signing.link("not_me", bytes.fromhex(told.context["link"]))
    path = f"/casilla/no-fui-yo/clave/{token}/"
    clock.now += timedelta(days=10)
    owner = make_visitor()
    assert "Este enlace ya no sirve" in owner.send(owner.follow(path), NOT_ME).text


def test_nobody_changes_it_from_outside(visitor: Visitor) -> None:
    assert re.match("/casilla/ingresar/", visitor.get(CHANGE).headers["location"])


@pytest.fixture
def robbed(installation: Installation, tmp_path: Path) -> Callable[[str], None]:
    """Puts a password into the list of breached ones."""

    def put(password: str) -> None:
        digest = hashlib.sha1(password.encode()).hexdigest()
        (tmp_path / "breached.txt").write_text(f"{digest}:2\n")
        installation.breached = Breached(str(tmp_path / "breached.txt"))

    return put


def test_a_breached_password_is_not_chosen(
    her: Visitor, rosa: Person, robbed: Callable[[str], None]
) -> None:
    """S17"""
    robbed("Olluco-volcan-93")
    page = her.get(CHANGE)
    fields = {"antigua": rosa.password, "repetida": "Olluco-volcan-93"}
    answer = her.send(page, CHANGE, nueva="Olluco-volcan-93", **fields)
    assert answer.status_code == 400
    assert "contraseñas robadas" in answer.text


def test_who_enters_with_a_breached_password_must_change_it(
    visitor: Visitor,
    rosa: Person,
    robbed: Callable[[str], None],
    mailed_code: Callable[[], str],
) -> None:
    """S18"""
    robbed(rosa.password)
    visitor.password(rosa.identidad.number, rosa.password)
    assert visitor.code(mailed_code()).status_code == 303
    assert visitor.get("/casilla/").headers["location"] == CHANGE
    page = visitor.get(CHANGE)
    assert "contraseñas robadas" in page.text and "la clave que le dimos" not in page.text
    new = "Olluco-volcan-93"
    assert visitor.send(page, CHANGE, antigua=rosa.password, nueva=new, repetida=new)
    assert visitor.get("/casilla/").status_code == 200


def test_the_seal_of_another_form_of_the_same_session_is_refused(
    her: Visitor, rosa: Person
) -> None:
    """S53: only the form that was shown is sent."""
    page = her.get(CHANGE)
    leave = next(form for form in forms(page) if form.action.endswith("/salir/"))
    fields = {"antigua": rosa.password, "nueva": NEW, "repetida": NEW}
    refused = her.client.post(CHANGE, data=fields | {"sello": leave.fields["sello"]})
    assert refused.status_code == 403
    assert change(her, rosa.password).status_code == 303
