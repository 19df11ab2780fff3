"""The second factor over HTTP: X11, S29, S46, S52–S54, S59, S64, V 16."""

import logging
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

import pyotp
import pytest
import segno
from httpx2 import Response

from proxy.domain.client import Client
from proxy.flows import recovery
from proxy.installation import Installation
from proxy.texts import TEXTS
from proxy.web.edge.cookies import SESSION
from tests.clock import Clock
from tests.outbox import messages
from tests.people import Person
from tests.web.recovering import followed
from tests.web.saying import waits
from tests.web.visitor import Visitor, forms

Maker = Callable[[], Visitor]
PAGES = ("", "activar/", "codigos/", "desactivar/")
HERE = "/casilla/segundo-factor/"


def key_of(page: Response) -> str:
    found = re.search(r'class="key"><code translate="no">([A-Z2-7 ]+)<', page.text)
    assert found
    return found[1].replace(" ", "")


def codes_of(page: Response) -> list[str]:
    return re.findall(r'<li><code translate="no">([0-9A-Z-]{19})</code>', page.text)


class Owner:
    """Rosa at her browser, and the app of her telephone."""

    def __init__(self, visitor: Visitor, clock: Clock) -> None:
        self.visitor = visitor
        self.clock = clock
        self.secret = ""
        self.codes: list[str] = []

    @property
    def code(self) -> str:
        return pyotp.TOTP(self.secret).at(self.clock())

    def begin(self) -> Response:
        asked = self.visitor.send(self.visitor.get(HERE), HERE)
        assert (asked.status_code, asked.headers["location"]) == (303, f"{HERE}activar/")
        page = self.visitor.get(f"{HERE}activar/")
        self.secret = key_of(page)
        return page

    def turn_on(self) -> Response:
        page = self.begin()
        shown = self.visitor.send(page, "activar/", codigo=self.code)
        self.codes = codes_of(shown)
        return shown

    def send(self, where: str, typed: str) -> Response:
        page = self.visitor.get(f"{HERE}{where}")
        return self.visitor.send(page, where, codigo=typed)


@pytest.fixture
def owner(her: Visitor, clock: Clock) -> Owner:
    return Owner(her, clock)


def test_it_is_turned_on_with_a_first_code_and_the_codes_are_shown_once(owner: Owner) -> None:
    """X11, S29"""
    shown = owner.turn_on()
    assert shown.status_code == 200
    assert len(set(owner.codes)) == 10
    assert shown.headers["cache-control"] == "no-store"
    later = owner.visitor.get(HERE)
    assert "Le quedan 10 códigos" in later.text
    assert not codes_of(later)
    for page in PAGES:
        text = owner.visitor.get(f"{HERE}{page}").text
        assert owner.secret not in text.replace(" ", "")
        assert not any(code in text for code in owner.codes)


def test_the_file_of_the_codes_is_in_the_page(owner: Owner) -> None:
    """It needs no JavaScript, and the server keeps no copy."""
    shown = owner.turn_on()
    found = re.search(r'href="data:text/plain;charset=utf-8,([^"]+)" download', shown.text)
    assert found
    lines = unquote(unescape(found[1])).split("\r\n")
    assert lines[3:13] == owner.codes


def test_the_qr_says_what_the_key_says(owner: Owner) -> None:
    """Module by module, with the whole quiet zone, black on white in every scheme."""
    page = owner.begin()
    uri = f"otpauth://totp/JNE:DNI%20%2A%2A%2A%2A%2A001?secret={owner.secret}&issuer=JNE"
    expected = segno.make(uri, error="m", micro=False)
    side = expected.symbol_size(border=4)[0]
    assert f'viewBox="0 0 {side} {side}"' in page.text
    assert f'<path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>' in page.text
    drawn = re.search(r'stroke="#000" d="([^"]+)"', page.text)
    assert drawn
    assert _modules(drawn[1], side) == [list(row) for row in expected.matrix_iter(border=4)]


