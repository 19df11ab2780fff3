"""The riddle of a page, without JavaScript: S54, S74–S76; J13, J17, J36."""

import io
import logging
import re
import wave
from collections.abc import Callable

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from proxy.flows import captcha
from proxy.installation import Installation
from proxy.store import captchas
from tests.clock import Clock
from tests.few import few
from tests.web.scratch import application_with_forms
from tests.web.visitor import ORIGIN, Visitor, forms
from tests.working import work

FORM, OTHER = "recovery_start", "recovery_code"
PAGE = f"/casilla/{FORM}/"
LETTERS = "PXKN3"


@pytest.fixture
def make_visitor(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Visitor]:
    app = application_with_forms(installation, monkeypatch, FORM, OTHER)

    def make() -> Visitor:
        client = TestClient(app, base_url=ORIGIN, follow_redirects=False)
        client.headers["Sec-Fetch-Site"] = "same-origin"
        return Visitor(client)

    return make


@pytest.fixture
def stock(installation: Installation) -> Callable[..., None]:
    def put(*letters: str) -> None:
        with installation.db.transaction() as tx:
            for answer in letters:
                captchas.add(tx, captcha.make(tx.vault, answer))

    return put


@pytest.fixture
def shown(visitor: Visitor, stock: Callable[..., None]) -> Response:
    """The page with a riddle whose answer is LETTERS."""
    stock(LETTERS)
    return visitor.get(PAGE)


def addresses(page: Response) -> list[str]:
    return re.findall(r'src="(/casilla/captcha/[^"]+)"', page.text)


def riddle_of(page: Response) -> str:
    return forms(page)[0].fields["captcha_id"]


def answered(visitor: Visitor, page: Response, letters: str = "", **fields: str) -> Response:
    return visitor.send(page, "/", dni="40000001", captcha=letters, **fields)


def sentence(page: Response) -> str:
    found = re.search(r'class="error"[^>]*><span class="vh">Error: </span>([^<]+)', page.text)
    return found[1] if found else ""


def test_the_page_asks_for_the_text_of_the_image(visitor: Visitor, shown: Response) -> None:
    """J13"""
    assert '<label for="captcha">TEXTO DE LA IMAGEN</label>' in shown.text
    assert re.search(r'<img [^>]*alt="[^"]{20,}"', shown.text)
    assert "Sirve 5 minutos" in shown.text
    assert "hecho 40000001" in answered(visitor, shown, "pxk n3").text


def test_an_answer_right_or_wrong_serves_once(visitor: Visitor, shown: Response) -> None:
    assert answered(visitor, shown, LETTERS).status_code == 200
    again = answered(visitor, shown, LETTERS)
    assert (again.status_code, sentence(again)[:21]) == (400, "La comprobación anter")


def test_after_a_wrong_answer_there_is_another_image(
    visitor: Visitor, shown: Response, stock: Callable[..., None]
) -> None:
    stock("EEEEE")
    wrong = answered(visitor, shown, "AAAAA")
    assert wrong.status_code == 400
    assert sentence(wrong) == "El texto no era el de la imagen. Escriba el de esta imagen nueva."
    assert 'href="#captcha"' in wrong.text and 'value="40000001"' in wrong.text
    assert answered(visitor, shown, LETTERS).status_code == 400
    assert riddle_of(wrong) != riddle_of(shown)
    assert "hecho 40000001" in answered(visitor, wrong, "EEEEE").text


def test_what_was_typed_stays_when_something_else_was_wrong(
    visitor: Visitor, shown: Response, stock: Callable[..., None]
) -> None:
    stock("EEEEE")
    page = visitor.send(shown, PAGE, dni="x", captcha="pxkn3", captcha_trabajo="1,2")
    assert page.status_code == 400 and riddle_of(page) == riddle_of(shown)
    fields = forms(page)[0].fields
    assert (fields["captcha"], fields["captcha_trabajo"]) == ("pxkn3", "1,2")
    again = answered(visitor, page, "AAAAA", captcha_trabajo="")
    assert again.status_code == 400 and forms(again)[0].fields["captcha"] == ""


def test_nothing_typed_is_said_and_the_image_stays(visitor: Visitor, shown: Response) -> None:
    empty = answered(visitor, shown)
    assert sentence(empty).startswith("Falta el texto de la imagen.")
    assert answered(visitor, empty, LETTERS).status_code == 200


def test_the_text_of_another_browser_or_form_is_refused(
    visitor: Visitor, shown: Response, make_visitor: Callable[[], Visitor]
) -> None:
    thief = make_visitor()
    theirs = answered(thief, thief.get(PAGE), LETTERS, captcha_id=riddle_of(shown))
    assert sentence(theirs).startswith("La comprobación anterior")
    elsewhere = visitor.get(f"/casilla/{OTHER}/")
    carried = answered(visitor, elsewhere, LETTERS, captcha_id=riddle_of(shown))
    assert sentence(carried).startswith("La comprobación anterior")
    assert "hecho 40000001" in answered(visitor, shown, LETTERS).text


def test_the_text_is_refused_after_five_minutes(
    visitor: Visitor, shown: Response, clock: Clock
) -> None:
    clock.advance(minutes=5)
    assert sentence(answered(visitor, shown, LETTERS)).startswith("La comprobación anterior venció")


