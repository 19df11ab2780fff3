"""The two people of the entity who answer for what is done to somebody's casilla (S39)."""

from proxy.errors import Refusal


def two_people(names: tuple[str, str]) -> list[str]:
    """Their names, tidied. Refuses `factor.alone` when they are not two different ones."""
    first, second = (" ".join(name.split()) for name in names)
    if not (first and second) or first.casefold() == second.casefold():
        raise Refusal("factor.alone")
    return [first, second]
