"""Sesiones y equipos over HTTP: S46, S50, S53, S65."""

import re
from collections.abc import Callable

import pytest
from httpx2 import Response

from proxy.domain.client import network_of
from proxy.installation import Installation
from proxy.web.edge.cookies import DEVICE, SESSION
from tests.clock import Clock
from tests.outbox import messages
from tests.people import Person
from tests.web.letters import events
from tests.web.registering import mail_of
from tests.web.visitor import Visitor, forms

LIST = "/casilla/sesiones/"
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36"
Maker = Callable[[], Visitor]
Enter = Callable[[Visitor, Person], Visitor]


@pytest.fixture
def enter(mailed_code: Callable[[], str], clock: Clock) -> Enter:
    """Log in with a browser that one has, a while later."""

    def log_in(visitor: Visitor, person: Person) -> Visitor:
        clock.advance(seconds=100)
        visitor.password(person.identidad.number, person.password)
        assert visitor.code(mailed_code()).status_code == 303
        return visitor

    return log_in


def actions(page: Response, end: str) -> list[str]:
    return [form.action for form in forms(page) if form.action.endswith(end)]


def ids(page: Response) -> list[str]:
    return re.findall(r"/casilla/sesiones/(\w{32})/cerrar/", page.text)


def test_the_list_says_in_words_where_the_casilla_is_open(
    her: Visitor, make_visitor: Maker, enter: Enter, rosa: Person, clock: Clock
) -> None:
    """S65: device, since when, last use, network; and which one is this."""
    phone = make_visitor()
    phone.client.headers["User-Agent"] = ANDROID
    enter(phone, rosa)
    page = phone.get(LIST)
    assert "Chrome en Android" in page.text
    assert len(ids(page)) == 2
    assert page.text.count("Esta sesión") == page.text.count("Este equipo") == 1
    mine = page.text.index("Chrome en Android")
    assert mine < page.text.index("Esta sesión") < page.text.index("un navegador")
    assert "16/11/2026 10:01" in page.text
    assert "16/11/2026 10:00" in page.text


def test_of_the_address_only_the_network_is_shown() -> None:
    """Whoever looks over a shoulder does not learn the whole address."""
    assert network_of("203.0.113.77") == "203.0.113.0/24"
    assert network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert network_of("testclient") == "desconocida"


def test_one_session_is_ended_and_the_others_go_on(
    her: Visitor, make_visitor: Maker, enter: Enter, rosa: Person, installation: Installation
) -> None:
    other = enter(make_visitor(), rosa)
    [mine, theirs] = ids(her.get(LIST))  # this one before the others
    done = her.send(her.get(LIST), f"{theirs}/cerrar/")
    assert done.headers["location"] == f"{LIST}?listo=una"
    assert other.get("/casilla/").status_code == 303
    assert her.get("/casilla/").status_code == 200
    assert ids(her.get(LIST)) == [mine]
    assert events(installation, "session_ended") == 1


def test_ending_this_one_is_logging_out(her: Visitor) -> None:
    [mine] = ids(her.get(LIST))
    assert her.send(her.get(LIST), f"{mine}/cerrar/").headers["location"] == "/casilla/salir/"
    assert her.get("/casilla/").status_code == 303


def test_all_the_others_are_ended_at_once(
    her: Visitor, make_visitor: Maker, enter: Enter, rosa: Person
) -> None:
    others = [enter(make_visitor(), rosa) for _ in range(2)]
    done = her.send(her.get(LIST), "/sesiones/cerrar/")
    assert done.headers["location"] == f"{LIST}?listo=otras"
    assert [other.get("/casilla/").status_code for other in others] == [303] * 2
    page = her.get(LIST)
    assert len(ids(page)) == 1
    assert actions(page, "/sesiones/cerrar/") == []


def test_a_forgotten_browser_is_a_new_one_again_and_its_sessions_end(
    her: Visitor, make_visitor: Maker, enter: Enter, rosa: Person, installation: Installation
) -> None:
    """S50"""
    other = enter(make_visitor(), rosa)
    other.client.headers["User-Agent"] = ANDROID
    told = len(messages(installation.db, "new_device"))
    here = re.search(
        r"Este equipo.*?(/casilla/sesiones/equipos/\w{32}/olvidar/)", other.get(LIST).text, re.S
    )
    assert here
    assert her.send(her.get(LIST), here[1]).headers["location"] == f"{LIST}?listo=equipo"
    assert other.get("/casilla/").status_code == 303
    assert her.get("/casilla/").status_code == 200
    enter(other, rosa)
    assert len(messages(installation.db, "new_device")) == told + 1


def test_forgetting_this_browser_keeps_this_session(
    her: Visitor, enter: Enter, rosa: Person, installation: Installation
) -> None:
    [mine] = actions(her.get(LIST), "/olvidar/")
    her.send(her.get(LIST), mine)
    page = her.get(LIST)
    assert page.status_code == 200
    assert actions(page, "/olvidar/") == []
    assert DEVICE in her.client.cookies
    her.send(page, "/casilla/salir/")
    enter(her, rosa)
    assert len(messages(installation.db, "new_device")) == 2


