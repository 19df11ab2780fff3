"""What an owner is told before the first «Ver»: shown on the page, and stated by the constancia of
the reading (X5)."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from catalog.reading.model import Catalog
from proxy.domain.effect import Effect, parse, upon_reading
from proxy.domain.notificacion import Notificacion
from proxy.texts import TEXTS


def before_opening(
    one: Notificacion, catalog: Catalog, now: datetime, *, annulled: bool
) -> list[str]:
    """What opening it at `now` does to its term, and what happens if it is not opened."""
    if annulled:
        return [TEXTS["opening.recorded"], TEXTS["opening.annulled"], TEXTS["opening.after"]]
    deposited = catalog.entity.moment(one.deposited_at)
    said = [TEXTS["opening.recorded"], TEXTS["opening.deposited"].format(at=deposited)]
    if unopened := one.takes_effect:
        zone = ZoneInfo(catalog.entity.zona_horaria)
        read = upon_reading(one.counts or "", one.deposited_at, now, catalog)
        opened = parse(read) if read else unopened
        if _dates(opened) == _dates(unopened):
            said.append(_told("opening.same", unopened, zone))
        else:
            said += [_told("opening.now", opened, zone), _told("opening.waits", unopened, zone)]
    return [*said, TEXTS["opening.after"]]


def said_digest(lines: Sequence[str]) -> str:
    """The page sends it back: what changed since is told again, and opens nothing."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _dates(one: Effect) -> tuple[date | None, ...]:
    return one.effective, one.starts, one.ends


def _told(code: str, one: Effect, zone: ZoneInfo) -> str:
    def day(at: date) -> str:
        if isinstance(at, datetime):
            return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"
        return f"{at:%d/%m/%Y}"

    timed = one.closes and not isinstance(one.ends, datetime)
    values = {"starts": day(one.starts), "closes": f" a las {one.closes}" if timed else ""}
    if one.ends:
        term = TEXTS["opening.term"].format(ends=day(one.ends), **values)
    else:
        term = TEXTS["opening.no_term"].format(**values)
    return TEXTS[code].format(effective=day(one.effective), term=term)
