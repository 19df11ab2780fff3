"""The inbox: lists notificaciones, opens them with «Ver», and sends their files and dates."""

import logging
from collections.abc import Iterator
from datetime import datetime, time

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response

from proxy.domain.before_opening import before_opening, said_digest
from proxy.domain.effect import Effect
from proxy.domain.ids import parse_id
from proxy.domain.notificacion import File, Notificacion
from proxy.domain.timeline import timeline
from proxy.errors import Denied, NotYours, Refusal
from proxy.flows import constancias, factor, inbox, incidencias
from proxy.installation import Installation
from proxy.render.archive import Entry, archive
from proxy.render.constancia_rows import TITLES
from proxy.render.ics import Marked, write_ics
from proxy.texts import TEXTS
from proxy.web import delivery
from proxy.web.edge.denials import held_off, sentence, status
from proxy.web.edge.forms import read_form
from proxy.web.edge.pages import client_of, look, page, run, see_other
from proxy.web.edge.sessions import private, session_of
from proxy.web.edge.state import state_of
from proxy.web.finder import faults_of, query_of, searched

logger = logging.getLogger("casilla.web")

CONSTANCIAS = {str(kind): TEXTS[code] for kind, code in TITLES.items()}


class Damaged(Refusal):
    """The stored bytes are not the deposited bytes. It is raised once that is recorded."""

    status = 500

    def __init__(self, names: list[str]) -> None:
        super().__init__("file.damaged", names=", ".join(f"«{name}»" for name in names))


@private
async def pending(request: Request) -> Response:
    return await _list(request, read=False)


@private
async def read(request: Request) -> Response:
    return await _list(request, read=True)


@private
async def detail(request: Request) -> Response:
    found = await look(request, inbox.detail, _casilla(request), _id(request))
    one, parts = found.notificacion, state_of(request).installation
    now, annulled = parts.clock(), bool(found.annulled)
    steps = timeline(one, found.history, parts.zone, now, annulled=annulled)
    told = {"titles": CONSTANCIAS, "steps": steps} | vars(found)
    if one.read_at:
        return page(request, "inbox/notificacion.html", **told)
    before = before_opening(one, parts.catalog, now, annulled=annulled)
    changed = "cambio" in request.query_params
    told |= {"before": before, "said": said_digest(before), "changed": changed}
    return page(request, "inbox/unread.html", **told)


@private
async def open(request: Request) -> Response:
    """What the page says before is sent back with the form, so it is what the person has read."""
    form = await read_form(request, "open")
    notificacion_id, said = _id(request), form.get("dicho", "")
    catalog = state_of(request).installation.catalog
    opened = await run(request, inbox.open, _casilla(request), notificacion_id, catalog, said)
    query = "" if opened else "cambio=1"
    return see_other(request, "inbox:detail", query, id=notificacion_id.hex())


@private
async def acto(request: Request) -> Response:
    return await _deliver(request, "0")


@private
async def anexo(request: Request) -> Response:
    position = request.path_params["position"]
    if position == "0":
        raise NotYours("notificacion.missing")  # position 0 is the acto
    return await _deliver(request, position)


@private
async def anexos(request: Request) -> Response:
    return await _deliver(request, None)


@private
async def constancia(request: Request) -> Response:
    """Also before «Ver»: the one of the deposit says when its terms began (M91)."""
    casilla_id, number = _casilla(request), request.path_params["number"]
    found = await run(request, constancias.take, casilla_id, number, client_of(request))
    if isinstance(found, Denied):
        return _refused(request, found)
    assert found.sha256
    documents, name = state_of(request).installation.documents, f"{found.number}.pdf"
    if fault := await anyio.to_thread.run_sync(documents.fault, found.sha256):
        detail = {"sha256": found.sha256, "finding": fault}
        logger.error("damaged", extra={"request": request.state.reference, "detail": detail})
        raise Damaged([name])
    if request.method == "GET":
        await run(request, constancias.record_download, found)
    path, title = documents.path(found.sha256), CONSTANCIAS[found.kind]
    return delivery.one_file(request, path, f"{title} {name}", "application/pdf", found.sha256)


@private
async def ics(request: Request) -> Response:
    """Read or not: the day is shown before «Ver» too. Calendars are synced with others, so it
    says the entity and the number, and nothing of whom or what it is about."""
    found = await look(request, inbox.detail, _casilla(request), _id(request))
    one, annulled = found.notificacion, found.annulled
    effect = one.takes_effect
    if effect is None:
        raise NotYours("notificacion.missing")
    path = request.app.url_path_for("inbox:detail", id=one.id.hex())
    dates = _dates(
        state_of(request).installation, one, effect, path, cancelled=annulled is not None
    )
    stamp = one.read_at if one.effect_read and one.read_at else one.deposited_at
    stamp = max(stamp, effect.changed_at or stamp, annulled.at if annulled else stamp)
    content = write_ics(dates, stamp)
    return delivery.made(iter([content]), f"Plazo {one.numero}.ics", "text/calendar; charset=utf-8")


