"""Strangers behind one address, a stranger who knows a DNI, and one line with many networks: how
each looks from the attacker's side and from the owner's, without JavaScript: S83, S84, S85."""

from collections.abc import Callable

import pytest
from anyio.from_thread import BlockingPortal
from starlette.testclient import TestClient

from proxy.app import create_app
from proxy.domain.client import Client
from proxy.domain.identidad import Identidad
from proxy.domain.limits import MOST
from proxy.flows import cuentas, recovery
from proxy.flows.opening import price
from proxy.installation import Installation
from proxy.store import casillas
from proxy.web.routes import path_of
from tests.clock import Clock
from tests.few import few
from tests.outbox import messages
from tests.paying import paid
from tests.people import Person
from tests.web.recovering import Recovering
from tests.web.visitor import ORIGIN, Visitor, price_of

LOGIN, LINK = "/casilla/ingresar/", "/casilla/recuperar/correo/"
From = Callable[[str], Visitor]


@pytest.fixture
def of(installation: Installation, loop: BlockingPortal) -> From:
    """A new browser at an address."""
    app = create_app(installation)

    def make(ip: str) -> Visitor:
        client = TestClient(app, base_url=ORIGIN, follow_redirects=False, client=(ip, 50000))
        client.portal = loop
        client.headers["Sec-Fetch-Site"] = "same-origin"
        return Visitor(client)

    return make


def sent_to(installation: Installation, name: str) -> int:
    return sum(message.casilla_id is not None for message in messages(installation.db, name))


def test_forty_people_behind_one_address_recover_within_a_minute(
    of: From, installation: Installation
) -> None:
    with installation.db.transaction() as tx:
        people = [Identidad("DNI", f"420000{n:02}") for n in range(40)]
        for n, one in enumerate(people):
            casillas.add(tx, one, "Persona Ficticia", f"p{n}@example.com", None)
    for one in people:
        lost = Recovering(of("203.0.113.7"))
        assert "canal" in str(lost.started(one.number).url), one
        assert "token" in str(lost.sent().url), one
    assert sent_to(installation, "recovery_code") == 40


def test_they_pay_more_and_more_and_who_goes_on_is_told_that_it_is_the_connection(
    of: From, installation: Installation
) -> None:
    prices = []
    for n in range(60):
        with installation.db.transaction() as tx:
            one = Identidad("DNI", f"430000{n:02}")
            counted = paid(tx, recovery.admit(tx, one, Client("203.0.113.7"), 0))
        assert isinstance(counted, int)
        prices.append(counted)
    assert prices[:5] == [0] * 5 and prices[5] == 2 and prices[-1] == MOST
    with installation.db.transaction() as tx:
        for n in range(200):
            one = Identidad("DNI", f"44000{n:03}")
            paid(tx, recovery.admit(tx, one, Client("203.0.113.7"), 0))
    page = Recovering(of("203.0.113.7")).started("45000000")
    assert page.status_code == 429 and "Sus datos no están mal" in page.text
    assert Recovering(of("203.0.113.8")).started("45000000").status_code == 200


@pytest.fixture
def stranger(of: From, rosa: Person, clock: Clock) -> None:
    """Who knows her DNI: twenty wrong passwords from four addresses, and three recoveries."""
    for n in range(3):
        lost = Recovering(of(f"198.51.{n}.9"))
        lost.started(rosa)
        lost.sent()
    for n in range(3):  # and the rest of the day's
        clock.advance(minutes=10)
        Recovering(of(f"198.51.{n}.9")).started(rosa)
    for n in range(20):
        visitor = of(f"198.51.{n % 4}.9")
        page = visitor.password(rosa.identidad.number, "otra")
        if price_of(page):
            visitor.pay(page, LOGIN, dni=rosa.identidad.number, clave="otra")


def test_the_owner_gets_in_from_a_new_browser_for_one_riddle(
    of: From, stranger: None, rosa: Person, mailed_code: Callable[[], str]
) -> None:
    visitor = of("192.0.2.1")
    asked = visitor.password(rosa.identidad.number, rosa.password)
    assert (asked.status_code, price_of(asked)) == (403, 2)
    right = visitor.pay(asked, LOGIN, dni=rosa.identidad.number, clave=rosa.password)
    assert right.headers["location"] == "/casilla/token/"
    assert visitor.code(mailed_code()).status_code == 303


def test_the_owner_recovers_by_link_from_anywhere(
    of: From, stranger: None, rosa: Person, installation: Installation
) -> None:
    visitor = of("192.0.2.1")
    fields = {"persona": "natural", "tipo": "DNI", "numero": rosa.identidad.number}
    answer = visitor.pay(visitor.get(LINK), LINK, **fields, correo=rosa.email)
    assert answer.status_code == 303
    assert sent_to(installation, "recovery_link") == 1


