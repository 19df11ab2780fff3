"""The local register of people and companies: `padron importar`."""

import typer

from proxy.commands import importing, start
from proxy.commands.spanish import Command, Group

padron = typer.Typer(
    cls=Group, help="La lista propia de personas y empresas.", no_args_is_help=True
)


@padron.callback()
def _group() -> None:
    """Without a callback, typer drops the word `importar` while it is the only command."""


@padron.command("importar", cls=Command)
def load(
    archivo: importing.Sheet,
    seguir: importing.GoOn = False,
) -> None:
    """Carga o pone al día a personas y empresas desde un CSV."""
    from proxy.flows import padron as flow

    parts = start.ready()
    brought = importing.bring(
        parts.db, archivo, flow.COLUMNS, flow.read, flow.check, flow.write, go_on=seguir
    )
    many = "1 registro" if brought.lines == 1 else f"{brought.lines} registros"
    importing.tell(f"La lista propia recibió {many}.", brought, go_on=seguir)
