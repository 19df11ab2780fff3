"""What most commands begin with: the settings, read once, and the parts that follow from them."""

from typing import TYPE_CHECKING

from proxy.errors import Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from proxy.installation import Installation
    from proxy.settings import Settings


def read_settings() -> "Settings":
    """Refuses a variable that does not hold what it should."""
    from pydantic import ValidationError

    from proxy.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        name = f"CASILLA_{fault['loc'][0]}".upper()
        reason = str(fault["msg"]).removeprefix("Value error, ")
        raise Refusal("settings.wrong", name=name, reason=reason) from None


def installation() -> "Installation":
    from proxy.installation import Installation

    return Installation(read_settings())


def ready() -> "Installation":
    """Refuses to work with tables of another version or without keys."""
    from proxy.store import schema

    parts = installation()
    current, newest = schema.current(parts.db), schema.newest()
    if current != newest:
        raise Refusal("schema.old", current=current or "ninguna", newest=newest)
    _ = parts.ring
    return parts


def in_lima(moment: "datetime", parts: "Installation") -> str:
    """dd/mm/aaaa HH:MM:SS in the entity's zone (ruling 18)."""
    return f"{moment.astimezone(parts.zone):%d/%m/%Y %H:%M:%S} (hora de Lima)"
