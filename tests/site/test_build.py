"""How the site is built: it stops where it should, and gives the same bytes twice."""

import hashlib
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Literal
from urllib.error import URLError
from urllib.parse import urljoin
from urllib.request import urlopen

import brotli  # type: ignore[import-untyped]
import pytest

from catalog.reading.model import Catalog
from proxy.commands.site import publish
from proxy.settings import Settings
from tests.site.reading import Reading
from tests.site.workshop import ORIGIN, ROOT, build, copy_sources, environment

SHEET = "catalog/services/002-consulta-de-multas-electorales.yml"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    return copy_sources(tmp_path)


def edit(config: Path, name: str, old: str, new: str) -> None:
    file = config.parent / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_faulty_sheets_stop_the_build_with_all_their_lines(sources: Path, tmp_path: Path) -> None:
    sheet = (sources.parent / SHEET).read_text(encoding="utf-8").splitlines()
    edit(sources, SHEET, "audiencia:", "audiencias:")
    edit(sources, "catalog/services/003-consulta-web-administrativa.yml", "version:", "versión:")
    done = build(tmp_path / "site", sources)
    assert done.returncode == 1
    told = re.sub(r":[0-9]+:", ":N:", done.stderr).replace(f"{tmp_path}/", "").splitlines()
    assert f"{SHEET}:N: falta «audiencia»" in told
    assert f"{SHEET}:N: sobra «audiencias»: ¿quiso decir «audiencia»?" in told
    assert "catalog/services/003-consulta-web-administrativa.yml:N: falta «version»" in told
    assert f"{SHEET}:{sheet.index('audiencia:') + 1}: sobra" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "site").exists()


def test_a_service_cannot_take_the_address_of_another_page(sources: Path, tmp_path: Path) -> None:
    sheet = sources.parent / SHEET
    sheet.rename(sheet.with_name("002-resumen.yml"))
    done = build(tmp_path / "site", sources)
    assert done.returncode == 1
    assert "La dirección /catalogo/resumen/ ya tiene página" in done.stderr


def test_a_page_cannot_print_a_value_that_no_sheet_has(sources: Path, tmp_path: Path) -> None:
    edit(sources, "site_src/pages/preguntas.md", "sesion.maximo_horas", "sesion.cifras")
    done = build(tmp_path / "site", sources)
    assert done.returncode == 1
    assert "preguntas.md" in done.stderr
    assert "cifras" in done.stderr


def test_a_lost_link_stops_the_build(sources: Path, tmp_path: Path) -> None:
    edit(sources, "site_src/pages/index.md", "(preguntas.md)", "(pregunta.md)")
    done = build(tmp_path / "site", sources)
    assert done.returncode == 1
    assert "pregunta.md" in done.stderr


@pytest.mark.parametrize(
    ("template", "old", "new", "lost"),
    [
        ("service.html", "/catalogo/historial/", "/catalogo/historia/", "/catalogo/historia/"),
        ("technology.html", '<h2 id="internos">', '<h2><a href="#interno">x</a>', "/#interno"),
        ("index.html", "/guias/", "/guias", "/guias"),
    ],
)
def test_a_lost_link_of_a_template_stops_the_build_too(
    sources: Path, tmp_path: Path, template: str, old: str, new: str, lost: str
) -> None:
    edit(sources, f"site_src/templates/{template}", old, new)
    done = build(tmp_path / "site", sources)
    assert done.returncode == 1
    assert f"{lost}, que no existe" in done.stderr
    assert "Traceback" not in done.stderr


def test_text_of_a_sheet_is_never_markup(sources: Path, tmp_path: Path) -> None:
    edit(sources, SHEET, "resumen: ", 'resumen: Uno "dos" <script>alert(1)</script> & *tres*. ')
    assert build(tmp_path / "site", sources).returncode == 0
    page = (tmp_path / "site/catalogo/consulta-de-multas-electorales/index.html").read_text()
    assert "<script>alert" not in page
    assert 'content="Uno &#34;dos&#34; &lt;script&gt;alert(1)&lt;/script&gt; &amp; *tres*.' in page
    index = (tmp_path / "site/catalogo/index.html").read_text()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; *tres*." in index