def test_another_image_is_asked_for_without_losing_what_was_typed(
    visitor: Visitor, shown: Response, stock: Callable[..., None]
) -> None:
    stock("EEEEE")
    other = answered(visitor, shown, captcha_otra="1")
    assert other.status_code == 200
    assert 'value="40000001"' in other.text and "autofocus" in other.text
    assert riddle_of(other) != riddle_of(shown)
    assert visitor.get(addresses(shown)[0]).status_code == 404
    assert answered(visitor, other, "EEEEE").status_code == 200


def test_enter_does_not_press_the_button_that_changes_the_image(shown: Response) -> None:
    form = shown.text[shown.text.index("<form") :]
    buttons = re.findall(r'<(?:button|input type="submit")[^>]*>', form)
    assert "name=" not in buttons[0] and 'tabindex="-1"' in buttons[0]


def test_image_and_sound_are_for_this_browser_only(
    visitor: Visitor, shown: Response, make_visitor: Callable[[], Visitor]
) -> None:
    image, sound = addresses(shown)
    for address, kind in ((image, "image/png"), (sound, "audio/wav")):
        mine = visitor.get(address)
        assert (mine.status_code, mine.headers["content-type"]) == (200, kind)
        assert mine.headers["cache-control"] == "no-store"
        assert make_visitor().get(address).status_code == 404
    with wave.open(io.BytesIO(visitor.get(sound).content)) as file:
        assert file.getnframes() > 6 * 8000


@pytest.mark.parametrize("riddle", ["0f" * 16, "x", "%00", "0" * 3000, "é"])
def test_there_is_nothing_at_the_address_of_no_riddle(visitor: Visitor, riddle: str) -> None:
    visitor.get(PAGE)
    for part in ("imagen", "sonido"):
        assert visitor.get(f"/casilla/captcha/{riddle}/{part}/").status_code == 404


def test_a_sound_can_be_asked_for_in_parts(visitor: Visitor, shown: Response) -> None:
    sound = addresses(shown)[1]
    whole = visitor.get(sound).content
    first = visitor.get(sound, Range="bytes=0-1")
    assert (first.status_code, first.content) == (206, b"RI")
    assert first.headers["content-range"] == f"bytes 0-1/{len(whole)}"
    assert visitor.get(sound, Range=f"bytes={len(whole)}-").status_code == 416


def test_after_too_many_sounds_a_network_waits(
    visitor: Visitor, shown: Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    few(monkeypatch, "captcha/audio", 10)
    sound = addresses(shown)[1]
    assert {visitor.get(sound).status_code for _ in range(10)} == {200}
    refused = visitor.get(sound)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "6")


def test_without_a_ready_riddle_the_page_says_so_calmly_and_work_goes_on(
    visitor: Visitor, stock: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S76: nothing is drawn or spoken in a request."""
    with monkeypatch.context() as patch:
        patch.setattr(captcha, "make", None)
        page = visitor.get(PAGE)
    assert page.status_code == 200 and "<img" not in page.text and "<audio" not in page.text
    assert "En este momento no tenemos una imagen lista." in page.text
    assert 'id="captcha"' in page.text  # where the summary of errors leads to
    assert answered(visitor, page, captcha_trabajo=work(riddle_of(page))).status_code == 200
    page = visitor.get(PAGE)
    stock(LETTERS)
    later = answered(visitor, page, captcha_otra="1")
    assert answered(visitor, later, LETTERS).status_code == 200


def test_work_of_the_computer_is_accepted_once(visitor: Visitor, shown: Response) -> None:
    done = work(riddle_of(shown))
    assert answered(visitor, shown, captcha_trabajo=done).status_code == 200
    assert answered(visitor, shown, captcha_trabajo=done).status_code == 400


def test_to_look_at_the_head_of_a_page_takes_no_riddle(
    visitor: Visitor, installation: Installation, stock: Callable[..., None]
) -> None:
    """S54"""
    stock(LETTERS)
    visitor.client.head(PAGE)
    with installation.db.reading() as tx:
        assert captchas.ready(tx) == 1


def test_the_page_asked_again_takes_no_other_riddle(visitor: Visitor, shown: Response) -> None:
    assert riddle_of(visitor.get(PAGE)) == riddle_of(shown)


def test_the_answer_is_in_no_page_header_log_or_address(
    visitor: Visitor, shown: Response, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        replies = [shown, *(visitor.get(address) for address in addresses(shown))]
        replies.append(answered(visitor, shown, LETTERS))
    for reply in replies:
        assert LETTERS not in str(reply.headers) + reply.text
    ours = str([vars(record) for record in caplog.records if record.name.startswith("casilla")])
    assert "request" in ours
    assert LETTERS not in ours and riddle_of(shown) not in ours


@pytest.fixture
def strict(installation: Installation) -> None:
    installation.settings.profile = "estricto"


def test_in_the_strict_profile_the_first_try_is_free(
    strict: None, visitor: Visitor, stock: Callable[..., None]
) -> None:
    """S16"""
    stock(LETTERS)
    page = visitor.get(PAGE)
    assert "captcha" not in page.text
    assert "hecho 40000001" in visitor.send(page, PAGE, dni="40000001").text
    second = visitor.send(visitor.get(PAGE), PAGE, dni="40000001")
    assert second.status_code == 400
    assert sentence(second).startswith("Falta el texto de la imagen.")
    assert "hecho 40000001" in answered(visitor, second, LETTERS).text


def test_who_asks_too_often_is_told_to_wait(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S51"""

    def crowded(*_: object) -> None:
        raise captcha.Crowded()

    monkeypatch.setattr(captcha, "give", crowded)
    reply = visitor.get(PAGE)
    assert (reply.status_code, "Espere un minuto" in reply.text) == (429, True)
    assert reply.headers["Retry-After"] == "60"
