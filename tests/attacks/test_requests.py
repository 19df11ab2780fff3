"""Requests that no page of ours sends: S2, S7, S8, S11, S27, S60, S64, V 3.7.2, 15.3.7.

Every route of the application is tried, also those that are added later.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.routing import BaseRoute, Mount, Route

from proxy.installation import Installation
from proxy.web.edge import cookies
from proxy.web.edge.cookies import DEVICE, SESSION, VISIT
from proxy.web.routes import routes
from tests.attacks.actor import everything
from tests.outbox import messages
from tests.people import Person
from tests.web.visitor import ORIGIN, Visitor

Maker = Callable[[], Visitor]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ID = "0f" * 16
# What comes where a name, a number or a text should.
ODD = (
    "\r\nSet-Cookie: planted=1\r\n\r\n<script>alert(1)</script>",
    "https://malo.example/\\malo.example",
    "' OR 1=1 --",
    "\N{RIGHT-TO-LEFT OVERRIDE}\N{ZERO WIDTH JOINER}\ud7ff\U0010ffff",
    "9" * 4000,
    "-1",
    "",
)
MALFORMED = {
    "repeated": b"dni=1&dni=2",
    "not UTF-8": b"dni=%ff%fe",
    "raw bytes": b"dni=\xff",
    "NUL": b"dni=a%00b",
    "NUL in a name": b"d%00ni=1",
    "a field too long": b"dni=" + b"1" * 5000,
    "too many fields": urlencode({f"f{number}": "" for number in range(30)}).encode(),
    "no sign": b"dni",
}


def _walk(found: list[BaseRoute], before: str = "") -> Iterator[tuple[str, Route]]:
    for route in found:
        if isinstance(route, Mount):
            yield from _walk(list(route.routes), before + route.path)
        elif isinstance(route, Route):
            yield re.sub(r"{[^}]*}", ID, before + route.path), route


ROUTES = dict(_walk(routes(ORIGIN)))
POSTS = {path: route for path, route in ROUTES.items() if "POST" in (route.methods or ())}
FORMS = {path: route for path, route in POSTS.items() if path.startswith("/casilla/")}


def _read_by(route: Route) -> re.Match[str] | None:
    handlers = [route.endpoint, *inspect.getclosurevars(route.endpoint).nonlocals.values()]
    sources = "".join(inspect.getsource(inspect.unwrap(one)) for one in handlers if callable(one))
    return re.search(r'read_form\(\s*request, "(\w+)"(, token)?', sources)


def sealed_as(route: Route) -> str:
    """The name under which the form of a route is sealed, as its handler reads it."""
    found = _read_by(route)
    return found[1] if found else ""


def way_in(
    visitor: Visitor, installation: Installation, path: str, route: Route
) -> tuple[str, str]:
    """The address of the form, after the link that leads to it if there is one, and its seal."""
    cookies, found = visitor.client.cookies, _read_by(route)
    binding = cookies.get(SESSION) or cookies[VISIT]
    if found and found[2]:
        binding = installation.signing.link("any", bytes(16))
        path = (
            visitor.get(f"/casilla/pase/{binding}/")
            .headers["location"]
            .replace("/casilla/pase/", path)
        )
    return path, installation.signing.form_token(binding, sealed_as(route))


def fields_of(route: Route) -> set[str]:
    """Whatever the handlers beside it read from a form."""
    module = inspect.getmodule(inspect.unwrap(route.endpoint))
    handlers = inspect.getclosurevars(route.endpoint).nonlocals.values()
    modules = [module, *(inspect.getmodule(inspect.unwrap(one)) for one in handlers)]
    source = "".join(inspect.getsource(one) for one in modules if one)
    return set(re.findall(r'(?:form|fields)(?:\.get\(|\[)"(\w+)"', source))


@pytest.fixture
def browsers(make_visitor: Maker, her: Visitor) -> list[Visitor]:
    """Somebody who only came by, and Rosa inside."""
    stranger = make_visitor()
    stranger.get("/casilla/ingresar/")
    her.get("/casilla/")  # the first page of a session notes that it has arrived
    return [stranger, her]


def test_every_form_has_a_seal_of_its_own() -> None:
    names = [sealed_as(route) for route in FORMS.values()]
    assert len(FORMS) > 30
    assert "login" in names and "recovery_change" in names


@pytest.mark.parametrize("why", MALFORMED)
def test_a_malformed_form_is_refused_everywhere_and_changes_nothing(
    installation: Installation, browsers: list[Visitor], why: str
) -> None:
    """S8"""
    before = everything(installation.db)
    for visitor in browsers:
        for path, route in FORMS.items():
            path, seal = way_in(visitor, installation, path, route)
            body = MALFORMED[why] + f"&sello={seal}".encode()
            answer = visitor.client.post(path, content=body, headers=FORM)
            assert answer.status_code in (303, 400), (path, answer.status_code)
            assert answer.headers.get("location", "/casilla/").startswith("/casilla/")
    assert everything(installation.db) == before


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"dni": "40000001"}'),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="dni"'),
        ("text/plain", b"dni=40000001"),
        ("", b"dni=40000001"),
        ("application/x-www-form-urlencoded", b"dni=" + b"1" * 100_000),
    ],
)
def test_another_kind_of_body_is_refused_everywhere_and_changes_nothing(
    installation: Installation, browsers: list[Visitor], kind: str, body: bytes
) -> None:
    """S8"""
    before = everything(installation.db)
    for visitor in browsers:
        for path, route in FORMS.items():
            path, seal = way_in(visitor, installation, path, route)
            sent = body + b"&sello=" + seal.encode()
            answer = visitor.client.post(path, content=sent, headers={"Content-Type": kind})
            assert answer.status_code in (303, 400, 413), (path, answer.status_code)
    assert everything(installation.db) == before


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_texts_in_every_field_break_nothing(
    installation: Installation, browsers: list[Visitor], odd: str
) -> None:
    """S8, V 5.3: with the right seal, so that the handlers themselves are reached."""
    for visitor in browsers:
        for path, route in FORMS.items():
            if "salir" in path:
                continue
            path, seal = way_in(visitor, installation, path, route)
            data = dict.fromkeys(fields_of(route) - {"sello"}, odd) | {"sello": seal}
            answer = visitor.client.post(path, data=data)
            assert answer.status_code < 500, (path, odd)
            assert "planted" not in answer.headers.get("set-cookie", "")
            assert answer.headers.get("location", "/casilla/").startswith("/casilla/")
            assert "<script>alert" not in answer.text


def test_an_unknown_method_is_told_which_there_are(browsers: list[Visitor]) -> None:
    """S11"""
    for visitor in browsers:
        for path, route in ROUTES.items():
            if route.methods is None:  # the bare address of the API: nothing is there
                continue
            for method in ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
                answer = visitor.client.request(method, path)
                assert answer.status_code == 405, (method, path)
                allowed = set(answer.headers["allow"].replace(" ", "").split(","))
                assert allowed == set(route.methods or ()), path


def test_no_other_host_gets_into_a_message_or_an_address(
    installation: Installation, visitor: Visitor, rosa: Person
) -> None:
    """S2: neither Host nor what a proxy could have added says where we are."""
    hosts = {"X-Forwarded-Host": "malo.example", "X-Forwarded-Proto": "http"}
    hosts |= {"Forwarded": "host=malo.example", "X-Original-URL": "/malo", "X-Host": "malo.example"}
    visitor.client.headers.update(hosts)
    answer = visitor.password(rosa.identidad.number, rosa.password)
    assert answer.headers["location"] == "/casilla/token/"
    assert "malo" not in answer.text + visitor.get("/casilla/ingresar/").text
    assert "malo" not in str([message.context for message in messages(installation.db)])
    for host in ("malo.example", f"{ORIGIN[8:]}.malo.example", "casilla.test@malo.example", ""):
        assert visitor.get("/casilla/ingresar/", Host=host).status_code == 400


@pytest.mark.parametrize(
    "volver",
    ["//malo.example", "/\\malo.example", "https://malo.example", "javascript:alert(1)",
     "/casilla/\r\nX: 1", "/casilla/%2f%2fmalo.example", "/casilla/../x", "/casilla@malo.example"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_a_proof(her: Visitor, rosa: Person, volver: str) -> None:
    """S7"""
    page = her.get(
        "/casilla/confirmar/",
    )
    sent = her.send(page, "/casilla/confirmar/", clave=rosa.password, volver=volver)
    assert (sent.status_code, sent.headers["location"]) == (303, "/casilla/perfil/")


def test_what_was_planted_before_a_login_is_worth_nothing_after_it(
    make_visitor: Maker, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    """S64: somebody else's session and visit, in the browser of who logs in."""
    visitor = make_visitor()
    visitor.client.cookies.set(VISIT, "planted-visit", domain="casilla.test")
    visitor.password(rosa.identidad.number, rosa.password)
    visitor.client.cookies.set(SESSION, "planted-session", domain="casilla.test")
    visitor.client.cookies.delete(SESSION)
    assert visitor.client.cookies[VISIT] != "planted-visit"
    visitor.code(mailed_code())
    assert visitor.client.cookies[SESSION] not in ("planted-session", "planted-visit")
    thief = make_visitor()
    for cookie in (SESSION, VISIT):
        thief.client.cookies.set(cookie, "planted-visit", domain="casilla.test")
    assert thief.get("/casilla/").status_code == 303
    assert thief.get("/casilla/token/").headers["location"] == "/casilla/ingresar/"


