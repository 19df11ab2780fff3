"""The two people of the entity who answer for an act on an owner's casilla (S39)."""

from proxy.errors import Refusal


def two_people(names: tuple[str, str]) -> list[str]:
    """Refuses `responsible.alone` unless the names belong to two different people."""
    first, second = (" ".join(name.split()) for name in names)
    if not (first and second) or first.casefold() == second.casefold():
        raise Refusal("responsible.alone")
    return [first, second]
