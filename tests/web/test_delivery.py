"""The files of a notificacion over HTTP: M89, S51, S59, S72."""

import io
import logging
import re
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from httpx2 import Response

from proxy.installation import Installation
from tests.casilla import ACTO
from tests.people import Person
from tests.web.letters import CARGO, FOTO, events, see
from tests.web.visitor import Visitor


def saved_as(response: Response) -> str:
    found = re.fullmatch(
        r"attachment; filename=\"[ -~]+\"; filename\*=UTF-8''(\S+)",
        response.headers["content-disposition"],
    )
    assert found
    return unquote(found[1])


@pytest.mark.parametrize("path", ["acto/", "anexos/1/", "anexos.zip"])
def test_no_file_before_ver(
    her: Visitor, letter: str, path: str, installation: Installation
) -> None:
    answer = her.get(letter + path)
    assert (answer.status_code, answer.headers["location"]) == (303, letter)
    assert events(installation, "sensitive_read") == 0


def test_the_acto_is_saved_and_never_shown(
    her: Visitor, letter: str, installation: Installation
) -> None:
    """M89, S72, S59"""
    see(her, letter)
    answer = her.get(f"{letter}acto/")
    assert (answer.status_code, answer.content) == (200, ACTO.content)
    assert saved_as(answer) == ACTO.name
    expected = {
        "content-type": "application/pdf",
        "content-length": str(len(ACTO.content)),
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "no-store",
        "accept-ranges": "bytes",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert events(installation, "sensitive_read") == 1


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=5-", 206, slice(5, None)),
        ("bytes=-4", 206, slice(-4, None)),
        ("bytes=0-0,4-5", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
        ("bytes=900-", 416, slice(0, 0)),
    ],
)
def test_a_download_that_was_cut_can_go_on(
    her: Visitor, letter: str, asked: str, status: int, part: slice
) -> None:
    """S72"""
    see(her, letter)
    answer = her.get(f"{letter}acto/", Range=asked)
    assert (answer.status_code, answer.content) == (status, ACTO.content[part])


def test_each_anexo_by_itself(her: Visitor, letter: str) -> None:
    see(her, letter)
    second = her.get(f"{letter}anexos/2/")
    assert (second.content, second.headers["content-type"]) == (FOTO.content, "image/png")
    first = her.get(f"{letter}anexos/1/")
    assert saved_as(first) == CARGO.name
    assert 'filename="Cargo de recepcion.pdf"' in first.headers["content-disposition"]


def test_several_anexos_are_one_zip(
    her: Visitor, rosa: Person, serve: Callable[..., str], installation: Installation
) -> None:
    """M89"""
    address = serve(rosa, anexos=(CARGO, FOTO, CARGO))
    see(her, address)
    answer = her.get(f"{address}anexos.zip")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-type"] == "application/zip"
    assert saved_as(answer).endswith(".zip")
    zipped = ZipFile(io.BytesIO(answer.content))
    assert zipped.namelist() == [CARGO.name, FOTO.name, "Cargo de recepción (2).pdf"]
    assert zipped.read(FOTO.name) == FOTO.content
    assert events(installation, "sensitive_read") == 1


def test_one_anexo_is_the_file_itself(
    her: Visitor, rosa: Person, serve: Callable[..., str]
) -> None:
    address = serve(rosa, anexos=(FOTO,))
    see(her, address)
    answer = her.get(f"{address}anexos.zip")
    assert (answer.content, saved_as(answer)) == (FOTO.content, FOTO.name)


@pytest.mark.parametrize("position", ["0", "3", "01", "-1", "x", "9" * 5000])
def test_an_anexo_that_is_not_there(her: Visitor, letter: str, position: str) -> None:
    see(her, letter)
    assert her.get(f"{letter}anexos/{position}/").status_code == 404


def test_asking_for_the_size_alone_is_not_a_download(
    her: Visitor, letter: str, installation: Installation
) -> None:
    see(her, letter)
    answer = her.client.head(f"{letter}acto/")
    assert (answer.content, answer.headers["content-length"]) == (b"", str(len(ACTO.content)))
    assert events(installation, "sensitive_read") == 0


@pytest.mark.parametrize("harm", ["changed", "gone"])
@pytest.mark.parametrize("path", ["acto/", "anexos.zip"])
def test_a_damaged_file_is_never_served(
    her: Visitor,
    letter: str,
    installation: Installation,
    caplog: pytest.LogCaptureFixture,
    path: str,
    harm: str,
) -> None:
    """S72: recorded once, however often it is tried."""
    see(her, letter)
    for stored in installation.documents.folder.glob("*/*"):
        harm_file(stored, harm)
    with caplog.at_level(logging.ERROR):
        answers = [her.get(letter + path), her.client.head(letter + path), her.get(letter + path)]
    for answer in answers:
        assert answer.status_code == 500
        assert "content-disposition" not in answer.headers
    assert "no está completo en nuestro sistema" in answer.text
    assert "%PDF" not in answer.text
    damaged = [CARGO, FOTO] if path == "anexos.zip" else [ACTO]
    assert ", ".join(f"«{one.name}»" for one in damaged) in answer.text
    assert [record.message for record in caplog.records] == ["damaged"] * len(damaged)
    assert events(installation, "incidencia_found") == len(damaged)
    assert events(installation, "sensitive_read") == 0


def harm_file(stored: Path, harm: str) -> None:
    stored.chmod(0o600)
    if harm == "gone":
        stored.unlink()
    else:
        stored.write_bytes(stored.read_bytes()[:-1] + b"!")


def test_a_damaged_file_keeps_back_no_other_and_can_be_had_once_it_is_mended(
    her: Visitor,
    rosa: Person,
    serve: Callable[..., str],
    installation: Installation,
) -> None:
    """Nobody else's, none of the same notificacion, and no other notificacion with its bytes."""
    letter, again = serve(rosa, anexos=(CARGO, FOTO)), serve(rosa, anexos=(FOTO,))
    for address in (letter, again):
        see(her, address)
    documents = installation.documents
    photo = documents.path(sha256(FOTO.content).hexdigest())
    harm_file(photo, "gone")
    refused = [her.get(f"{letter}{path}").status_code for path in ("anexos/2/", "anexos.zip")]
    others = [her.get(f"{letter}{path}").status_code for path in ("acto/", "anexos/1/")]
    assert (refused, others) == ([500, 500], [200, 200])
    assert her.get("/listo").text == "listo\nhay archivos dañados\n"
    documents.put(BytesIO(FOTO.content))
    assert [her.get(f"{letter}anexos/2/").content for _ in range(2)] == [FOTO.content] * 2
    assert her.get("/listo").text == "listo\n"
    assert her.get(f"{again}anexos.zip").content == FOTO.content
    told = [events(installation, f"incidencia_{what}") for what in ("found", "mended")]
    assert told == [1, 1]


def test_too_many_downloads_are_told_to_wait(her: Visitor, letter: str) -> None:
    """S51"""
    see(her, letter)
    answers = [her.get(f"{letter}acto/", Range="bytes=0-0") for _ in range(61)]
    assert {answer.status_code for answer in answers[:60]} == {206}
    assert answers[60].status_code == 429
    assert answers[60].headers["retry-after"] == "1"
    assert "Espere 1 segundo" in answers[60].text
