"""The command as an operator has it, in an empty folder."""

import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from proxy.cli import main
from proxy.installation import Installation
from proxy.settings import Settings
from tests.casilla import PDF
from tests.outside.conftest import start

__all__ = ["start"]

Casilla = Callable[..., tuple[int, str, str]]


@pytest.fixture
def casilla(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Casilla:
    """Runs the command; gives its exit, what it printed and its complaint."""
    for name in os.environ:
        if name.startswith("CASILLA_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = main(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def installation(casilla: Casilla, tmp_path: Path, migrated_folder: Path) -> Installation:
    """Tables, keys, and an acto to serve in `carta.pdf`."""
    shutil.copytree(migrated_folder, tmp_path, dirs_exist_ok=True)
    Path("carta.pdf").write_bytes(PDF)
    return Installation(Settings())
