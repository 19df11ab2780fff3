"""First access: how the owner of a new casilla gets the first password (R5).

    issue ──▶ a secret that serves once (guia) or an activation link (estricto), by e-mail
          ──▶ first login, which opens only the change of password  ·  activate ──▶ choose

A secret that expired, was used, or was guessed at five times opens nothing: its owner then recovers
the password like any other owner.
"""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from proxy.domain.casilla import Casilla
from proxy.domain.client import Client
from proxy.domain.first_access import secret_for
from proxy.domain.limits import HOUR
from proxy.domain.policy import Policy
from proxy.domain.vault import Vault
from proxy.errors import Denied
from proxy.flows import password
from proxy.flows.closing import spend_link
from proxy.flows.password import Choosing
from proxy.store import casillas, challenges, links, outbox
from proxy.store.tx import Tx

ACTIVATION = "activation"
FAILURES = 5


@dataclass(frozen=True)
class First:
    """The values of a first access. They exist before its transaction: a hash takes long to make.

    `secret` is empty where the policy mails a link.
    """

    link_id: bytes
    key_id: str
    secret: str
    hashed: str | None = None


def first(policy: Policy, vault: Vault) -> First:
    link_id, key_id = uuid4().bytes, vault.newest
    if policy.first_access_by_link:
        return First(link_id, key_id, "")
    key = vault.code_key(key_id)
    assert key is not None  # the newest is in the ring
    return First(link_id, key_id, secret_for(key, link_id))


def issue(
    tx: Tx, policy: Policy, casilla: Casilla, made: First, *, by_entity: bool = False
) -> None:
    life = policy.first_access_life
    told: dict[str, Any] = {
        "user": casilla.identidad.user,
        "hours": life // HOUR,
        "by_entity": by_entity,  # approved the registration
    }
    if made.secret:
        told |= {"first_access": made.link_id.hex(), "key_id": made.key_id}
        outbox.add(tx, "credentials", casilla, life, **told)
    else:
        links.add(tx, ACTIVATION, casilla.id, life, made.link_id)
        told |= {"purpose": ACTIVATION, "link": made.link_id.hex()}
        outbox.add(tx, "activation", casilla, life, **told)


def lapsed(tx: Tx, casilla: Casilla) -> bool:
    """Whether a first password no longer opens the casilla: mailed, or chosen by the entity."""
    until = casilla.first_until
    return until is not None and (tx.now >= until or casilla.failures >= FAILURES)


def retire_secret(tx: Tx, casilla: Casilla) -> None:
    if casillas.spend_first(tx, casilla.id):
        challenges.end_all(tx, casilla.id)


def opened(tx: Tx, link_id: bytes) -> Choosing | None:
    link = links.by_id(tx, link_id, ACTIVATION)
    return password.choosing(tx, link.casilla_id) if link and link.holds(tx.now) else None


def activated(tx: Tx, link_id: bytes | None) -> Casilla | Denied | None:
    """The casilla whose first password this link chose a moment ago."""
    link = links.by_id(tx, link_id, ACTIVATION) if link_id else None
    return password.just_chosen(tx, password.just_used(tx, link))


def activate(tx: Tx, policy: Policy, link_id: bytes, hashed: str, client: Client) -> bool:
    """`hashed` is the hash of the first password. False: the link was used or expired."""
    casilla_id = spend_link(tx, link_id, ACTIVATION)
    if casilla_id is None:
        return False
    password.replace(tx, policy, casillas.by_id(tx, casilla_id), hashed, client)
    return True