def _modules(path: str, side: int) -> list[list[int]]:
    """The dark modules that the strokes of an SVG path cover."""
    rows = [[0] * side for _ in range(side)]
    x = y = 0.0
    for command, first, _, second in re.findall(r"([Mmh])(-?[\d.]+)( (-?[\d.]+))?", path):
        if command == "h":
            for column in range(int(x), int(x + float(first))):
                rows[int(y)][column] = 1
            x += float(first)
        else:
            x = float(first) + (x if command == "m" else 0)
            y = float(second) + (y if command == "m" else 0)
    return rows


def test_the_login_asks_for_the_app_and_names_no_mail(
    owner: Owner, make_visitor: Maker, rosa: Person, clock: Clock, installation: Installation
) -> None:
    owner.turn_on()
    clock.advance(minutes=2)
    mailed = len(messages(installation.db, "login_code"))
    visitor = make_visitor()
    asked = visitor.password(rosa.identidad.number, rosa.password)
    assert (asked.status_code, asked.headers["location"]) == (303, "/casilla/token/")
    page = visitor.get("/casilla/token/")
    assert "Código de su aplicación" in page.text
    assert "Usar un código de recuperación" in page.text
    assert "Reenviar" not in page.text
    assert "token digital" not in page.text.lower()
    entered = visitor.code(owner.code)
    assert (entered.status_code, entered.headers["location"]) == (303, "/casilla/?listo=1")
    assert len(messages(installation.db, "login_code")) == mailed


def test_a_recovery_code_opens_on_the_same_page(
    owner: Owner, make_visitor: Maker, rosa: Person, clock: Clock
) -> None:
    owner.turn_on()
    clock.advance(minutes=2)
    visitor = make_visitor()
    visitor.password(rosa.identidad.number, rosa.password)
    page = visitor.get("/casilla/token/")
    second = [form for form in forms(page) if "recuperacion" in form.fields]
    assert [form.action for form in second] == ["/casilla/token/"]
    wrong = visitor.client.post(
        "/casilla/token/", data=second[0].fields | {"recuperacion": "AAAA-BBBB-CCCC-DDDD"}
    )
    assert wrong.status_code == 403
    assert "Ese código de recuperación no es correcto" in wrong.text
    assert "<details open>" in wrong.text
    empty = visitor.client.post("/casilla/token/", data=second[0].fields)
    assert empty.status_code == 400
    entered = visitor.client.post(
        "/casilla/token/", data=second[0].fields | {"recuperacion": owner.codes[0]}
    )
    assert (entered.status_code, entered.headers["location"]) == (303, "/casilla/?listo=1")


