"""What a stranger spends of another's without any proof, or without an answered riddle: S83-S86."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from anyio.from_thread import BlockingPortal
from starlette.testclient import TestClient

from proxy.app import create_app
from proxy.domain import limits
from proxy.domain.client import Client
from proxy.errors import Denied, Reason
from proxy.flows import cuentas, login, recovery
from proxy.installation import Installation
from proxy.store import throttle
from proxy.store.db import Database
from tests.attacks.actor import Actor, code_of
from tests.clock import Clock
from tests.flows.app import turn_on
from tests.flows.browser import ELSEWHERE, PHONE, POLICY, Browser, contexts, mailed_code
from tests.flows.newcomer import BAKERY, ELENA, HER, Newcomer
from tests.paying import paid
from tests.people import PASSWORDS, ROSA, Person
from tests.web.recovering import Recovering
from tests.web.registering import START, Registering, introduce
from tests.web.visitor import ORIGIN, Visitor, forms, price_of

From = Callable[[str], Visitor]
STRANGER = Client("198.51.100.66", "curl")


@pytest.fixture
def of(installation: Installation, loop: BlockingPortal) -> Iterator[From]:
    app = create_app(installation)

    def make(ip: str) -> Visitor:
        client = TestClient(app, base_url=ORIGIN, follow_redirects=False, client=(ip, 50000))
        client.portal = loop
        client.headers["Sec-Fetch-Site"] = "same-origin"
        return Visitor(client)

    yield make


def test_wrong_riddles_hold_nobodys_registration(of: From, installation: Installation) -> None:
    """S84, S86: the register was never asked, so nothing was guessed."""
    introduce(installation)
    stranger = Registering(of("198.51.100.66"))
    stranger.choose()
    for _ in range(5):
        page = stranger.visitor.get(f"{START}datos/")
        wrong = ELENA | {"nombres": "Otra", "captcha": "zzzzzz"}
        assert "imagen" in stranger.visitor.send(page, f"{START}datos/", **wrong).text
    hers = Registering(of("192.0.2.1"))
    hers.choose()
    assert hers.data().status_code == 303


def test_wrong_riddles_close_no_network_to_its_other_people(of: From, rosa: Person) -> None:
    """S83: a price that nobody paid builds no wall."""
    stranger = of("203.0.113.7")
    page = stranger.get("/casilla/recuperar/")
    form = next(form for form in forms(page) if form.action.endswith("/casilla/recuperar/"))
    answers = {}
    for _ in range(260):
        fields = form.fields | {"dni": "45000000", "captcha_id": "00", "captcha": "zzzzzz"}
        answer = stranger.client.post(form.action, data=fields)
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
    lost = Recovering(of("203.0.113.7"))
    assert lost.started(rosa).status_code == 200, answers


def test_a_stranger_does_not_spend_the_codes_of_an_owners_app(
    db: Database, owner: Person, clock: Clock
) -> None:
    """S84: who knows only a DNI names its owner as a representative and types anything."""
    app = turn_on(db, owner).app
    clock.advance(hours=1)
    stranger = Newcomer(db, STRANGER).reach_representative()
    assert stranger.summon(owner.identidad) is None
    for _ in range(5):
        stranger.answer(app.wrong())
    new = Browser(db, ELSEWHERE)
    assert new.password(owner.identidad, owner.password) is None
    assert not isinstance(new.code(app.code), Denied)


def test_a_neighbour_behind_the_owners_address_sends_them_five_messages_a_day(
    db: Database, owner: Person, clock: Clock
) -> None:
    """S85: thousands share the address from which the owner once logged in."""
    Browser(db).enter(owner)
    stranger = Newcomer(db, replace(PHONE, user_agent="curl")).reach_representative()
    for _ in range(60):
        stranger.summon(owner.identidad)
        clock.advance(minutes=4)
    assert len(contexts(db, "representative_code")) <= 5


def test_all_that_strangers_cause_is_five_messages_in_a_day(
    db: Database, owner: Person, clock: Clock
) -> None:
    """S85: "at most 5 a day", in any 24 hours."""
    for n in range(23 * 2):
        actor = Actor(db, Client(f"198.51.{n}.9"))
        actor.start(owner.identidad)
        actor.send()
        clock.advance(minutes=30)
    sent = len(contexts(db, "recovery_code")) + len(contexts(db, "tries"))
    assert sent <= 5, sent


@pytest.mark.parametrize("has", [True, False])
def test_a_full_mailbox_does_not_tell_whose_it_is(
    db: Database, request: pytest.FixtureRequest, has: bool
) -> None:
    """S31, S41: recover with a DNI, then register with an address: refused only if they belong."""

    if has:
        request.getfixturevalue("owner")
    for n in range(5):
        actor = Actor(db, Client(f"198.51.{n}.9"))
        actor.start(ROSA.identidad)
        actor.send()
        if n == 2:
            db.clock.advance(minutes=10)  # type: ignore[attr-defined]
        if n > 2:
            db.clock.advance(minutes=4)  # type: ignore[attr-defined]
    asking = Newcomer(db, STRANGER)
    asking.accept()
    asking.choose("natural")
    asking.data(ELENA | {"correo": ROSA.email, "correo2": ROSA.email})
    assert asking.ask() is None


def test_the_number_of_free_tries_does_not_tell_who_logged_in_from_this_address(
    db: Database, owner: Person
) -> None:
    """S31: a neighbour behind the same address."""
    Browser(db).enter(owner)
    free = []
    for identidad in (owner.identidad, HER):
        neighbour, n = Browser(db, replace(PHONE, user_agent="curl")), 0
        while (denied := neighbour.password(identidad, "otra")) and denied.reason == Reason.WRONG:
            n += 1
        free.append(n)
    assert free[0] == free[1], free


def test_who_paid_nothing_gets_nothing_back(db: Database, owner: Person) -> None:
    """S83: a known browser is not counted, and its right code gave a try of the network back."""
    actor = Actor(db, PHONE)
    actor.enter(owner.identidad, owner.password)
    stranger = replace(PHONE, user_agent="curl", device=None)
    with db.transaction() as tx:
        for _ in range(8):
            paid(tx, recovery.admit(tx, HER, stranger, 0))
        before = throttle.levels(tx, limits.recoveries_of_network(stranger))[0]
    actor.admit(owner.identidad)
    actor.start(owner.identidad)
    actor.send()
    assert actor.recovery_code(code_of(actor.asked("recovery"))) is None
    with db.reading() as tx:
        assert throttle.levels(tx, limits.recoveries_of_network(stranger))[0] >= before - 0.01


def test_unpaid_tries_do_not_make_the_owner_pay_for_days(
    db: Database, owner: Person, clock: Clock
) -> None:
    """S84: the forms brought a riddle, and none was answered right."""
    with db.transaction() as tx:
        for n in range(320):
            client = Client(f"198.51.{n % 200}.9", "curl")
            login.attempt(tx, owner.identidad, client)
    clock.advance(hours=36)
    assert Browser(db, ELSEWHERE).password(owner.identidad, owner.password) is None


def test_what_is_sent_again_counts_like_what_was_sent(db: Database, clock: Clock) -> None:
    """S85: by network, domain and service."""
    newcomer = Newcomer(db, STRANGER).reach_email()
    for _ in range(2):
        clock.advance(seconds=61)
        assert newcomer.resend() is None
    network = limits.mail_asked(STRANGER)[0]
    with db.reading() as tx:
        assert throttle.levels(tx, [network])[0] * network.times > 2


def test_a_forgotten_password_field_keeps_the_riddle_of_the_page(of: From, rosa: Person) -> None:
    """S83: who leaves it empty once must not fill in everything two times more."""
    page, visitor = None, of("192.0.2.1")
    for _ in range(6):
        page = visitor.password(rosa.identidad.number, "otra")
    assert page is not None and price_of(page) == 2
    empty = visitor.pay(page, "/casilla/ingresar/", dni=rosa.identidad.number, clave="")
    assert price_of(empty) == 2


def test_a_stranger_does_not_close_the_recovery_by_link_of_who_has_an_app(
    db: Database, owner: Person, clock: Clock
) -> None:
    """S84: recovery by link works from anywhere."""
    app = turn_on(db, owner).app
    clock.advance(hours=1)
    stranger = Newcomer(db, STRANGER).reach_representative()
    stranger.summon(owner.identidad)
    for _ in range(5):
        stranger.answer(app.wrong())
    with db.transaction() as tx:
        recovery.ask_link(tx, POLICY, owner.identidad, owner.email, ELSEWHERE)
    link = bytes.fromhex(str(contexts(db, "recovery_link")[-1]["link"]))
    with db.transaction() as tx:
        hashed = PASSWORDS.hash("Olluco-volcan-93")
        chosen = recovery.choose_by_link(tx, POLICY, link, hashed, ELSEWHERE, app.code)
    assert chosen is True


def spend_the_mailbox(db: Database, owner: Person, clock: Clock) -> None:
    for n in range(5):
        actor = Actor(db, Client(f"198.51.{n}.9"))
        actor.start(owner.identidad)
        actor.send()
        clock.advance(minutes=4)


def test_rehabilitar_gives_back_the_mailbox(db: Database, owner: Person, clock: Clock) -> None:
    """S84: the command says that its owner recovers from any browser."""
    spend_the_mailbox(db, owner, clock)
    with db.transaction() as tx:
        cuentas.restore(tx, owner.identidad)
    before = len(contexts(db, "recovery_code"))
    hers = Actor(db, Client("192.0.2.200"))
    hers.start(owner.identidad)
    assert hers.send() is None
    assert len(contexts(db, "recovery_code")) == before + 1


def test_rehabilitar_gives_back_the_codes_of_the_app(
    db: Database, owner: Person, clock: Clock
) -> None:
    app = turn_on(db, owner).app
    clock.advance(hours=1)
    stranger = Newcomer(db, STRANGER).reach_representative()
    stranger.summon(owner.identidad)
    for _ in range(5):
        stranger.answer(app.wrong())
    with db.transaction() as tx:
        cuentas.restore(tx, owner.identidad)
    new = Browser(db, ELSEWHERE)
    assert new.password(owner.identidad, owner.password) is None
    assert not isinstance(new.code(app.code), Denied)


def test_who_knows_a_dni_does_not_stop_its_owner_from_registering_a_company(
    db: Database, owner: Person, clock: Clock
) -> None:
    """S84, S85: from their own network, with their own mailbox."""
    Browser(db).enter(owner)
    spend_the_mailbox(db, owner, clock)
    hers = Newcomer(db).reach_representative(
        BAKERY | {"correo": owner.email, "correo2": owner.email}
    )
    assert hers.summon(owner.identidad) is None
    assert hers.answer(mailed_code(db, name="representative_code")) is None
    assert hers.ask() is None