# Chromium sends each of them when a sibling host sets it for the domain that both share.
LIKE_OURS = ["x{}", "a-{}", "{}x", "z={}", "\x85{}", "\xa0{}", "{}\xa0"]


@pytest.mark.parametrize("like", LIKE_OURS)
@pytest.mark.parametrize("cookie", [VISIT, DEVICE])
def test_nothing_follows_from_a_cookie_with_a_name_like_ours(cookie: str, like: str) -> None:
    """S60"""
    headers = [(b"cookie", f"{like.format(cookie)}=planted; a=b".encode("latin-1"))]
    assert cookies.cookie({"headers": headers}, cookie) == ""


def test_of_two_cookies_with_our_name_none_is_believed() -> None:
    """S60: a browser keeps one, so that somebody else wrote at least one of them."""
    both = {"headers": [(b"cookie", f"{VISIT}=a; {VISIT}=b".encode())]}
    apart = {"headers": [(b"cookie", f"{VISIT}=a".encode()), (b"cookie", f"{VISIT}=b".encode())]}
    assert cookies.cookie(both, VISIT) == cookies.cookie(apart, VISIT) == ""


@pytest.mark.parametrize("name", [like.format(SESSION) for like in LIKE_OURS])
def test_a_cookie_with_a_name_like_ours_is_not_ours(
    inside: Callable[[Person], Visitor],
    make_visitor: Maker,
    rosa: Person,
    bruno: Person,
    name: str,
) -> None:
    """S60: a sibling host may plant any name that does not begin with `__Host-`."""
    thief, citizen = inside(bruno), inside(rosa)
    planted = f"{name}={thief.client.cookies[SESSION]}"
    own = f"{SESSION}={citizen.client.cookies[SESSION]}"
    for sent, inside_of in (
        (planted, None),
        (f"{planted}; {own}", rosa),
        (f"{own}; {planted}", rosa),
        (f"{planted};{own}", None),  # as no browser writes it
    ):
        headers = {"Cookie": sent.encode("latin-1")}
        page = make_visitor().client.get("/casilla/", headers=headers)
        assert page.status_code == (200 if inside_of else 303)
        assert inside_of is None or inside_of.nombres in page.text


