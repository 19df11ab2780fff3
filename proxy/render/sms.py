"""Writes the text of an SMS, in the alphabet of 160 characters an SMS (3GPP TS 23.038)."""

import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from catalog.reading.model import Entity

TEMPLATES = Path(__file__).parent.parent / "templates" / "sms"
ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€")  # each counts as two characters
ONE, EACH_OF_MANY = 160, 153

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


def sms_text(name: str, entity: Entity, at: datetime, /, **context: Any) -> str:
    """`at` is in the entity's zone. Letters outside the alphabet («ó») lose their accent: a single
    such letter would let each SMS hold only 70 characters."""
    values = {"entity": entity, "when": f"{at:%d/%m/%Y %H:%M}", **context}
    text = _environment.get_template(f"{name}.txt").render(values)
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "".join(_plain(letter) for letter in "\n".join(line for line in lines if line))


def segments(text: str) -> int:
    length = sum(2 if letter in EXTENDED else 1 for letter in text)
    return 1 if length <= ONE else -(-length // EACH_OF_MANY)


def _plain(letter: str) -> str:
    if letter in ALPHABET or letter in EXTENDED:
        return letter
    bare = unicodedata.normalize("NFKD", letter)[0]
    return bare if bare in ALPHABET else "?"
