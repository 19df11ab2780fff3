"""A casilla in a temporary folder, served by its own process, for the other benchmarks."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.settings import Settings
from proxy.store.schema import migrate

TICKS = os.sysconf("SC_CLK_TCK")


def install(folder: Path, port: int, database_url: str | None = None) -> Installation:
    site = folder / "site"
    site.mkdir()
    for name in ("index.html", "404.html"):
        (site / name).write_text("<!doctype html><title>banco</title>")
    settings = Settings(
        _env_file=None,
        database_url=database_url or f"sqlite:///{folder}/casilla.db",
        origin=f"http://localhost:{port}",
        keys_file=folder / "claves.json",
        mail_url=f"maildir:{folder}/correo",
        documents_url=str(folder / "documentos"),
        site_dir=site,
        trusted_proxies=("127.0.0.1",),
    )
    create_keyring(settings.keys_file)
    installation = Installation(settings)
    migrate(installation.db)
    return installation


def environment(settings: Settings) -> dict[str, str]:
    values = settings.model_dump(include=settings.model_fields_set)
    values["trusted_proxies"] = ",".join(settings.trusted_proxies)
    return os.environ | {f"CASILLA_{name.upper()}": str(value) for name, value in values.items()}


@contextmanager
def serving(settings: Settings, port: int, *command: str) -> Iterator[int]:
    """Yields the process id once the server answers. Without a command: `casilla servir`."""
    casilla = str(Path(sys.executable).with_name("casilla"))
    words = command or (casilla, "servir", "--puerto", str(port), "--sin-trabajador")
    server = subprocess.Popen(
        words, env=environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(f"http://localhost:{port}/salud")
        yield server.pid
    finally:
        server.terminate()
        server.wait()


def wait_for(address: str) -> None:
    for _ in range(1200):  # a busy machine is slow
        try:
            with urlopen(address):
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)
    raise SystemExit(f"nobody answers at {address}")


def cpu_seconds(pid: int) -> float:
    """Processor time, user and system, of a process and its live children so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / TICKS
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(cpu_seconds(int(child)) for child in children)
