"""Limits of SMS: each one costs the entity money and disturbs the owner of the mobile.

The subject that asks, its network and the whole entity have a limit each, and a refusal says so.
The messages to a number are counted in silence: a refusal would reveal the owner of the number, or
that it has one (S30, S31, S51).
"""

from datetime import timedelta

from proxy.domain import limits
from proxy.domain.client import Client
from proxy.flows import budget
from proxy.store import throttle
from proxy.store.tx import Tx


def take(
    tx: Tx, a_day: int, who: str, number: str | None, client: Client, *, known: bool = False
) -> timedelta | bool:
    """The time that `who` must wait, or whether an SMS leaves for `number`.

    Without a `number` it never leaves. The limits of the network do not reach a `known` browser.
    `a_day` is for the whole entity.
    """
    wait = throttle.take(
        tx, [*limits.sms_asked(who), *([] if known else limits.sms_of_network(client))]
    )
    if wait is not None:
        return wait
    quiet = throttle.take(tx, limits.sms_asked(f"number/{number or who}")) is None
    leaves = quiet and number is not None
    wait = budget.take(tx, limits.sms_of_entity(a_day), leaves=leaves)
    return leaves if wait is None else wait
