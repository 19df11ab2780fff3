"""The local register of people and companies. Each record is sealed; a keyed hash finds it."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import bindparam, delete, insert, select

from proxy.domain import padron as rules
from proxy.domain.identidad import Identidad, parse_identidad
from proxy.domain.identity import Claim, Known
from proxy.store.tables import padron
from proxy.store.tx import Tx

COLUMN, KNOWN = "padron.record", "padron.known"
UID_BYTES = 16
# As long as most records. No claim matches it.
DECOY = '["-", "ficticia", "ficticia", "maria ficticia", "1980-01-01", "f", "2020-01-01", "0"]'

_BY_LOOKUP = select(padron.c.uid, padron.c.record).where(
    padron.c.lookup.in_(bindparam("lookups", expanding=True))
)
_KNOWN = select(padron.c.uid, padron.c.known).where(
    padron.c.lookup.in_(bindparam("lookups", expanding=True))
)
_ANY = select(padron.c.lookup).limit(1)
_ADD = insert(padron)
_REMOVE = delete(padron).where(padron.c.lookup.in_(bindparam("lookups", expanding=True)))


@dataclass(frozen=True)
class Found:
    there: bool
    record: str  # a decoy, when the identidad is not there


def find(tx: Tx, identidad: Identidad) -> Found:
    """Open a decoy when the identidad is not there, so that the time does not tell.

    Raises Unsealable.
    """
    row = tx.conn.execute(_BY_LOOKUP, {"lookups": tx.vault.lookups(str(identidad))}).first()
    uid = secrets.token_bytes(UID_BYTES)
    decoy = tx.vault.seal(COLUMN, uid, DECOY)
    uid, sealed = (row.uid, row.record) if row else (uid, decoy)
    return Found(row is not None, tx.vault.open(COLUMN, uid, sealed))


def known(tx: Tx, identidad: Identidad) -> Known:
    """Nothing, for an identidad that is not there. Raises Unsealable."""
    row = tx.conn.execute(_KNOWN, {"lookups": tx.vault.lookups(str(identidad))}).first()
    if row is None or row.known is None:
        return Known()
    documents, addresses = json.loads(tx.vault.open(KNOWN, row.uid, row.known))
    return Known(tuple(map(parse_identidad, documents)), tuple(addresses))


def any_there(tx: Tx) -> bool:
    return tx.conn.execute(_ANY).first() is not None


def put(
    tx: Tx, claims: Sequence[Claim], known: Mapping[Identidad, Known] = MappingProxyType({})
) -> None:
    """Replace the records of these identidades, and what is known of them beside.

    An identidad must not come twice.
    """
    if not claims:
        return
    vault = tx.vault
    keys = [vault.lookups(str(claim.identidad)) for claim in claims]
    # A record under an older key of the ring goes too: an identidad has one record.
    tx.conn.execute(_REMOVE, {"lookups": [lookup for some in keys for lookup in some]})
    rows = []
    for lookups, claim in zip(keys, claims, strict=True):
        uid = secrets.token_bytes(UID_BYTES)
        record = vault.seal(COLUMN, uid, rules.written(claim))
        beside = known.get(claim.identidad, Known())
        said = json.dumps([[str(one) for one in beside.representatives], beside.addresses])
        sealed = vault.seal(KNOWN, uid, said)
        rows.append({"lookup": lookups[-1], "uid": uid, "record": record, "known": sealed})
    tx.conn.execute(_ADD, rows)
