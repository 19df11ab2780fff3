"""How many SMS may be asked for: each one costs the entity money, and a mobile its peace.

Who asks, their network and the whole entity have a limit each, and are told of it. What a number
gets, whoever asks for it, is counted in silence: nobody learns from it whose number it is, nor
whether it is anybody's (S30, S31, S51).
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
    """How long `who` has to wait; or whether an SMS leaves for `number`.

    None is nobody's number. What others of its network ask for does not reach a `known` browser.
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
