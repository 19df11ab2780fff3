"""Where anybody compares a file with the digest of a constancia (X4): in the browser, sending
nothing."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from proxy.domain.constancia import grouped

Open = Callable[..., Page]
CONTENT = "Resolución de prueba".encode()
DIGEST = hashlib.sha256(CONTENT).hexdigest()
DROP = """([form, content]) => {
    const data = new DataTransfer()
    data.items.add(new File([content], "suelto.pdf"))
    const more = {dataTransfer: data, bubbles: true, cancelable: true}
    for (const kind of ["dragover", "drop"]) form.dispatchEvent(new DragEvent(kind, more))
}"""


@pytest.fixture
def acto(tmp_path: Path) -> Path:
    file = tmp_path / "acto.pdf"
    file.write_bytes(CONTENT)
    return file


def test_a_file_gets_the_groups_that_the_constancia_prints_and_nothing_is_sent(
    open_page: Open, origin: str, acto: Path
) -> None:
    page = open_page(360)
    page.goto(origin + "/verificar/", wait_until="networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Archivo", exact=True).set_input_files(acto)
    said = page.get_by_role("status")
    expect(said).to_contain_text("acto.pdf, 21 bytes")
    assert " ".join(said.locator("code").all_inner_texts()) == grouped(DIGEST)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert asked == []


def test_the_digest_of_the_constancia_is_compared_however_it_was_copied(
    open_page: Open, origin: str, acto: Path
) -> None:
    page = open_page()
    page.goto(origin + "/verificar/")
    field, said = page.get_by_label("Huella de la constancia"), page.get_by_role("status")
    page.get_by_label("Archivo", exact=True).set_input_files(acto)
    field.fill(grouped(DIGEST).upper())
    expect(said).to_contain_text("Coinciden: es el mismo archivo.")
    field.fill("0" + DIGEST[1:] if DIGEST[0] != "0" else "1" + DIGEST[1:])
    expect(said).to_contain_text("No coinciden")
    field.fill(DIGEST[:40])
    expect(said).to_contain_text("no está completa")
    page.get_by_role("button", name="Limpiar").press("Enter")
    expect(said).to_be_empty()
    expect(page.get_by_label("Archivo", exact=True)).to_be_focused()


def test_a_file_that_is_dropped_counts_as_one_that_is_chosen(open_page: Open, origin: str) -> None:
    page = open_page()
    page.goto(origin + "/verificar/")
    form = page.locator("form#huella").element_handle()
    page.evaluate(DROP, [form, CONTENT.decode()])
    expect(page.get_by_role("status")).to_contain_text("suelto.pdf, 21 bytes")


def test_the_code_of_a_constancia_names_it_and_proves_nothing(open_page: Open, origin: str) -> None:
    page = open_page()
    page.goto(origin + "/verificar/#CC-2026-000001-Z")
    told = page.get_by_text("Usted viene del código QR de la constancia N.° CC-2026-000001-Z.")
    expect(told).to_be_visible()
    page.goto(origin + "/verificar/#%3Cb%3Ehola")
    expect(page.locator("#numero")).to_be_hidden()


def test_without_javascript_it_says_how_else(open_page: Open, origin: str) -> None:
    page = open_page(javascript=False)
    page.goto(origin + "/verificar/")
    expect(page.locator("form#huella")).to_be_hidden()
    expect(page.get_by_text("sha256sum acto.pdf")).to_be_visible()
    expect(page.get_by_text("panel de firmas").first).to_be_visible()
