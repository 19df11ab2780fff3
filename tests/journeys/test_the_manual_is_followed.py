"""Somebody copies the examples of the manual, word by word, and runs them: X6, L7."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from proxy.flows import api_keys
from proxy.store.tables import annulments, deposits, files, notificaciones
from tests.casilla import PDF
from tests.flows.test_deposit import PNG
from tests.journeys.house import House
from tests.people import Person

MANUAL = Path(__file__).parents[2] / "site_src/pages/manual/ejemplos.md"


def block(language: str) -> str:
    """The only one of the page in that language."""
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", MANUAL.read_text("utf-8"), re.M | re.S)
    return str(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "carta.pdf").write_bytes(PDF)
    (tmp_path / "plano.png").write_bytes(PNG)
    return tmp_path


@pytest.fixture
def client(house: House, people: dict[str, Person]) -> dict[str, str]:
    with house.installation.db.transaction() as tx:
        _, secret = api_keys.create(tx, "SGD")
    return os.environ | {"CASILLA": house.origin, "CLAVE": secret}


def follow(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def sent(house: House, key: str) -> list[str]:
    """The id of what was deposited under that key, and the names of its files."""
    with house.installation.db.reading() as tx:
        one = tx.conn.execute(
            select(notificaciones.c.id, notificaciones.c.content)
            .join(deposits, deposits.c.notificacion_id == notificaciones.c.id)
            .where(deposits.c.idempotency == key)
        ).one()
        assert one.content
        names = select(files.c.name).where(files.c.notificacion_id == one.id)
        return [one.id.hex(), *tx.conn.execute(names.order_by(files.c.position)).scalars()]


def test_with_curl(house: House, client: dict[str, str], folder: Path) -> None:
    first, again = (follow(["bash", "-c", block("bash")], folder, client) for _ in range(2))
    assert first == again
    assert sent(house, "SGD-2026-000123") == [json.loads(first)["id"], "carta.pdf"]


def test_with_python(house: House, client: dict[str, str], folder: Path) -> None:
    said = follow([sys.executable, "-c", block("python")], folder, client)
    assert re.match(r"CE-\d{4}-\d{6}-\w depositada surte efecto el \d{4}-\d\d-\d\d\n", said)
    assert said.endswith("\nanulada\n")
    notificacion, *names = sent(house, "SGD-2026-000124")
    assert names == ["carta.pdf", "plano.png"]
    with house.installation.db.reading() as tx:
        assert notificacion in [
            key.hex() for key in tx.conn.execute(select(annulments.c.notificacion_id)).scalars()
        ]


def test_with_python_a_refusal_is_told(client: dict[str, str], folder: Path) -> None:
    wrong = block("python").replace("DNI-40000001", "DNI-40000009")
    wrong = wrong.replace("SGD-2026-000124", "SGD-2026-000199")  # no other test has sent it
    done = subprocess.run(
        [sys.executable, "-c", wrong], cwd=folder, env=client, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("destinatario.sin_casilla: ")


def test_with_a_table(house: House, client: dict[str, str], folder: Path) -> None:
    (folder / "lote.csv").write_text(block("csv"), encoding="utf-8-sig")
    settings = house.installation.settings
    told = {name: str(getattr(settings, name)) for name in settings.model_fields_set}
    environment = client | {f"CASILLA_{name.upper()}": value for name, value in told.items()}
    casilla = str(Path(sys.executable).with_name("casilla"))
    said = follow([casilla, "depositar-lote", "lote.csv"], folder, environment)
    assert said.startswith("Se depositaron 2 notificaciones.")
    assert sent(house, "SGD-2026-000125")[1:] == ["carta.pdf", "plano.png"]
    report = (folder / "lote-informe.csv").read_text("utf-8-sig").splitlines()
    assert [one["ESTADO"] for one in csv.DictReader(report, delimiter=";")] == ["depositada"] * 2
