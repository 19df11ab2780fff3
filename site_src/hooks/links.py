"""Links inside the built site that lead nowhere: those of templates and sheets, too.

MkDocs follows only the links of its Markdown pages.
"""

import re
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

ELSEWHERE = "/casilla/"  # served by the proxy
_LINK = re.compile(r'<a\s[^>]*?\bhref="([^"]*)"')
_ID = re.compile(r'\s(?:id|name)="([^"]*)"')


def lost_links(site: Path, base_url: str) -> list[str]:
    """One line for each, with the first page that has it."""
    base = urlsplit(base_url)
    targets: dict[tuple[str, str], str] = {}
    for file in sorted(site.rglob("*.html")):
        page = "/" + file.relative_to(site).as_posix().removesuffix("index.html")
        for link in dict.fromkeys(_LINK.findall(file.read_text(encoding="utf-8"))):
            target = urlsplit(urljoin(f"//{base.netloc}{page}", unescape(link)))
            ours = target.netloc == base.netloc and target.scheme in ("", base.scheme)
            if ours and not target.path.startswith(ELSEWHERE):
                targets.setdefault((unquote(target.path), unquote(target.fragment)), page)

    @cache
    def ids(file: Path) -> frozenset[str]:
        return frozenset(map(unescape, _ID.findall(file.read_text(encoding="utf-8"))))

    def leads(path: str, fragment: str) -> bool:
        file = site / path.lstrip("/")
        file = file / "index.html" if path.endswith("/") else file
        return file.is_file() and (not fragment or fragment in ids(file))

    return [
        f"{page}: lleva a {path}{'#' * bool(fragment)}{fragment}, que no existe"
        for (path, fragment), page in targets.items()
        if not leads(path, fragment)
    ]
