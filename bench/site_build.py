"""Time and memory of a build with more and more services, against plain MkDocs.

The first sheet of the catalogue is repeated under other numbers. The plain build has as many
Markdown files as the site has pages, with the words of that sheet and stock Material, none of them
in the navigation. With few pages the difference in memory is the code that reads the sheets, about
10 MB. `--all` adds 16,000 services, which takes some minutes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import figures

ROOT = Path(__file__).parents[1]
SIZES = [16, 17, 18] if figures.QUICK else [16, 160, 1_600]
LARGEST = 16_000
PLAIN = """
site_name: Banco
nav: [index.md]
validation: {nav: {omitted_files: ignore}}
theme: {name: material, language: es, font: false, features: [navigation.prune]}
plugins: [{search: {lang: es}}]
"""


def ours(folder: Path, services: int) -> None:
    for name in ("catalog", "site_src", "proxy/static"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "mkdocs.yml", folder)
    sheets = sorted((folder / "catalog" / "services").glob("*.yml"))
    text = sheets[0].read_text()
    for number in range(len(sheets) + 1, services + 1):
        copy = text.replace("id: 001-", f"id: {number:03}-")
        copy = copy.replace("\nnombre: ", f"\nnombre: Servicio {number} de ", 1)
        path = folder / "catalog" / "services" / f"{number:03}-servicio-{number}.yml"
        path.write_text(copy)


def plain(folder: Path, pages: int) -> None:
    (folder / "mkdocs.yml").write_text(PLAIN)
    (folder / "docs").mkdir()
    (folder / "docs" / "index.md").write_text("# Banco\n")
    sheet = next((ROOT / "catalog" / "services").glob("001-*.yml")).read_text()
    items = "".join(f"- {line.strip()}\n" for line in sheet.splitlines())
    for number in range(1, pages + 1):
        (folder / "docs" / f"pagina-{number}.md").write_text(f"# Página {number}\n\n{items}")


def build(folder: Path) -> tuple[float, float]:
    """Seconds, and the peak of memory in MB."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "-f", str(folder / "mkdocs.yml")]
    process = subprocess.Popen(command, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"})
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("the build failed")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def measure(services: int) -> tuple[float, float]:
    """Print the cost. Return milliseconds for each page, and memory over that of plain MkDocs."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        ours(Path(one), services)
        seconds, memory = build(Path(one))
        pages = len(list(Path(one, "site").rglob("index.html")))
        plain(Path(other), pages)
        plain_seconds, plain_memory = build(Path(other))
    print(
        f"site {services} services: {pages} pages, {seconds:.1f} s, "
        f"{1000 * seconds / pages:.1f} ms a page, {seconds / plain_seconds:.2f} of plain MkDocs; "
        f"{memory:.0f} MB, {memory / plain_memory:.2f} of plain MkDocs",
        flush=True,
    )
    return 1000 * seconds / pages, memory / plain_memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help=f"also {LARGEST} services")
    sizes = [*SIZES, LARGEST] if parser.parse_args().all else SIZES
    found = {services: measure(services) for services in sizes}
    growth = max(found[services][0] for services in sizes[2:]) / found[sizes[1]][0]
    memory = max(found[services][1] for services in sizes[2:])
    line = f"site: a page costs {growth:.2f} times what it costs among {sizes[1]} services"
    figures.at_most(1.2, growth, line)
    figures.at_most(1.2, memory, f"site: memory {memory:.2f} of plain MkDocs")


if __name__ == "__main__":
    main()
