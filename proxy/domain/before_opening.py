"""What an owner is told before the first «Ver»: shown on the page, and stated by the constancia of
the reading (X5)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from catalog.reading.model import Entity
from proxy.domain.notificacion import Notificacion
from proxy.texts import TEXTS


def before_opening(one: Notificacion, entity: Entity, *, annulled: bool) -> list[str]:
    zone = ZoneInfo(entity.zona_horaria)

    def day(at: date) -> str:
        if isinstance(at, datetime):
            return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"
        return f"{at:%d/%m/%Y}"

    if annulled:
        return [TEXTS["opening.recorded"], TEXTS["opening.annulled"], TEXTS["opening.after"]]
    deposited = entity.moment(one.deposited_at)
    said = [TEXTS["opening.recorded"], TEXTS["opening.deposited"].format(at=deposited)]
    found = one.takes_effect
    if found:
        ends = TEXTS["opening.ends"].format(ends=day(found.ends)) if found.ends else ""
        values = {"effective": day(found.effective), "ends": ends}
        if found.waits:
            said.append(TEXTS["opening.sooner"].format(**values))
            said.append(TEXTS["opening.waits"].format(**values))
        else:
            said.append(TEXTS["opening.same"].format(**values))
    return [*said, TEXTS["opening.after"]]
