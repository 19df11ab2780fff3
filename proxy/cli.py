"""The command `casilla`. A refusal is one sentence on standard error and exit 1; wrong usage, 2."""

import sys
from collections.abc import Callable

import typer

from proxy.commands import audit, citizens, cuentas, keys, mail, padron, service, site
from proxy.commands.spanish import Command, Group, wrong_usage
from proxy.errors import Refusal

app = typer.Typer(
    cls=Group,
    help="Catálogo de servicios digitales y casilla electrónica.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
COMMANDS: dict[str, Callable[..., None]] = {
    "construir": site.build,
    "verificar-catalogo": site.verify_catalog,
    "exportar": site.export,
    "migrar": service.migrate,
    "servir": service.serve,
    "trabajar": service.work,
    "demostracion": citizens.demonstration,
    "depositar": citizens.deposit,
    "correo": mail.mail,
}
for name, function in COMMANDS.items():
    app.command(name, cls=Command)(function)
app.add_typer(cuentas.cuentas, name="cuentas")
app.add_typer(padron.padron, name="padron")
app.add_typer(audit.auditoria, name="auditoria")
app.add_typer(keys.claves, name="claves")


def main(arguments: list[str] | None = None) -> int:
    try:
        code = app(arguments, prog_name="casilla", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except typer.TyperException as error:
        print(wrong_usage(error), file=sys.stderr)
        return error.exit_code
    except typer.Abort:
        return 1
    except Exception as error:
        sentence = _refusal(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1


def _refusal(error: Exception) -> str | None:
    """What to tell about an error that somebody who runs the command can mend."""
    if isinstance(error, Refusal):
        return str(error)
    from sqlalchemy.exc import ArgumentError, OperationalError

    from catalog.reader import CatalogFaults

    if isinstance(error, CatalogFaults):
        return str(error)
    if isinstance(error, OperationalError):
        return str(Refusal("database.down"))
    if isinstance(error, ArgumentError):
        return str(Refusal("settings.wrong", name="CASILLA_DATABASE_URL", reason="no es una URL"))
    return None
