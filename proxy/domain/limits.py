"""How often each act may be done: one table, which the manual prints. A flow takes from all limits
of an act at once.

Thousands may share an address, and anybody may know an identidad. So most limits are a price and
not a refusal: a riddle, whose work grows with what was used (S83-S86).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from proxy.domain.client import Client
from proxy.domain.email import compared
from proxy.domain.identidad import Identidad

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Kind(StrEnum):
    WALL = "muro"  # refuses above `times`
    TOLL = "precio"  # of an identidad: has a price above `times`, and never refuses
    SHARE = "parte"  # of a network or a site: a price above `times`, refuses above 50 of them
    BUDGET = "total"  # of the service: a price from the half on, refuses only who is over a SHARE


# How many times `times` a key holds. What never refuses is counted up to here.
HOLDS = {Kind.WALL: 1, Kind.TOLL: 6, Kind.SHARE: 50, Kind.BUDGET: 2}
SITE = 8  # a site may use as much as so many networks


@dataclass(frozen=True)
class Limit:
    key: str
    times: int
    window: timedelta
    kind: Kind = Kind.WALL
    whose: str = ""  # the identidad that `cuentas rehabilitar` frees of it


TABLE = {
    "password/device": (10, 15 * MINUTE, Kind.WALL),
    "password/home": (5, 15 * MINUTE, Kind.TOLL),  # as any, or the number tells whose home it is
    "password/pair": (5, 15 * MINUTE, Kind.TOLL),
    "password/hour": (20, HOUR, Kind.TOLL),
    "password/day": (50, DAY, Kind.TOLL),
    "password/network": (30, 5 * MINUTE, Kind.SHARE),
    "password/all": (1000, 5 * MINUTE, Kind.BUDGET),
    "password/inside": (5, 15 * MINUTE, Kind.WALL),
    "send/5": (3, 5 * MINUTE, Kind.WALL),
    "send/10": (5, 10 * MINUTE, Kind.WALL),
    "send/60": (15, HOUR, Kind.WALL),
    "send/network": (20, HOUR, Kind.SHARE),
    "mail": (2000, HOUR, Kind.BUDGET),
    "mailbox/typed": (3, DAY, Kind.WALL),
    "mailbox/owner": (2, DAY, Kind.WALL),
    "mailbox/home": (5, DAY, Kind.WALL),
    "domain": (200, HOUR, Kind.BUDGET),
    "code/5": (5, 5 * MINUTE, Kind.WALL),
    "code/60": (20, HOUR, Kind.WALL),
    "code/day": (50, DAY, Kind.WALL),
    "sms/15": (3, 15 * MINUTE, Kind.WALL),
    "sms/day": (5, DAY, Kind.WALL),
    "sms/network": (5, HOUR, Kind.WALL),
    "sms/site": (20, HOUR, Kind.WALL),
    "recovery/10": (3, 10 * MINUTE, Kind.WALL),
    "recovery/day": (5, DAY, Kind.WALL),
    "recovery/network": (5, 10 * MINUTE, Kind.SHARE),
    "renew": (1, HOUR, Kind.WALL),
    "registration/network": (60, HOUR, Kind.SHARE),
    "identity/one": (5, 6 * HOUR, Kind.WALL),
    "identity/network": (10, HOUR, Kind.SHARE),
    "identity/all": (500, HOUR, Kind.BUDGET),
    "already/hour": (1, HOUR, Kind.WALL),
    "already/day": (3, DAY, Kind.WALL),
    "registered": (5, DAY, Kind.WALL),
    "tried": (1, DAY, Kind.WALL),
    "profile/5": (5, 5 * MINUTE, Kind.WALL),
    "profile/60": (20, HOUR, Kind.WALL),
    "download/casilla": (60, MINUTE, Kind.WALL),
    "download/network": (120, MINUTE, Kind.WALL),
    "export": (6, MINUTE, Kind.WALL),  # a list that is made while others wait for theirs
    "captcha/image": (600, MINUTE, Kind.WALL),
    "captcha/audio": (120, MINUTE, Kind.WALL),
    "captcha/bare": (3000, MINUTE, Kind.WALL),
    "captcha/first": (1, 10 * MINUTE, Kind.WALL),
    "api/key": (6000, MINUTE, Kind.WALL),
    "api/reach": (60, MINUTE, Kind.WALL),  # who has a casilla, and whether alertas reach them
    "report/network": (10, MINUTE, Kind.WALL),
    "report/all": (60, MINUTE, Kind.WALL),
}

MOST = 6  # times the work of a riddle: some 8 s of a cheap phone
READINESS = Limit("readiness", 1, timedelta(microseconds=1))  # never refuses: it writes a row
LATE_MAIL = Limit("late mail", 1, timedelta(minutes=5))  # lines of the log
LATE_SEALS = Limit("late seals", 1, timedelta(minutes=10))


def reminder(casilla_id: int, day: date) -> Limit:
    """One e-mail for all that is not opened."""
    return Limit(f"reminder/{casilla_id}/{day}", 1, 2 * DAY)


def price(limit: Limit, level: float) -> int:
    """What a form asks after `level` times the number. 0: nothing; 1: a riddle; above: two
    pictures, or so many times the work."""
    if limit.kind is Kind.BUDGET:
        return 0 if level <= 0.5 else 1 if level <= 0.8 else MOST // 2
    if limit.kind is Kind.WALL or level <= 1:
        return 0
    return min(1 + int(level), MOST)


def passwords(
    identidad: Identidad, client: Client, device: bytes | None, *, home: bool
) -> list[Limit]:
    if device:
        return [_limit("password/device", device.hex(), whose=identidad)]
    shares = _shares("password/network", client)
    if home:
        return [_limit("password/home", identidad, client.network, whose=identidad), *shares]
    return [
        _limit("password/pair", identidad, client.network, whose=identidad),
        _limit("password/hour", identidad, whose=identidad),
        _limit("password/day", identidad, whose=identidad),
        *passwords_of_all(client),
    ]


def passwords_of_all(client: Client) -> list[Limit]:
    return [*_shares("password/network", client), _limit("password/all")]


def password_again(casilla_id: int) -> list[Limit]:
    return [_limit("password/inside", casilla_id)]


def codes_sent(purpose: str, subject: bytes, whose: Identidad | None) -> list[Limit]:
    """Each purpose counts apart: a failed recovery must not block the login."""
    about = f"{purpose}/{subject.hex()}"
    return [_limit(f"send/{minutes}", about, whose=whose) for minutes in (5, 10, 60)]


def mail_asked(client: Client) -> list[Limit]:
    """Messages that a browser asks for without a proof."""
    return [*_shares("send/network", client), _limit("mail")]


def mailbox(address: str) -> Limit:
    """What strangers may have sent to an address that they type (S85)."""
    return _limit("mailbox/typed", _plain(address))


def mailbox_of(address: str, place: str) -> Limit:
    """What they may have sent to the owner of a casilla, whose address they do not know."""
    return _limit("mailbox/home" if place else "mailbox/owner", _plain(address), place)


def domain(address: str) -> Limit:
    return _limit("domain", compared(address).rpartition("@")[2])


def codes_typed(purpose: str, subject: bytes, whose: Identidad | None) -> list[Limit]:
    return _guesses(f"{purpose}/{subject.hex()}", whose)


def factor_codes(identidad: Identidad, device: bytes | None) -> list[Limit]:
    """One count for all purposes: the app gives the same code for each.

    Fifty guesses a day, with three valid codes at a time: one hit in 6,600 days.
    """
    about = device.hex() if device else "unknown"
    return _guesses(f"factor/{identidad}/{about}", identidad)


def factor_codes_of_strangers(identidad: Identidad) -> list[Limit]:
    """Apart: who names somebody as a representative proves nothing, and spends none of theirs."""
    return _guesses(f"factor/{identidad}/named", identidad)


def _guesses(about: str, whose: Identidad | None) -> list[Limit]:
    return [_limit(f"code/{window}", about, whose=whose) for window in ("5", "60", "day")]


def sms_asked(about: str) -> list[Limit]:
    return [_limit("sms/15", about), _limit("sms/day", about)]


def sms_of_network(client: Client) -> list[Limit]:
    # A line may have 65,536 networks.
    return [_limit("sms/network", client.network), _limit("sms/site", client.site)]


def sms_of_entity(a_day: int) -> Limit:
    return Limit("sms", a_day, DAY)


def recoveries_of_network(client: Client) -> list[Limit]:
    return _shares("recovery/network", client)


def recoveries(identidad: Identidad, place: str) -> list[Limit]:
    """`place` is a browser or a network of the owner: strangers do not spend what it has."""
    about = place or identidad
    return [_limit(f"recovery/{window}", about, whose=identidad) for window in ("10", "day")]


def links_asked(identidad: Identidad, email: str) -> list[Limit]:
    """By the typed address: who does not know it spends nothing of the owner's."""
    about = f"{identidad}/{compared(email)}"
    return [_limit(f"recovery/{window}", about, whose=identidad) for window in ("10", "day")]