def test_a_wrong_code_stays_on_the_page_of_the_app_and_the_fifth_goes_back(
    owner: Owner, make_visitor: Maker, rosa: Person, clock: Clock
) -> None:
    owner.turn_on()
    clock.advance(minutes=6)
    visitor = make_visitor()
    visitor.password(rosa.identidad.number, rosa.password)
    page = visitor.get("/casilla/token/")
    answers = [visitor.send(page, "/casilla/token/", token="000000") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert "Código de su aplicación" in answers[3].text
    assert "Le queda 1 intento" in answers[3].text
    assert "Se acabaron los intentos" in answers[4].text
    assert "Iniciar sesión" in answers[4].text


@pytest.mark.parametrize("page", PAGES)
def test_every_page_wants_a_fresh_proof(owner: Owner, clock: Clock, page: str) -> None:
    """S46: a session that somebody found open changes nothing."""
    owner.turn_on()
    clock.advance(minutes=5)
    answer = owner.visitor.get(f"{HERE}{page}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/casilla/confirmar/")


@pytest.mark.parametrize("page", ["codigos/", "desactivar/"])
def test_a_form_left_open_wants_a_fresh_proof_too(owner: Owner, clock: Clock, page: str) -> None:
    owner.turn_on()
    form = owner.visitor.get(f"{HERE}{page}")
    clock.advance(minutes=5)
    answer = owner.visitor.send(form, page, codigo=owner.codes[0])
    assert answer.headers["location"].startswith("/casilla/confirmar/")


def test_the_secret_is_not_shown_again_without_a_fresh_proof(owner: Owner, clock: Clock) -> None:
    """Installing the app takes longer than a proof lasts: a code is taken, the secret is hidden."""
    page = owner.begin()
    clock.advance(minutes=6)
    wrong = owner.visitor.send(page, "activar/", codigo="12")
    assert (wrong.status_code, wrong.headers["location"]) == (303, HERE)
    shown = owner.visitor.send(page, "activar/", codigo=owner.code)
    assert len(codes_of(shown)) == 10


def test_an_activation_not_finished_can_be_gone_on_with(owner: Owner) -> None:
    owner.begin()
    assert "seguir con ella" in owner.visitor.get(HERE).text
    assert key_of(owner.visitor.get(f"{HERE}activar/")) == owner.secret


def test_the_key_of_a_thief_is_never_shown_to_the_owner(
    owner: Owner, make_visitor: Maker, rosa: Person
) -> None:
    """S29, S37: begun with a copy of her own session, it does not outlive her new password."""
    thief = Owner(make_visitor(), owner.clock)
    thief.visitor.client.cookies.set(SESSION, owner.visitor.client.cookies[SESSION])
    thief.begin()
    change, new = "/casilla/clave/", "Olluco-volcan-93"
    page = owner.visitor.get(change)
    fields = {"antigua": rosa.password, "nueva": new, "repetida": new}
    assert owner.visitor.send(page, change, **fields).status_code == 303
    assert "seguir con ella" not in owner.visitor.get(HERE).text
    assert owner.visitor.get(f"{HERE}activar/").status_code == 303
    owner.begin()
    assert owner.secret != thief.secret


def test_the_key_is_shown_in_the_session_that_began_it_alone(
    owner: Owner, inside: Callable[[Person], Visitor], rosa: Person, clock: Clock
) -> None:
    """S29"""
    owner.begin()
    clock.advance(minutes=2)
    other = inside(rosa)
    assert "seguir con ella" not in other.get(HERE).text
    assert other.get(f"{HERE}activar/").status_code == 303


def test_opening_the_pages_makes_nothing(owner: Owner) -> None:
    """S54"""
    for page in PAGES:
        owner.visitor.get(f"{HERE}{page}")
    assert owner.visitor.get(f"{HERE}activar/").status_code == 303
    assert "seguir con ella" not in owner.visitor.get(HERE).text


def test_new_codes_and_turning_it_off_want_a_code(owner: Owner, clock: Clock) -> None:
    owner.turn_on()
    clock.advance(minutes=1)
    for where in ("codigos/", "desactivar/"):
        assert [owner.send(where, typed).status_code for typed in ("", "12")] == [400, 400]
        assert owner.send(where, "000000").status_code == 403
    renewed = owner.send("codigos/", owner.code)
    assert len(codes_of(renewed)) == 10
    assert not set(codes_of(renewed)) & set(owner.codes)
    off = owner.send("desactivar/", codes_of(renewed)[0])
    assert (off.status_code, off.headers["location"]) == (303, f"{HERE}?desactivado=1")
    assert "una verificación por correo" in owner.visitor.get(HERE).text


def test_too_many_tries_inside_have_to_wait(owner: Owner, clock: Clock) -> None:
    """S51"""
    owner.turn_on()
    answers = [owner.send("desactivar/", "000000") for _ in range(5)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert waits(answers[-1])


@pytest.mark.parametrize("page", PAGES)
def test_another_page_or_another_browser_sends_nothing(
    owner: Owner, inside: Callable[[Person], Visitor], bruno: Person, page: str
) -> None:
    """S52, S53: neither from another site, nor with a form of Bruno's, nor without one."""
    owner.turn_on()
    path = f"{HERE}{page}"
    foreign = owner.visitor.client.post(
        path, data={"codigo": owner.codes[0]}, headers={"Sec-Fetch-Site": "same-site"}
    )
    assert foreign.status_code == 403
    assert owner.visitor.client.post(path, data={"codigo": owner.codes[0]}).status_code == 403
    brunos = inside(bruno)
    sello = forms(brunos.get("/casilla/"))[0].fields["sello"]
    data = {"codigo": owner.codes[0], "sello": sello}
    assert owner.visitor.client.post(path, data=data).status_code == 403
    assert "Le quedan 10 códigos" in owner.visitor.get(HERE).text


def test_bruno_sees_his_own_factor_and_not_rosas(
    owner: Owner, inside: Callable[[Person], Visitor], bruno: Person
) -> None:
    owner.turn_on()
    page = inside(bruno).get(HERE)
    assert "Está activo" not in page.text
    assert "Activar" in page.text


def test_who_is_outside_is_sent_to_log_in(visitor: Visitor) -> None:
    for page in PAGES:
        answer = visitor.get(f"{HERE}{page}")
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/casilla/ingresar/")


def test_neither_the_secret_nor_a_code_is_in_the_log(
    owner: Owner,
    make_visitor: Maker,
    rosa: Person,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """V 16, S69"""
    caplog.set_level(logging.DEBUG)
    owner.turn_on()
    first = owner.code
    clock.advance(minutes=1)
    visitor = make_visitor()
    visitor.password(rosa.identidad.number, rosa.password)
    visitor.send(visitor.get("/casilla/token/"), "/casilla/token/", token=owner.code)
    owner.send("desactivar/", owner.codes[0])
    logged = "\n".join(str(vars(record)) for record in caplog.records)
    assert "/casilla/segundo-factor/" in logged
    for secret in (owner.secret, first, owner.code, *owner.codes):
        assert secret not in logged


def test_recovering_the_password_asks_for_a_code_of_it(
    owner: Owner,
    make_visitor: Maker,
    rosa: Person,
    bruno: Person,
    clock: Clock,
    installation: Installation,
) -> None:
    """S38, by the link; who has none is not asked."""
    owner.turn_on()
    clock.advance(minutes=2)

    def choosing(person: Person) -> tuple[Visitor, Response]:
        with installation.db.transaction() as tx:
            policy, client = installation.policy, Client("198.51.100.9")
            recovery.ask_link(tx, policy, person.identidad, person.email, client)
        link = bytes.fromhex(messages(installation.db, "recovery_link")[-1].context["link"])
        visitor = make_visitor()
        return visitor, followed(visitor, installation.signing.link(recovery.LINK, link))

    new = {"nueva": "Olluco-volcan-93", "repetida": "Olluco-volcan-93"}
    visitor, page = choosing(rosa)
    assert "Código de su aplicación o de recuperación" in page.text
    assert visitor.send(page, "cambio/", **new).status_code == 400
    wrong = visitor.send(page, "cambio/", **new, codigo="000000")
    assert wrong.status_code == 403
    assert TEXTS["factor.wrong"] in wrong.text
    done = visitor.send(page, "cambio/", **new, codigo=owner.code)
    assert (done.status_code, done.headers["location"]) == (303, "/casilla/recuperar/listo/")
    visitor, page = choosing(bruno)
    assert "Código de su aplicación" not in page.text
    assert visitor.send(page, "cambio/", **new).status_code == 303


def test_it_is_offered_at_each_login_where_the_profile_is_strict_and_it_is_off(
    owner: Owner, installation: Installation
) -> None:
    """S16, S29: a word on the first page after a login, and nowhere else."""
    offered = f'<a href="{HERE}">segundo factor</a>'
    assert offered not in owner.visitor.get("/casilla/?listo=1").text
    installation.settings.profile = "estricto"
    assert offered in owner.visitor.get("/casilla/?listo=1").text
    assert offered not in owner.visitor.get("/casilla/").text
    owner.turn_on()
    assert offered not in owner.visitor.get("/casilla/?listo=1").text
