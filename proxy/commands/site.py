"""The public site and its data: `construir`, `verificar-catalogo`, `exportar`."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proxy.commands import start
from proxy.errors import Refusal

if TYPE_CHECKING:
    from catalog.reading.model import Entity
    from proxy.settings import Settings

MKDOCS = Path(__file__).parents[2] / "mkdocs.yml"
MAKING, LEAVING = ".nuevo-", ".anterior-"
STALE = 24 * 3600  # seconds: no build takes that long
SECURITY_TXT = ".well-known/security.txt"
# RFC 9116 §2.5.5 wants less than a year, so that who left no contact behind is not asked for ever.
CONTACT_LIFE = timedelta(days=364)


def build() -> None:
    """Construye el sitio público y lo pone en lugar del anterior."""
    from catalog.reading.reader import read_catalog

    settings = start.read_settings()
    # A faulty sheet is told before anything is built.
    services = len(read_catalog(settings.catalog_dir).services)
    until = publish(MKDOCS, settings)
    print(
        f"Se construyó el sitio con {services} servicios en {settings.site_dir}; "
        f"su security.txt vale hasta el {until:%d/%m/%Y}."
    )


def publish(config: Path, settings: "Settings") -> date:
    """Build beside the site that is there, which stays until the new one is whole.

    Returns the day on which its security.txt expires.
    """
    from catalog.reading.reader import read_catalog
    from proxy.web.site.compress import compress

    site = settings.site_dir.resolve()
    site.parent.mkdir(parents=True, exist_ok=True)
    _tidy(site)
    fresh = Path(tempfile.mkdtemp(prefix=f"{site.name}{MAKING}", dir=site.parent))
    try:
        _mkdocs(config, fresh, settings)
        until = datetime.now(UTC).date() + CONTACT_LIFE
        _write_security_txt(fresh, read_catalog(settings.catalog_dir).entity, settings, until)
        compress(fresh)
        fresh.chmod(0o755)
        put_in_place(site, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return until


def verify_catalog() -> None:
    """Lee todas las fichas y dice todas sus faltas, una por línea."""
    from catalog.reading.reader import read_catalog

    services = read_catalog(start.read_settings().catalog_dir).services
    print(f"El catálogo está bien: {len(services)} servicios.")


def export(
    carpeta: Annotated[Path, typer.Option(metavar="CARPETA", help="Dónde se escriben.")] = Path(
        "datos"
    ),
) -> None:
    """Escribe el catálogo y los plazos como datos abiertos: JSON, CSV, JSON-LD y su esquema."""
    from catalog.reading.exports import write
    from catalog.reading.reader import read_catalog

    settings = start.read_settings()
    written = write(carpeta, read_catalog(settings.catalog_dir), settings.origin)
    print(f"Se escribieron {len(written)} archivos en {carpeta}.")


def _mkdocs(config: Path, folder: Path, settings: "Settings") -> None:
    # mkdocs.yml reads them: the pages say what the sheets say, for the profile that is in force.
    environment = os.environ | {
        "NO_MKDOCS_2_WARNING": "1",
        "CASILLA_ORIGIN": settings.origin,
        "CASILLA_PROFILE": settings.profile,
        "CASILLA_CATALOG_DIR": str(settings.catalog_dir.resolve()),
    }
    command = ["-m", "mkdocs", "build", "--strict", "-f", str(config), "-d", str(folder)]
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refusal("site.broken", output=done.stderr.strip())


def _write_security_txt(folder: Path, entity: "Entity", settings: "Settings", until: date) -> None:
    """Whom to tell of a hole. MkDocs does not write it: its pages are the same on any day."""
    here = f"{settings.origin}/{SECURITY_TXT}"
    contacts = [entity.contacto.formulario, f"tel:{entity.telefono_internacional}"]
    lines = [f"Contact: {uri}" for uri in contacts if uri and not uri.startswith("http:")]
    lines += [f"Expires: {until}T00:00:00Z", "Preferred-Languages: es"]
    lines += [f"Canonical: {here}"] if here.startswith("https:") else []
    file = folder / SECURITY_TXT
    file.parent.mkdir()
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def put_in_place(site: Path, fresh: Path) -> None:
    old = site.with_name(f"{site.name}{LEAVING}{os.getpid()}")
    if site.exists():
        site.rename(old)
    fresh.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def _tidy(site: Path) -> None:
    """A killed build may have left its folder, or the old site under another name."""
    for old in site.parent.glob(f"{site.name}{LEAVING}*"):
        if site.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(site)
    for half in site.parent.glob(f"{site.name}{MAKING}*"):
        if half.stat().st_mtime < time.time() - STALE:
            shutil.rmtree(half, ignore_errors=True)