def _dates(
    parts: Installation, one: Notificacion, effect: Effect, path: str, *, cancelled: bool
) -> Iterator[Marked]:
    """`cancelled`: it was annulled, and who has its dates in a calendar must not wait for them."""
    origin, zone = parts.settings.origin, parts.zone
    said = {"numero": one.numero, "siglas": parts.catalog.entity.siglas}
    told = TEXTS["ics.changed" if effect.edition else "ics.told"].format(
        time=parts.catalog.entity.official_time
    )
    if not effect.verified:
        told += TEXTS["ics.unverified"]
    days = {"efecto": (effect.effective, "ics.unread" if effect.waits else "ics.effect")}
    if end := effect.ends:
        if effect.closes and not isinstance(end, datetime):
            end = datetime.combine(end, time.fromisoformat(effect.closes), zone)
        days["vence"] = (end, "ics.end")
    for name, (day, code) in days.items():
        uid = f"{one.id.hex()}-{name}@{origin.partition('://')[2]}"
        summary = TEXTS["ics.annulled" if cancelled else code].format(**said)
        edition = int(one.effect_read is not None) + effect.edition + 2 * cancelled
        yield Marked(uid, day, summary, told, origin + path, edition, cancelled)


async def _list(request: Request, read: bool) -> Response:
    query = request.query_params
    older = "despues" not in query
    text = query.get("antes" if older else "despues")
    key = None if text is None else _parsed(text)
    form = searched(request)
    casilla_id = _casilla(request)
    shown = await look(
        request, inbox.page, casilla_id, form.filter, read=read, key=key, older=older
    )
    ready = "listo" in query
    offer = ready and await _offers_factor(request)
    notices = {"ready": ready, "offer": offer, "changed": "clave" in query}
    finder = {"form": form, "errors": faults_of(form), "query": query_of(form)}
    context = notices | finder | vars(shown) | {"pdf_rows": inbox.PART}
    return page(request, "inbox/list.html", 422 if form.wrong else 200, read=read, **context)


async def _offers_factor(request: Request) -> bool:
    """Whether to offer a second factor after the login (S16, S29)."""
    if state_of(request).installation.settings.profile != "estricto":
        return False
    return not await look(request, factor.on, _casilla(request))


async def _deliver(request: Request, position: str | None) -> Response:
    """Without `position`, every anexo. The download is recorded before the first byte leaves."""
    client, casilla_id, notificacion_id = client_of(request), _casilla(request), _id(request)
    files = await run(request, inbox.files, casilla_id, notificacion_id, client)
    if isinstance(files, Denied):
        return _denied(request, files, notificacion_id)
    if position is None:
        chosen = files[1:]
    else:
        chosen = [file for file in files if str(file.position) == position]
    if not chosen:
        raise NotYours("notificacion.missing")
    await _check(request, chosen)
    if request.method == "GET":
        catalog = state_of(request).installation.catalog
        await run(request, inbox.record_download, catalog, chosen)
    return _response(request, chosen)


def _response(request: Request, files: list[File]) -> Response:
    documents = state_of(request).installation.documents
    if len(files) > 1:
        entries = (Entry(file.name, file.size, documents.chunks(file.sha256)) for file in files)
        return delivery.one_zip(archive(entries), f"anexos-{files[0].notificacion_id.hex()}.zip")
    file = files[0]
    path = documents.path(file.sha256)
    return delivery.one_file(request, path, file.name, file.media_type, file.sha256)


async def _check(request: Request, files: list[File]) -> None:
    """Raises Damaged when a file is not, byte for byte, the deposited file."""
    parts, damaged = state_of(request).installation, []
    for file in files:
        if fault := await anyio.to_thread.run_sync(parts.documents.fault, file.sha256):
            damaged.append(file.name)
            if await run(request, incidencias.found, parts.catalog, file, fault):
                detail = {"sha256": file.sha256, "finding": fault}
                logger.error(
                    "damaged", extra={"request": request.state.reference, "detail": detail}
                )
    if damaged:
        raise Damaged(damaged)


def _denied(request: Request, denied: Denied, notificacion_id: bytes) -> Response:
    if denied.wait is None:
        return see_other(request, "inbox:detail", id=notificacion_id.hex())
    return _refused(request, denied)


def _refused(request: Request, denied: Denied) -> Response:
    said = sentence(denied, "file")
    return held_off(page(request, "errors/refused.html", status(denied), sentence=said), denied)


def _casilla(request: Request) -> int:
    return session_of(request).casilla_id


def _id(request: Request) -> bytes:
    return _parsed(request.path_params["id"])


def _parsed(text: str) -> bytes:
    notificacion_id = parse_id(text)
    if notificacion_id is None:
        raise NotYours("notificacion.missing")
    return notificacion_id
