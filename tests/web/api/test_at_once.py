"""Many at once, on a real server and both engines: one deposit a key, a feed without gaps: X6."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import select

from proxy.app import create_app
from proxy.flows import record
from proxy.installation import Installation
from proxy.store import tables
from proxy.web.api.body import AT_ONCE
from proxy.web.edge import places
from tests.people import Person
from tests.web.api.conftest import System, Systems, body, datos, refusal
from tests.web.served import serving

WRITERS, EACH = 4, 6


@pytest.fixture(params=["sqlite", "postgresql"])
def served_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def address(installation: Installation) -> Iterator[str]:
    with serving(create_app(installation)) as server:
        yield f"http://127.0.0.1:{server.port}/api/v1"


def headers(system: System, **more: str) -> dict[str, str]:
    return {"Host": "casilla.test", "Authorization": f"Bearer {system.secret}"} | more


def deposit(address: str, system: System, key: str) -> httpx2.Response:
    said = headers(system) | {"Idempotency-Key": key}
    return httpx2.post(f"{address}/notificaciones", files=body(datos()), headers=said, timeout=60)


def test_eight_at_once_with_one_key_are_one_deposit_and_one_answer(
    address: str, sgd: System, rosa: Person, installation: Installation
) -> None:
    together = threading.Barrier(8)

    def one(_number: int) -> httpx2.Response:
        together.wait()
        return deposit(address, sgd, "uno")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: 7}
    assert len({answer.content for answer in answers}) == 1
    with installation.db.reading() as tx:
        assert len(tx.conn.execute(select(tables.notificaciones)).all()) == 1
        assert len(tx.conn.execute(select(tables.outbox)).all()) == 1


def test_who_follows_the_feed_while_others_write_gets_each_evento_once(
    address: str, sgd: System, systems: Systems, rosa: Person, installation: Installation
) -> None:
    other, ended = systems("Mesa"), threading.Event()

    def write(number: int) -> None:
        for turn in range(EACH):
            system = other if number == 0 else sgd
            assert deposit(address, system, f"{number}-{turn}").status_code == 201

    def place() -> None:
        """As the worker does; one more time once all is written."""
        while True:
            last = ended.is_set()
            while record.advance(installation.db, None).many:
                pass
            if last:
                return

    seen: list[tuple[int, str, str]] = []

    def follow() -> None:
        cursor, placing = "0", True
        while True:
            placing = recorder.is_alive()
            asked = {"desde": cursor, "limite": "7"}
            told = httpx2.get(
                f"{address}/eventos", params=asked, headers=headers(sgd), timeout=60
            ).json()
            seen.extend((e["lugar"], e["notificacion"], e["suceso"]) for e in told["eventos"])
            if told["siguiente"] == cursor and not placing:
                return
            cursor = told["siguiente"]

    recorder, follower = threading.Thread(target=place), threading.Thread(target=follow)
    recorder.start()
    follower.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    ended.set()
    recorder.join()
    follower.join()
    places = [lugar for lugar, _, _ in seen]
    assert places == sorted({*places})
    with installation.db.reading() as tx:
        mine = tables.deposits.c.system == "SGD"
        sent = tx.conn.execute(select(tables.deposits.c.notificacion_id).where(mine)).scalars()
        wanted = {(one.hex(), what) for one in sent for what in ("deposito", "alerta")}
    assert Counter((one, what) for _, one, what in seen) == dict.fromkeys(wanted, 1)
    assert len(wanted) == 2 * EACH * (WRITERS - 1)


@contextmanager
def dripping(address: str, system: System) -> Iterator[socket.socket]:
    """A client that sends the half of a deposit, and then nothing."""
    place = urlsplit(address)
    said = headers(system, **{"Idempotency-Key": "lenta", "Content-Length": "900000"})
    said["Content-Type"] = "multipart/form-data; boundary=x"
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    part = "--x\r\nContent-Disposition: form-data; name=acto\r\n\r\n%PDF" + "x" * AT_ONCE
    with socket.create_connection((place.hostname, place.port)) as client:
        client.sendall(f"POST {place.path}/notificaciones HTTP/1.1\r\n{lines}\r\n{part}".encode())
        yield client


def test_slow_clients_hold_a_few_places_and_their_key_fewer(
    address: str,
    sgd: System,
    systems: Systems,
    rosa: Person,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """S69, S73: each body under way holds copies on the disk."""
    monkeypatch.setattr(places, "WAIT", 0.3)
    others = [systems("Mesa"), systems("Actas"), systems("Otra")]

    def copies(many: int) -> None:
        until = time.monotonic() + 20
        while len(list(installation.documents.folder.glob("tmp-*"))) != many:
            assert time.monotonic() < until
            time.sleep(0.02)

    with ExitStack() as slow:
        mine = [slow.enter_context(dripping(address, sgd)) for _ in range(3)]
        copies(3)
        refused = deposit(address, sgd, "uno")
        assert refusal(refused) == (429, "limite.excedido") and refused.headers["retry-after"]
        assert deposit(address, others[0], "uno").status_code == 201
        for system, many in ((others[0], 3), (others[1], 2)):
            for _ in range(many):
                slow.enter_context(dripping(address, system))
        copies(8)
        refused = deposit(address, others[2], "uno")
        assert refusal(refused) == (503, "servicio.ocupado") and refused.headers["retry-after"]
        mine[0].close()
        copies(7)
        assert deposit(address, others[2], "uno").status_code == 201
        assert deposit(address, sgd, "uno").status_code == 201
    copies(0)


def test_a_reference_with_a_nul_is_that_of_nothing(address: str, sgd: System, rosa: Person) -> None:
    """On both engines: PostgreSQL takes no NUL in a text."""
    assert deposit(address, sgd, "uno").status_code == 201
    asked = {"referencia": "SGD-2026-1\0"}
    told = httpx2.get(f"{address}/notificaciones", params=asked, headers=headers(sgd))
    assert told.json() == {"notificaciones": [], "siguiente": "0"}
