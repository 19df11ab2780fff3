"""The catalogue that ships, and a copy of it that a test may spoil."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.reading.model import Catalog
from catalog.reading.reader import FOLDER, faults, read_catalog

SERVICE = "services/002-consulta-de-multas-electorales.yml"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return read_catalog()


@dataclass
class Copy:
    folder: Path

    def text(self, name: str = SERVICE) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name: str, content: str | bytes) -> None:
        raw = content.encode() if isinstance(content, str) else content
        (self.folder / name).write_bytes(raw)

    def change(self, old: str, new: str, name: str = SERVICE) -> int:
        """Put `new` where `old` stands, once; the number of the line where it began."""
        text = self.text(name)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))
        return text.count("\n", 0, text.index(old)) + 1

    def faults(self) -> list[str]:
        """What is wrong, with the paths as seen from the folder's parent."""
        parent = f"{self.folder.parent}/"
        return [str(fault).replace(parent, "") for fault in faults(self.folder)]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    folder = tmp_path / "catalog"
    folder.mkdir()
    for sheet in FOLDER.glob("*.yml"):
        shutil.copy(sheet, folder)
    shutil.copytree(FOLDER / "services", folder / "services")
    return Copy(folder)