def links_renewed(casilla_id: int) -> list[Limit]:
    return [_limit("renew", casilla_id)]


def registrations(client: Client) -> list[Limit]:
    return _shares("registration/network", client)


def checks_of_identity(identidad: Identidad, client: Client) -> list[Limit]:
    """A flow gives them back unless the data differ: only wrong data are a guess."""
    return [
        _limit("identity/one", identidad, whose=identidad),
        *checks_of_network(client),
    ]


def checks_of_network(client: Client) -> list[Limit]:
    return [*_shares("identity/network", client), _limit("identity/all")]


def told_already_registered(casilla_id: int) -> list[Limit]:
    return [_limit("already/hour", casilla_id), _limit("already/day", casilla_id)]


def told_of_tries(casilla_id: int) -> Limit:
    return _limit("tried", casilla_id)


def told_of_registration(address: str) -> list[Limit]:
    """Somebody with another's data may register again and again. Apart from `mailbox`, which
    strangers could use up before."""
    return [_limit("registered", _plain(address))]


def changes_of_profile(casilla_id: int) -> list[Limit]:
    return [_limit("profile/5", casilla_id), _limit("profile/60", casilla_id)]


def downloads(casilla_id: int, client: Client) -> list[Limit]:
    return [_limit("download/casilla", casilla_id), _limit("download/network", client.network)]


