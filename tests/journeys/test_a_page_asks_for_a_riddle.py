"""A riddle in a real browser: by keyboard, without JavaScript, by work of the computer (S74)."""

import re
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from proxy.flows import captcha
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.settings import Settings
from proxy.store import captchas
from tests.judging import faults
from tests.web.scratch import application_with_forms
from tests.web.served import serving

OpenPage = Callable[..., Page]
FORM = "recovery_start"
LETTERS = "PXKN3"
WORK = re.compile("usar mi equipo", re.IGNORECASE)


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


def test_who_neither_sees_nor_hears_goes_on_by_keyboard_alone(
    place: Place, open_page: OpenPage
) -> None:
    """SC 3.3.8 of WCAG 2.2: a way that asks nothing of eyes, ears or memory."""
    place.stock(LETTERS)
    page = open_page()
    page.goto(place.address)
    page.evaluate("""() => {
        window.said = [];
        const status = document.querySelector(".captcha [role=status]");
        // Each text that was put there, even where another one followed before anybody looked.
        new MutationObserver((records) => records.forEach((record) =>
            record.addedNodes.forEach((node) => said.push(node.textContent))
        )).observe(status, {childList: true});
    }""")
    tab_to(page, "#dni")
    page.keyboard.type("40000001")
    tab_to(page, "[data-work]")
    page.keyboard.press("Enter")
    expect(page.locator(".captcha [role=status]")).to_contain_text("Listo", timeout=60_000)
    said = page.evaluate("said")
    assert said[0].startswith("Su equipo está verificando")
    assert said[1:4] == ["25 % listo.", "50 % listo.", "75 % listo."]
    expect(page.locator("[data-work]")).to_be_focused()  # nothing moved under the fingers
    expect(page.get_by_label("TEXTO DE LA IMAGEN")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible()


def test_enter_in_a_field_sends_the_form_and_changes_no_image(
    place: Place, open_page: OpenPage
) -> None:
    place.stock(LETTERS, "EEEEE")
    page = open_page()
    page.goto(place.address)
    page.get_by_label("TEXTO DE LA IMAGEN").fill(LETTERS.lower())
    page.get_by_label("DNI").fill("40000001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible()


def test_the_work_done_counts_although_something_else_was_wrong(
    place: Place, open_page: OpenPage
) -> None:
    place.stock(LETTERS)
    page = open_page()
    page.goto(place.address)
    page.get_by_role("button", name=WORK).click()
    expect(page.get_by_text("Listo: su equipo")).to_be_visible(timeout=60_000)
    with page.expect_response("**/casilla/**") as reply:
        page.get_by_role("button", name="Restablecer contraseña").click()
    assert reply.value.status == 400
    expect(page.get_by_text("Listo: su equipo")).to_be_visible()
    page.get_by_label("DNI").fill("40000001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="hecho 40000001")).to_be_visible()


def test_without_javascript_the_text_is_seen_heard_changed_and_sent(
    place: Place, open_page: OpenPage, tmp_path: Path
) -> None:
    place.stock(LETTERS, "EEEEE")
    page = open_page(width=360, javascript=False)
    page.goto(place.address)
    expect(page.get_by_role("button", name=WORK)).to_be_hidden()
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


@pytest.mark.parametrize("ready", [True, False])
def test_axe_finds_nothing_and_everything_fits_each_screen(
    place: Place, open_page: OpenPage, ready: bool
) -> None:
    if ready:
        place.stock(LETTERS)
    page = open_page(reduced_motion="reduce")
    page.goto(place.address)
    for width in (1280, 360, 320):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert faults(page) == {}, f"{width} {scheme}"
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