def test_the_same_sheets_give_the_same_bytes_on_any_day(site: Path, tmp_path: Path) -> None:
    build(tmp_path / "site", SOURCE_DATE_EPOCH="1000000000")
    assert fingerprints(tmp_path / "site") == fingerprints(site)


def fingerprints(folder: Path) -> dict[str, str]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert not [file for file in folder.rglob("*") if file.is_symlink()]
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
    }


@pytest.mark.parametrize("profile", ["guia", "estricto"])
def test_the_guide_prints_the_limits_of_the_access_sheet(
    sources: Path, tmp_path: Path, catalog: Catalog, profile: Literal["guia", "estricto"]
) -> None:
    """J20–J39, M63, M81, S16: a guide here cannot lie."""
    sheet = sources.parent / "catalog/access.yml"
    text = sheet.read_text(encoding="utf-8")
    half = text.index("  estricto:")
    edited = {"guia": text[:half], "estricto": text[half:]}
    for old, new in [
        ("vida_minutos: 10", "vida_minutos: 7"),
        ("intentos: 5", "intentos: 4"),
        ("envios: 5", "envios: 3"),
        ("espera_segundos: 30", "espera_segundos: 41"),
        ("plazo_minutos: 30", "plazo_minutos: 19"),
        ("inactividad_minutos: 15", "inactividad_minutos: 13"),
        ("maximo_horas: 8", "maximo_horas: 6"),
        ("enlace_horas: 48", "enlace_horas: 31"),
        ("enlace_horas: 24", "enlace_horas: 31"),
        ("clave_minutos: 10", "clave_minutos: 9"),
        ("minimo_caracteres: 8", "minimo_caracteres: 14"),
        ("minimo_caracteres: 12", "minimo_caracteres: 14"),
    ]:
        edited[profile] = edited[profile].replace(old, new)
    sheet.write_text(edited["guia"] + edited["estricto"], encoding="utf-8")
    settings = Settings(
        _env_file=None,
        origin=ORIGIN,
        profile=profile,
        site_dir=tmp_path / "site",
        catalog_dir=sources.parent / "catalog",
    )
    publish(sources, settings)
    guide = (tmp_path / "site/guias/ingresar-a-su-casilla/index.html").read_text()
    for sentence in (
        "código de 6 dígitos",
        "Espere 41 segundos",
        "hasta 3 códigos",
        "sirve 7 minutos",
        "Tiene 4 intentos, aunque pida otro código",
        "tiene 19 minutos",
        "a los 13 minutos sin uso y, en todo caso, a las 6 horas",
    ):
        assert sentence in guide
    guide = (tmp_path / "site/guias/recuperar-su-contrasena/index.html").read_text()
    for sentence in (
        "El enlace sirve 31 horas",
        "Tiene 9 minutos",
        "Cada uno sirve 7 minutos",
        "Pasados 41 segundos",
        "Tiene 4 intentos, aunque pida otro código",
        "hasta 3 códigos",
        "tiene 19 minutos",
        "La contraseña debe tener al menos 14 caracteres",
    ):
        assert sentence in guide
    profile_guide = (tmp_path / "site/guias/actualizar-sus-datos/index.html").read_text()
    assert "Tiene 4 intentos en cada paso, aunque pida otro código" in profile_guide
    first = (tmp_path / "site/guias/primer-acceso/index.html").read_text()
    for page in (guide, first):  # S16: the stricter profile shows no riddle at the first try
        assert ("solo después de un primer intento" in page) == (profile == "estricto")
    new = (tmp_path / "site/guias/crear-su-casilla/index.html").read_text()
    by_link = profile == "estricto"  # S16: a link opens the first access, and nobody guesses at one
    assert ("Elija su contraseña" in first) == by_link
    assert ("Con el enlace de su mensaje" in first) == by_link
    assert ("o falló 5 veces" in new) != by_link


