"""The keys by which other systems deposit: made and shown once, used, and retired at once.

create ──▶ its holder asks with it ──▶ allowed: it holds, and has asked for no more than its share
retire ──▶ from that instant on it is as unknown as one that nobody made
"""

import secrets
from datetime import datetime, timedelta

from proxy.domain import limits
from proxy.domain.acto import one_line
from proxy.domain.events import Event
from proxy.domain.sender import SCOPES, ApiKey, Scope, Sender
from proxy.errors import Denied, NoKey, Reason, Refusal
from proxy.flows import limiting
from proxy.store import api_keys, eventos
from proxy.store.tx import Tx

LASTS = timedelta(days=365)  # unless who makes it says otherwise
NAME = 60  # characters
OURS = "casilla"  # what `casilla depositar-lote` deposits under


def create(
    tx: Tx,
    system: str,
    scopes: tuple[Scope, ...] = SCOPES,
    until: datetime | None = None,
    *,
    test: bool = False,
) -> tuple[ApiKey, str]:
    """The key, and its secret, which is kept nowhere. Refuses `api_key.name`, `api_key.past`, and
    what `one_line` refuses."""
    name = one_line(system, NAME, "sistema")
    if name.casefold() == OURS:
        raise Refusal("api_key.name", name=name)
    until = until or tx.now + LASTS
    if until <= tx.now:
        raise Refusal("api_key.past")
    key_id = secrets.token_hex(4)
    given = tuple(scope for scope in SCOPES if scope in scopes)
    key = ApiKey(key_id, Sender(name, key_id, test), given, tx.now, until)
    secret = api_keys.add(tx, key)
    eventos.note(
        tx,
        Event.API_KEY_MADE,
        key=key_id,
        system=name,
        test=test,
        scopes=list(given),
        until=until.isoformat(),
    )
    return key, secret


def every(tx: Tx) -> list[ApiKey]:
    return api_keys.every(tx)


def retire(tx: Tx, key_id: str) -> None:
    """Refuses `api_key.unknown`."""
    if not api_keys.retire(tx, key_id):
        raise Refusal("api_key.unknown", id=key_id)
    eventos.note(tx, Event.API_KEY_RETIRED, key=key_id)


def find(tx: Tx, secret: str) -> ApiKey:
    """NoKey `api_key.invalid`, whatever is wrong with it."""
    key = api_keys.by_secret(tx, secret)
    if key is None or key.retired_at or key.expires_at <= tx.now:
        raise NoKey("api_key.invalid")
    return key


def spent(tx: Tx, key: ApiKey) -> Denied | None:
    """Whether a deposit would be refused now, before its body is read. Counts nothing.

    Also when it asked about as many casillas as it may: a deposit that is refused for that tells
    no more than who asks.
    """
    wait = limiting.full(tx, [*limits.asked_by_key(key.id), limits.reach_asked(key.id)])
    return Denied(Reason.LIMITED, wait) if wait else None


def use(tx: Tx, secret: str, *more: limits.Limit) -> Denied | None:
    """Count one request, in the transaction of what it does: a key that was retired meanwhile does
    nothing more. NoKey `api_key.invalid`."""
    key = find(tx, secret)
    wait = limiting.take(tx, [*limits.asked_by_key(key.id), *more], None)
    if wait is not None:
        return Denied(Reason.LIMITED, wait)
    api_keys.note_use(tx, key.id)
    return None
