"""Builds the site as `casilla construir` does, and serves it with the headers of the proxy."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from proxy.web.edge.headers import SECURITY_HEADERS, STATIC_POLICY

ROOT = Path(__file__).parents[2]
ORIGIN = "https://casilla.ejemplo.pe"


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"NO_MKDOCS_2_WARNING": "1", "CASILLA_ORIGIN": ORIGIN} | more


def build(
    folder: Path, config: Path = ROOT / "mkdocs.yml", **more: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", config, "-d", folder]
    return subprocess.run(
        command, env=environment(**more), cwd=ROOT, capture_output=True, text=True, check=False
    )


def copy_sources(folder: Path) -> Path:
    """The sheets and the pages, to be changed by a test. Returns the copy's mkdocs.yml."""
    ignored = shutil.ignore_patterns("*.py", "__pycache__", "schema")
    shutil.copytree(ROOT / "catalog", folder / "catalog", ignore=ignored)
    for part in ("site_src", "proxy/static"):
        shutil.copytree(ROOT / part, folder / part)
    return Path(shutil.copy(ROOT / "mkdocs.yml", folder))


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("content-security-policy", STATIC_POLICY)
        for name, value in SECURITY_HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
