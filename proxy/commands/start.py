"""What most commands begin with: the settings, read once, and the parts that follow from them."""

import sys
from typing import TYPE_CHECKING

from proxy.errors import Refusal
from proxy.texts import TEXTS

if TYPE_CHECKING:
    from datetime import datetime

    from proxy.installation import Installation
    from proxy.settings import Settings


# By the kinds of fault of pydantic; the validators of the settings speak Spanish themselves.
FAULTS = {
    "int_parsing": "debe ser un número entero",
    "float_parsing": "debe ser un número, como 2.5",
    "greater_than": "debe ser más que {gt:g}",
    "greater_than_equal": "debe ser {ge:g} o más",
    "less_than_equal": "debe ser {le:g} o menos",
    "literal_error": "use uno de estos: {expected}",
}


def read_settings() -> "Settings":
    """Refuses a variable that does not hold what it should."""
    from pydantic import ValidationError

    from proxy.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        name = f"CASILLA_{fault['loc'][0]}".upper()
        reason = FAULTS.get(fault["type"], fault["msg"]).format_map(fault.get("ctx", {}))
        reason = reason.removeprefix("Value error, ").replace(" or ", " o ")
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


def warn_of_folders(settings: "Settings") -> None:
    """A folder serves who tries the program out. Citizens would wait for what never comes."""
    if settings.local:
        return
    if settings.mail_url.startswith("maildir:"):
        print(TEXTS["mail.folder"], file=sys.stderr)
    if settings.sms_url.startswith("maildir:"):
        print(TEXTS["sms.folder"], file=sys.stderr)


def to_the_second(moment: "datetime", parts: "Installation") -> str:
    """dd/mm/aaaa HH:MM:SS in the entity's zone (ruling 18)."""
    official = parts.catalog.entity.official_time
    return f"{moment.astimezone(parts.zone):%d/%m/%Y %H:%M:%S} ({official})"