def test_who_does_not_know_the_address_spends_no_link_of_the_owners(
    of: From, rosa: Person, installation: Installation
) -> None:
    fields = {"persona": "natural", "tipo": "DNI", "numero": rosa.identidad.number}
    for n in range(12):
        visitor = of(f"198.51.100.{n}")
        visitor.pay(visitor.get(LINK), LINK, **fields, correo=f"nadie{n}@example.com")
    visitor = of("192.0.2.1")
    visitor.pay(visitor.get(LINK), LINK, **fields, correo=rosa.email)
    assert sent_to(installation, "recovery_link") == 1


def test_the_owner_recovers_by_code_from_a_network_of_theirs(
    of: From,
    rosa: Person,
    mailed_code: Callable[[], str],
    request: pytest.FixtureRequest,
    installation: Installation,
) -> None:
    """In another browser than the one from which they logged in."""
    home = of("192.0.2.1")
    home.password(rosa.identidad.number, rosa.password)
    assert home.code(mailed_code()).status_code == 303
    request.getfixturevalue("stranger")
    before = sent_to(installation, "recovery_code")
    for ip, leaves in (("192.0.2.77", 0), ("192.0.2.1", 1)):
        lost = Recovering(of(ip))
        lost.started(rosa)
        lost.sent()
        assert sent_to(installation, "recovery_code") == before + leaves, ip


def test_the_owner_is_told_once_a_day_that_somebody_tries(
    of: From, stranger: None, rosa: Person, installation: Installation, clock: Clock
) -> None:
    assert sent_to(installation, "tries") == 1
    clock.advance(days=1)
    for n in range(30):
        of(f"198.51.{n}.9").password(rosa.identidad.number, "otra")
        visitor = of(f"198.51.{n}.9")
        page = visitor.password(rosa.identidad.number, "otra")
        visitor.pay(page, LOGIN, dni=rosa.identidad.number, clave="otra")
    assert sent_to(installation, "tries") == 2


def test_the_entity_gives_back_all_that_strangers_took(
    of: From, stranger: None, rosa: Person, installation: Installation
) -> None:
    """`cuentas rehabilitar`"""
    with installation.db.transaction() as tx:
        cuentas.restore(tx, rosa.identidad)
    visitor = of("192.0.2.1")
    assert visitor.password(rosa.identidad.number, rosa.password).status_code == 303
    before = sent_to(installation, "recovery_code")
    lost = Recovering(of("192.0.2.1"))
    lost.started(rosa)
    lost.sent()
    assert sent_to(installation, "recovery_code") == before + 1


def test_one_line_with_many_networks_uses_up_its_share_and_closes_nothing_to_others(
    of: From, rosa: Person, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A /48 has 65,536 networks. The answers tell nobody who has a casilla."""
    few(monkeypatch, "mail", 40)
    few(monkeypatch, "send/network", 2)
    answers = []
    with installation.db.transaction() as tx:
        for n in range(120):
            client = Client(f"2001:db8:1:{n:x}::1")
            answers.append(paid(tx, recovery.admit_message(tx, "", client, 0)))
    assert answers[:16] == [0] * 16, "a site has eight shares"
    assert not isinstance(answers[30], int) or answers[30] >= 1
    assert not isinstance(answers[-1], int), "all is used, and this line had more than its share"
    told = []
    for ip, person in (("192.0.2.1", rosa.identidad.number), ("192.0.3.1", "45000000")):
        lost = Recovering(of(ip))
        lost.started(person)
        told.append(str(lost.sent().url))
    assert told[0] == told[1] and "token" in told[0]
    assert sent_to(installation, "recovery_code") == 1
    with installation.db.transaction() as tx:
        assert price(tx, Client("192.0.2.1")) == MOST // 2


def test_a_pass_is_used_by_pressing_and_once(
    of: From, stranger: None, rosa: Person, installation: Installation
) -> None:
    """S34, S84: a scanner that opens it spends nothing."""
    with installation.db.transaction() as tx:
        made = cuentas.make_pass(tx, rosa.identidad)
    path = path_of("login:pass:follow", token=installation.signing.link(cuentas.PASS, made))
    for _ in range(3):
        assert of("192.0.2.9").follow(path).status_code == 200
    hers, other = of("192.0.2.1"), of("192.0.2.2")
    assert hers.send(hers.follow(path), "/pase/").status_code == 200
    late = other.send(other.follow(path), "/pase/")
    assert late.status_code == 410 and "Ese pase venció o ya se usó" in late.text
    assert hers.password(rosa.identidad.number, rosa.password).status_code == 303
    assert other.password(rosa.identidad.number, rosa.password).status_code == 403


def test_in_a_network_of_the_owners_a_new_browser_pays_nothing_for_strangers(
    of: From, rosa: Person, mailed_code: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    home = of("192.0.2.1")
    home.password(rosa.identidad.number, rosa.password)
    assert home.code(mailed_code()).status_code == 303
    request.getfixturevalue("stranger")
    assert of("192.0.2.77").password(rosa.identidad.number, rosa.password).status_code == 403
    assert of("192.0.2.1").password(rosa.identidad.number, rosa.password).status_code == 303
