"""The two people of the entity who answer for an act on an owner's casilla (S39)."""

from proxy.errors import Refusal


def two_people(responds: str, authorises: str) -> list[str]:
    """Refuses `responsible.alone` unless the names belong to two different people."""
    first, second = one_person(responds), one_person(authorises)
    if first.casefold() == second.casefold():
        raise Refusal("responsible.alone")
    return [first, second]


def one_person(typed: str) -> str:
    """The name, on one line. Refuses `responsible.alone` for none, `responsible.malformed`."""
    name = " ".join(typed.split())
    if not name:
        raise Refusal("responsible.alone")
    if not name.isprintable():  # the other person reads it in a terminal, which obeys such signs
        raise Refusal("responsible.malformed")
    return name
