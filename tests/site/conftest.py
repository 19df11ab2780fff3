"""The public site, built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.reading.model import Catalog
from catalog.reading.reader import read_catalog
from tests.site.reading import Reading, read
from tests.site.workshop import build, served


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built") / "site"
    done = build(folder)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, Reading]:
    """Every page of the site by its path, as /catalogo/resumen/."""
    found = {}
    for file in sorted(site.rglob("*.html")):
        path = "/" + file.relative_to(site).as_posix().removesuffix("index.html")
        found[path] = read(file.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def origin(site: Path) -> Iterator[str]:
    with served(site) as origin:
        yield origin


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return read_catalog()
