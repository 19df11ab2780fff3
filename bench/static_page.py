"""Pages a second of the public site against nginx as Debian ships it, and against a tuned one.

The page has 20 KB and is sent as brotli over kept connections. The server has one core and the load
the other. The three servers take turns, and the medians are compared. Debian's nginx has no brotli:
its file has the same compressed bytes, and its configuration adds the header.
"""

import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from bench import figures
from bench.casilla_server import install, serving, wait_for
from proxy.web.site.compress import compress

PORTS = {"casilla": 8940, "nginx": 8941, "tuned": 8942}
PAGE_BYTES = 20_000
ROUNDS, SECONDS = (1, 1) if figures.QUICK else (7, 3)
CONNECTIONS = 16
CODING = "br"  # with gzip too, nginx would compress the brotli once more
SERVER_CORE, LOAD_CORE = "0", str(min(1, (os.cpu_count() or 1) - 1))

# /etc/nginx/nginx.conf and sites-enabled/default of Debian 12, with our own folders and one worker
# for the one core.
NGINX = """
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
daemon off;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    {log}
    gzip on;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/www;
        index index.html;
        location / {{ try_files $uri $uri/ =404; add_header Content-Encoding br; }}
        location = /salud {{ return 200; }}
    }}
}}
"""
LOGGED = "access_log {folder}/access.log;"
TUNED = """access_log off;
    open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s;
    tcp_nodelay on; keepalive_requests 1000000;"""


def page() -> str:
    """As compressible as text is: words of a small vocabulary."""
    chance = random.Random(7)
    words = ["".join(chance.choices("aeilmnorst", k=chance.randint(2, 9))) for _ in range(900)]
    text = ""
    while len(text) < PAGE_BYTES - 100:
        text += f"<p>{' '.join(chance.choices(words, k=40))}.</p>\n"
    return f"<!doctype html><html lang=es><title>Página</title>{text}"[:PAGE_BYTES]


@contextmanager
def nginx(folder: Path, port: int, log: str) -> Iterator[None]:
    user = "www-data" if os.getuid() == 0 else "nobody"
    config = folder / "nginx.conf"
    config.write_text(
        NGINX.format(folder=folder, port=port, user=user, log=log.format(folder=folder))
    )
    server = subprocess.Popen(
        ["taskset", "-c", SERVER_CORE, "nginx", "-p", folder, "-c", config],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/salud")
        yield
    finally:
        server.terminate()
        server.wait()


def fetched(port: int) -> bytes:
    request = Request(f"http://127.0.0.1:{port}/pagina/", headers={"Accept-Encoding": CODING})
    with urlopen(request) as reply:
        return bytes(reply.read()) if reply.headers["Content-Encoding"] == "br" else b""


def requests_a_second(port: int) -> float:
    load = ["taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s"]
    address = f"http://127.0.0.1:{port}/pagina/"
    report = subprocess.run(
        [*load, "-H", f"Accept-Encoding: {CODING}", address],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in report or "Socket errors" in report:
        raise SystemExit(f"the load met errors:\n{report}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", report)
    assert found is not None, report
    return float(found[1])


def main() -> None:
    if figures.lacks("static page", "nginx", "wrk", "taskset"):
        return
    if SERVER_CORE == LOAD_CORE and not figures.QUICK:
        figures.skip("static page", "server and load need a core each")
        return

    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)  # nginx reads it as another user
        installation = install(folder, PORTS["casilla"])
        settings = installation.settings
        settings.trusted_proxies = ()
        built = settings.site_dir / "pagina" / "index.html"
        built.parent.mkdir()
        built.write_text(page())
        compress(settings.site_dir)
        brotli = built.with_name("index.html.br").read_bytes()
        for kind, log in (("nginx", LOGGED), ("tuned", TUNED)):
            www = folder / kind / "www" / "pagina"
            www.mkdir(parents=True)
            (www / "index.html").write_bytes(brotli)
            stack.enter_context(nginx(folder / kind, PORTS[kind], log))
        casilla = str(Path(sys.executable).with_name("casilla"))
        port = str(PORTS["casilla"])
        pinned = ("taskset", "-c", SERVER_CORE, casilla, "servir", "--puerto", port)
        stack.enter_context(serving(settings, PORTS["casilla"], *pinned, "--sin-trabajador"))

        for kind in PORTS:
            if fetched(PORTS[kind]) != brotli:
                raise SystemExit(f"{kind} does not send the compressed page")
        measured: dict[str, list[float]] = {kind: [] for kind in PORTS}
        for _ in range(ROUNDS):
            for kind in PORTS:
                measured[kind].append(requests_a_second(PORTS[kind]))
    rate = {kind: statistics.median(values) for kind, values in measured.items()}
    print(
        f"static page of {PAGE_BYTES} bytes, {len(brotli)} as brotli: "
        f"{rate['casilla']:.0f} requests/s, {rate['casilla'] / rate['tuned']:.2f} of a tuned nginx "
        f"({rate['tuned']:.0f})"
    )
    ratio = rate["casilla"] / rate["nginx"]
    line = f"static page: {ratio:.2f} of stock nginx ({rate['nginx']:.0f} requests/s)"
    figures.at_least(0.6, ratio, line)


if __name__ == "__main__":
    main()
