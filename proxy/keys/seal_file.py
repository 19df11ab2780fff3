"""The seal of the entity: a PKCS#12 file with its RSA key and its certificate.

Beside it stands a file with every certificate that ever sealed here: a constancia outlives the
certificate that sealed it. That file holds nothing secret.
"""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

from proxy.domain.constancia import Certificate
from proxy.errors import Refusal
from proxy.keys.file import alone, replace

# In the certificate, so that whoever looks at the seal reads it too.
DEMONSTRATION = "DEMOSTRACIÓN SIN VALOR LEGAL"
BITS = 3072
LEAST_BITS = 2048  # what authorities still certify
LIFE = timedelta(days=730)
LONGEST_NAME = 64  # of X.520


@dataclass(frozen=True)
class SealKey:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def described(self) -> Certificate:
        return describe(self.certificate)


def create_demonstration(path: Path, entity: str, at: datetime) -> None:
    """Makes a seal that says of itself that it proves nothing. One that is there stays."""
    if path.exists():
        return
    key = rsa.generate_private_key(65537, BITS)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, entity[:LONGEST_NAME]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Sello de {DEMONSTRATION.lower()}"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signs_only(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    held = pkcs12.serialize_key_and_certificates(b"sello", key, certificate, None, NoEncryption())
    _write_once(path, held)


def read_seal(path: Path, password: str) -> SealKey:
    """Refuses `seal.missing`, `seal.unreadable`, `seal.exposed`, `seal.damaged`, `seal.key`."""
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except FileNotFoundError:
        raise Refusal("seal.missing", path=path) from None
    except OSError:
        raise Refusal("seal.unreadable", path=path) from None
    if stat.S_IMODE(mode) & 0o077:
        raise Refusal("seal.exposed", path=path)
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(
            content, password.encode() or None
        )
    except (ValueError, TypeError):
        raise Refusal("seal.damaged", path=path) from None
    # A seal with another kind of key makes the file PDF 2.0, which PDF/A-3 is not.
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < LEAST_BITS or certificate is None:
        raise Refusal("seal.key", path=path, bits=LEAST_BITS)
    if key.public_key() != certificate.public_key():
        raise Refusal("seal.damaged", path=path)
    return SealKey(key, certificate, path_of(certificate, chain))


def path_of(
    certificate: x509.Certificate, among: Iterable[x509.Certificate]
) -> tuple[x509.Certificate, ...]:
    """Who issued it, who issued that one, and so on: a file may hold others beside."""
    left, path = [*among], [certificate]
    while above := next((one for one in left if _issued(path[-1], one)), None):
        left.remove(above)
        path.append(above)
    return tuple(path[1:])


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def describe(certificate: x509.Certificate) -> Certificate:
    serial = f"{certificate.serial_number:X}"
    serial = serial.zfill(len(serial) + len(serial) % 2)
    return Certificate(
        holder=_name(certificate.subject),
        by=_name(certificate.issuer),
        serial=":".join(serial[at : at + 2] for at in range(0, len(serial), 2)),
        since=certificate.not_valid_before_utc,
        until=certificate.not_valid_after_utc,
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        demonstration=DEMONSTRATION in _all(certificate.subject, NameOID.ORGANIZATIONAL_UNIT_NAME),
    )


def out_of_date(certificate: Certificate, now: datetime) -> Refusal | None:
    """`seal.expired`, `seal.early`, or None: it may seal."""
    if now > certificate.until:
        return Refusal("seal.expired", at=f"{certificate.until:%d/%m/%Y}")
    if now < certificate.since:
        return Refusal("seal.early", at=f"{certificate.since:%d/%m/%Y}")
    return None


def path_of_certificates(seal_file: Path) -> Path:
    return seal_file.with_name(f"{seal_file.stem}.certificados.pem")


def path_of_authorities(seal_file: Path) -> Path:
    """Of the authorities of time."""
    return seal_file.with_name(f"{seal_file.stem}.tsa.pem")


def remember(seal_file: Path, certificate: x509.Certificate) -> None:
    """Raises OSError."""
    _add(path_of_certificates(seal_file), seal_file, certificate)


class Unremembered(Exception):
    """The certificate of an authority of time cannot be kept, so nobody would know it later."""


def remember_authority(seal_file: Path, certificate: x509.Certificate) -> None:
    """Raises Unremembered."""
    try:
        _add(path_of_authorities(seal_file), seal_file, certificate)
    except (OSError, ValueError):
        raise Unremembered from None


def _add(path: Path, seal_file: Path, certificate: x509.Certificate) -> None:
    if certificate in _certificates(path):
        return
    with alone(path, owner=seal_file):
        known = _certificates(path)
        if certificate not in known:
            every = b"".join(one.public_bytes(Encoding.PEM) for one in (*known, certificate))
            replace(path, every.decode(), owner=seal_file)


def read_certificates(path: Path, *, any_at_all: bool = True) -> list[x509.Certificate]:
    """Refuses `seal.certificates`, also for none, where there must be `any_at_all`."""
    try:
        found = _certificates(path)
        return _none(path) if any_at_all and not found else found
    except (OSError, ValueError):
        raise Refusal("seal.certificates", path=path) from None


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    return x509.load_pem_x509_certificates(content) if content.strip() else []


def _none(path: Path) -> list[x509.Certificate]:
    raise Refusal("seal.certificates", path=path)


def _write_once(path: Path, content: bytes) -> None:
    """Whole or not at all, and never over another one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _signs_only() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(name: x509.Name) -> str:
    """«Jurado Nacional de Elecciones, Sello de …», in one line."""
    parts = [*_all(name, NameOID.ORGANIZATION_NAME), *_all(name, NameOID.COMMON_NAME)]
    return " ".join(", ".join(dict.fromkeys(parts) or [name.rfc4514_string()]).split())


def _all(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in name.get_attributes_for_oid(oid)]
