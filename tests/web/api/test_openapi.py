"""The document of the API says what the API does: X6."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from proxy.app import create_app
from proxy.installation import Installation
from proxy.web.api.openapi import described
from proxy.web.api.problems import KINDS, OTHER, OTHER_FILE, TITLES
from tests.people import Person
from tests.web.api.conftest import System, datos
from tests.web.api.test_postponing import MORE
from tests.web.served import serving

CONFIG = Path(__file__).with_name("schemathesis.toml")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def document(sgd: System) -> dict[str, Any]:
    answer = sgd.client.get("/api/v1/openapi.json")  # without a key
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def fits(document: dict[str, Any], name: str, told: object) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    Draft202012Validator(schema).validate(told)


def test_who_knows_only_the_document_deposits_follows_and_annuls(
    sgd: System, rosa: Person, document: dict[str, Any]
) -> None:
    named = {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    fits(document, "Datos", datos())
    method, path, operation = named["depositar"]
    assert (method, path) == ("POST", "/api/v1/notificaciones")
    parts = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert parts["required"] == ["datos", "acto"]
    fits(document, "Prorrogar", MORE)
    sent = sgd.deposit(plazo={"cantidad": 15, "unidad": "habiles", "para": "descargos"})
    fits(document, "Depositada", sent.json())
    answers = {
        "ver": sgd.get(f"/notificaciones/{sent.json()['id']}"),
        "listar": sgd.get("/notificaciones"),
        "seguir": sgd.get("/eventos"),
        "alcance": sgd.get("/casillas/DNI-40000001"),
        "prorrogar": sgd.post(f"/notificaciones/{sent.json()['id']}/prorroga", json=MORE),
        "aplazarInicio": sgd.post(
            f"/notificaciones/{sent.json()['id']}/inicio",
            json={"fecha": "2026-12-01", "norma": "Artículo 3"},
        ),
        "anular": sgd.post(
            f"/notificaciones/{sent.json()['id']}/anulacion", json={"motivo": "Con errores"}
        ),
    }
    for name, answer in answers.items():
        said = named[name][2]["responses"][str(answer.status_code)]["content"]
        schema = said["application/json"]["schema"]["$ref"].rpartition("/")[2]
        fits(document, schema, answer.json())
    fits(document, "Problema", sgd.get("/eventos?desde=x").json())
    assert answers.keys() | {"depositar", "constancia"} == named.keys()


def test_each_code_has_a_title_and_stands_in_the_document(document: dict[str, Any]) -> None:
    text = json.dumps(document, ensure_ascii=False)
    for kind in KINDS.values():
        assert kind.status in TITLES
        if kind.status not in (404, 405, 400):
            assert kind.codigo in text


@pytest.fixture
def served(installation: Installation, sgd: System, rosa: Person) -> Iterator[tuple[str, str]]:
    """A real server on a free port, a key of it, and something to see and to annul."""
    sgd.deposit()
    with serving(create_app(installation)) as server:
        yield f"http://127.0.0.1:{server.port}", sgd.secret


@pytest.mark.lento
def test_nothing_that_its_document_lets_one_ask_makes_it_fail(
    served: tuple[str, str], tmp_path: Path
) -> None:
    """Schemathesis: also what the document forbids, cut keys, and each after another."""
    base, secret = served
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(described(base)))
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("st")), "--config-file", str(CONFIG), "run",
            str(document), "--url", base, "--header", f"Authorization: Bearer {secret}",
            "--header", "Host: casilla.test", "--max-examples", "15", "--seed", "1", "--no-color",
            "--suppress-health-check", "all",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:]
    assert "Tested: 9" in done.stdout


def test_each_code_is_explained_in_the_manual() -> None:
    page = (ROOT / "site_src/pages/manual/api.md").read_text()
    kinds = {*KINDS.values(), OTHER, OTHER_FILE}
    rows = {f'| <span id="{one.codigo}">`{one.codigo}`</span> | {one.status} |' for one in kinds}
    assert {row for row in rows if row not in page} == set()
    assert page.count('<span id="') == len(kinds)
