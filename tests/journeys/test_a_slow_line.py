"""A button pressed again on a slow line, in a real browser, before the answer comes."""

import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select as rows

from proxy.store import tables
from tests import outbox
from tests.journeys.house import House
from tests.people import Person

ANSWER, PATIENCE = 8.0, 6.0  # seconds


class SlowLine:
    """A proxy between browser and service. The next answer to a form of `slow` comes late."""

    def __init__(self, house: House) -> None:
        self.to = urlsplit(house.origin)
        self.slow = ""
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                browser, _ = self.listening.accept()
                threading.Thread(target=self._carry, args=(browser,), daemon=True).start()

    def _carry(self, browser: socket.socket) -> None:
        late = False
        with (
            suppress(OSError),
            browser,
            socket.create_connection(("127.0.0.1", self.to.port)) as to,
        ):
            while True:
                for ready in select.select([browser, to], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    if ready is browser:
                        path = data.partition(b"\r\n")[0].decode("latin-1")
                        if self.slow and path.startswith("POST") and self.slow in path:
                            late, self.slow = True, ""
                        to.sendall(data)
                    else:
                        time.sleep(ANSWER if late else 0)
                        late = False
                        browser.sendall(data)


@pytest.fixture
def line(house: House) -> Iterator[SlowLine]:
    line = SlowLine(house)
    yield line
    line.listening.close()


@contextmanager
def behind(line: SlowLine, browser: Browser, *, javascript: bool) -> Iterator[Page]:
    context = browser.new_context(
        proxy={"server": line.address, "bypass": "<-loopback>"}, java_script_enabled=javascript
    )
    yield context.new_page()
    context.close()


def press_twice(page: Page, name: str, pause: float) -> None:
    """With the mouse: a locator would wait for the answer."""
    spot = page.get_by_role("button", name=name, exact=True).bounding_box()
    assert spot
    page.mouse.click(spot["x"] + 9, spot["y"] + 9)
    time.sleep(pause)
    page.mouse.click(spot["x"] + 9, spot["y"] + 9)


@pytest.mark.parametrize(("name", "javascript", "pause"), [
    ("rosa", True, PATIENCE), ("bruno", False, PATIENCE), ("sur", False, 0.3),
])  # fmt: skip
def test_who_presses_again_before_the_answer_comes_gets_into_the_casilla(
    house: House,
    browser: Browser,
    people: dict[str, Person],
    line: SlowLine,
    name: str,
    javascript: bool,
    pause: float,
) -> None:
    person = people[name]
    with behind(line, browser, javascript=javascript) as page:
        page.goto(f"{house.origin}/casilla/ingresar/")
        page.get_by_label("DNI", exact=True).fill(person.identidad.number)
        page.get_by_label("Contraseña", exact=True).fill(person.password)
        line.slow = "/casilla/ingresar/"
        press_twice(page, "Iniciar sesión", pause)
        token = page.get_by_label("Token digital", exact=True)
        expect(token).to_be_visible()
        token.fill(house.token(person))
        line.slow = "/casilla/token/"
        press_twice(page, "VERIFICAR", pause)
        expect(page).to_have_url(f"{house.origin}/casilla/?listo=1")  # the first press is aborted
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Pendientes por leer")
    db = house.installation.db
    for message in ("login_code", "new_device"):
        told = [one for one in outbox.messages(db, message) if one.casilla_id == person.id]
        assert len(told) == 1
    with db.reading() as tx:
        table = tables.sessions
        mine = rows(table.c.ended_at).where(table.c.casilla_id == person.id)
        ended = tx.conn.execute(mine).scalars().all()
    assert [moment is None for moment in ended].count(True) == 1 < len(ended)


def test_a_form_that_was_pressed_can_be_sent_once_its_page_is_shown_again(
    house: House, browser: Browser
) -> None:
    """It is held back for a moment after a press, and not for whoever goes back to it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{house.origin}/casilla/ingresar/")
    page.evaluate("document.forms[0].addEventListener('submit', event => event.preventDefault())")
    held = "document.forms[0].dataset.sent"
    page.get_by_role("button", name="Iniciar sesión").click()
    assert page.evaluate(held) == "1"
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.evaluate(held) is None
    context.close()
