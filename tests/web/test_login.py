"""Login over HTTP: J20–J27, S7, S19–S21, S27, S52–S54, S59–S61, S62–S64."""

import re
from collections.abc import Callable
from datetime import datetime
from http.cookies import SimpleCookie
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import select

from proxy.installation import Installation
from proxy.store.tables import challenges
from proxy.web.edge import pace
from tests.clock import Clock
from tests.people import ROSA, Person
from tests.web.visitor import ORIGIN, Visitor, forms, price_of

Maker = Callable[[], Visitor]


def cookies(response: Response) -> SimpleCookie:
    jar = SimpleCookie()
    for value in response.headers.get_list("set-cookie"):
        jar.load(value)
    return jar


def words(response: Response) -> str:
    """The page, without what is random in it: the tokens that tie its forms to the browser."""
    return re.sub(r'name="sello" value="[^"]*"', "", response.text)


def test_dni_and_password_lead_to_the_token_and_the_token_to_the_casilla(
    visitor: Visitor, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    """J20, J21, J22, J23, J24, J25, J26, J27"""
    asked = visitor.password(rosa.identidad.number, rosa.password)
    assert (asked.status_code, asked.headers["location"]) == (303, "/casilla/token/")
    entered = visitor.code(mailed_code())
    assert (entered.status_code, entered.headers["location"]) == (303, "/casilla/?listo=1")
    inbox = visitor.get("/casilla/?listo=1")
    assert inbox.status_code == 200
    assert "¡Listo! Ahora tiene acceso al Sistema de Casilla Electrónica." in inbox.text


@pytest.mark.parametrize("typed", ["DNI-40000001", "1-40000001", "40000001"])
def test_the_dni_may_have_its_prefix(visitor: Visitor, rosa: Person, typed: str) -> None:
    assert visitor.password(typed, rosa.password).status_code == 303


def test_labels_are_those_of_the_guide(visitor: Visitor, rosa: Person) -> None:
    """J24, J26, M52"""
    login = visitor.get("/casilla/ingresar/").text
    for label in ("DNI", "Contraseña", "Iniciar sesión"):
        assert re.search(rf">\s*{label}\s*<", login), label
    visitor.password(rosa.identidad.number, rosa.password)
    token = visitor.get("/casilla/token/").text
    for label in ("Token digital", "VERIFICAR", "Reenviar código digital"):
        assert re.search(rf">\s*{label}\s*<", token), label


def test_unknown_and_known_get_the_same_page_status_and_headers(
    make_visitor: Maker, rosa: Person
) -> None:
    """S21, S31: nobody learns from the login who has a casilla."""
    replies = [
        make_visitor().password(dni, "una-clave-cualquiera") for dni in ("40000001", "49999999")
    ]
    known, unknown = replies
    assert known.status_code == unknown.status_code == 403
    assert words(known).replace("40000001", "") == words(unknown).replace("49999999", "")
    names = [[name for name, _ in reply.headers.multi_items()] for reply in replies]
    assert names[0] == names[1]


def test_who_must_pay_first_gets_the_same_answer_known_or_unknown(
    make_visitor: Maker, rosa: Person
) -> None:
    """S51, S84"""
    last = []
    for dni in ("40000001", "49999999"):
        visitor = make_visitor()
        for _ in range(5):
            visitor.password(dni, "una-clave-cualquiera")
        last.append(visitor.password(dni, "una-clave-cualquiera"))
    assert [reply.status_code for reply in last] == [403, 403]
    assert [price_of(reply) for reply in last] == [2, 2]
    known, unknown = (re.sub(r"[0-9a-f]{32}|[0-9]{8}", "", words(reply)) for reply in last)
    assert known == unknown


def test_a_held_answer_takes_its_time(visitor: Visitor, rosa: Person) -> None:
    """S21: right, wrong and malformed answers come no sooner than the floor."""
    page = visitor.get("/casilla/ingresar/")
    for dni, password in (("40000001", ROSA.password), ("40000001", "x"), ("nada", "x")):
        reply = visitor.send(page, "/casilla/ingresar/", dni=dni, clave=password)
        assert reply.elapsed.total_seconds() >= pace.FLOOR


def test_what_was_typed_stays_but_the_password_does_not(visitor: Visitor, rosa: Person) -> None:
    reply = visitor.password("40000001", "esta-no-es")
    assert forms(reply)[-1].fields["dni"] == "40000001"
    assert "esta-no-es" not in reply.text


def test_a_malformed_dni_is_told_how_to_write_it(visitor: Visitor) -> None:
    reply = visitor.password("1234", "x")
    assert reply.status_code == 400
    assert "8 dígitos" in reply.text
    assert 'aria-invalid="true"' in reply.text


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_starts_again(
    visitor: Visitor, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    """S25"""
    visitor.password(rosa.identidad.number, rosa.password)
    wrong = f"{(int(mailed_code()) + 1) % 1_000_000:06}"
    assert "Le quedan 4 intentos." in visitor.code(wrong).text
    for _ in range(3):
        last = visitor.code(wrong)
    assert "Le queda 1 intento." in last.text
    spent = visitor.code(wrong)
    assert spent.status_code == 403
    assert [form.action for form in forms(spent)] == ["/casilla/ingresar/"]


def test_the_code_of_one_browser_does_not_open_another(
    make_visitor: Maker, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    """S27"""
    mine, other = make_visitor(), make_visitor()
    mine.password(rosa.identidad.number, rosa.password)
    assert other.get("/casilla/token/").headers["location"] == "/casilla/ingresar/"
    page = mine.get("/casilla/token/")
    other.get("/casilla/ingresar/")
    stolen = other.send(page, "/casilla/token/", token=mailed_code())
    assert stolen.status_code == 403
    assert "__Host-sesion" not in cookies(stolen)


def test_a_new_code_can_be_asked_for(
    visitor: Visitor, rosa: Person, clock: Clock, mailed_code: Callable[[], str]
) -> None:
    """J17"""
    visitor.password(rosa.identidad.number, rosa.password)
    old, page = mailed_code(), visitor.get("/casilla/token/")
    soon = visitor.send(page, "/casilla/token/reenviar/")
    assert (soon.status_code, soon.headers["retry-after"]) == (429, "30")
    clock.advance(seconds=30)
    again = visitor.send(page, "/casilla/token/reenviar/")
    assert again.headers["location"] == "/casilla/token/?reenviado=1"
    assert mailed_code() != old
    assert visitor.code(mailed_code()).status_code == 303


def test_a_press_is_as_old_as_its_request(
    visitor: Visitor, rosa: Person, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long its work takes: a later press goes before it (docs/decisions/0036)."""

    def ticking(clock: Clock) -> datetime:
        clock.advance(milliseconds=1)
        return clock.now

    monkeypatch.setattr(Clock, "__call__", ticking)
    visitor.password(rosa.identidad.number, rosa.password)
    with installation.db.reading() as tx:
        found = select(challenges.c.pressed_at, challenges.c.created_at)
        made = tx.conn.execute(found).one()
    assert made.pressed_at < made.created_at


def test_cookies_stay_on_this_host_and_away_from_scripts(
    visitor: Visitor, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    """S60: two go with the browser, only the known device stays a year."""
    visitor.password(rosa.identidad.number, rosa.password)
    jar = cookies(visitor.code(mailed_code()))
    for name, max_age in (("__Host-sesion", ""), ("__Host-equipo", str(365 * 24 * 3600))):
        assert jar[name]["secure"] and jar[name]["httponly"]
        assert (jar[name]["path"], jar[name]["samesite"], jar[name]["domain"]) == ("/", "lax", "")
        assert jar[name]["max-age"] == max_age


def test_every_step_changes_the_cookie(
    visitor: Visitor, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    """S64: nothing that was planted before a step is worth anything after it."""
    first = cookies(visitor.get("/casilla/ingresar/"))["__Host-flujo"].value
    second = cookies(visitor.password("40000001", rosa.password))["__Host-flujo"].value
    entered = cookies(visitor.code(mailed_code()))
    assert first != second
    assert entered["__Host-flujo"]["max-age"] == "0"
    assert entered["__Host-sesion"].value not in (first, second)


def test_logging_out_ends_the_session_on_the_server(
    inside: Callable[[Person], Visitor], rosa: Person
) -> None:
    """S61"""
    visitor = inside(rosa)
    token = visitor.client.cookies["__Host-sesion"]
    left = visitor.send(visitor.get("/casilla/"), "/casilla/salir/")
    assert left.headers["location"] == "/casilla/salir/"
    assert left.headers["clear-site-data"] == '"storage"'
    visitor.client.cookies.set("__Host-sesion", token)
    assert visitor.get("/casilla/").headers["location"].startswith("/casilla/ingresar/")


def test_leaving_by_a_link_is_not_leaving(
    inside: Callable[[Person], Visitor], rosa: Person
) -> None:
    """S54: GET changes nothing."""
    visitor = inside(rosa)
    visitor.get("/casilla/salir/")
    assert visitor.get("/casilla/").status_code == 200


def test_an_idle_session_is_told_so_and_comes_back_to_its_page(
    inside: Callable[[Person], Visitor],
    rosa: Person,
    clock: Clock,
    mailed_code: Callable[[], str],
) -> None:
    """S63"""
    visitor = inside(rosa)
    clock.advance(minutes=15)
    sent_away = visitor.get("/casilla/leidos/")
    assert sent_away.headers["location"] == "/casilla/ingresar/?volver=%2Fcasilla%2Fleidos%2F&fin=1"
    login = visitor.get(sent_away.headers["location"])
    assert "Su sesión terminó" in login.text
    asked = visitor.send(login, "/casilla/ingresar/", dni="40000001", clave=rosa.password)
    token = visitor.get(asked.headers["location"])
    back = visitor.send(token, "/casilla/token/", token=mailed_code())
    assert back.headers["location"] == "/casilla/leidos/"


@pytest.mark.parametrize(
    "volver",
    [
        "https://malo.example/",
        "//malo.example/",
        "/\\malo.example",
        "/casilla/../../malo",
        "javascript:alert(1)",
        "/casilla/\r\nX-Malo: 1",
        "/casilla/@malo.example",
    ],
)
def test_nobody_is_sent_elsewhere_after_the_login(
    visitor: Visitor, rosa: Person, mailed_code: Callable[[], str], volver: str
) -> None:
    """S7"""
    login = visitor.get(f"/casilla/ingresar/?volver={quote(volver)}")
    sent = visitor.send(
        login, "/casilla/ingresar/", dni="40000001", clave=rosa.password, volver=volver
    )
    assert sent.headers["location"] == "/casilla/token/"
    token = visitor.get(f"/casilla/token/?volver={quote(volver)}")
    entered = visitor.send(token, "/casilla/token/", token=mailed_code(), volver=volver)
    assert entered.headers["location"] == "/casilla/?listo=1"
    assert "x-malo" not in entered.headers


def test_somebody_already_inside_does_not_log_in_again(
    inside: Callable[[Person], Visitor], rosa: Person
) -> None:
    assert inside(rosa).get("/casilla/ingresar/").headers["location"] == "/casilla/"


def test_the_link_of_the_mail_stops_a_login_only_when_its_button_is_pressed(
    make_visitor: Maker,
    rosa: Person,
    installation: Installation,
    mailed_code: Callable[[], str],
) -> None:
    """S28, S34: mail scanners open every link."""
    from proxy.keys.signing import Signing
    from tests.flows.browser import contexts

    thief, owner = make_visitor(), make_visitor()
    thief.password(rosa.identidad.number, rosa.password)
    challenge = str(contexts(installation.db, "login_code")[0]["challenge"])
    link = f"/casilla/no-fui-yo/{Signing(installation.ring).disavowal(challenge)}/"
    asked = owner.follow(link)
    assert thief.get("/casilla/token/").status_code == 200
    assert owner.send(asked, "/casilla/no-fui-yo/").status_code == 200
    assert thief.get("/casilla/token/").headers["location"] == "/casilla/ingresar/"


def test_a_made_up_link_stops_nothing(visitor: Visitor, rosa: Person) -> None:
    visitor.password(rosa.identidad.number, rosa.password)
    assert "Ese pedido ya había terminado" in visitor.follow("/casilla/no-fui-yo/inventado/").text
    assert visitor.get("/casilla/token/").status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN}, 403),
        ({"Origin": ORIGIN}, 303),
        ({"Origin": "https://malo.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_only_our_own_pages_may_send_a_form(
    visitor: Visitor, rosa: Person, headers: dict[str, str], status: int
) -> None:
    """S52"""
    page = visitor.get("/casilla/ingresar/")
    del visitor.client.headers["Sec-Fetch-Site"]
    data = forms(page)[-1].fields | {"dni": "40000001", "clave": rosa.password}
    reply = visitor.client.post("/casilla/ingresar/", data=data, headers=headers)
    assert reply.status_code == status


@pytest.mark.parametrize("sello", ["", "x", "á"])
def test_a_form_without_its_seal_is_refused(visitor: Visitor, rosa: Person, sello: str) -> None:
    """S53"""
    page = visitor.get("/casilla/ingresar/")
    reply = visitor.send(
        page, "/casilla/ingresar/", dni="40000001", clave=rosa.password, sello=sello
    )
    assert reply.status_code == 403
    assert "cookies" in reply.text


def test_the_seal_of_another_form_or_browser_is_refused(make_visitor: Maker, rosa: Person) -> None:
    """S53"""
    mine, other = make_visitor(), make_visitor()
    page = other.get("/casilla/ingresar/")
    mine.get("/casilla/ingresar/")
    reply = mine.send(page, "/casilla/ingresar/", dni="40000001", clave=rosa.password)
    assert reply.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"dni=1&dni=2",
        b"dni=%ff",
        b"dni=%00",
        b"\xff=1",
        b"dni=" + b"1" * 5000,
        b"&".join(b"f%d=1" % number for number in range(25)),
        b"sin-igual",
    ],
)
def test_a_form_that_no_page_of_ours_sends_is_refused(visitor: Visitor, body: bytes) -> None:
    """S8"""
    visitor.get("/casilla/ingresar/")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (
        visitor.client.post("/casilla/ingresar/", content=body, headers=headers).status_code == 400
    )


def test_a_form_in_another_encoding_is_refused(visitor: Visitor) -> None:
    visitor.get("/casilla/ingresar/")
    assert visitor.client.post("/casilla/ingresar/", json={"dni": "1"}).status_code == 400


def test_a_body_of_a_megabyte_is_refused_unread(visitor: Visitor) -> None:
    """S8, S14"""
    body = b"clave=" + b"x" * 1_000_000
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (
        visitor.client.post("/casilla/ingresar/", content=body, headers=headers).status_code == 413
    )


def test_another_host_name_is_refused(visitor: Visitor) -> None:
    """S2"""
    assert visitor.get("/casilla/ingresar/", Host="malo.example").status_code == 400


def test_private_pages_and_forms_are_never_cached(visitor: Visitor, rosa: Person) -> None:
    """S59"""
    for path in ("/casilla/ingresar/", "/casilla/", "/casilla/token/", "/casilla/nada/"):
        assert visitor.get(path).headers["cache-control"] == "no-store"


def test_a_wrong_method_says_which_are_right(visitor: Visitor) -> None:
    """S11"""
    reply = visitor.client.put("/casilla/ingresar/")
    assert reply.status_code == 405
    assert {"GET", "POST"} <= set(reply.headers["allow"].replace(" ", "").split(","))
