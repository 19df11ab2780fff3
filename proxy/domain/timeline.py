"""The timeline of a notificacion: what happened to it, in plain words, oldest first (X2).

A kind without words here is left out: nobody reads a name of ours. A new kind gets its line in
`WORDS` and its sentence in `proxy/texts/timeline.py`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from proxy.domain.effect import UNREADABLE, end_of
from proxy.domain.events import Event
from proxy.domain.notificacion import Notificacion
from proxy.domain.plazo_steps import UNITS, amount_text, listed
from proxy.domain.sending import Happened
from proxy.texts import TEXTS

Values = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """`constancia`: the number of the one that proves it."""

    at: datetime
    said: str
    constancia: str | None = None


def _plain(one: Happened, zone: ZoneInfo) -> Values:
    return {"dependencia": one.dependencia, "constancia": one.constancia}


def _message(one: Happened, zone: ZoneInfo) -> Values:
    address = TEXTS["happened.to"].format(address=one.address) if one.address else ""
    channel = "happened.sms" if one.channel == "sms" else "happened.email"
    return {"channel": TEXTS[channel], "address": address}


def _who(one: Happened, zone: ZoneInfo) -> Values:
    owner = one.reader == "owner"
    return {"who": TEXTS["happened.owner" if owner else "happened.representative"]}


def _files(one: Happened, zone: ZoneInfo) -> Values:
    detail = one.detail
    positions = detail.get("positions") or [detail.get("position", 0)]
    anexos = [str(number) for number in positions if number]
    said = [TEXTS["happened.acto"]] if 0 in positions else []
    if anexos:
        code = "happened.anexos" if len(anexos) > 1 else "happened.anexo"
        said.append(TEXTS[code].format(number=anexos[0], numbers=listed(anexos)))
    return {"files": listed(said)}


def _served(one: Happened, zone: ZoneInfo) -> tuple[str, Values]:
    if one.constancia:
        return "happened.took_constancia", _plain(one, zone)
    return "happened.files", _files(one, zone)


def _calendar(one: Happened, zone: ZoneInfo) -> tuple[str, Values]:
    found = one.detail["gives"]
    code = "happened.same" if found == one.detail["frozen"] else "happened.differs"
    day = _day(found["surte_efecto"], zone)
    return code, {"calendar": one.detail["calendar"], "effective": day}


def _extended(one: Happened, zone: ZoneInfo) -> Values:
    detail = one.detail
    return {
        "amount": amount_text(detail["cantidad"], _unit(detail["unidad"])),
        "norm": detail["norma"],
        "reason": str(detail["motivo"]).rstrip("."),
        "before": _day(detail["antes"]["vence"], zone),
        "ends": _day(detail["ahora"]["vence"], zone),
    }


def _postponed(one: Happened, zone: ZoneInfo) -> Values:
    detail = one.detail
    before, now = detail["antes"], detail["ahora"]
    ends = ""
    if now["vence"]:
        ends = TEXTS["happened.later_ends"].format(ends=_day(now["vence"], zone))
    return {
        "norm": detail["norma"],
        "before": _day(before["inicio_computo"], zone),
        "starts": _day(now["inicio_computo"], zone),
        "ends": ends,
    }


Told = Callable[[Happened, ZoneInfo], Values]
Choice = Callable[[Happened, ZoneInfo], tuple[str, Values]]
# A sentence and what it names; or a choice between sentences.
WORDS: dict[str, tuple[str, Told] | Choice] = {
    Event.NOTIFICACION_DEPOSITED: ("happened.deposited", _plain),
    Event.MESSAGE_WRITTEN: ("happened.alerta", _message),
    Event.ALERTA_SENT: ("happened.alerta_sent", _message),
    Event.ALERTA_TRIED: ("happened.alerta_tried", _message),
    Event.ALERTA_BOUNCED: ("happened.alerta_bounced", _message),
    Event.ALERTA_UNDELIVERED: ("happened.undelivered", _message),
    Event.MESSAGE_LOST: ("happened.alerta_lost", _message),
    Event.ACUSE_EXPIRED: ("happened.expired", _plain),
    Event.CONSTANCIA_LATE: ("happened.late_constancia", _plain),
    Event.NOTIFICACION_READ: ("happened.read", _who),
    Event.FILE_SERVED: _served,
    Event.NOTIFICACION_ANNULLED: ("happened.annulled", _plain),
    Event.INCIDENCIA_FOUND: ("happened.incidencia", _files),
    Event.INCIDENCIA_MENDED: ("happened.mended", _files),
    Event.EFFECT_DIFFERS: _calendar,
    Event.TERM_EXTENDED: ("happened.extended", _extended),
    Event.START_POSTPONED: ("happened.later", _postponed),
    Event.CONSTANCIA_SEALED: ("happened.sealed", _plain),
}


# A constancia stands at its act.
UNSHOWN = {Event.CONSTANCIA_SEALED, Event.CONSTANCIA_LATE}
OF_A_CONSTANCIA = {Event.FILE_SERVED}


def described(one: Happened, zone: ZoneInfo) -> str | None:
    """None: of a kind that has no words, or with a detail that somebody changed."""
    found = WORDS.get(one.kind)
    if found is None:
        return None
    try:
        if callable(found):
            code, values = found(one, zone)
        else:
            code, values = found[0], found[1](one, zone)
    except UNREADABLE:
        return None
    return TEXTS[code].format(**values)


def timeline(
    one: Notificacion, history: Sequence[Happened], zone: ZoneInfo, now: datetime, *, annulled: bool
) -> list[Step]:
    """What the record says of it. A constancia stands at its act, not at its seal; what is done
    often on one day stands once; and a term that ended says so."""
    steps, often = [], Counter[tuple[date, str]]()
    for happened in history:
        said = described(happened, zone)
        if said is None or happened.kind in UNSHOWN:
            continue
        day = happened.at.astimezone(zone).date(), said
        often[day] += 1
        if often[day] == 1:
            proof = None if happened.kind in OF_A_CONSTANCIA else happened.constancia
            steps.append(Step(happened.at, said, proof))
    steps += _unrecorded(one, {happened.kind for happened in history})
    effect = one.takes_effect
    if effect and not annulled and (end := end_of(effect, zone)) and end <= now:
        steps.append(Step(end, TEXTS["happened.ended"]))
    steps.sort(key=lambda step: step.at)
    return [_counted(step, often[step.at.astimezone(zone).date(), step.said]) for step in steps]


def _unrecorded(one: Notificacion, kinds: set[str]) -> list[Step]:
    """What versions before the record did."""
    steps = []
    if Event.NOTIFICACION_DEPOSITED not in kinds:
        said = TEXTS["happened.deposited"].format(dependencia=one.dependencia)
        steps.append(Step(one.deposited_at, said))
    if one.read_at and Event.NOTIFICACION_READ not in kinds:
        said = TEXTS["happened.read"].format(who=TEXTS["happened.owner"])
        steps.append(Step(one.read_at, said))
    return steps


def _counted(step: Step, many: int) -> Step:
    if many < 2:
        return step
    said = step.said + TEXTS["happened.often"].format(many=many)
    return Step(step.at, said, step.constancia)


def _unit(typed: str) -> Any:
    return next(unit for unit in UNITS if unit == typed)


def _day(text: str, zone: ZoneInfo) -> str:
    if "T" in text:
        return f"{datetime.fromisoformat(text).astimezone(zone):%d/%m/%Y a las %H:%M}"
    return f"{date.fromisoformat(text):%d/%m/%Y}"
