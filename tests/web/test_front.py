"""The nginx of the manual, as it is printed there, in front of the real service."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from proxy.app import create_app
from proxy.installation import Installation
from tests.conftest import missing
from tests.engines import free_port
from tests.outside.servers import certificate
from tests.web.served import Reply, reply, serving, written
from tests.web.test_mailed import WITH_TOKEN

PAGE = Path("site_src/pages/manual/instalar.md")
Ask = Callable[..., Reply]


@contextmanager
def front(folder: Path, upstream: int) -> Iterator[Ask]:
    """Only its port, its files and the port of the service are others than in the manual."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        missing("nginx")
    port, pem = free_port(), certificate(folder, "casilla.test")
    [printed] = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    ours = {
        "listen 443": f"listen 127.0.0.1:{port}",
        "casilla.entidad.gob.pe": "casilla.test",
        "/etc/ssl/casilla.pem": str(pem),
        "/etc/ssl/private/casilla.key": str(pem),
        "/var/log/nginx/casilla.log": f"{folder}/access.log",
        "http://127.0.0.1:8000": f"http://127.0.0.1:{upstream}",
    }
    for one, other in ours.items():
        assert one in printed, one
        printed = printed.replace(one, other)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;" if os.getuid() == 0 else ""  # or its worker may write no file of a test
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{}} http {{ {places} {printed} }}"
    )
    running = subprocess.Popen([nginx, "-p", str(folder), "-c", f"{folder}/nginx.conf"])
    context = ssl.create_default_context(cafile=pem)

    def ask(target: str, method: str = "GET", body: bytes = b"", **headers: str) -> Reply:
        headers |= {"connection": "close", "content_length": str(len(body))}
        sent = written(target, method, **headers).replace(b"host: casilla", b"host: casilla.test")
        with (
            socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
            context.wrap_socket(plain, server_hostname="casilla.test") as connection,
        ):
            connection.sendall(sent + body)
            return reply(b"".join(iter(lambda: connection.recv(65536), b"")))

    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=20).close()
                break
            except OSError:
                assert running.poll() is None
                time.sleep(0.05)
        yield ask
    finally:
        running.terminate()
        running.wait(20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nginx").mkdir()
    return tmp_path / "nginx"


def test_no_log_of_the_front_server_holds_the_token_of_a_link(
    folder: Path, installation: Installation
) -> None:
    """S34: a password was set from a line of that log. When the service is down, too: then the
    token is still good."""
    token = installation.signing.link("recovery", bytes(16))
    with serving(create_app(installation)) as server, front(folder, server.port) as ask:
        for pattern in WITH_TOKEN:
            for address in (pattern, pattern.removesuffix("/"), pattern.replace("/", "//")):
                spelled = address.replace("{token}", token).replace("no-", "n%6f-")
                moved = ask(spelled, referer=f"https://casilla.test{spelled}")
                assert moved.status in (303, 307, 404)
            assert ask(pattern.replace("{token}", token)).status == 303
    with front(folder, free_port()) as ask:
        for pattern in WITH_TOKEN:
            assert ask(pattern.replace("{token}", token)).status == 502
        assert ask("/casilla/ingresar/").status == 502
    lines, faults = (folder / "access.log").read_text(), (folder / "error.log").read_text()
    assert len(lines.splitlines()) == len(WITH_TOKEN) * 5 + 1
    assert '"/casilla/recuperar/enlace/-" 303' in lines
    assert "/casilla/ingresar/" in lines and "/casilla/ingresar/" in faults
    for piece in token.split("."):
        if len(piece) > 6:
            assert piece not in lines + faults


def test_what_is_too_large_gets_the_page_of_the_casilla(
    folder: Path, installation: Installation
) -> None:
    """And not the front server's, in English."""
    with serving(create_app(installation)) as server, front(folder, server.port) as ask:
        for size in (70_000, 900_000) * 5:  # one time in some it was 502: who sends was cut off
            kind = "application/x-www-form-urlencoded"
            answer = ask("/casilla/ingresar/", "POST", b"1" * size, content_type=kind)
            assert answer.status == 413
            assert "Lo que envió es demasiado largo" in answer.body.decode()
