"""How often each act may be done. A flow takes from all limits of an act at once.

A whole office, or thousands of mobiles of one operator, may share an address. So a known browser
counts apart: a stranger with the owner's identidad or address cannot keep the owner out.
"""

from dataclasses import dataclass
from datetime import timedelta

from proxy.domain.client import Client
from proxy.domain.identidad import Identidad

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, order=True)
class Limit:
    """At most `times` within `window`, for one key."""

    key: str
    times: int
    window: timedelta


# The limits of the whole service.
PASSWORDS = Limit("password", 1000, 5 * MINUTE)
MAIL = Limit("mail", 2000, HOUR)  # messages that a browser asks for without a proof
READINESS = Limit("readiness", 1, timedelta(microseconds=1))  # never refuses: it writes a row


def passwords(identidad: Identidad, client: Client, device: bytes | None) -> list[Limit]:
    if device:
        return [Limit(f"password/device/{device.hex()}", 10, 15 * MINUTE)]
    return [
        Limit(f"password/{identidad}/{client.network}", 5, 15 * MINUTE),
        Limit(f"password/{identidad}/hour", 20, HOUR),
        Limit(f"password/{identidad}/day", 50, DAY),
        Limit(f"password/{client.network}/minutes", 30, 5 * MINUTE),
        Limit(f"password/{client.network}/hour", 100, HOUR),
    ]


def password_again(casilla_id: int) -> list[Limit]:
    return [Limit(f"password/inside/{casilla_id}", 5, 15 * MINUTE)]


def codes_sent(purpose: str, subject: bytes, client: Client, device: bytes | None) -> list[Limit]:
    """Each purpose counts apart: a failed recovery must not block the login."""
    about = f"send/{purpose}/{subject.hex()}"
    limits = [
        Limit(f"{about}/5", 3, 5 * MINUTE),
        Limit(f"{about}/10", 5, 10 * MINUTE),
        Limit(f"{about}/60", 15, HOUR),
    ]
    return limits if device else [*limits, Limit(f"send/{client.network}", 20, HOUR)]


def codes_typed(purpose: str, subject: bytes, client: Client, device: bytes | None) -> list[Limit]:
    about = f"code/{purpose}/{subject.hex()}"
    return [*_guesses(about), *([] if device else _of_network(client))]


def factor_codes(casilla_id: int, client: Client, device: bytes | None) -> list[Limit]:
    """One count for all purposes: the app gives the same code for each.

    Fifty guesses a day, with three valid codes at a time: one hit in 6,600 days.
    """
    if device:
        return _guesses(f"code/factor/{casilla_id}/{device.hex()}")
    return [*_guesses(f"code/factor/{casilla_id}"), *_of_network(client)]


def _guesses(about: str) -> list[Limit]:
    return [
        Limit(f"{about}/5", 5, 5 * MINUTE),
        Limit(f"{about}/60", 20, HOUR),
        Limit(f"{about}/day", 50, DAY),
    ]


def _of_network(client: Client) -> list[Limit]:
    about = f"code/{client.network}"
    return [Limit(f"{about}/5", 10, 5 * MINUTE), Limit(f"{about}/60", 50, HOUR)]


def sms_asked(about: str) -> list[Limit]:
    return [Limit(f"sms/{about}/15", 3, 15 * MINUTE), Limit(f"sms/{about}/day", 5, DAY)]


def sms_of_network(client: Client) -> list[Limit]:
    return [
        Limit(f"sms/{client.network}", 5, HOUR),
        Limit(f"sms/site/{client.site}", 20, HOUR),  # a line may have 65,536 networks
    ]


def sms_of_entity(a_day: int) -> Limit:
    return Limit("sms", a_day, DAY)


def recoveries_of_network(client: Client) -> list[Limit]:
    about = f"recovery/{client.network}"
    return [
        Limit(f"{about}/10", 5, 10 * MINUTE),
        Limit(f"{about}/15", 10, 15 * MINUTE),
        Limit(f"{about}/30", 15, 30 * MINUTE),
    ]


def recoveries(identidad: Identidad, device: bytes | None) -> list[Limit]:
    about = f"recovery/device/{device.hex()}" if device else f"recovery/{identidad}"
    return [Limit(f"{about}/10", 3, 10 * MINUTE), Limit(f"{about}/day", 5, DAY)]


def links_renewed(casilla_id: int) -> list[Limit]:
    about = f"renew/{casilla_id}"
    return [Limit(f"{about}/10", 1, 10 * MINUTE), Limit(f"{about}/day", 5, DAY)]


def registrations(client: Client) -> list[Limit]:
    return [Limit(f"registration/{client.network}", 60, HOUR)]


def checks_of_identity(identidad: Identidad, client: Client) -> list[Limit]:
    return [
        *tries_at_identity(identidad),
        Limit(f"identity/{client.network}", 10, HOUR),
        Limit("identity", 500, HOUR),
    ]


def tries_at_identity(identidad: Identidad) -> list[Limit]:
    """A flow gives the try back unless the data differ: only wrong data are a guess."""
    return [Limit(f"identity/{identidad}", 5, 6 * HOUR)]


def told_already_registered(casilla_id: int) -> list[Limit]:
    about = f"already/{casilla_id}"
    return [Limit(f"{about}/hour", 1, HOUR), Limit(f"{about}/day", 3, DAY)]


def changes_of_profile(casilla_id: int) -> list[Limit]:
    about = f"profile/{casilla_id}"
    return [Limit(f"{about}/5", 5, 5 * MINUTE), Limit(f"{about}/60", 20, HOUR)]


def downloads(casilla_id: int, client: Client) -> list[Limit]:
    return [
        Limit(f"download/{casilla_id}", 60, MINUTE),
        Limit(f"download/{client.network}", 120, MINUTE),
    ]


def pictures(client: Client) -> list[Limit]:
    return [Limit(f"captcha/image/{client.network}", 30, MINUTE)]


def riddles(client: Client) -> list[Limit]:
    return [Limit(f"captcha/{client.network}", 300, MINUTE)]


def spoken_riddles(client: Client) -> list[Limit]:
    return [Limit(f"captcha/audio/{client.network}", 10, MINUTE)]


def first_tries(form: str, client: Client) -> list[Limit]:
    return [Limit(f"captcha/first/{form}/{client.network}", 1, 10 * MINUTE)]


def violations(client: Client) -> list[Limit]:
    return [Limit(f"report/{client.network}", 10, MINUTE), Limit("report", 60, MINUTE)]
