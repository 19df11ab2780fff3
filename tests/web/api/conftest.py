"""Systems that deposit, at the whole application; and the request that each begins with."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from proxy.app import create_app
from proxy.domain.sender import SCOPES, Scope
from proxy.flows import api_keys
from proxy.installation import Installation
from proxy.web.edge.state import State
from tests.casilla import PDF
from tests.commands.test_deposits import DATOS
from tests.web.visitor import ORIGIN

NOTE = b"hola"
Body = list[tuple[str, tuple[str, bytes, str]]]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def datos(acto: bytes = PDF, anexos: tuple[bytes, ...] = (), **changes: Any) -> dict[str, Any]:
    """`None` takes a field away."""
    said = DATOS | {
        "plazo": None,
        "distancia": None,
        "inicio_no_antes_de": None,
        "acto": {"nombre": "carta.pdf", "sha256": sha256(acto)},
        "anexos": [
            {"nombre": f"anexo-{n}.txt", "sha256": sha256(one)} for n, one in enumerate(anexos, 1)
        ],
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def body(said: Any, acto: bytes | None = PDF, anexos: tuple[bytes, ...] = ()) -> Body:
    text = said if isinstance(said, bytes) else json.dumps(said).encode()
    parts: Body = [("datos", ("", text, "application/json"))]
    if acto is not None:
        parts.append(("acto", ("a.pdf", acto, "application/pdf")))
    return [*parts, *(("anexo", ("b.txt", one, "text/plain")) for one in anexos)]


@dataclass
class System:
    """A system with a key of its own."""

    client: TestClient
    secret: str
    keys: Iterator[int] = field(default_factory=count)

    def deposit(
        self,
        said: Any = None,
        acto: bytes | None = PDF,
        anexos: tuple[bytes, ...] = (),
        key: str | None = None,
        **changes: Any,
    ) -> Response:
        told = datos(acto or b"", anexos, **changes) if said is None else said
        headers = {"Idempotency-Key": key or f"clave-{next(self.keys)}"}
        return self.post("/notificaciones", files=body(told, acto, anexos), headers=headers)

    def post(self, path: str, **more: Any) -> Response:
        return self.ask("POST", path, **more)

    def get(self, path: str, **more: Any) -> Response:
        return self.ask("GET", path, **more)

    def ask(self, method: str, path: str, **more: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.secret}"} | more.pop("headers", {})
        answer: Response = self.client.request(method, f"/api/v1{path}", headers=headers, **more)
        return answer


Systems = Callable[..., System]


@pytest.fixture
def systems(installation: Installation) -> Iterator[Systems]:
    """Makes a key, and gives who has it."""
    app = create_app(installation)
    client = TestClient(app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)

    def make(
        name: str = "SGD", scopes: tuple[Scope, ...] = SCOPES, test: bool = False, **more: Any
    ) -> System:
        with installation.db.transaction() as tx:
            _, secret = api_keys.create(tx, name, scopes, test=test, **more)
        return System(client, secret)

    yield make
    state: State = app.app.app.state.casilla  # type: ignore[attr-defined]
    state.threads.shutdown(cancel_futures=True)


@pytest.fixture
def sgd(systems: Systems) -> System:
    return systems()


def refusal(answer: Response) -> tuple[int, str]:
    """Status and `codigo`, of a problem as RFC 9457 and DESIGN want it."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told.keys() == {"type", "title", "status", "detail", "codigo", "errores", "pedido"}
    assert told["status"] == answer.status_code
    assert told["detail"] and told["title"] and told["pedido"]
    return answer.status_code, told["codigo"]
