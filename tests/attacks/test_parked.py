"""Requests that begin while a session is alive and act when it is not: S8, S64, S65."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import urlencode

import pytest
from anyio.from_thread import start_blocking_portal
from httpx2 import Response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response as Answer
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.types import Message

from proxy.app import create_app, create_state
from proxy.installation import Installation
from proxy.store import casillas, notificaciones, sessions
from proxy.store.tx import Tx
from proxy.web.edge import forms as reading
from proxy.web.edge.cookies import SESSION
from proxy.web.edge.pages import Handler, run
from proxy.web.edge.sessions import entered, private
from proxy.web.routes import routes
from tests.clock import Clock
from tests.people import Person
from tests.web.visitor import ORIGIN, Visitor, forms

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
Happens = Callable[[], object]


@pytest.fixture
def ended(installation: Installation, rosa: Person) -> Happens:
    """All of Rosa's sessions end, as when she changes her password."""

    def end() -> None:
        with installation.db.transaction() as tx:
            sessions.end_all(tx, rosa.id)

    return end


def parked(visitor: Visitor, page: str, action: str, meanwhile: Happens) -> Response:
    """Send half a form of that page, and the rest once something else has happened."""
    form = next(one for one in forms(visitor.get(page)) if one.action.endswith(action))
    body = urlencode(form.fields).encode()

    def halves() -> Iterator[bytes]:
        yield body[:5]
        meanwhile()
        yield body[5:]

    return visitor.client.post(form.action, content=halves(), headers=FORM)


def test_a_form_that_was_held_back_reads_nothing_for_who_is_out(
    her: Visitor, letter: str, ended: Happens, installation: Installation, rosa: Person
) -> None:
    answer = parked(her, letter, "/ver/", ended)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/casilla/ingresar/")
    with installation.db.reading() as tx:
        assert notificaciones.counts(tx, rosa.id).pending == 1


def test_a_form_that_was_held_back_turns_nothing_on_for_who_is_out(
    her: Visitor, ended: Happens
) -> None:
    begun = her.send(her.get("/casilla/segundo-factor/"), "/casilla/segundo-factor/")
    answer = parked(her, begun.headers["location"], "/activar/", ended)
    assert answer.headers["location"].startswith("/casilla/ingresar/")


def test_a_form_that_was_held_back_takes_no_proof_that_is_over(her: Visitor, clock: Clock) -> None:
    answer = parked(her, "/casilla/sesiones/", "/olvidar/", lambda: clock.advance(minutes=6))
    assert answer.headers["location"].startswith("/casilla/confirmar/")


@pytest.mark.parametrize("guard", [private, entered])
def test_a_session_that_ends_before_the_act_acts_no_more(
    installation: Installation,
    her: Visitor,
    rosa: Person,
    ended: Happens,
    guard: Callable[[Handler], Handler],
) -> None:
    """Between the look at the session and the transaction that changes something."""

    def rename(tx: Tx) -> None:
        casillas.set_email(tx, casillas.by_id(tx, rosa.id), "de-otro@example.com")

    @guard
    async def act(request: Request) -> Answer:
        ended()
        await run(request, rename)
        return Answer()

    app = Starlette(
        routes=[Mount("/casilla", routes=[Route("/x/", act, methods=["POST"])]), *routes(ORIGIN)]
    )
    app.state.casilla = create_state(installation)
    client = TestClient(app, base_url=ORIGIN, follow_redirects=False)
    client.cookies.set(SESSION, her.client.cookies[SESSION])
    answer = client.post("/casilla/x/")
    assert answer.headers["location"].startswith("/casilla/ingresar/")
    with installation.db.reading() as tx:
        assert casillas.by_id(tx, rosa.id).email == rosa.email


@pytest.fixture
def half_a_form(installation: Installation, her: Visitor) -> Callable[..., list[Message]]:
    """Send the beginning of a form, and then whatever `after` does. Gives what is answered."""

    def send(path: str, after: Callable[[], Awaitable[Message]]) -> list[Message]:
        headers = FORM | {"Host": "casilla.test", "Sec-Fetch-Site": "same-origin"}
        headers["Cookie"] = f"{SESSION}={her.client.cookies[SESSION]}"
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "https",
            "http_version": "1.1",
            "client": ("192.0.2.1", 1),
            "server": ("casilla.test", 443),
            "headers": [(name.lower().encode(), said.encode()) for name, said in headers.items()],
        }
        told: list[Message] = []
        first = iter([{"type": "http.request", "body": b"dni=4", "more_body": True}])

        async def receive() -> Message:
            return next(first, None) or await after()

        async def answer(message: Message) -> None:
            told.append(message)

        app = create_app(installation)
        with start_blocking_portal() as portal:
            portal.call(app, scope, receive, answer)
        return told

    return send


PATHS = ["/casilla/salir/", "/casilla/ingresar/", "/casilla/sesiones/cerrar/", "/csp"]


@pytest.mark.parametrize("path", PATHS)
def test_a_form_that_never_ends_is_not_waited_for(
    half_a_form: Callable[..., list[Message]], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """S8: ten seconds."""
    monkeypatch.setattr(reading, "BODY_SECONDS", 0.05)

    async def never() -> Message:
        await asyncio.sleep(60)
        raise AssertionError("it was waited for")

    assert half_a_form(path, never)[0]["status"] == 408


@pytest.mark.parametrize("path", PATHS)
def test_who_hangs_up_in_the_middle_of_a_form_is_no_fault_of_ours(
    half_a_form: Callable[..., list[Message]], caplog: pytest.LogCaptureFixture, path: str
) -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    half_a_form(path, gone)
    assert "unexpected" not in [record.message for record in caplog.records]
