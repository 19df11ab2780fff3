"""kill -9 of who deposits, of the server and of the worker at random instants: S73, S78.

What was acknowledged is there once, with its files, its evento and its alerta; and the line is
whole.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from proxy.domain.events import Event
from proxy.domain.sender import SCOPES
from proxy.flows import api_keys
from proxy.flows.delivery import LEASE
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.store import notificaciones, tables
from proxy.store.documents import Documents
from proxy.web.routes import path_of
from proxy.work.mailer import Mailer
from tests.engines import free_port
from tests.people import ROSA, open_casilla
from tests.work.test_workers import delivered, messages, name_of
from tests.work.worker_killed import install

ROOT = Path(__file__).parents[2]
CASILLA = str(Path(sys.executable).with_name("casilla"))


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    installation = install(request.getfixturevalue(f"{request.param}_url"), tmp_path)
    create_keyring(installation.settings.keys_file)
    open_casilla(installation.db, ROSA)
    yield installation
    installation.db.close()


class Running:
    """A process that is started again each time it is killed."""

    def __init__(self, folder: Path, environment: dict[str, str], *command: str) -> None:
        self._folder, self._environment, self._command = folder, environment, command

    def start(self, *more: str) -> None:
        with (self._folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self._command, *more],
                cwd=ROOT,
                env=os.environ | self._environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def kill(self) -> str:
        """Returns what it said and nobody read."""
        self.process.kill()
        return self.process.communicate()[0]


def environment(installation: Installation, site: Path) -> dict[str, str]:
    settings = installation.settings
    site.mkdir()
    (site / "index.html").write_text("<!doctype html><title>Inicio</title>")
    (site / "404.html").write_text("<!doctype html><title>No está aquí</title>")
    values = {
        "DATABASE_URL": settings.database_url,
        "KEYS_FILE": settings.keys_file,
        "MAIL_URL": settings.mail_url,
        "SMS_URL": settings.sms_url,
        "DOCUMENTS_URL": site.parent / "documentos",
        "SITE_DIR": site,
    }
    return {f"CASILLA_{name}": str(value) for name, value in values.items()}


@pytest.fixture
def running(place: Installation, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Whatever is left of them is killed at the end."""
    known, made = environment(place, tmp_path / "site"), list[Running]()

    def make(*command: str) -> Running:
        made.append(Running(tmp_path, known, *command))
        return made[-1]

    yield make
    for one in made:
        if hasattr(one, "process") and one.process.stdout and not one.process.stdout.closed:
            one.kill()


@pytest.mark.parametrize(
    ("place", "door", "many", "life"),
    [
        ("sqlite", "api", 8, 3),
        pytest.param("sqlite", "api", 1000, 30, marks=pytest.mark.lento),
        pytest.param("postgresql", "api", 1000, 30, marks=pytest.mark.lento),
        pytest.param("sqlite", "flow", 300, 15, marks=pytest.mark.lento),
    ],
    indirect=["place"],
)
def test_each_acknowledged_deposit_is_there_once(
    place: Installation,
    running: Callable[..., Running],
    tmp_path: Path,
    door: str,
    many: int,
    life: int,
) -> None:
    """By the API the server is killed; by the flow, who deposits: each with a worker."""
    where, port = place.settings.database_url, free_port()
    if door == "api":
        with place.db.transaction() as tx:
            _, secret = api_keys.create(tx, "SGD", SCOPES, test=False)
        where = f"http://{secret}@127.0.0.1:{port}"
    place.db.close()
    sender = running(sys.executable, "-m", "tests.attacks.depositor", where, str(tmp_path))
    worker = running(CASILLA, "trabajar")
    server = running(CASILLA, "servir", "--puerto", str(port))
    for one in (worker, server):
        one.start()
    acknowledged, kills = dict[int, str](), 0
    if door == "api":
        sender.start("0", str(many))
    while len(acknowledged) < many:
        if door == "flow":
            sender.start(str(len(acknowledged)), str(many))
        assert sender.process.stdout
        said = [sender.process.stdout.readline() for _ in range(random.randrange(1, 2 * life))]
        time.sleep(random.uniform(0, 0.15))  # about as long as one takes
        if door == "flow":
            said += sender.kill().splitlines()
        assert sender.process.poll() in (None, 0, -9), (tmp_path / "log").read_text()
        for number, told in (line.split() for line in said if line):
            assert acknowledged.setdefault(int(number), told) == told
        for one in {random.choice((worker, server)), worker if door == "flow" else server}:
            one.kill()
            one.start()
        kills += 1
    for one in (worker, server):
        one.kill()
    assert [*acknowledged] == [*range(many)]
    assert kills >= 2, "nothing was killed"
    url = place.settings.database_url
    later = install(url, tmp_path, lambda: datetime.now(UTC) + LEASE)
    while not all(message.sent_at for message in messages(later.db)):
        Mailer(later, path_of).deliver_due()  # also what a killed worker had in hand
    check(later, Documents(tmp_path / "documentos"), acknowledged)
    sent = delivered(tmp_path)
    assert {*sent} == {name_of(row) for row in messages(later.db)}
    later.db.close()
    verified = running(CASILLA, "auditoria", "verificar")
    verified.start()
    assert "completa" in verified.process.communicate()[0]
    assert verified.process.returncode == 0, (tmp_path / "log").read_text()


def check(later: Installation, documents: Documents, acknowledged: dict[int, str]) -> None:
    row = tables.eventos.c
    with later.db.reading() as tx:
        casilla = tx.conn.execute(select(tables.casillas.c.id)).scalar_one()
        served = notificaciones.page(tx, casilla, read=False, most=10_000)
        assert {int(one.numero): one.id.hex() for one in served} == acknowledged
        assert len(served) == len(acknowledged)
        for one in served:
            files = notificaciones.files_of(tx, casilla, one.id)
            assert [documents.intact(file.sha256) for file in files] == [True, True]
        kinds = Counter(tx.conn.execute(select(row.kind)).scalars())
    for event in (Event.NOTIFICACION_DEPOSITED, Event.MESSAGE_WRITTEN):
        assert kinds[event] == len(acknowledged)
    assert len(messages(later.db)) == len(acknowledged)
