"""The data that the entity states about an acto that it serves."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from proxy.errors import Refusal

# Each text: its greatest length in characters, and its name in the messages to people.
TEXTS = {
    "expediente": (60, "expediente"),
    "tipo": (60, "tipo"),
    "numero": (100, "número"),
    "asunto": (500, "asunto"),
    "dependencia": (200, "dependencia"),
    "firmado_por": (150, "firmado por"),
    "elaborado_por": (150, "elaborado por"),
}
DAY = re.compile(r"(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}", re.ASCII)
MOMENT = re.compile(DAY.pattern + r"(?:T[0-9]{2}:[0-9]{2})?", re.ASCII)


@dataclass(frozen=True)
class Described:
    expediente: str
    expediente_on: date | None
    tipo: str
    numero: str
    asunto: str
    dependencia: str
    firmado_por: str
    elaborado_por: str
    issued_at: datetime


@dataclass(frozen=True)
class Acto(Described):
    def __post_init__(self) -> None:
        """Refuses what `one_line` refuses."""
        for field, (most, label) in TEXTS.items():
            object.__setattr__(self, field, one_line(getattr(self, field), most, label))

    def refuse_future(self, now: datetime, zone: ZoneInfo) -> None:
        if self.issued_at > now:
            raise Refusal("acto.future", label="fecha de emisión")
        if self.expediente_on and self.expediente_on > now.astimezone(zone).date():
            raise Refusal("acto.future", label="fecha de expediente")


def one_line(typed: str, most: int, label: str) -> str:
    """In NFC. Bidi and zero-width marks go: they reorder or hide text.

    Refuses `acto.empty`, `acto.long`, and `acto.unreadable`: a page cannot show the text.
    """
    line = " ".join(unicodedata.normalize("NFC", typed).split())
    text = "".join(c for c in line if unicodedata.category(c) != "Cf").strip()
    if not text:
        raise Refusal("acto.empty", label=label)
    if len(text) > most:
        raise Refusal("acto.long", label=label, most=most)
    if any(unicodedata.category(c)[0] == "C" for c in text):
        raise Refusal("acto.unreadable", label=label)
    return text


def parse_day(text: str, label: str) -> date:
    try:
        if DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refusal("acto.day", label=label)


def parse_moment(text: str, zone: ZoneInfo, label: str) -> datetime:
    """Read `AAAA-MM-DDTHH:MM` in the entity's zone. A date alone means its midnight."""
    try:
        if MOMENT.fullmatch(text):
            return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        pass
    raise Refusal("acto.moment", label=label)
