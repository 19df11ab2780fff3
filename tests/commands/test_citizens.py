"""`casilla depositar`: the day on which what it deposits takes effect (X1, L29, L34)."""

import json
from datetime import date

import pytest
from sqlalchemy import select

from proxy.domain.plazo_steps import day_text
from proxy.installation import Installation
from proxy.store import tables
from tests.commands.conftest import Casilla, casilla, installation
from tests.test_cli import open_casilla, serve

__all__ = ["casilla", "installation"]


def test_the_deposit_counts_as_the_calculator_does(
    casilla: Casilla, installation: Installation
) -> None:
    """X1: with the procedure, the term and the distance of its options."""
    open_casilla(casilla)
    term = {"procedimiento": "electoral", "cantidad": "3", "unidad": "calendario", "distancia": "1"}
    code, said, _ = serve(casilla, **term, **{"norma-distancia": "Cuadro de 2026"})
    with installation.db.reading() as tx:
        [row] = tx.conn.execute(select(tables.notificaciones))
    asked = [part for name, value in term.items() for part in (f"--{name}", value)]
    _, told, _ = casilla("plazo", "--deposito", row.deposited_at.isoformat(), *asked)
    frozen, answer = json.loads(row.effect), json.loads(told)
    assert answer.pop("pasos") == [
        step.replace(" (Cuadro de 2026)", "") for step in frozen["pasos"]
    ]
    assert {name: frozen[name] for name in answer} == answer
    assert code == 0
    assert f" y el plazo vence el {day_text(date.fromisoformat(answer['vence']))}.\n" in said
    assert frozen["distancia"] == {"dias": 1, "norma": "Cuadro de 2026"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"procedimiento": "municipal"}, "Use uno de estos: administrativo, electoral."),
        ({"cantidad": "3"}, "Use --cantidad con --unidad, o --dias."),
        ({"cantidad": "3", "unidad": "horas"}, "no cuenta plazos en horas"),
    ],
)
def test_a_term_that_no_rule_counts_is_not_deposited(
    casilla: Casilla, installation: Installation, options: dict[str, str], sentence: str
) -> None:
    open_casilla(casilla)
    code, said, complaint = serve(casilla, **options)
    assert (code, said, complaint.count("\n")) == (1, "", 1)
    assert sentence in complaint
    with installation.db.reading() as tx:
        assert tx.conn.execute(select(tables.notificaciones)).all() == []
