"""The file of the seal, and the certificates that ever sealed (S67)."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    KeySerializationEncryption,
    NoEncryption,
    pkcs12,
)

from proxy.errors import Refusal
from proxy.keys import seal_file
from proxy.keys.seal_file import (
    create_demonstration,
    path_of_certificates,
    read_certificates,
    read_seal,
    remember,
)
from tests.sealing import SINCE, another, held


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sello.p12"


def write(
    path: Path, key: object, how: KeySerializationEncryption | None = None, mode: int = 0o600
) -> None:
    certificate = held().certificate if isinstance(key, rsa.RSAPrivateKey) else None
    made = pkcs12.serialize_key_and_certificates(
        b"s",
        key,
        certificate,
        None,
        how or NoEncryption(),  # type: ignore[arg-type]
    )
    path.write_bytes(made)
    path.chmod(mode)


def test_one_of_demonstration_says_so_itself_and_is_for_its_owner_alone(path: Path) -> None:
    create_demonstration(path, "Ministerio " + "muy largo " * 9, SINCE)
    found = read_seal(path, "")
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(path.parent) == ["sello.p12"]
    assert found.key.key_size == 3072
    assert found.described.demonstration
    assert "demostración sin valor legal" in found.described.holder
    assert "DEMOSTRACIÓN SIN VALOR LEGAL" in found.certificate.subject.rfc4514_string()


def test_a_seal_that_is_there_is_never_replaced(path: Path) -> None:
    path.write_bytes(b"of the entity")
    create_demonstration(path, "Entidad", SINCE)
    assert path.read_bytes() == b"of the entity"


def test_a_seal_with_a_password_opens_with_it_alone(path: Path) -> None:
    write(path, held().key, BestAvailableEncryption("contraseña".encode()))
    assert read_seal(path, "contraseña").described == held().described
    with pytest.raises(Refusal) as refused:
        read_seal(path, "otra")
    assert refused.value.code == "seal.damaged" and "contraseña" in str(refused.value)


@pytest.mark.parametrize(
    "code", ["missing", "exposed", "damaged", "key", "key.short", "of another"]
)
def test_what_cannot_seal_is_refused(path: Path, code: str) -> None:
    if code == "exposed":
        write(path, held().key, mode=0o640)
    elif code == "damaged":
        path.write_bytes(b"not a seal")
        path.chmod(0o600)
    elif code == "key":  # it would make the file PDF 2.0, which PDF/A-3 is not
        write(path, ec.generate_private_key(ec.SECP256R1()))
    elif code == "key.short":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(seal_file, "BITS", 1024)
            create_demonstration(path, "Entidad", SINCE)
    elif code == "of another":
        with pytest.raises(ValueError, match="match"):
            write(path, another().key)
        return
    with pytest.raises(Refusal) as refused:
        read_seal(path, "")
    assert refused.value.code == f"seal.{code.partition('.')[0]}"
    assert str(path) in str(refused.value)


def test_each_certificate_that_sealed_is_remembered_once(path: Path) -> None:
    path.touch(0o600)
    for one in (held(), another(), held()):
        remember(path, one.certificate)
    found = read_certificates(path_of_certificates(path))
    assert found == [held().certificate, another().certificate]


@pytest.mark.parametrize("content", [None, b"", b"not a certificate"])
def test_without_any_certificate_nothing_can_be_compared(path: Path, content: bytes | None) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        read_certificates(path)
    assert refused.value.code == "seal.certificates"


def test_out_of_date_is_said_with_its_day() -> None:
    late = seal_file.out_of_date(held().described, datetime(2030, 1, 1, tzinfo=UTC))
    assert late and late.code == "seal.expired" and "06/11/2028" in str(late)
    early = seal_file.out_of_date(held().described, datetime(2020, 1, 1, tzinfo=UTC))
    assert early and early.code == "seal.early"
    assert seal_file.out_of_date(held().described, SINCE) is None
