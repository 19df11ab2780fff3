"""The catalogue as pages: MkDocs calls these functions, in this order, while it builds the site.

No page of the catalogue has a source file. A faulty sheet stops the build with all its faults.
"""

import re
from datetime import timedelta
from pathlib import Path

from api_fields import FIELDS
from generated_pages import CatalogPage, Templates, generated_pages
from jinja2 import Environment, StrictUndefined
from links import lost_links
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext
from search_index import Index

from catalog.reading.exports import write
from catalog.reading.reader import CatalogFaults, lacking, read_catalog
from proxy.domain import limits
from proxy.domain.constancia import grouped
from proxy.domain.files import HIDE, KINDS, RUN

# The casilla needs these files without this site too, so they are in its folder.
SHARED = Path("proxy", "static")
WINDOWS = {
    limits.MINUTE: "un minuto",
    limits.HOUR: "una hora",
    limits.DAY: "un día",
}
# Of the theme, what no page asks for: its search in each language, its icon and source maps.
UNUSED = re.compile(r"^assets/(javascripts/(lunr|workers)|images)/|\.map$")
# Text of the pages written by hand may name values of the sheets: {{ token.vida_minutos }}.
_text = Environment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
_text.filters["grupos"] = grouped


def _spoken(times: int, window: timedelta) -> str:
    minutes = window // limits.MINUTE
    long = f"{minutes} minutos" if minutes < 60 else f"{minutes // 60} horas"
    return f"{times} en {WINDOWS.get(window, long)}"


LIMITS: dict[str, object] = {
    "vecinas": limits.SITE,
    "cincuenta": limits.HOLDS[limits.Kind.SHARE],
    **{name: _spoken(times, window) for name, (times, window, _) in limits.TABLE.items()},
}


# What may be deposited, and what is refused within it.
CALLED = {
    "PDF": "PDF",
    "PNG": "Imagen PNG",
    "JPG": "Foto JPEG",
    "DOCX": "Texto de Word",
    "XLSX": "Hoja de cálculo de Excel",
    "PPTX": "Presentación de PowerPoint",
    "ODT": "Texto de OpenDocument",
    "ODS": "Hoja de cálculo de OpenDocument",
    "ZIP": "Varios archivos en uno",
    "TXT": "Texto simple",
    "CSV": "Tabla como texto",
}
FILES = {
    "tipos": [(CALLED[name], kind) for name, kind in KINDS.items()],
    "programas": sorted(RUN),
    "cerrados": sorted(HIDE),
}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    here = Path(config.config_file_path).parent
    sheets = here / (config.extra["catalog_dir"] or "catalog")
    if reason := lacking(sheets):
        raise PluginError(f"CASILLA_CATALOG_DIR: {reason}.")
    try:
        catalog = read_catalog(sheets)
    except CatalogFaults as faults:
        raise PluginError(f"El catálogo tiene faltas:\n{faults}") from faults
    config.extra["catalog"] = catalog
    config.extra["templates"] = Templates(here / "site_src" / "templates")
    config.extra["search"] = Index(catalog)
    config.site_name = f"{config.site_name} · {catalog.entity.siglas}"
    config.copyright = catalog.entity.derechos
    config.watch += map(str, (sheets, here / "site_src", here / SHARED))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for file in generated_pages(config.extra["catalog"], config):
        if files.get_file_from_path(file.src_uri):
            raise PluginError(f"La dirección /{file.url} ya tiene página: renombre la ficha.")
        files.append(file)
    for file in list(files):
        if UNUSED.search(file.src_uri):
            files.remove(file)
    for name in ("colores.css", "fecha.js", "icono.svg"):
        source = Path(config.config_file_path).parent / SHARED / name
        files.append(File.generated(config, f"assets/{name}", abs_src_path=str(source)))
    return files


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Put the pages that no menu lists below the section of the catalogue."""
    index = files.get_file_from_path("catalogo/index.md")
    assert index and index.page
    for file in files.documentation_pages():
        if isinstance(file.page, CatalogPage) and file.inclusion.is_not_in_nav():
            above = files.get_file_from_path(f"{file.src_uri.partition('/')[0]}.md")
            if above and above.page:  # a version of a text that is accepted
                file.page.above = above.page
            file.page.parent = (above or index).page.parent
    return nav


def on_pre_page(page: Page, config: MkDocsConfig, files: Files) -> Page:
    page.update_date = "2000-01-01"  # in sitemap.xml.gz: the same sheets give the same bytes
    return page


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    if isinstance(page, CatalogPage):
        return markdown
    catalog = config.extra["catalog"]
    profile = catalog.access.profile(config.extra["profile"])
    values = {"entity": catalog.entity, "catalog": catalog, "limite": LIMITS, **dict(profile)}
    values |= {"datos": FIELDS, "archivos": FILES}
    try:
        return _text.from_string(markdown).render(values)
    except Exception as error:
        raise PluginError(f"{page.file.src_uri}: {error}") from error


def on_page_context(
    context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation
) -> TemplateContext:
    if isinstance(page, CatalogPage):
        page.fill(config)
    if getattr(page, "found", True):
        config.extra["search"].add(page, getattr(page, "service", None))
    return context


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    if isinstance(page, CatalogPage):
        page.empty()
    return _valid(output)


def on_post_template(output: str, template_name: str, config: MkDocsConfig) -> str:
    return _valid(output)  # 404.html


def _valid(html: str) -> str:
    """The theme says «autocomplete» of two checkboxes, and HTML knows it of no checkbox: site.js
    says it. They stand outside the blocks of the theme's base.html."""
    return re.sub(r'(type="checkbox" id="__\w+") autocomplete="off"', r"\1", html)


def on_post_build(config: MkDocsConfig) -> None:
    site = Path(config.site_dir)
    config.extra["search"].write(site)
    write(site / "datos", config.extra["catalog"], config.site_url)
    if lost := lost_links(site, config.site_url):
        raise PluginError("Hay enlaces perdidos dentro del sitio:\n" + "\n".join(lost))
