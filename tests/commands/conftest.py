"""The command as an operator has it, in an empty folder."""

import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.reading.reader import FOLDER, read_catalog
from proxy import installation as parts
from proxy.cli import main
from proxy.domain import passwords
from proxy.installation import Installation
from proxy.settings import Settings
from tests.casilla import PDF
from tests.outside.conftest import start

__all__ = ["start"]

Casilla = Callable[..., tuple[int, str, str]]


THE_ONE_THAT_SHIPS = read_catalog()
TEMPLATE = f"<!doctype html><title>{{{{ page.title }}}}</title>{{{{ page.content }}}}{'<p>' * 200}"


def small_site(folder: Path) -> Path:
    """The mkdocs.yml of a site of one page and no more: what a theme brings takes longer."""
    for name, file, text in (("docs", "index.md", "# Inicio"), ("theme", "main.html", TEMPLATE)):
        (folder / name).mkdir()
        (folder / name / file).write_text(text)
    config = folder / "mkdocs.yml"
    config.write_text("site_name: Prueba\ntheme: {name: null, custom_dir: theme}\nplugins: []\n")
    return config


@pytest.fixture
def casilla(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Casilla:
    """Runs the command; gives its exit, what it printed and its complaint."""
    for name in os.environ:
        if name.startswith("CASILLA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    hurry(monkeypatch)

    def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No command waits for a hash, nor reads again the sheets that ship."""
    monkeypatch.setattr(passwords, "MEMORY_KIB", 8)
    monkeypatch.setattr(passwords, "PASSES", 1)
    monkeypatch.setattr(
        parts,
        "read_catalog",
        lambda folder: THE_ONE_THAT_SHIPS if folder == FOLDER else read_catalog(folder),
    )


@pytest.fixture
def installation(casilla: Casilla, tmp_path: Path, migrated_folder: Path) -> Installation:
    """Tables, keys, and an acto to serve in `carta.pdf`."""
    shutil.copytree(migrated_folder, tmp_path, dirs_exist_ok=True)
    Path("carta.pdf").write_bytes(PDF)
    return Installation(Settings())
