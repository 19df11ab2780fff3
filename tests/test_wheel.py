"""An installed wheel has every file that the program reads."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# For developers, not for the program.
LEFT_OUT = {".md", ".sh"}

TRY = """
import sys
from pathlib import Path

import proxy
from proxy.app import create_app
from proxy.installation import Installation
from proxy.render import captcha
from proxy.settings import Settings
from starlette.testclient import TestClient

assert Path(proxy.__file__).is_relative_to(sys.argv[1]), proxy.__file__
site = Path("site")
site.mkdir()
(site / "index.html").write_text("<title>Inicio</title>")
settings = Settings()
assert settings.catalog_dir.is_relative_to(sys.argv[1]), settings.catalog_dir
client = TestClient(create_app(Installation(settings)), base_url=settings.origin)
assert client.get("/casilla/ingresar/").status_code == 200
assert captcha.draw("AEF37") and captcha.speak("AEF37")
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel of a copy of the source, so that no file of an older build is in it."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for folder in ("catalog", "proxy"):
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, source / folder, ignore=skipped)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(out)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    [wheel] = out.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(out / "lib")
    return out / "lib"


def run(installed: Path, folder: Path, *line: str) -> str:
    variables = {key: value for key, value in os.environ.items() if key[:8] != "CASILLA_"}
    done = subprocess.run(
        [sys.executable, *line],
        cwd=folder,
        env=variables | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_file_that_the_program_reads_is_in_the_wheel(installed: Path) -> None:
    here = {
        path.relative_to(ROOT)
        for folder in ("catalog", "proxy")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in LEFT_OUT and "__pycache__" not in path.parts
    }
    there = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    assert here - there == set()


def test_what_was_installed_makes_its_tables_and_shows_its_pages(
    installed: Path, tmp_path: Path
) -> None:
    command = ("-c", "import sys; from proxy.cli import main; sys.exit(main())")
    assert "16 servicios" in run(installed, tmp_path, *command, "verificar-catalogo")
    run(installed, tmp_path, *command, "migrar")
    run(installed, tmp_path, "-c", TRY, str(installed))
