"""Many at once, on a real server and both engines: one deposit a key, a feed without gaps: X6."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from sqlalchemy import select

from proxy.app import create_app
from proxy.flows import record
from proxy.installation import Installation
from proxy.store import tables
from tests.people import Person
from tests.web.api.conftest import System, Systems, body, datos
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