def test_whoever_has_to_enter_comes_back_to_a_page(make_visitor: Maker) -> None:
    """What a press was about to do is not done on the way back: its page is shown."""
    pages = {path for path, route in ROUTES.items() if "GET" in (route.methods or ())}
    client, guarded = make_visitor().client, 0
    for path, route in ROUTES.items():
        for method in {"GET", "POST"} & (route.methods or set()):
            location = client.request(method, path, headers=FORM).headers.get("location", "")
            back = parse_qs(urlsplit(location).query).get("volver")
            if location.startswith("/casilla/ingresar/") and back:
                guarded += 1
                # A list that is taken away, or a constancia, is one of the inbox.
                taken = "/exportar/" in path or "/constancias/" in path
                elsewhere = set() if taken else {"/casilla/"}
                assert back[0] in pages - elsewhere | {path}, path
    assert guarded > 20


@pytest.mark.parametrize("follow", ["/casilla/recuperar/enlace/", "/casilla/activar/"])
def test_a_link_plants_nobody_elses_visit(make_visitor: Maker, follow: str) -> None:
    """S27, S64: whoever follows a link that is none of ours goes on with their own registration,
    and not with that of who made the link and reads along."""
    thief, citizen = make_visitor(), make_visitor()
    terms = thief.get("/casilla/registro/")
    begun = thief.send(terms, "/casilla/registro/", acepto="1")
    assert begun.headers["location"] == "/casilla/registro/privacidad/"
    citizen.get("/casilla/ingresar/")
    mine = citizen.client.cookies[VISIT]
    citizen.get(f"{follow}{thief.client.cookies[VISIT]}/")
    assert citizen.client.cookies[VISIT] == mine
    assert citizen.get("/casilla/registro/privacidad/").status_code == 303
