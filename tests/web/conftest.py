"""The whole application over a small site, and somebody who visits it."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from starlette.testclient import TestClient

from catalog.reading.reader import read_catalog
from proxy import app as application
from proxy.app import create_app
from proxy.domain import captcha, codes, passwords
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.settings import Settings
from proxy.web.edge import pace
from proxy.web.edge.state import State
from tests.casilla import Casilla, Offered
from tests.clock import Clock
from tests.outbox import messages
from tests.people import BRUNO, ROSA, Person, open_casilla
from tests.web.letters import CARGO, FOTO
from tests.web.visitor import ORIGIN, Visitor

CATALOG = read_catalog()


class Compiled(BytecodeCache):
    """The templates, for one application after another."""

    def __init__(self) -> None:
        self._found: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._found:
            bucket.bytecode_from_string(self._found[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._found[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = Compiled()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site_dir(tmp_path: Path) -> Path:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<!doctype html><title>Inicio</title>")
    (site / "404.html").write_text("<!doctype html><title>No está aquí</title>")
    return site


@pytest.fixture
def profile() -> str:
    return "guia"


@pytest.fixture
def served_url(sqlite_url: str) -> str:
    """The database of the application. A file of tests may serve another one."""
    return sqlite_url


@pytest.fixture
def installation(
    tmp_path: Path,
    served_url: str,
    site_dir: Path,
    clock: Clock,
    profile: Literal["guia", "estricto"],
) -> Iterator[Installation]:
    settings = Settings(
        _env_file=None,
        database_url=served_url,
        origin=ORIGIN,
        keys_file=tmp_path / "claves.json",
        mail_url=f"maildir:{tmp_path}/correo",
        sms_url=f"maildir:{tmp_path}/sms",
        documents_url=str(tmp_path / "documentos"),
        site_dir=site_dir,
        profile=profile,
    )
    create_keyring(settings.keys_file)
    installation = Installation(settings, clock)
    installation.catalog = CATALOG
    yield installation
    installation.db.close()


@pytest.fixture
def loop() -> Iterator[BlockingPortal]:
    """One for all clients, as in a server. Each would make one for each request of its own."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture
def make_visitor(
    installation: Installation, loop: BlockingPortal
) -> Iterator[Callable[[], Visitor]]:
    """Browsers that share nothing with each other, at one application."""
    app = create_app(installation)

    def make() -> Visitor:
        client = TestClient(app, base_url=ORIGIN, follow_redirects=False)
        client.portal = loop
        client.headers["Sec-Fetch-Site"] = "same-origin"
        return Visitor(client)

    yield make
    state: State = app.app.app.state.casilla  # type: ignore[attr-defined]
    state.threads.shutdown(cancel_futures=True)


@pytest.fixture
def visitor(make_visitor: Callable[[], Visitor]) -> Visitor:
    return make_visitor()


@pytest.fixture
def rosa(installation: Installation) -> Person:
    return open_casilla(installation.db, ROSA, installation.passwords)


@pytest.fixture
def bruno(installation: Installation) -> Person:
    return open_casilla(installation.db, BRUNO, installation.passwords)


@pytest.fixture
def mailed_code(installation: Installation) -> Callable[[], str]:
    """The code of the newest message in the outbox."""

    return lambda: newest_code(installation, "login_code")


def newest_code(installation: Installation, name: str) -> str:
    sent = [message.context for message in messages(installation.db, name) if message.context]
    context = sent[-1]
    key = installation.vault.code_key(context["key_id"])
    assert key is not None
    challenge = bytes.fromhex(context["challenge"])
    return codes.code_for(key, context["purpose"], challenge, context["sent"])


@pytest.fixture
def recovery_code(installation: Installation) -> Callable[[], str]:
    """The code of the newest recovery in the outbox."""
    return lambda: newest_code(installation, "recovery_code")


@pytest.fixture
def inside(
    make_visitor: Callable[[], Visitor], mailed_code: Callable[[], str]
) -> Callable[[Person], Visitor]:
    """A browser in which the person has logged in."""

    def enter(person: Person) -> Visitor:
        visitor = make_visitor()
        visitor.password(person.identidad.number, person.password)
        assert visitor.code(mailed_code()).status_code == 303
        return visitor

    return enter


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Nothing here waits for what has its own test: the floor of 350 ms, hashes, riddles."""
    monkeypatch.setattr(application, "Environment", partial(Environment, bytecode_cache=TEMPLATES))
    monkeypatch.setattr(passwords, "MEMORY_KIB", 8)
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr(captcha, "ZERO_BITS", 4)
    if "held" not in request.node.name:
        monkeypatch.setattr(pace, "FLOOR", 0)
        monkeypatch.setattr(pace, "JITTER", 0)


@pytest.fixture
def serve(installation: Installation) -> Callable[..., str]:
    """Puts something into a casilla and gives its address."""

    def put(person: Person, anexos: tuple[Offered, ...] = (CARGO, FOTO), **more: object) -> str:
        casilla = Casilla(person, installation.documents)
        with installation.db.transaction() as tx:
            notificacion_id = casilla.serve(tx, anexos=anexos, **more)  # type: ignore[arg-type]
        return f"/casilla/notificaciones/{notificacion_id.hex()}/"

    return put


@pytest.fixture
def letter(serve: Callable[..., str], rosa: Person) -> str:
    """The address of one unread notificacion of Rosa's."""
    return serve(rosa)


@pytest.fixture
def her(inside: Callable[[Person], Visitor], rosa: Person) -> Visitor:
    return inside(rosa)
