"""Limits of SMS: each one costs the entity money and disturbs the owner of the mobile.

The subject that asks, its network and the whole entity have a limit each, and a refusal says so.
The messages to a number are counted in silence: a refusal would reveal the owner of the number, or
that it has one (S30, S31, S51).
"""

from datetime import timedelta

from proxy.domain import limits
from proxy.domain.client import Client
from proxy.flows import limiting
from proxy.store import throttle
from proxy.store.tx import Tx


def take(
    tx: Tx,
    a_day: int,
    who: str,
    number: str | None,
    client: Client,
    *,
    known: bool = False,
    casilla_id: int | None = None,
) -> timedelta | bool:
    """The time that `who` must wait, or whether an SMS leaves for `number`.

    Without a `number` it never leaves. The limits of the network do not reach a `known` browser.
    `a_day` is for the whole entity.
    """
    own = [*limits.sms_asked(who), *([] if known else limits.sms_of_network(client))]
    wait = limiting.take(tx, own, casilla_id)
    if wait is not None:
        return wait
    of_number = limits.sms_asked(f"number/{number or who}")
    leaves = limiting.take(tx, of_number, casilla_id) is None and number is not None
    # This one is a wall, because SMS cost money: invented numbers must not use it up.
    entity = limits.sms_of_entity(a_day)
    wait = (throttle.take if leaves else throttle.look)(tx, [entity])
    if wait:
        limiting.note(tx, [entity], casilla_id)
    limiting.tell(tx, entity, 1 if wait else min(throttle.levels(tx, [entity])[0], 0.99))
    return leaves if wait is None else wait