def test_ending_and_forgetting_need_a_fresh_proof(
    her: Visitor, make_visitor: Maker, enter: Enter, rosa: Person, clock: Clock
) -> None:
    """S46, V 7.5.2"""
    other = enter(make_visitor(), rosa)
    clock.advance(minutes=4)
    page = her.get(LIST)
    paths = [actions(page, end)[0] for end in ("/cerrar/", "/sesiones/cerrar/", "/olvidar/")]
    for path in paths:
        asked = her.send(page, path)
        confirm = asked.headers["location"]
        assert confirm == "/casilla/confirmar/?volver=%2Fcasilla%2Fsesiones%2F"
    assert other.get("/casilla/").status_code == 200
    confirm = her.get("/casilla/confirmar/?volver=/casilla/sesiones/")
    back = her.send(confirm, "/casilla/confirmar/", clave=rosa.password)
    assert back.headers["location"] == LIST
    assert her.send(her.get(LIST), "/sesiones/cerrar/").headers["location"].startswith(LIST)
    assert other.get("/casilla/").status_code == 303


def test_what_is_of_others_and_what_never_was_are_answered_alike(
    her: Visitor, inside: Callable[[Person], Visitor], bruno: Person
) -> None:
    """Nobody ends what is Bruno's, nor learns that it is there."""
    his = inside(bruno)
    [theirs] = ids(his.get(LIST))
    [device] = actions(his.get(LIST), "/olvidar/")
    mine = her.get(LIST)
    seals = {form.action.rsplit("/", 2)[1]: form.fields for form in forms(mine)}

    def told(path: str) -> tuple[int, str]:
        reply = her.client.post(path, data=seals[path.rsplit("/", 2)[1]])
        return reply.status_code, re.sub(r'name="sello" value="[^"]*"', "", reply.text)

    ending = [told(f"{LIST}{one}/cerrar/") for one in (theirs, "0" * 32, "x", "0" * 31 + "%00")]
    forgetting = [told(device), told("/casilla/sesiones/equipos/" + "0" * 32 + "/olvidar/")]
    assert {status for status, _ in ending + forgetting} == {404}
    assert len({text for _, text in ending + forgetting}) == 1
    assert his.get("/casilla/").status_code == 200
    assert actions(his.get(LIST), "/olvidar/") == [device]


def test_what_a_browser_calls_itself_is_never_markup(
    make_visitor: Maker, enter: Enter, rosa: Person
) -> None:
    visitor = make_visitor()
    visitor.client.headers["User-Agent"] = "<script>alert(1)</script> Chrome Android\"'><b>"
    page = enter(visitor, rosa).get(LIST)
    assert "alert(" not in page.text
    assert "Chrome en Android" in page.text


@pytest.mark.parametrize(
    "path", ["sesiones/cerrar/", "sesiones/{id}/cerrar/", "sesiones/equipos/{id}/olvidar/"]
)
def test_every_form_wants_its_token_and_nothing_is_done_by_get(her: Visitor, path: str) -> None:
    """S53, S54"""
    [mine] = ids(her.get(LIST))
    address = f"/casilla/{path.format(id=mine)}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert her.client.post(address, headers=headers).status_code == 403
    assert her.get(address).status_code in (404, 405)
    assert len(ids(her.get(LIST))) == 1


def test_the_sixth_session_ends_the_oldest_and_its_owner_is_told(
    her: Visitor,
    make_visitor: Maker,
    enter: Enter,
    rosa: Person,
    installation: Installation,
    clock: Clock,
) -> None:
    """S65: five at most."""
    others = []
    for _ in range(5):
        her_place = her.get("/casilla/") if len(others) < 4 else None
        assert her_place is None or her_place.status_code == 200
        others.append(enter(make_visitor(), rosa))
    assert her.get("/casilla/").headers["location"].startswith("/casilla/ingresar/")
    assert [other.get("/casilla/").status_code for other in others] == [200] * 5
    assert len(ids(others[-1].get(LIST))) == 5
    told = messages(installation.db, "session_ended")
    assert [(message.recipient, message.context["most"]) for message in told] == [(rosa.email, 5)]


def test_how_long_is_left_is_told_and_being_asked_keeps_the_session(
    her: Visitor, clock: Clock
) -> None:
    """S63"""
    clock.advance(minutes=14)
    left = her.get(f"{LIST}seguir/").json()
    assert left == {"seconds": 900, "hora": "10:29", "last": False}
    clock.advance(minutes=14)
    assert her.get("/casilla/").status_code == 200


def test_nothing_puts_off_the_absolute_end(her: Visitor, clock: Clock) -> None:
    """S63: eight hours."""
    for _ in range(47):
        clock.advance(minutes=10)
        assert her.get(f"{LIST}seguir/").status_code == 200
    left = her.get(f"{LIST}seguir/").json()
    assert left == {"seconds": 600, "hora": "18:00", "last": True}
    clock.advance(minutes=10)
    over = her.get(f"{LIST}seguir/")
    assert over.status_code == 303
    assert SESSION not in her.client.cookies


def test_the_letter_of_a_first_login_speaks_of_no_new_device(
    inside: Callable[[Person], Visitor], rosa: Person, installation: Installation
) -> None:
    """S50"""
    inside(rosa)
    told = mail_of(installation)
    assert "por primera vez" in told["Ingresaron por primera vez a su casilla"]
    inside(rosa)
    told = mail_of(installation)
    assert "que no conocíamos" in told["Ingresaron a su casilla desde un equipo nuevo"]
