"""The service itself: `migrar`, `servir`, `trabajar`."""

import logging
import re
import sys
from contextlib import suppress
from pathlib import Path
from socket import AF_INET, AF_INET6, create_server, socket
from typing import TYPE_CHECKING, Annotated

import typer

from proxy.commands import start
from proxy.domain.actor import WORKER
from proxy.errors import Refusal
from proxy.texts import TEXTS

if TYPE_CHECKING:
    from proxy.installation import Installation
    from proxy.keys.ring import KeyRing
    from proxy.settings import Settings

logger = logging.getLogger("casilla")

PROFILE = r'<meta name="casilla:perfil" content="(\w+)">'  # of the site's first page
GRACE = 10  # seconds that a request in progress has when the server is told to stop
LOCALHOST = "127.0.0.1"


def migrate() -> None:
    """Crea o pone al día las tablas y, la primera vez, las claves."""
    from proxy.store import casillas, schema

    parts = start.installation()
    fresh = not parts.settings.keys_file.exists()
    if fresh and schema.current(parts.db) is not None:
        with parts.db.reading() as tx:
            fresh = not casillas.any_open(tx)
    # New keys would open no old casilla: when there is one, a missing file is refused.
    _ = _new_keys(parts.settings.keys_file) if fresh else parts.ring
    if schema.of_a_newer_program(schema.current(parts.db)):
        raise Refusal("schema.newer")
    before, after = schema.migrate(parts.db)
    if before == after:
        print(f"Las tablas ya estaban en la versión {after}.")
    else:
        print(f"Las tablas pasaron de la versión {before or 'ninguna'} a la {after}.")
    _begin_record(parts)


def _new_keys(path: Path) -> "KeyRing":
    """A mark that the lost keys signed is put aside: the new ones cannot read it."""
    from proxy.keys.mark import path_of_mark
    from proxy.keys.ring import create_keyring

    with suppress(FileNotFoundError):
        path_of_mark(path).rename(path_of_mark(path).with_suffix(".marca-anterior"))
    return create_keyring(path)


def _begin_record(parts: "Installation") -> None:
    """Or go on: the end of an audit of an earlier version is sealed at once."""
    from proxy.keys.mark import path_of_mark
    from proxy.work.recorder import Recorder

    done = Recorder(parts).catch_up()
    fault = done.fault if done.fits else "mark.unfit"
    if fault:
        path = path_of_mark(parts.settings.keys_file)
        print(TEXTS[fault].format(path=path), file=sys.stderr)


def serve(
    puerto: Annotated[
        int | None, typer.Option(min=1, max=65535, metavar="N", help="El puerto.")
    ] = None,
    direccion: Annotated[str, typer.Option(metavar="IP", help="Dónde escucha.")] = LOCALHOST,
    sin_trabajador: Annotated[
        bool, typer.Option("--sin-trabajador", help="No envía correos ni SMS: lo hace «trabajar».")
    ] = False,
) -> None:
    """Sirve el sitio y la casilla, y envía los correos y SMS."""
    import uvicorn

    from proxy.app import create_app
    from proxy.logs import write_json_lines
    from proxy.web.api import problems
    from proxy.web.edge.protocol import protocol

    parts = start.ready(WORKER)
    settings = parts.settings
    if not (settings.site_dir / "index.html").is_file():
        raise Refusal("site.missing", path=settings.site_dir)
    port = puerto or settings.port
    if settings.local and "origin" not in settings.model_fields_set:
        settings.origin = f"http://localhost:{port}"
    _refuse_lost_documents(parts)
    _warn_of_other_rules(settings)
    start.warn_of_folders(settings)
    if not sin_trabajador:
        start.refuse_plain_mail(settings)
        start.ready_seal(parts)
    listener = _listen(direccion, port)
    parts.documents.tidy()
    write_json_lines()
    _warn_of_no_proxy(settings)
    config = uvicorn.Config(
        create_app(parts, worker=not sin_trabajador),
        http=protocol(settings.origin, problems.to_no_http(settings.origin)),
        loop="uvloop",
        log_config=None,
        access_log=False,  # the application writes its own line, without identidades
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=GRACE,
    )
    print(f"La casilla está en {settings.origin}", flush=True)
    with suppress(KeyboardInterrupt):  # Ctrl+C is how it is meant to end
        uvicorn.Server(config).run([listener])


def _warn_of_other_rules(settings: "Settings") -> None:
    """A warning only: wrong guides mislead, but a service that is down is worse."""
    found = re.search(PROFILE, (settings.site_dir / "index.html").read_text(encoding="utf-8"))
    if found and found[1] != settings.profile:
        said = TEXTS["site.profile"].format(built=found[1], wanted=settings.profile)
        print(said, file=sys.stderr)


def _warn_of_no_proxy(settings: "Settings") -> None:
    """Said on the screen and in the log: every limit by network would be of all people together."""
    if settings.origin.startswith("https://") and not settings.trusted_proxies:
        print(TEXTS["proxies.none"], file=sys.stderr)
        logger.warning("no proxy is trusted")


def _refuse_lost_documents(parts: "Installation") -> None:
    from proxy.flows import readiness

    with parts.db.reading() as tx:
        if readiness.lost_documents(tx, parts.documents):
            raise Refusal("documents.missing", path=parts.settings.documents_url)


def _listen(address: str, port: int) -> socket:
    try:
        return create_server((address, port), family=AF_INET6 if ":" in address else AF_INET)
    except OSError:
        raise Refusal("port.taken", address=address, port=port) from None


def work() -> None:
    """Envía los correos y SMS que esperan, hasta que se le detenga."""
    from proxy.logs import write_json_lines
    from proxy.web.routes import path_of
    from proxy.work.worker import Worker, work_alone

    parts = start.ready(WORKER)
    worker = Worker(parts, path_of)
    start.warn_of_folders(parts.settings)
    start.refuse_plain_mail(parts.settings)
    start.ready_seal(parts)
    write_json_lines()
    print("Enviando correos y SMS. Para terminar: Ctrl+C", flush=True)
    work_alone(worker)
