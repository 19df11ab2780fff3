"""Seals for the tests, made once a process: a key of RSA takes a while."""

import subprocess
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from proxy.domain.constancia_acts import Kind
from proxy.keys.seal import Seal
from proxy.keys.seal_file import SealKey, create_demonstration, read_seal
from proxy.render.constancia import render_constancia
from tests.constancias import AT, LATER, of

SINCE = AT - timedelta(days=30)


def key(entity: str = "Entidad Ficticia", at: datetime = SINCE) -> SealKey:
    with tempfile.TemporaryDirectory() as folder:
        create_demonstration(Path(folder) / "sello.p12", entity, at)
        return read_seal(Path(folder) / "sello.p12", "")


@cache
def held() -> SealKey:
    """Of the entity."""
    return key()


@cache
def another() -> SealKey:
    """Of somebody who gives themselves out for the entity."""
    return key()


@cache
def plain(kind: Kind = Kind.DEPOSITO) -> bytes:
    return render_constancia(of(kind, held().described))


@cache
def sealed(kind: Kind = Kind.DEPOSITO) -> bytes:
    return Seal(held()).seal(plain(kind), LATER, "Constancia")


def text_of(pdf: bytes) -> str:
    """What a reader copies from it, in one line."""
    command = ["pdftotext", "-layout", "-", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split()).replace("\u200b", "")