def test_the_guide_names_things_as_the_screens_do(site: Path) -> None:
    """J20–J27: the labels, letter for letter, in the templates of the casilla too."""
    guide = (site / "guias/ingresar-a-su-casilla/index.html").read_text()
    templates = "".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "proxy/templates").rglob("*.html")
    )
    for label in (
        "DNI",
        "Ingrese con él",
        "Contraseña",
        "Iniciar sesión",
        "Token digital",
        "VERIFICAR",
        "Reenviar código digital",
        "¡Listo! Ahora tiene acceso al Sistema de Casilla Electrónica.",
        "Pendientes por leer",
        "Leídos",
        "Ver",
        "Descargar documento original",
        "Descargar anexos",
        "Cerrar sesión",
    ):
        assert label in guide, label
        assert label in templates, label


def test_a_changed_sheet_shows_at_once_while_writing(sources: Path) -> None:
    """The sheets of another entity too, which are somewhere else."""
    sheets = sources.with_name("otras fichas")
    sources.with_name("catalog").rename(sheets)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "-f", sources, "-a", f"127.0.0.1:{port}"]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True,
        env=environment(CASILLA_ORIGIN=f"http://127.0.0.1:{port}", CASILLA_CATALOG_DIR=sheets.name),
    ) as server:  # fmt: skip
        try:
            assert server.stderr
            for line in server.stderr:
                if "Serving on" in line:
                    break
            address = f"http://127.0.0.1:{port}"
            page = f"{address}/catalogo/consulta-de-multas-electorales/"
            before = _get(page)
            epoch = re.search(r"livereload\((\d+), (\d+)\)", before)
            assert epoch
            changed = SHEET.replace("catalog", sheets.name)
            edit(sources, changed, "Averigüe si", "Entérese de si")
            _get(f"{address}/livereload/{epoch[1]}/{epoch[2]}")  # answers after the next build
            assert "Entérese de si" in _get(page)
        finally:
            server.terminate()


def _get(address: str) -> str:
    try:
        with urlopen(address, timeout=60) as reply:
            return str(reply.read().decode())
    except URLError as error:
        raise AssertionError(f"{address}: {error}") from error


def test_nothing_is_published_that_no_page_asks_for(site: Path, pages: dict[str, Reading]) -> None:
    """Source maps, and the theme's search with its words of forty languages."""
    loaded = {urljoin(path, load)[1:] for path, page in pages.items() for load in page.loads}
    modules = {"assets/search.js", "assets/finder.js"}  # asked for by other scripts
    assets = {file.relative_to(site).as_posix() for file in (site / "assets").rglob("*.*")}
    assert assets == {load for load in loaded if load.startswith("assets/")} | modules


@pytest.mark.parametrize("path", ["/", "/catalogo/", "/guias/crear-su-casilla/"])
def test_a_first_visit_is_light(site: Path, pages: dict[str, Reading], path: str) -> None:
    """Under 90 KB over the wire, with some 1 KB of headers a file: bench.pages weighs them."""
    files = {f"{path}index.html", "/assets/search.js"}
    files |= {urljoin(path, load) for load in pages[path].loads}
    sizes = [len(brotli.compress((site / file.lstrip("/")).read_bytes())) for file in files]
    assert sum(sizes) + 1_000 * len(sizes) < 90_000


def test_no_generated_page_is_in_the_folder_of_pages(tmp_path: Path) -> None:
    """C6: the pages of the catalogue come from the sheets, never from files beside them."""
    pages = ROOT / "site_src/pages"
    assert not [folder for folder in ("catalogo", "datos") if (pages / folder).exists()]
