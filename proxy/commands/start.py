"""What most commands begin with: the settings, and the parts that are made from them."""

import os
import pwd
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from proxy.domain.actor import Actor
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
NOBODY_LOGGED_IN = 2**32 - 1  # what the kernel says of a process that no login began
# Settings of 0.2.0. Ignored in silence, SMS would leave in a form that the service does not know.
RETIRED = {"CASILLA_SMS_METHOD", "CASILLA_SMS_HEADERS", "CASILLA_SMS_BODY"}


def read_settings() -> "Settings":
    from pydantic import ValidationError

    from proxy.settings import Settings

    _check_names(Settings)
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        name = f"CASILLA_{fault['loc'][0]}".upper()
        known = FAULTS.get(fault["type"])
        reason = known.format_map(fault.get("ctx", {})) if known else fault["msg"]
        reason = reason.removeprefix("Value error, ").replace(" or ", " o ")
        raise Refusal("settings.wrong", name=name, reason=reason) from None


def _check_names(settings: "type[Settings]") -> None:
    """A misspelled name changes no setting, so the operator is warned of it."""
    from difflib import get_close_matches

    from dotenv import dotenv_values

    known = [f"CASILLA_{name}".upper() for name in settings.model_fields]
    try:
        written = {*os.environ, *dotenv_values(".env")}
    except UnicodeDecodeError:
        raise Refusal("settings.encoding") from None
    if gone := sorted(RETIRED.intersection(name.upper() for name in written)):
        raise Refusal("settings.retired", names=", ".join(gone))
    for name in sorted(name for name in written if name.upper().startswith("CASILLA_")):
        if name.upper() not in known:
            near = get_close_matches(name.upper(), known, n=1, cutoff=0.8)
            meant = f": ¿quiso decir {near[0]}?" if near else "."
            print(TEXTS["settings.unknown"].format(name=name, meant=meant), file=sys.stderr)


def installation(by: Actor | None = None) -> "Installation":
    from proxy.installation import Installation

    return Installation(read_settings(), by=by or operator())


def operator() -> Actor:
    """Whoever logged in to this machine, also behind sudo; else the user of the process.

    The kernel sets the login user (/proc/self/loginuid), and a variable of sudo is not believed.
    """
    uid = os.getuid()
    try:
        login = int(Path("/proc/self/loginuid").read_text())
    except (OSError, ValueError):
        login = NOBODY_LOGGED_IN
    if login != NOBODY_LOGGED_IN:
        uid = login
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may run as a user without a name
        name = str(uid)
    return Actor("operator", name)


def ready(by: Actor | None = None) -> "Installation":
    """Refuses older or newer tables, missing keys, and the keys of another database."""
    from proxy.store import schema, sealed

    parts = installation(by)
    current, newest = schema.current(parts.db), schema.newest()
    if schema.of_a_newer_program(current):
        raise Refusal("schema.newer")
    if current != newest:
        raise Refusal("schema.old", current=current or "ninguna", newest=newest)
    _ = parts.ring
    with parts.db.reading() as tx:
        if not sealed.opens(tx):
            raise Refusal("keys.other", path=parts.settings.keys_file)
    return parts


def ready_seal(parts: "Installation") -> None:
    """The seal of the constancias: where none is named and none is there, one of demonstration.

    A seal that is out of date stops nothing but the sealing. Refuses what `read_seal` refuses.
    """
    from proxy.keys import seal_file

    settings, now = parts.settings, parts.clock()
    path = settings.seal_path
    if not settings.seal_file and not path.exists():
        seal_file.create_demonstration(path, parts.catalog.entity.nombre, now)
    held = seal_file.read_seal(path, settings.seal_password)
    said = [str(fault)] if (fault := seal_file.out_of_date(held.described, now)) else []
    if held.described.demonstration and not settings.local:
        said.append(TEXTS["seal.demonstration"])
    try:
        seal_file.remember(path, held.certificate)
    except OSError:
        beside = seal_file.path_of_certificates(path)
        said.append(TEXTS["seal.unremembered"].format(path=beside))
    for line in said:
        print(line, file=sys.stderr)


def warn_of_folders(settings: "Settings") -> None:
    """A folder serves only to try the program: its messages reach no citizen."""
    if settings.local:
        return
    if settings.mail_url.startswith("maildir:"):
        print(TEXTS["mail.folder"], file=sys.stderr)
    if settings.sms_url.startswith("maildir:"):
        print(TEXTS["sms.folder"], file=sys.stderr)


def refuse_plain_mail(settings: "Settings") -> None:
    """Refuses `mail.plain`. A server that is away says nothing: its messages wait."""
    from proxy.outside.mail import Smtp, Unsent, mail_transport

    mail = mail_transport(settings)
    if not isinstance(mail, Smtp) or mail.loopback or mail.plain:
        return
    try:
        encrypted = mail.offers_tls()
    except Unsent as error:
        print(TEXTS["mail.away"].format(host=mail.host, reason=error.reason), file=sys.stderr)
        return
    if not encrypted:
        raise Refusal("mail.plain", host=mail.host)


def to_the_second(moment: "datetime", parts: "Installation") -> str:
    """dd/mm/aaaa HH:MM:SS in the entity's zone (R18)."""
    official = parts.catalog.entity.official_time
    return f"{moment.astimezone(parts.zone):%d/%m/%Y %H:%M:%S} ({official})"
