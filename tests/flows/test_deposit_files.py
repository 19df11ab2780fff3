"""What a deposit says of its files, by their bytes: S72."""

from io import BytesIO
from pathlib import Path

import pytest

from proxy.errors import Refusal
from proxy.flows import deposit
from proxy.flows.deposit import Offered, Served
from proxy.store.documents import Documents
from tests.casilla import PDF
from tests.flows.test_deposit import LIMITS, PNG
from tests.store.carrying import LAUNCHES, PROGRAMS, SCRIPTS, zipped

CARTA = ("CARTA 9.pdf", PDF)


def receive(folder: Path, *files: tuple[str, bytes]) -> list[Served]:
    acto, *anexos = [Offered(name, BytesIO(content)) for name, content in files]
    return deposit.receive(Documents(folder), LIMITS, acto, anexos)


def test_a_name_that_does_not_fit_gets_the_ending_by_which_the_bytes_are_opened(
    tmp_path: Path,
) -> None:
    """A browser and a computer are told what the file is, and the sender's name stays in it."""
    files = ("CARTA 9", PDF), ("plano.exe", PNG), ("lista.CSV", b"a;b\n")
    assert [(file.name, file.media_type) for file in receive(tmp_path, *files)] == [
        ("CARTA 9.pdf", "application/pdf"),
        ("plano.exe.png", "image/png"),
        ("lista.CSV", "text/csv"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SCRIPTS["open_action"], "es un PDF con JavaScript"),
        (LAUNCHES["when it opens"], "es un PDF que abre otro archivo o un programa"),
        (PROGRAMS["associated"], "» que está dentro de «a.pdf» es un programa"),
    ],
)
def test_what_runs_is_refused_as_acto_and_as_anexo(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    for files in ([("a.pdf", content)], [CARTA, ("a.pdf", content)]):
        with pytest.raises(Refusal) as refusal:
            receive(tmp_path, *files)
        assert reason in str(refusal.value)
        assert not list(tmp_path.iterdir())


def test_the_file_within_whose_fault_it_is_is_told(tmp_path: Path) -> None:
    planos = zipped({"b/Instalar.exe": b"MZ\0"})
    with pytest.raises(Refusal) as refusal:
        receive(tmp_path, CARTA, ("planos.zip", planos))
    assert str(refusal.value).startswith(
        "El archivo «Instalar.exe» que está dentro de «planos.zip» es un programa"
    )
