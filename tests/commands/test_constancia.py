"""`casilla constancia verificar` and the seal of an installation (X3, X4)."""

from pathlib import Path
from socket import create_server

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from proxy.installation import Installation
from proxy.keys.seal import Seal
from proxy.keys.seal_file import path_of_certificates, read_certificates, read_seal
from proxy.outside.tsa import TimeAuthority
from tests.commands.conftest import Casilla, casilla, installation
from tests.constancias import LATER
from tests.outside.authority import Authority
from tests.sealing import another, authority, held, plain, sealed

__all__ = ["casilla", "installation"]
CERTIFICATES = Path("var/sello.certificados.pem")
OURS = "Entidad Ficticia, Sello de demostración sin valor legal"


@pytest.fixture
def shown(casilla: Casilla) -> Path:
    """A constancia in the folder, and the certificates of the entity where they belong."""
    Path("constancia.pdf").write_bytes(sealed())
    trust(held().certificate)
    return Path("constancia.pdf")


def trust(certificate: x509.Certificate, path: Path = CERTIFICATES) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(certificate.public_bytes(Encoding.PEM))


def serve(casilla: Casilla) -> tuple[int, str, str]:
    """As far as the port, which somebody has."""
    Path("site").mkdir(exist_ok=True)
    Path("site/index.html").touch()
    with create_server(("127.0.0.1", 0)) as taken:
        return casilla("servir", "--puerto", str(taken.getsockname()[1]))


def test_a_whole_one_is_told_in_plain_words(casilla: Casilla, shown: Path) -> None:
    code, said, complaint = casilla("constancia", "verificar", str(shown))
    assert (code, complaint) == (0, "")
    lines = said.splitlines()
    assert lines[0] == "Está completa: nadie la cambió desde que se selló."
    assert lines[1].startswith(f"La selló {OURS} (certificado ")
    assert lines[1].endswith("), el 08/12/2026 11:00:00 (hora de Lima, UTC-05:00).")
    assert lines[2] == "SIN VALOR LEGAL: sello de demostración"
    assert "Constancia de notificación electrónica, N.° CC-2026-000001-Z" in lines
    assert "  Administrado: Rosa Quispe Ficticia" in lines
    assert "  Fecha de efecto: lunes 07/12/2026" in lines
    assert any(line.startswith("    428e bcb0 7e60 7e64 ") for line in lines), "a digest, in groups"
    assert "No se preguntó a nadie: tampoco si un certificado se revocó." in lines[-1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (plain(), "no tiene sello"),
        (sealed() + b"\n", "alguien le agregó algo después"),
        (sealed().replace(b"/Title", b"/TItle", 1), "no es la que se selló"),
        (b"%PDF-1.7", "no es una constancia que se pueda leer"),
        (bytes(20_000_001), "demasiado grande"),
    ],
)
def test_any_other_is_one_sentence_and_exit_1(
    casilla: Casilla, shown: Path, content: bytes, said: str
) -> None:
    shown.write_bytes(content)
    code, out, complaint = casilla("constancia", "verificar", str(shown))
    assert (code, out) == (1, "")
    assert said in complaint and complaint.count("\n") == 1


def test_one_of_another_signer_names_them_and_elsewhere_certificates_are_given(
    casilla: Casilla, shown: Path
) -> None:
    trust(another().certificate)
    code, _, complaint = casilla("constancia", "verificar", str(shown))
    assert code == 1 and f"no lo selló esta entidad, sino «{OURS}»" in complaint
    trust(held().certificate, Path("de-la-entidad.pem"))
    given = ("--certificados", "de-la-entidad.pem")
    assert casilla("constancia", "verificar", str(shown), *given)[0] == 0
    CERTIFICATES.unlink()
    code, _, complaint = casilla("constancia", "verificar", str(shown))
    assert code == 1 and "--certificados" in complaint


def test_the_hour_of_an_authority_is_said_with_its_name_or_not_confirmed(
    casilla: Casilla, shown: Path
) -> None:
    at = LATER.replace(microsecond=0)
    with Authority(authority(), at) as there:
        seal = Seal(held(), TimeAuthority(there.url))
        shown.write_bytes(seal.seal(plain(), LATER, "Constancia"))
    code, out, complaint = casilla("constancia", "verificar", str(shown))
    assert (code, out) == (1, "") and "no está confirmada" in complaint
    trust(authority().certificate, Path("tiempo.pem"))
    said = "Una autoridad de tiempo conocida, Autoridad de Tiempo Ficticia, da fe de que ya estaba"
    code, out, _ = casilla("constancia", "verificar", str(shown), "--tsa", "tiempo.pem")
    assert code == 0 and out.splitlines()[2].startswith(said)
    Path("tiempo.pem").rename("var/sello.tsa.pem")
    assert casilla("constancia", "verificar", str(shown))[0] == 0
    code, _, complaint = casilla("constancia", "verificar", str(shown), "--tsa", "tiempo.pem")
    assert code == 1 and "tiempo.pem" in complaint
    trust(authority().certificate)  # who says the hour is not who seals
    assert casilla("constancia", "verificar", str(shown))[0] == 1


def test_the_first_start_makes_a_seal_of_demonstration_and_the_public_is_told(
    casilla: Casilla, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = installation.settings.seal_path
    assert not path.exists()
    assert "demostración" not in serve(casilla)[2]
    made = read_seal(path, "")
    assert made.described.demonstration
    assert "Jurado Nacional de Elecciones" in made.described.holder
    assert read_certificates(path_of_certificates(path)) == [made.certificate]
    monkeypatch.setenv("CASILLA_ORIGIN", "https://casilla.example")
    assert "el sello de las constancias es de demostración" in serve(casilla)[2]
    assert read_seal(path, "").certificate == made.certificate, "it is kept"


def test_a_seal_that_is_named_must_be_there_and_be_good(
    casilla: Casilla, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASILLA_SEAL_FILE", "sello-oficial.p12")
    code, _, complaint = serve(casilla)
    assert code == 1 and "Falta el sello de las constancias, sello-oficial.p12" in complaint
    Path("sello-oficial.p12").write_bytes(b"x")
    Path("sello-oficial.p12").chmod(0o600)
    code, _, complaint = serve(casilla)
    assert code == 1 and "CASILLA_SEAL_PASSWORD" in complaint


def test_an_expired_seal_is_said_loudly_and_the_service_goes_on(
    casilla: Casilla, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from proxy.keys import seal_file

    monkeypatch.setattr(seal_file, "LIFE", -seal_file.timedelta(hours=1))
    monkeypatch.setattr(seal_file, "BITS", 2048)
    complaint = serve(casilla)[2]
    assert "El certificado del sello venció el " in complaint
    assert "No se puede escuchar" in complaint, "it came as far as the port"
