"""The compressed twins are right, small and always the same."""

import gzip
import os
from pathlib import Path

import brotli
import pytest

from proxy.web.site.compress import NotPlain, compress

TEXT = "Notificación electrónica de la entidad. ".encode() * 200


def test_what_shrinks_gets_two_twins_that_give_it_back(tmp_path: Path) -> None:
    page = tmp_path / "guia" / "index.html"
    page.parent.mkdir()
    page.write_bytes(TEXT)
    compress(tmp_path)
    small, larger = page.with_name("index.html.br"), page.with_name("index.html.gz")
    assert brotli.decompress(small.read_bytes()) == TEXT
    assert gzip.decompress(larger.read_bytes()) == TEXT
    assert small.stat().st_size == len(brotli.compress(TEXT, quality=11))


def test_what_does_not_shrink_stays_alone(tmp_path: Path) -> None:
    (tmp_path / "foto.png").write_bytes(TEXT)  # by its name it is compressed already
    (tmp_path / "azar.html").write_bytes(os.urandom(500))
    (tmp_path / "vacio.txt").write_bytes(b"")
    compress(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "azar.html",
        "foto.png",
        "vacio.txt",
    ]


def test_the_same_files_give_the_same_bytes_and_times(tmp_path: Path) -> None:
    def built(name: str) -> dict[str, tuple[bytes, int]]:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "a.css").write_bytes(TEXT)
        # MkDocs writes a twin of its own, with the hour of the build in it.
        (folder / "a.css.gz").write_bytes(gzip.compress(TEXT, mtime=len(name)))
        os.utime(folder / "a.css", (1_700_000_000, 1_700_000_000))
        compress(folder)
        compress(folder)  # again is the same
        return {
            path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()
        }

    assert built("one") == built("three")


@pytest.mark.parametrize("what", ["link", "folder", "dangling", "pipe"])
def test_a_link_or_a_pipe_in_the_build_stops_it(tmp_path: Path, what: str) -> None:
    outside, site = tmp_path / "secreto", tmp_path / "site" / "assets"
    site.mkdir(parents=True)
    outside.write_text("clave")
    if what == "pipe":
        os.mkfifo(site / "pipe")
    else:
        target = {"link": outside, "folder": tmp_path, "dangling": tmp_path / "nada"}[what]
        (site / what).symlink_to(target)
    with pytest.raises(NotPlain, match=f"assets/{what} no es un archivo"):
        compress(tmp_path / "site")
