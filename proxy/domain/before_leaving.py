"""What an owner is told before taking the consent back: shown on the page, and stated by the
constancia of the revocation (L16)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from catalog.reading.model import Entity
from proxy.domain.casilla import READABLE_FOR
from proxy.texts import TEXTS

CODES = ("leaving.ends", "leaving.reads", "leaving.after", "leaving.back")


def before_leaving(entity: Entity, now: datetime, unread: int) -> list[str]:
    until = (now + READABLE_FOR).astimezone(ZoneInfo(entity.zona_horaria))
    values = {
        "the": entity.articulo,
        "The": entity.articulo.capitalize(),
        "siglas": entity.siglas,
        "until": f"{until:%d/%m/%Y}",
        "phone": entity.contacto.called,
        "contact": entity.contacto.nombre,
    }
    many = "1 notificación" if unread == 1 else f"{unread} notificaciones"
    stays = TEXTS["leaving.stays"]
    if unread:
        stays += " " + TEXTS["leaving.unread"].format(many=many)
    ends, *others = (TEXTS[code].format(**values) for code in CODES)
    return [ends, stays, *others]
