"""What `construir` adds to the pages: `security.txt` (S80)."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from catalog.reading.reader import FOLDER, read_catalog
from proxy.commands.site import publish
from proxy.settings import Settings
from proxy.web.site.site import Site
from tests.commands.conftest import small_site


async def nothing(*_: object) -> None: ...


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return small_site(tmp_path)


def fields(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, _, value = line.partition(": ")
        found.setdefault(name, []).append(value)
    return found


def test_it_says_whom_to_tell_of_a_hole_and_until_when(config: Path, tmp_path: Path) -> None:
    """S80: RFC 9116, with a date of the day of the build."""
    origin, entity = "https://casilla.ejemplo.pe", read_catalog().entity
    until = publish(config, Settings(_env_file=None, site_dir=tmp_path / "site", origin=origin))
    client = TestClient(Site(nothing, tmp_path / "site", origin), base_url=origin)
    reply = client.get("/.well-known/security.txt")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert fields(reply.text) == {
        "Contact": [entity.contacto.formulario, f"tel:{entity.telefono_internacional}"],
        "Expires": [f"{until}T00:00:00Z"],
        "Preferred-Languages": ["es"],
        "Canonical": [f"{origin}/.well-known/security.txt"],
    }
    today = datetime.now(UTC).date()
    assert timedelta(days=360) < until - today < timedelta(days=365)


def test_it_names_no_address_that_anybody_could_change_on_the_way(
    config: Path, tmp_path: Path
) -> None:
    """RFC 9116 wants https."""
    sheets = tmp_path / "fichas"
    shutil.copytree(FOLDER, sheets, ignore=shutil.ignore_patterns("reading"))
    entity = (sheets / "entity.yml").read_text()
    (sheets / "entity.yml").write_text(entity.replace("formulario: https:", "formulario: http:"))
    publish(config, Settings(_env_file=None, site_dir=tmp_path / "site", catalog_dir=sheets))
    found = fields((tmp_path / "site/.well-known/security.txt").read_text())
    assert list(found) == ["Contact", "Expires", "Preferred-Languages"]
    assert found["Contact"] == [f"tel:{read_catalog().entity.telefono_internacional}"]
