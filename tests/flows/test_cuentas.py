"""What the entity does to a casilla by command."""

import pytest

from proxy.errors import Denied, Reason, Refusal
from proxy.flows import cuentas
from proxy.store import casillas
from proxy.store.db import Database
from tests.flows.test_login import Browser
from tests.people import Person


def test_an_identidad_has_one_casilla_and_one_password(db: Database, rosa: Person) -> None:
    """J3"""
    with pytest.raises(Refusal, match="ya tiene una casilla"), db.transaction() as tx:
        cuentas.open_casilla(tx, rosa.identidad, "Otra Persona", "otra@example.com", None)
    assert Browser(db).password(rosa.identidad, rosa.password) is None


def test_the_entity_lets_an_owner_without_a_known_browser_in_again(
    db: Database, rosa: Person
) -> None:
    """S49: nobody is kept from what was notified to them by who failed in their name."""
    with db.transaction() as tx:
        for _ in range(100):
            casillas.count_failure(tx, rosa.id)
    assert Browser(db).password(rosa.identidad, rosa.password) == Denied(Reason.WRONG)
    with db.transaction() as tx:
        cuentas.restore(tx, rosa.identidad)
    assert Browser(db).password(rosa.identidad, rosa.password) is None