def lists_taken(casilla_id: int) -> list[Limit]:
    return [_limit("export", casilla_id)]


def pictures(client: Client) -> list[Limit]:
    return [_limit("captcha/image", client.network)]


def bare_riddles(client: Client) -> list[Limit]:
    return [_limit("captcha/bare", client.network)]


def spoken_riddles(client: Client) -> list[Limit]:
    return [_limit("captcha/audio", client.network)]


def first_tries(form: str, client: Client) -> list[Limit]:
    return [_limit("captcha/first", form, client.network)]


def asked_by_key(key_id: str) -> list[Limit]:
    return [_limit("api/key", key_id)]


def reach_asked(key_id: str) -> Limit:
    return _limit("api/reach", key_id)


def violations(client: Client) -> list[Limit]:
    return [_limit("report/network", client.network), _limit("report/all")]


def _shares(name: str, client: Client) -> list[Limit]:
    network = _limit(name, client.network)
    site = Limit(f"{name}/site/{client.site}", SITE * network.times, network.window, network.kind)
    return [network, site]


def _plain(address: str) -> str:
    """Capitals, and what follows a +, make no other mailbox."""
    local, _, domain = compared(address).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _limit(name: str, *about: object, whose: Identidad | None = None) -> Limit:
    key = "/".join([name, *map(str, about)])
    return Limit(key, *TABLE[name], whose=str(whose or ""))
