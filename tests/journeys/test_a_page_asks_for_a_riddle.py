"""A riddle in a real browser: by work of the computer, typed, without JavaScript (J13, S74)."""

import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from proxy.flows import captcha
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.settings import Settings
from proxy.store import captchas, tables
from tests.judging import faults
from tests.web.scratch import application_with_forms
from tests.web.served import serving

OpenPage = Callable[..., Page]
FORM = "recovery_start"
LETTERS = "PXKN3"
DONE, WRITE = "Comprobado", "Prefiero escribir el texto"
# A script of the page: the work begins, and does not end.
NEVER = "window.setTimeout = (go, ms) => (ms ? window.waiting = go : 0)"


@dataclass
class Place:
    address: str
    installation: Installation

    def stock(self, *letters: str) -> None:
        with self.installation.db.transaction() as tx:
            for answer in letters:
                captchas.add(tx, captcha.make(tx.vault, answer))


@pytest.fixture
def place(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    (tmp_path / "site").mkdir()
    for name in ("index.html", "404.html"):
        (tmp_path / "site" / name).write_text("<title>Inicio</title>")
    settings = Settings(
        _env_file=None,
        database_url=sqlite_url,
        origin="http://localhost",
        keys_file=tmp_path / "claves.json",
        mail_url=f"maildir:{tmp_path}/correo",
        documents_url=str(tmp_path / "documentos"),
        site_dir=tmp_path / "site",
    )
    create_keyring(settings.keys_file)
    installation = Installation(settings)
    with serving(application_with_forms(installation, monkeypatch, FORM)) as server:
        yield Place(f"http://localhost:{server.port}/casilla/{FORM}/", installation)
    installation.db.close()


def tab_to(page: Page, selector: str) -> None:
    """As somebody does who has no mouse: Tab, and Tab again."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"no Tab leads to {selector}")


def hear(page: Page) -> None:
    """Keeps each text that a screen reader says, even where another one followed at once."""
    page.add_init_script("""
        window.said = [];
        document.addEventListener("DOMContentLoaded", () => {
            const status = document.querySelector(".captcha [role=status]");
            if (status) new MutationObserver((records) => records.forEach((record) =>
                record.addedNodes.forEach((node) => said.push(node.textContent))
            )).observe(status, {childList: true});
        });
    """)


def test_the_computer_answers_and_a_person_at_the_keyboard_has_nothing_to_do(
    place: Place, open_page: OpenPage
) -> None:
    """SC 3.3.8 of WCAG 2.2: a way that asks nothing of eyes, ears or memory."""
    place.stock(LETTERS)
    page = open_page(width=360)
    hear(page)
    page.goto(place.address)
    button = page.get_by_role("button", name="Restablecer contraseña")
    expect(page.get_by_label("TEXTO DE LA IMAGEN")).to_be_hidden()
    where = button.bounding_box()
    expect(page.get_by_text(DONE, exact=True)).to_be_visible(timeout=60_000)
    assert button.bounding_box() == where  # nothing moved under the fingers
    assert page.evaluate("said") == [DONE]
    tab_to(page, "#dni")
    page.keyboard.type("40000001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible()


def test_who_prefers_the_text_opens_it_and_types_it_by_keyboard(
    place: Place, open_page: OpenPage
) -> None:
    place.stock(LETTERS, "EEEEE")
    page = open_page()
    page.add_init_script(NEVER)
    page.goto(place.address)
    tab_to(page, "#dni")
    page.keyboard.type("40000001")
    tab_to(page, "[data-write]")
    write = page.get_by_role("button", name=WRITE)
    expect(write).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Space")
    expect(write).to_have_attribute("aria-expanded", "true")
    tab_to(page, "#captcha")
    page.keyboard.type(LETTERS.lower())
    page.keyboard.press("Enter")  # sends the form, and changes no image
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible()


def test_a_form_pressed_too_early_goes_once_the_work_is_done(
    place: Place, open_page: OpenPage
) -> None:
    place.stock(LETTERS)
    page = open_page()
    hear(page)
    page.add_init_script("""
        const later = window.setTimeout;
        window.setTimeout = (go, ms) => ms ? later(go, ms) : (window.goOn = () => {
            window.setTimeout = later;
            go();
        });
        let now = 0;
        performance.now = () => (now += 50);  // so the work rests at once
    """)
    page.goto(place.address)
    page.get_by_label("DNI").fill("40000001")
    page.get_by_role("button", name="Restablecer contraseña").click()
    assert page.evaluate("said") == ["Comprobando… Lo que escribió se envía en cuanto termine."]
    page.evaluate("goOn()")
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("by", ["button", "Enter"])
def test_who_waits_long_for_a_message_is_told_of_no_fault(
    place: Place, open_page: OpenPage, by: str
) -> None:
    """The riddle of the page ended meanwhile: a new one is answered, and the form goes."""
    place.stock(LETTERS, "EEEEE")
    page = open_page()
    page.goto(place.address)
    expect(page.get_by_text(DONE, exact=True)).to_be_visible(timeout=60_000)
    with place.installation.db.transaction() as tx:
        tx.conn.execute(delete(tables.captchas).where(tables.captchas.c.visit.is_not(None)))
    page.locator(".captcha").evaluate("captcha => captcha.dataset.seconds = 0")
    page.wait_for_timeout(5)
    page.get_by_label("DNI").fill("40000001")
    if by == "Enter":
        page.keyboard.press("Enter")
    else:
        page.get_by_role("button", name="Restablecer contraseña").click()
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible(timeout=60_000)


@pytest.mark.parametrize("why", ["slow", "failed"])
def test_a_computer_that_cannot_leaves_the_text_open(
    place: Place, open_page: OpenPage, why: str
) -> None:
    """And what was typed stays, also where the button was pressed meanwhile."""
    place.stock(LETTERS)
    page = open_page(width=360)
    broken = "Int32Array.prototype.fill = () => { throw Error() };"
    page.add_init_script(
        "performance.now = ((n) => () => (n += 50))(0);" + (NEVER if why == "slow" else broken)
    )
    page.goto(place.address)
    page.get_by_label("DNI").fill("40000001")
    if why == "slow":
        page.get_by_role("button", name="Restablecer contraseña").click()
        page.evaluate("waiting()")
    text = page.get_by_label("TEXTO DE LA IMAGEN")
    expect(text).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Su equipo")).to_be_visible()
    text.fill(LETTERS)
    page.get_by_role("button", name="Restablecer contraseña").click()
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible()


def test_without_the_script_the_text_is_open(place: Place, open_page: OpenPage) -> None:
    place.stock(LETTERS)
    page = open_page()
    page.route("**/captcha.*.js", lambda route: route.fulfill(body=""))
    page.goto(place.address)
    expect(page.get_by_label("TEXTO DE LA IMAGEN")).to_be_visible()
    expect(page.get_by_role("button", name=WRITE)).to_be_hidden()


def test_the_work_done_counts_although_something_else_was_wrong(
    place: Place, open_page: OpenPage
) -> None:
    place.stock(LETTERS)
    page = open_page()
    page.goto(place.address)
    expect(page.get_by_text(DONE, exact=True)).to_be_visible(timeout=60_000)
    work = page.locator("[name=captcha_trabajo]").input_value()
    with page.expect_response("**/casilla/**") as reply:
        page.get_by_role("button", name="Restablecer contraseña").click()
    assert reply.value.status == 400
    expect(page.get_by_text(DONE, exact=True)).to_be_visible()
    assert page.locator("[name=captcha_trabajo]").input_value() == work
    page.get_by_label("DNI").fill("40000001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible()


def test_without_javascript_the_text_is_seen_heard_changed_and_sent(
    place: Place, open_page: OpenPage, tmp_path: Path
) -> None:
    place.stock(LETTERS, "EEEEE")
    page = open_page(width=360, javascript=False)
    page.goto(place.address)
    expect(page.get_by_role("button", name=WRITE)).to_be_hidden()
    page.get_by_label("DNI").fill("40000001")
    first = page.locator(".captcha img").get_attribute("src")
    page.get_by_role("button", name="Cambiar imagen").click()
    image = page.locator(".captcha img")
    assert image.get_attribute("src") != first
    expect(page.get_by_label("DNI")).to_have_value("40000001")
    expect(page.get_by_label("TEXTO DE LA IMAGEN")).to_be_focused()
    address = page.locator(".captcha audio").get_attribute("src")
    sound = page.request.get(f"{place.address.partition('/casilla/')[0]}{address}")
    (tmp_path / "sound.wav").write_bytes(sound.body())
    with wave.open(str(tmp_path / "sound.wav")) as file:
        assert file.getnframes() > 6 * file.getframerate()
    page.get_by_label("TEXTO DE LA IMAGEN").fill("EEEEE")
    page.get_by_role("button", name="Restablecer contraseña").click()
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible()


def test_the_browser_plays_the_sound(place: Place, open_page: OpenPage) -> None:
    place.stock(LETTERS)
    page = open_page()
    page.goto(place.address)
    seconds = page.evaluate("""() => new Promise((done, fail) => {
        const audio = document.querySelector("audio");
        audio.onerror = () => fail(new Error("not a sound"));
        audio.onloadedmetadata = () => done(audio.duration);
        audio.load();
        audio.preload = "auto";
    })""")
    assert 6 < seconds < 15


@pytest.mark.parametrize(("ready", "opened"), [(True, False), (True, True), (False, True)])
def test_axe_finds_nothing_and_everything_fits_each_screen(
    place: Place, open_page: OpenPage, ready: bool, opened: bool
) -> None:
    if ready:
        place.stock(LETTERS)
    page = open_page(reduced_motion="reduce")
    page.goto(place.address)
    if opened:
        page.get_by_role("button", name=WRITE).click()
    for width in (1280, 360, 320):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert faults(page) == {}, f"{width} {scheme}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
