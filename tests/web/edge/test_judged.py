"""Every page of the casilla, and the states that change it, as others judge it: axe-core in light
and dark, the Nu HTML checker, a phone of 360 px, and letters twice as large (WCAG 2.2 AA)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from httpx2 import Response
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import text

from proxy.domain.content import Remedy
from proxy.domain.plazo import Term
from proxy.flows import annulment, deposit, profile
from proxy.installation import Installation
from proxy.store import casillas, links
from proxy.web.site.assets import assets
from tests.casilla import pdf
from tests.clock import Clock
from tests.flows.newcomer import BAKERY, ELENA
from tests.flows.test_deposit import describe
from tests.flows.test_sending import CONTENT
from tests.judging import begins_at, errors_of_html, faults, html_checker, spills
from tests.outbox import messages
from tests.people import Person
from tests.plazos import RULING
from tests.web.conftest import newest_code
from tests.web.edge.test_pages import TEMPLATES
from tests.web.letters import see, sent_code
from tests.web.recovering import Recovering, followed
from tests.web.registering import START, Registering, introduce, mail_of
from tests.web.test_factor import HERE, Owner
from tests.web.test_proof import confirm
from tests.web.visitor import ORIGIN, Visitor

Maker = Callable[[], Visitor]
# A page says its title; the other templates are parts.
PAGES = {
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.html")
    if path.parts[-2] not in ("partials", "templates") and "email" not in path.parts
    if "{% extends" in path.read_text()
}
WORN = "x" * 120  # a word that is longer than a phone is wide


class Screens:
    """Every page that these visitors get, once."""

    def __init__(self, make: Maker) -> None:
        self.make = make
        self.found: dict[str, Response] = {}

    def visitor(self) -> Visitor:
        visitor = self.make()
        visitor.client.event_hooks["response"].append(self.note)
        return visitor

    def note(self, page: Response) -> None:
        page.read()
        template = getattr(page, "template", None)
        if template is None or not page.headers["content-type"].startswith("text/html"):
            return
        plain = re.sub(r'value="[^"]*"|\d+|[0-9a-f]{12,}', "", page.text)
        self.found.setdefault(f"{template.name} {page.status_code} {hash(plain):x}", page)


@pytest.fixture
def screens(make_visitor: Maker) -> Screens:
    return Screens(make_visitor)


def enter(screens: Screens, installation: Installation, person: Person) -> Visitor:
    visitor = screens.visitor()
    visitor.password(person.identidad.number, person.password)
    visitor.code("123")
    assert visitor.code(newest_code(installation, "login_code")).status_code == 303
    return visitor


def before_the_login(screens: Screens, installation: Installation, rosa: Person) -> None:
    visitor, signing = screens.visitor(), installation.signing
    for path in ("ingresar/?fin=1", "ingresar/?letras=1", "salir/", "plazos/", "no-hay/"):
        visitor.get(f"/casilla/{path}")
    visitor.password("123", "")
    visitor.password(rosa.identidad.number, "otra")
    visitor.client.post("/casilla/ingresar/", data={"sello": "x"})
    asked = "dia=16042025&hora=17:00&cantidad=15&unidad=habiles&distancia=2"
    for query in (asked, "dia=32/01/2025&hora=5pm&cantidad=x&dia_acuse=x"):
        visitor.get(f"/casilla/plazos/?{query}")
    visitor.client.get("/casilla/ingresar/", headers={"Host": "otra.test"})
    asked = signing.disavowal("0f" * 16)
    for token in (asked, "inventado"):
        visitor.follow(f"/casilla/no-fui-yo/{token}/")
    visitor.send(
        visitor.follow(f"/casilla/no-fui-yo/{signing.disavowal('0f' * 16)}/"), "/no-fui-yo/"
    )
    visitor.follow(f"/casilla/pase/{signing.link('pass', bytes(16))}/")
    visitor.follow("/casilla/pase/inventado/")
    not_me = f"/casilla/no-fui-yo/clave/{signing.link('not_me', bytes(16))}/"
    visitor.send(visitor.follow(not_me), "/no-fui-yo/clave/")


def recovery(screens: Screens, installation: Installation, rosa: Person, clock: Clock) -> None:
    visitor = screens.visitor()
    forgetful = Recovering(visitor)
    forgetful.started("12")
    forgetful.started(rosa)
    forgetful.sent("")
    forgetful.sent()
    forgetful.get("/casilla/recuperar/reenviar/")
    forgetful.verified("123")
    forgetful.verified(newest_code(installation, "recovery_code"))
    forgetful.chosen("corta", "otra")
    forgetful.chosen("Olluco-volcan-93")
    path = "/casilla/recuperar/correo/"
    visitor.send(visitor.get(path), path, numero="1", correo="x")
    visitor.get("/casilla/recuperar/enviado/")
    followed(visitor, "inventado")
    with installation.db.transaction() as tx:
        casillas.lock(tx, rosa.id)
        made = links.add(tx, "recovery", rosa.id, timedelta(hours=1))
    for _ in range(2):  # in time, and late
        followed(visitor, installation.signing.link("recovery", made))
        clock.advance(hours=2)
    visitor.client.cookies.clear()
    visitor.get("/casilla/recuperar/cambio/?enlace=0123456789abcdef")


def registration(screens: Screens, installation: Installation, rosa: Person) -> None:
    introduce(installation)
    elena = Registering(screens.visitor())
    elena.send(START)
    elena.follow(START, acepto="1")
    elena.send(f"{START}privacidad/")
    elena.follow(f"{START}privacidad/", acepto="1")
    elena.send(f"{START}persona/", persona="")
    elena.follow(f"{START}persona/", persona="natural")
    elena.data(**dict.fromkeys(ELENA, ""))
    elena.data(nombres="Elsa")
    elena.follow(f"{START}datos/", **ELENA)
    elena.follow(f"{START}revision/")
    elena.validate("123")
    elena.visitor.send(elena.visitor.get(f"{START}correo/"), "/reenviar/")
    code = newest_code(installation, "registration_code")
    link = re.search(r"/enlace/(\S+)/", mail_of(installation)["Validación de Correo Electrónico"])
    assert link
    for token in (link[1], "inventado"):
        elena.visitor.follow(f"{START}enlace/{token}/")
    elena.validate(code)
    elena.visitor.get(f"{START}listo/")
    with installation.db.transaction() as tx:
        casillas.lock(tx, rosa.id)
        made = links.add(tx, "activation", rosa.id, timedelta(days=1))
    for token in (installation.signing.link("activation", made), "inventado"):
        elena.visitor.follow(f"/casilla/activar/{token}/")
    bakery = Registering(screens.visitor())
    bakery.choose("juridica")
    bakery.company(**dict.fromkeys(BAKERY, ""))
    bakery.company()
    who = f"{START}representante/"
    bakery.send(who, numero="1")
    bakery.follow(who, numero=rosa.identidad.number, poder="1")
    bakery.send(f"{who}clave/", clave="123")
    about = {name: ELENA[name] for name in ELENA if name not in ("telefono", "correo", "correo2")}
    bakery.send(f"{who}datos/", **dict.fromkeys(about, ""))
    jose = {"numero": "40000012", "cui": "9", "nombres": "José María", "sexo": "M"}
    jose |= {"apellido_paterno": "Núñez", "apellido_materno": "Supuesto"}
    jose |= {"nacimiento": "3/11/1975", "emision": "22-04-2019"}
    bakery.follow(f"{who}datos/", **(about | jose), poder="1")
    bakery.follow(f"{START}revision/")
    bakery.validate(newest_code(installation, "registration_code"))
    bakery.visitor.get(f"{START}en-espera/")


def inbox(her: Visitor, installation: Installation, rosa: Person, letter: str) -> None:
    for path in ("?listo=1", "leidos/", "?campo=asunto&op=contiene&valor=zzz"):
        her.get(f"/casilla/{path}")
    her.get("/casilla/?campo=envio&op=entre&valor=x&campo=emisor&op=contiene&valor=a&mas=1")
    see(her, letter)
    her.get("/casilla/leidos/")
    her.get("/casilla/leidos/?antes=x")
    parts, made = installation, []
    declared = replace(CONTENT, validity=WORN, remedies=(Remedy(WORN, WORN, Term(15, "habiles")),))
    for asunto in ("La anulada", WORN):
        served = deposit.receive(
            parts.documents, parts.limits, deposit.Offered("a.pdf", BytesIO(pdf(asunto)))
        )
        with parts.db.transaction() as tx:
            acto = describe(asunto=asunto)
            made.append(
                deposit.deposit(tx, parts.zone, rosa.identidad, acto, served, RULING, declared)
            )
    with parts.db.transaction() as tx:
        annulment.annul(tx, parts.catalog, made[0].id.hex(), f"Por {WORN}", made[1].id.hex())
    for one in made:
        address = f"/casilla/notificaciones/{one.id.hex()}/"
        her.get("/casilla/")
        her.get(address)
        see(her, address)


def account(her: Visitor, installation: Installation, rosa: Person, clock: Clock) -> None:
    path = "/casilla/perfil/"
    her.get(path)
    clock.advance(minutes=11)
    her.send(her.get(path), path, correo="nueva@example.com")
    confirm(her, "")
    confirm(her, rosa.password)
    her.send(her.get(path), path, correo="x", celular="1")
    her.send(her.get(path), path, correo="nueva@example.com", celular="987654321")
    for name in ("email_old_code", "email_new_code", "phone_code"):
        her.send(her.get(f"{path}codigo/"), "/codigo/", token="123")
        code = sent_code(installation, name)
        her.send(her.get(f"{path}codigo/"), "/codigo/", token=code)
    her.get(path)
    leaving = her.get(f"{path}baja/")
    her.send(leaving, "/baja/")  # without the tick
    her.get("/casilla/sesiones/")
    change = her.get("/casilla/clave/")
    her.send(change, "/casilla/clave/", antigua="", nueva="corta", repetida="otra")
    owner = Owner(her, clock)
    page = owner.begin()
    her.send(page, "activar/", codigo="123")
    owner.turn_on()
    for where in ("", "codigos/", "desactivar/"):
        her.get(f"{HERE}{where}")
    owner.send("codigos/", "123")
    owner.send("desactivar/", "123")


def undoing(visitor: Visitor, installation: Installation) -> None:
    link = messages(installation.db, "email_changed")[-1].context["link"]
    for token in (installation.signing.link(profile.UNDO, bytes.fromhex(link)), "inventado"):
        page = visitor.follow(f"/casilla/perfil/deshacer/{token}/")
        if token != "inventado":
            visitor.send(page, "/perfil/deshacer/")


@pytest.fixture
def judged(
    screens: Screens,
    installation: Installation,
    rosa: Person,
    bruno: Person,
    letter: str,
    clock: Clock,
) -> dict[str, Response]:
    before_the_login(screens, installation, rosa)
    registration(screens, installation, rosa)
    enter(screens, installation, bruno).get("/casilla/")
    her = enter(screens, installation, rosa)
    inbox(her, installation, rosa, letter)
    account(her, installation, rosa, clock)
    app = screens.visitor()
    app.password(rosa.identidad.number, rosa.password)
    app.code("123")
    recovery(screens, installation, bruno, clock)
    undoing(screens.visitor(), installation)
    with installation.db.transaction() as tx:
        tx.conn.execute(text("ALTER TABLE casillas RENAME nombres TO elsewhere"))
    her.get("/casilla/")
    return screens.found


@pytest.fixture
def shown(browser: Browser, judged: dict[str, Response]) -> Iterator[tuple[Page, dict[str, str]]]:
    """A browser, and the address of each screen: with its style, its scripts and its policy."""
    styles = {asset.address: asset for asset in assets().values()}
    at = {f"{ORIGIN}/casilla/{number}/": name for number, name in enumerate(judged)}

    def answer(route: Route) -> None:
        name = at.get(route.request.url)
        style = styles.get(urlsplit(route.request.url).path.rpartition("/")[2])
        if name and route.request.method == "GET":
            policy = judged[name].headers["content-security-policy"]
            headers = {"content-type": "text/html", "content-security-policy": policy}
            route.fulfill(body=judged[name].text, headers=headers)
        elif style:
            route.fulfill(body=style.codings[b"identity"], content_type=style.media_type)
        else:
            route.fulfill(status=204)

    context = browser.new_context(reduced_motion="reduce")
    context.route("**/*", answer)
    yield context.new_page(), at
    context.close()


def see_each(
    shown: tuple[Page, dict[str, str]], screens: list[tuple[int, Literal["light", "dark"]]]
) -> Iterator[tuple[str, Page]]:
    page, at = shown
    for address, name in at.items():
        page.goto(address)
        for width, scheme in screens:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            yield f"{name} {width} {scheme}", page


def test_others_find_nothing_wrong_with_any_page(
    judged: dict[str, Response], shown: tuple[Page, dict[str, str]]
) -> None:
    """15, M9, J41: the heading starts within 180 px of the top of a phone."""
    assert {name.partition(" ")[0] for name in judged} == PAGES
    found: dict[str, object] = {}
    for name, page in see_each(shown, [(320, "light"), (1280, "dark")]):
        if wrong := faults(page):
            found[name] = wrong
    for name, page in see_each(shown, [(360, "light")]):
        if (top := begins_at(page)) >= 180:
            found[name] = top
        if wide := spills(page):
            found[f"{name} wide"] = wide
    assert not found, "\n".join(f"{name}: {wrong}" for name, wrong in found.items())


@pytest.mark.lento
def test_nor_with_the_colours_of_the_other_screens(shown: tuple[Page, dict[str, str]]) -> None:
    screens = see_each(shown, [(320, "dark"), (1280, "light")])
    assert {name: wrong for name, page in screens if (wrong := faults(page))} == {}


def test_the_html_of_every_page_is_valid(judged: dict[str, Response], tmp_path: Path) -> None:
    html_checker()
    for number, page in enumerate(judged.values()):
        tmp_path.joinpath(f"{number}.html").write_text(page.text)
    assert errors_of_html(tmp_path) == []
