"""Seals for the tests, made once a process: a key of RSA takes a while."""

import io
import subprocess
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.reader import PdfFileReader

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
def authority(name: str = "Autoridad de Tiempo Ficticia") -> SealKey:
    """Of time, and for nothing else (RFC 3161, 2.3)."""
    key = rsa.generate_private_key(65537, 2048)
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(SINCE)
        .not_valid_after(SINCE + timedelta(days=700))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )
    return SealKey(key, certificate, ())


def reframed(pdf: bytes, change: Callable[[cms.SignedData], None]) -> bytes:
    """With another frame around its seal, which the seal does not cover."""
    [seal] = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    _, before, after, _ = seal.byte_range
    frame = cms.ContentInfo.load(bytes(seal.pkcs7_content))
    change(frame["content"])
    said = frame.dump().hex().upper().ljust(after - before - 2, "0")
    assert len(said) == after - before - 2
    return pdf[:before] + b"<" + said.encode() + b">" + pdf[after:]


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
